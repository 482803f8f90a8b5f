"""Words that change how something is drawn: how large, how much of it, in which mood of color."""

from dataclasses import dataclass, replace

from .color import Color, mix, parse
from .palettes import Palette, Sky

_SIZES = {
    1.28: "huge giant enormous gigantic massive towering colossal monumental closeup macro close",
    1.14: "big large great tall grand mighty",
    0.82: "small little short young petite",
    0.64: "tiny miniature mini distant far faraway baby wee",
}
SIZES: dict[str, float] = {word: size for size, words in _SIZES.items() for word in words.split()}
SPARSE = frozenset({"minimal", "minimalist", "minimalistic", "simple", "clean", "sparse", "empty", "bare", "plain"})
_GRAY = parse("#888888")


@dataclass(frozen=True)
class Grade:
    """What a word does to every color of a palette."""

    chroma: float = 1.0
    tint: Color = _GRAY
    pull: float = 0.0
    whitens: float = 0.0


_GRADES: tuple[tuple[Grade, str], ...] = (
    (Grade(1.05, parse("#f0913a"), 0.16), "warm sunlit amber cozy glowing fiery burning"),
    (Grade(0.95, parse("#3a7fd0"), 0.16), "cool cold chilly bluish wintry"),
    (Grade(0.55), "muted faded dusty subdued desaturated washed"),
    (Grade(1.3), "vivid saturated colorful colourful bold rich"),
    (Grade(1.45, parse("#d83fd0"), 0.12), "neon electric fluorescent cyberpunk psychedelic"),
    (Grade(0.5, parse("#a87a44"), 0.26), "sepia vintage antique retro nostalgic old ancient"),
    (Grade(0.8, parse("#ffffff"), 0.0, 0.16), "pale airy delicate light faint bleached"),
    (Grade(0.9, parse("#e88fae"), 0.16), "romantic rosy blushing sweet"),
    (Grade(0.9, parse("#2f8f6a"), 0.16), "mossy verdant leafy"),
)
GRADES: dict[str, Grade] = {word: grade for grade, words in _GRADES for word in words.split()}


def graded(palette: Palette, words: frozenset[str]) -> Palette:
    """The palette as those words want it; of several, each has its say."""
    for grade in dict.fromkeys(GRADES[word] for word in sorted(words)):
        tint = mix(palette.tint, grade.tint, grade.pull / (grade.pull + palette.pull)) if grade.pull else palette.tint
        palette = replace(
            palette,
            chroma=palette.chroma * grade.chroma,
            tint=tint,
            pull=min(0.45, palette.pull + grade.pull),
            whitens=min(0.3, palette.whitens + grade.whitens),
            skies=palette.skies if palette.chroma < 0.5 else _skies(palette, grade),
        )
    return palette


def _skies(palette: Palette, grade: Grade) -> dict[str, Sky]:
    tinted = replace(palette, chroma=grade.chroma, tint=grade.tint, pull=grade.pull, whitens=grade.whitens)
    return {
        time: (tinted.grade(zenith), tinted.grade(upper), tinted.grade(lower), tinted.grade(low), glow)
        for time, (zenith, upper, lower, low, glow) in palette.skies.items()
    }
