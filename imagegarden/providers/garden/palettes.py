"""The color palettes: skies by time of day, leaves, blossoms, earth, and how a palette grades every color."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .color import Color, mix, parse, saturate

Sky = tuple[Color, Color, Color, Color, Color]


def _colors(text: str) -> tuple[Color, ...]:
    return tuple(parse(word) for word in text.split())


def _sky(text: str) -> Sky:
    zenith, upper, lower, horizon, glow = _colors(text)
    return zenith, upper, lower, horizon, glow


def _skies(**times: str) -> Mapping[str, Sky]:
    return {time: _sky(text) for time, text in times.items()}


@dataclass(frozen=True)
class Palette:
    """Everything that gives a picture its colors, apart from what the prompt names."""

    key: str
    label: str
    skies: Mapping[str, Sky]
    leaves: tuple[Color, ...]
    blossoms: tuple[Color, ...]
    ground: Color
    sand: Color
    rock: Color
    bark: Color
    water: Color
    paper: Color
    time: str = "morning"
    season: str = "summer"
    chroma: float = 1.0
    tint: Color = field(default=parse("#888888"))
    pull: float = 0.0
    whitens: float = 0.0
    contrast: float = 1.0

    def grade(self, color: Color) -> Color:
        """Bring any color, also one named in the prompt, into the palette."""
        color = mix(saturate(color, self.chroma), self.tint, self.pull)
        if self.contrast != 1.0:
            # Without hue, only light and dark are left to tell things apart.
            color = Color(min(0.99, max(0.04, 0.56 + (color.light - 0.52) * self.contrast)), color.a, color.b)
        return mix(color, parse("#ffffff"), self.whitens) if self.whitens else color


VIBRANT_SKIES = _skies(
    dawn="#3f7fb5 #8fb9d6 #f7c9b6 #ffd9a0 #fff0c8",
    morning="#2b86c9 #62b3e3 #aedcf0 #e9f3e0 #fff7d6",
    noon="#1668c0 #3f9be3 #8ecdf3 #d3eefa #fffbe6",
    sunset="#3b3f8f #a6529a #f2745f #ffb84d #ffe39a",
    dusk="#1c1f55 #4b3b86 #a75a93 #e8937f #ffc9a0",
    night="#060b26 #0d1b45 #17356b #2c5a86 #dfeaff",
    storm="#2a3340 #46535f #6d7a82 #a8a999 #e8e2c0",
)

PALETTES: dict[str, Palette] = {
    palette.key: palette
    for palette in (
        Palette(
            "vibrant",
            "Vibrant",
            VIBRANT_SKIES,
            leaves=_colors("#0f4a34 #1d6b3a #3a8f3f #71b53f #b6d957"),
            blossoms=_colors("#e6325a #ff7a2f #ffc62e #c43fb4 #5a57d6 #ff5f8f"),
            ground=parse("#4f9a45"),
            sand=parse("#e5bd7c"),
            rock=parse("#5b6f8c"),
            bark=parse("#5b3d2e"),
            water=parse("#2f87a8"),
            paper=parse("#fbf6ea"),
            chroma=1.06,
        ),
        Palette(
            "spring",
            "Spring",
            _skies(
                dawn="#8fc3dc #b9dbe0 #fbdcd6 #fdeccb #fff6dc",
                morning="#7cc4e2 #a7dcea #d6f0ec #fdf6e4 #fffbe8",
                noon="#6dbbe6 #98d3ee #c9ebf3 #f3f9ee #fffdf0",
                sunset="#7f9fd6 #c6a9d8 #f8b9b6 #ffdcae #fff0cb",
                dusk="#5b6bb0 #9187c4 #d3a3c8 #f7c8bd #ffe3cf",
                night="#1d2b5c #31487f #4f6ea0 #86a3c0 #f2f6ff",
                storm="#6f818c #8d9da3 #afbab8 #d8d8c8 #f6f1dc",
            ),
            leaves=_colors("#3d7f55 #5da05a #86be62 #b0d67a #dcec9f"),
            blossoms=_colors("#f59ab5 #ffc2cf #fbe27a #c7a6ec #ff9a8b #ffffff"),
            ground=parse("#95c76d"),
            sand=parse("#f2dcae"),
            rock=parse("#94aab8"),
            bark=parse("#84654f"),
            water=parse("#7cc0c8"),
            paper=parse("#fffbf2"),
            season="spring",
            chroma=0.9,
            whitens=0.07,
        ),
        Palette(
            "autumn",
            "Autumn",
            _skies(
                dawn="#7d8fa0 #b9ab9c #eab98a #fbd69a #fff0c4",
                morning="#7fa3b0 #b3bfae #e6d2a2 #f9e3b0 #fff4cf",
                noon="#6e9db5 #a4bfc0 #dcd8b4 #f6e6bd #fff8dc",
                sunset="#5b3d56 #a24a43 #e27a35 #fbb84a #ffe49a",
                dusk="#3a2a45 #70404f #b9624a #e9a055 #ffcf8f",
                night="#15131f #2a2434 #4a3a42 #76584a #ffe9c4",
                storm="#3d3b3e #5d5652 #857a68 #b8a57e #f0dcae",
            ),
            leaves=_colors("#6b2f1c #a4451d #d06b1f #e79a2c #f5c84c"),
            blossoms=_colors("#b8322a #e0782a #f2b632 #8c3b4f #d9542b #f6dc8c"),
            ground=parse("#a98a3d"),
            sand=parse("#d9ab6a"),
            rock=parse("#7d6a67"),
            bark=parse("#4f3326"),
            water=parse("#6d8a86"),
            paper=parse("#f8efdc"),
            time="sunset",
            season="autumn",
            tint=parse("#c98a45"),
            pull=0.1,
        ),
        Palette(
            "dusk",
            "Dusk",
            _skies(
                dawn="#39408a #7a68ae #d78fb2 #f9bfa8 #ffe2c2",
                morning="#4b5aa6 #8281c4 #bda3d2 #f0c6cf #ffe9dd",
                noon="#5565b4 #8a90d2 #bcb2e0 #e9d2e2 #fff0e8",
                sunset="#2a2468 #6b3b8f #c4568f #f58e7b #ffd29a",
                dusk="#171446 #3b2a76 #7d4596 #cf6e9a #ffb59f",
                night="#0b0a2a #1a1650 #33286f #5b4490 #e8dcff",
                storm="#26233f #413a5c #675a7c #9c8399 #e6c9c4",
            ),
            leaves=_colors("#1d2a4f #2b4468 #3f6480 #6a8796 #a9a8b4"),
            blossoms=_colors("#e0609c #ff8f8a #b58cf0 #f7b58b #7f7be6 #ffd0dc"),
            ground=parse("#465a7d"),
            sand=parse("#b08a9c"),
            rock=parse("#4f4a7a"),
            bark=parse("#33264a"),
            water=parse("#524f96"),
            paper=parse("#f6effa"),
            time="dusk",
            tint=parse("#5a3f8c"),
            pull=0.2,
            chroma=0.95,
        ),
        Palette(
            "frost",
            "Frost",
            _skies(
                dawn="#8fb3d0 #b5cfdf #dfe3ea #f5e6e2 #fff6ee",
                morning="#8dbbd8 #b4d5e6 #d9eaf2 #f2f7fa #ffffff",
                noon="#7db4da #a8d0e8 #d2e7f3 #eef6fb #ffffff",
                sunset="#6d8fb8 #a0b0d0 #d4c8da #f5dcd4 #fff2e4",
                dusk="#4a6690 #7488b2 #a5a9c9 #d6c8d6 #f8e8ea",
                night="#0f2038 #1d3a5a #3a6080 #7398ad #f0faff",
                storm="#66788a #8797a5 #a9b6c0 #cbd4d8 #f2f6f8",
            ),
            leaves=_colors("#2b5560 #47757d #6d979c #9dbdc0 #d3e5e6"),
            blossoms=_colors("#8fb8e8 #c9b8ea #e8c4d8 #ffffff #7ea2d8 #b8dfe8"),
            ground=parse("#d5e4ea"),
            sand=parse("#d8dde0"),
            rock=parse("#7a94ab"),
            bark=parse("#4c5866"),
            water=parse("#7fb0c6"),
            paper=parse("#f7fbfd"),
            season="winter",
            chroma=0.72,
            tint=parse("#a8cfe4"),
            pull=0.16,
        ),
        Palette(
            "ocean",
            "Ocean",
            _skies(
                dawn="#2f7f96 #79b5b8 #e9c9b0 #fbdcb8 #fff1d2",
                morning="#1f7f9f #56b0bd #a9dcd6 #e2f3e4 #fdfbe8",
                noon="#0f7aa6 #38a7c4 #8ad6d8 #d2f1e9 #fbfff4",
                sunset="#14506e #2f8590 #8cbba6 #f4c58c #ffe3b0",
                dusk="#0c3350 #1f5b74 #5a92a0 #d9a892 #ffd6b6",
                night="#03161f #06303f #0b5063 #2b8190 #dffbf6",
                storm="#213a42 #3b5a62 #65858a #a9bdb4 #e6efe0",
            ),
            leaves=_colors("#0b4248 #14656a #2b8c86 #5fb8a0 #b3dfbd"),
            blossoms=_colors("#ff7d66 #ffb199 #fff0d8 #39b7c4 #f4d27a #e85d75"),
            ground=parse("#3f9288"),
            sand=parse("#f1dfba"),
            rock=parse("#3f6f7f"),
            bark=parse("#4a4a48"),
            water=parse("#0f7e93"),
            paper=parse("#f6faf3"),
            tint=parse("#1f8b96"),
            pull=0.12,
            chroma=0.98,
        ),
        Palette(
            "clay",
            "Clay",
            _skies(
                dawn="#c9b8ab #e2c6b2 #f3d5bb #fae6cf #fff6e4",
                morning="#b9c4bf #d8d5c6 #efdfc8 #f9ebd8 #fffaf0",
                noon="#a9bdbd #cdd2c8 #ebdfcb #f8ecdb #fffaf0",
                sunset="#7d4a44 #b86a50 #de9a70 #f2c79a #ffe9c8",
                dusk="#46353f #76505a #b07268 #dea585 #ffd9b4",
                night="#1b1a22 #2c2932 #4a3f45 #7a6058 #ffe6c8",
                storm="#57504e #7a706a #a0948a #cbbba8 #efe3d0",
            ),
            leaves=_colors("#3d4a3a #5c6b4e #7d8b66 #a3a982 #cfcaa4"),
            blossoms=_colors("#c4573c #e08a5f #f2e3cc #8f3f38 #d9a441 #b87a6a"),
            ground=parse("#b98a5f"),
            sand=parse("#e6c49c"),
            rock=parse("#a0614a"),
            bark=parse("#59392c"),
            water=parse("#6f9a9a"),
            paper=parse("#f8efe2"),
            chroma=0.86,
            tint=parse("#c98a66"),
            pull=0.16,
        ),
        Palette(
            "mono",
            "Monochrome",
            VIBRANT_SKIES,
            leaves=_colors("#20241f #3c423b #666c63 #969b90 #c9ccc2"),
            blossoms=_colors("#f4f1e6 #cfcabc #8f8b80 #54514a #e4dfd0 #ffffff"),
            ground=parse("#83877c"),
            sand=parse("#cfcabb"),
            rock=parse("#63655f"),
            bark=parse("#2f2d29"),
            water=parse("#8a8f8a"),
            paper=parse("#f6f2e7"),
            chroma=0.03,
            tint=parse("#8f8268"),
            pull=0.14,
            contrast=1.4,
        ),
    )
}
