"""Papercut: stacked sheets of colored paper, each throwing a soft shadow on the one below."""

from collections.abc import Sequence
from math import sin

from ..color import Color, lighten, mix, saturate, to_hex
from ..finish import Pixels, expose, fibers, grain
from ..geometry import Point, ground_under, smooth
from ..palettes import Palette
from .base import Hand


class Papercut(Hand):
    """Flat sheets and shadows; no gradients."""

    key = "papercut"
    label = "Papercut"
    flat = True
    detail = 0.45

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Paper comes in clear, slightly muted colors."""
        return saturate(self.light.on(color, depth), 1.08)

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """A sheet with a wide shadow and a light cut edge."""
        color = top if bottom is None else mix(top, bottom, 0.35)
        color = color if raw else self.see(color, depth)
        self._shadow(path, 7.0)
        self._sheet(path, color)

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
        """A sheet with its cut edge along the skyline; its other edges lie under the next sheets."""
        self.mass(ground_under(skyline, bottom, soft=soft), top, low, depth=depth, raw=raw)

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A small piece, glued on with a narrow shadow."""
        color = self.see(color, depth)
        if depth > 0.25:
            # Far pieces are too small to show an edge; a step of shadow is enough.
            self.document.add("path", d=path, fill="#0a0a1e", fill_opacity=0.2, transform="translate(0 2)")
            self._fill(path, to_hex(color))
            return
        self.document.add(
            "path",
            d=path,
            fill="#0a0a1e",
            fill_opacity=0.13,
            stroke="#0a0a1e",
            stroke_opacity=0.13,
            stroke_width=3.0,
            transform="translate(0 2.2)",
        )
        self._sheet(path, color)

    def across(self, x1: float, y1: float, x2: float, y2: float, *colors: Color, depth: float = 0.0) -> str:
        """Paper has one color."""
        return to_hex(self.see(colors[len(colors) // 2], depth))

    def radial(self, x: float, y: float, radius: float, inner: Color, outer: Color, *, depth: float = 0.0) -> str:
        """Paper has one color."""
        return to_hex(self.see(outer, depth))

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """Wavy sheets from the zenith down to the horizon."""
        width, height = self.document.width, self.document.height
        self.document.add("rect", width=width, height=height, fill=to_hex(colors[0]))
        bands = (mix(colors[0], colors[1], 0.6), colors[1], colors[2], mix(colors[2], colors[3], 0.6), colors[3])
        for i, color in enumerate(bands):
            level = bottom * (0.16 + 0.17 * i)
            crest = [
                (x, level + sin(x / 150 + i * 1.9) * 22 + sin(x / 67 + i) * 7) for x in range(-40, int(width) + 90, 45)
            ]
            path = f"{smooth(crest)}L{width + 60:.0f} {height:.0f}L-60 {height:.0f}Z"
            self._shadow(path, 5.0)
            self._sheet(path, color)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """Light is rings of paler paper; only a large glow is worth a ring."""
        if radius < 60:
            self.document.add("circle", cx=x, cy=y, r=radius * 0.35, fill=to_hex(color), fill_opacity=strength * 0.5)
            return
        for share in (1.0, 0.66):
            self.document.add(
                "circle", cx=x, cy=y, r=radius * share * 0.8, fill=to_hex(color), fill_opacity=strength * 0.2
            )

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A cut circle."""
        self.document.add("circle", cx=x, cy=y + 4, r=radius + 2, fill="#0a0a1e", fill_opacity=0.14)
        super().disc(x, y, radius, color)

    def veil(self, top: float, bottom: float, color: Color, strength: float, *, peak: float = 0.5) -> None:
        """No mist in paper: distance is told by the sheets."""

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """The tooth of the paper."""
        return grain(fibers(expose(pixels, 165), seed, 0.03), seed, 1.6)

    def _shadow(self, path: str, size: float) -> None:
        for width, drop in ((size * 2.4, 3.1), (size, 3.5)):
            self.document.add(
                "path",
                d=path,
                fill="none",
                stroke="#0a0a1e",
                stroke_opacity=0.12,
                stroke_width=width,
                transform=f"translate(1 {drop:.1f})",
                stroke_linejoin="round",
            )

    def _sheet(self, path: str, color: Color) -> None:
        self.document.add(
            "path",
            d=path,
            fill=to_hex(color),
            stroke=to_hex(lighten(color, 0.055)),
            stroke_width=1.2,
            stroke_opacity=0.8,
        )
