"""The light of a scene: what hour, weather and distance do to a color."""

from dataclasses import dataclass

from .color import Color, lighten, mix, parse, saturate
from .palettes import Palette, Sky

# time: tint, how much of it, and how bright things are
_HOURS: dict[str, tuple[Color, float, float]] = {
    "dawn": (parse("#f2b9a0"), 0.16, 0.93),
    "morning": (parse("#fff1cf"), 0.05, 1.0),
    "noon": (parse("#ffffff"), 0.0, 1.03),
    "sunset": (parse("#c2583a"), 0.24, 0.84),
    "dusk": (parse("#4a3a78"), 0.3, 0.8),
    "night": (parse("#1a3a6e"), 0.46, 0.68),
    "storm": (parse("#4c5a66"), 0.26, 0.85),
}


@dataclass(frozen=True)
class Light:
    """One moment: the sky's colors, where the light stands, and how thick the air is."""

    palette: Palette
    time: str
    sky: Sky
    x: float
    y: float
    mist: float = 0.35
    gloom: float = 0.0
    air: Color | None = None

    @property
    def haze(self) -> Color:
        """The color far things dissolve into."""
        return self.air or mix(self.sky[2], self.sky[3], 0.6)

    @property
    def glow(self) -> Color:
        """The color of the light itself."""
        return self.sky[4]

    @property
    def is_dark(self) -> bool:
        """Whether lamps, stars and fireflies show."""
        return self.time in ("night", "dusk")

    def on(self, color: Color, depth: float = 0.0) -> Color:
        """The color as it looks at this hour, at a distance of 0 (near) to 1 (on the horizon)."""
        tint, amount, bright = _HOURS[self.time]
        color = self.palette.grade(color)
        bright *= 1 - 0.45 * self.gloom
        # Pale things (snow, petals, birch bark) gather what light is left.
        pale = color.light**3
        bright += (1 - bright) * 0.4 * pale
        color = mix(Color(color.light * bright, color.a, color.b), self.palette.grade(tint), amount * (1 - 0.45 * pale))
        return mix(color, self.haze, min(0.94, depth * (0.55 + 0.5 * self.mist)))

    def rim(self, color: Color, strength: float = 0.4) -> Color:
        """The lit edge of something of that color."""
        return mix(lighten(color, 0.12 * strength), self.glow, strength * 0.7)


def make(
    palette: Palette, time: str, x: float, y: float, *, mist: float = 0.35, gloom: float = 0.0, wood: bool = False
) -> Light:
    """Set the light for an hour in a palette."""
    top = [palette.grade(color) if palette.chroma < 0.5 else color for color in palette.skies[time]]
    if gloom:
        top = [saturate(lighten(color, -0.28 * gloom), 1 - 0.3 * gloom) for color in top[:4]] + [top[4]]
    sky = (top[0], top[1], top[2], top[3], top[4])
    # Under trees the air itself is green.
    air = (
        mix(mix(sky[2], sky[3], 0.35), lighten(palette.grade(palette.leaves[2]), -0.1 * gloom), 0.55) if wood else None
    )
    return Light(palette, time, sky, x, y, mist, gloom, air)
