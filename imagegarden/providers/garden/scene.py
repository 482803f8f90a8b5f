"""A scene: the stage that every element draws on. It holds decisions, and draws nothing itself."""

from dataclasses import dataclass
from hashlib import sha256
from random import Random

from .brief import Brief, Subject
from .color import Color, lighten, mix, parse, saturate
from .light import Light
from .palettes import Palette
from .species import Species
from .styles import Hand

_GREENISH_FORMS = ("broad", "birch", "willow")


@dataclass(frozen=True)
class Scene:
    """Width and height are in scene units: every picture covers a million of them."""

    width: float
    height: float
    hand: Hand
    light: Light
    palette: Palette
    brief: Brief
    season: str
    horizon: float
    focus: float
    number: int

    def rng(self, label: str) -> Random:
        """Chance of its own for each part, so that a change in one leaves the others as they were."""
        return Random(int.from_bytes(sha256(f"{self.number}/{label}".encode()).digest()[:8], "big"))  # noqa: S311

    @property
    def snowy(self) -> bool:
        """Whether snow lies on things."""
        return "snow" in self.brief.weather or (self.season == "winter" and self.brief.season == "winter")

    @property
    def lit_side(self) -> float:
        """-1 when light comes from the left, 1 from the right."""
        return -1.0 if self.light.x < self.width / 2 else 1.0

    @property
    def free(self) -> tuple[float, float]:
        """From where to where subjects may stand: the ground before a house or a bridge stays clear."""
        if self.brief.figures and self.brief.subjects:
            return (0.0, self.width * 0.62) if self.focus < self.width / 2 else (self.width * 0.38, self.width)
        shown = {"house", "greenhouse"} | ({"bridge"} if self.brief.setting == "river" else set())
        if not any(extra.kind in shown and (extra.count or 1) == 1 for extra in self.brief.built):
            return 0.0, self.width
        return (0.0, self.width * 0.68) if self.focus < self.width / 2 else (self.width * 0.32, self.width)

    def count(self, number: float) -> int:
        """How many marks the style's hand makes for that number."""
        return max(1, round(number * self.hand.detail))

    def leaf(self, tone: float) -> Color:
        """A leaf color from shade 0 to light 1, in season."""
        return _ramp(_in_season(self.palette.leaves, self.season, self.palette), tone)

    def grass(self, tone: float) -> Color:
        """The color of low growth."""
        if self.snowy:
            return _ramp(tuple(parse(c) for c in ("#7f9db8", "#b3cadb", "#e3edf3", "#ffffff")), tone)
        return mix(self.leaf(tone), self.palette.ground, 0.35)

    def canopy(self, species: Species, colors: tuple[Color, ...] = ()) -> tuple[Color, Color, Color, Color]:
        """The four tones of a crown, from shade to light."""
        if colors:
            middle = colors[0]
        elif species.color and not (species.form in _GREENISH_FORMS and self.season in ("autumn", "winter")):
            middle = parse(species.color)
            if self.palette.key == "autumn" and species.form not in ("conifer", "blossom", "column"):
                middle = mix(middle, self.leaf(0.6), 0.7)
        else:
            return self.leaf(0.0), self.leaf(0.32), *self._touched(self.leaf(0.62), self.leaf(0.95))
        return (
            mix(lighten(middle, -0.22), self.palette.leaves[0], 0.25),
            lighten(middle, -0.1),
            *self._touched(middle, mix(lighten(middle, 0.12), parse("#fff3c4"), 0.25)),
        )

    def _touched(self, lit: Color, bright: Color) -> tuple[Color, Color]:
        # By night the moon picks out the edges, or a crown would sink into the sky.
        rim = {"night": 0.34, "dusk": 0.22}.get(self.light.time, 0.0)
        return mix(lit, self.light.glow, rim * 0.55), mix(bright, self.light.glow, rim * 1.3)

    def bloom(self, subject: Subject, index: int) -> Color:
        """The petal color of the index-th flower of a subject."""
        color = self._petal(subject, index)
        # In the dark pale things gather the light, and flowers are what the eye looks for.
        lift = {"night": 0.09, "dusk": 0.06}.get(self.light.time, 0.0)
        return saturate(lighten(color, lift), 1 + 2 * lift)

    def _petal(self, subject: Subject, index: int) -> Color:
        if subject.colors:
            return subject.colors[index % len(subject.colors)]
        own = parse(subject.species.color) if subject.species.color else self.palette.blossoms[index % 6]
        palette_bloom = self.palette.blossoms[(self.brief.chance + index) % len(self.palette.blossoms)]
        pull = {
            "vibrant": 0.0,
            "spring": 0.3,
            "autumn": 0.45,
            "dusk": 0.3,
            "frost": 0.4,
            "ocean": 0.3,
            "clay": 0.35,
            "mono": 0.4,
        }.get(self.palette.key, 0.0)
        return mix(own, palette_bloom, pull)


def _ramp(colors: tuple[Color, ...], tone: float) -> Color:
    place = min(1.0, max(0.0, tone)) * (len(colors) - 1)
    index = min(int(place), len(colors) - 2)
    return mix(colors[index], colors[index + 1], place - index)


def _in_season(leaves: tuple[Color, ...], season: str, palette: Palette) -> tuple[Color, ...]:
    if season == "autumn" and palette.key not in ("autumn", "mono"):
        warm = tuple(parse(c) for c in ("#6b2f1c", "#a4451d", "#d06b1f", "#e79a2c", "#f5c84c"))
        return tuple(mix(one, other, 0.8) for one, other in zip(leaves, warm, strict=True))
    if season == "winter":
        return tuple(saturate(mix(leaf, parse("#9db6c4"), 0.35), 0.6) for leaf in leaves)
    if season == "spring" and palette.key not in ("spring", "mono"):
        return tuple(lighten(leaf, 0.06) for leaf in leaves)
    return leaves
