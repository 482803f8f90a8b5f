"""Watercolor: thin washes on white paper, pigment gathered at the edges, bleeding and granulation."""

from collections.abc import Sequence

from ..color import Color, lighten, mix, saturate, to_hex
from ..finish import Pixels, bleed, deckle, edges, expose, grain, granulate, wobble
from ..geometry import Point
from ..palettes import Palette
from ..svg import Stop
from .base import Hand


class Watercolor(Hand):
    """Light and wet."""

    key = "watercolor"
    label = "Watercolor"
    detail = 0.8

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Pigment is thinned by water, the more so in the distance."""
        color = self.light.on(color, depth * 0.85)
        return mix(saturate(lighten(color, 0.04), 1.1), self.paper, 0.16 + 0.22 * depth)

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """A graded wash that runs out before the paper's edge."""
        washed = [mix(color, self.paper, amount) for color, amount in zip(colors, (0.3, 0.42, 0.5, 0.62), strict=False)]
        super().sky(washed, bottom)

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A wash with a darker rim where it dried."""
        rim = to_hex(lighten(self.see(color, depth), -0.14)) if depth < 0.1 else None
        self.document.add(
            "path",
            d=path,
            fill=paint or to_hex(self.see(color, depth)),
            fill_opacity=0.86,
            stroke=rim,
            stroke_opacity=0.45 if rim else None,
            stroke_width=1.1 if rim else None,
        )

    def ground(
        self,
        skyline: Sequence[Point],
        bottom: float,
        top: Color,
        low: Color,
        *,
        depth: float = 0.0,
        soft: bool = True,
        raw: bool = False,
    ) -> None:
        """The wash of a mass; what shines through it is taken to be paper."""
        peak, foot = min(y for _, y in skyline), max(y for _, y in skyline) + 8
        stops = [
            Stop(stop.offset, mix(mix(self.paper, self.light.haze, 0.5), stop.color, stop.opacity))
            for stop in self._wash(top, low, depth, raw)
        ]
        self._lie(skyline, (peak, min(foot, bottom), bottom), stops, soft=soft)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """Paper left white around the light."""
        super().glow(x, y, radius, mix(color, self.paper, 0.4), strength)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A disc is left out of the wash."""
        super().disc(x, y, radius, mix(color, self.paper, 0.35))

    def _vertical(self, top: Color, bottom: Color | None, depth: float, raw: bool) -> str:
        stops = self._wash(top, bottom, depth, raw)
        return self.document.gradient("linear", stops, x1=0, y1=0, x2=0, y2=1)

    def _wash(self, top: Color, bottom: Color | None, depth: float, raw: bool) -> tuple[Stop, ...]:
        first = mix(top, self.paper, 0.3) if raw else self.see(top, depth)
        second = first if bottom is None else mix(bottom, self.paper, 0.3) if raw else self.see(bottom, depth)
        return (
            Stop(0, first, 0.94),
            Stop(0.55, mix(first, second, 0.5), 0.8),
            Stop(1, mix(second, self.paper, 0.2), 0.88),
        )

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """Make it wet: wobbling edges, blooms, dark rims, grainy paper, an unpainted border."""
        pixels = wobble(pixels, seed, reach=5.0)
        pixels = bleed(pixels, seed, 0.5)
        pixels = edges(expose(pixels, 150), 0.9)
        pixels = granulate(pixels, seed, 0.13)
        pixels = deckle(pixels, seed, palette.paper)
        return grain(pixels, seed, 2.2)
