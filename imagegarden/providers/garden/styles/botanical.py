"""Botanical plate: one specimen on aged paper, engraved and colored by hand, with its parts drawn beside it."""

from collections.abc import Sequence

import numpy as np

from ..color import Color, lighten, mix, parse, saturate, to_hex, to_rgb
from ..finish import Pixels, edges, fibers, grain, noise
from ..geometry import Point
from ..palettes import Palette
from .base import Hand

_PEN = parse("#3a3128")
_AGED = parse("#ecdcb6")


class Botanical(Hand):
    """Exact, and nothing behind it."""

    key = "botanical"
    label = "Botanical plate"
    detail = 0.75
    on_paper = True
    has_scenery = False
    hour = "noon"
    margin = 44.0

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Watercolor over an engraving: full where it is near, a breath where it is far."""
        lit = mix(saturate(self.light.on(color, 0.0), 0.92), self.sheet, 0.08)
        return mix(lit, self.sheet, min(0.9, depth * 1.2))

    @property
    def sheet(self) -> Color:
        """The color of the paper."""
        aged = mix(self.paper, _AGED, 0.62)
        return mix(aged, self.light.palette.grade(aged), 0.5)

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """A wash within a fine contour."""
        self._engraved(path, self._vertical(top, bottom, depth, False), 1.3, depth)

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
        """No land on a plate."""

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A colored shape within a fine contour."""
        self._engraved(path, paint or to_hex(self.see(color, depth)), 1.15, depth)

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """Paper."""
        width, height = self.document.width, self.document.height
        self.document.add("rect", x=-2, y=-2, width=width + 4, height=height + 4, fill=to_hex(self.sheet))

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """No light but that of the desk."""

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """No sun on a plate."""

    def veil(self, top: float, bottom: float, color: Color, strength: float, *, peak: float = 0.5) -> None:
        """No air on a plate."""

    def mount(self) -> None:
        """Two fine lines around the plate."""
        width, height = self.document.width, self.document.height
        with self.document.group(class_="mount"):
            for inset, thick in ((34, 2.2), (42, 0.9)):
                self.document.add(
                    "rect",
                    x=inset,
                    y=inset,
                    width=width - 2 * inset,
                    height=height - 2 * inset,
                    fill="none",
                    stroke=to_hex(self.pen),
                    stroke_opacity=0.75,
                    stroke_width=thick,
                )

    @property
    def pen(self) -> Color:
        """The color of the engraved lines."""
        return self.light.palette.grade(_PEN)

    def _engraved(self, path: str, paint: str, width: float, depth: float) -> None:
        self.document.add(
            "path",
            d=path,
            fill=paint,
            stroke=to_hex(mix(self.pen, self.sheet, min(0.8, depth))),
            stroke_width=width,
            stroke_opacity=0.8,
            stroke_linejoin="round",
        )

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """Paper that is old: its tooth, its browned rim, a few spots."""
        height, width = pixels.shape[:2]
        scale = float((height * width) ** 0.5 / 1024)
        pixels = edges(pixels, 0.5)
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 4
        x = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 4
        stain = np.clip(noise(height, width, 150 * scale, seed + 30), 0, 1) * 0.1 + np.maximum(x, y) * 0.15
        spots = np.clip(noise(height, width, 15 * scale, seed + 31) - 0.86, 0, 1) * 1.3
        brown = np.array(to_rgb(palette.grade(lighten(_AGED, -0.16))), dtype=np.float32)
        pixels += (brown - pixels) * (stain + spots)[:, :, None]
        return grain(fibers(pixels, seed, 0.028), seed, 2.2)
