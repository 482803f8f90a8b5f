"""What every style can do. Elements speak only in these verbs, so a new style needs no change in them."""

from collections.abc import Sequence
from random import Random
from typing import ClassVar

from ..color import Color, mix, to_hex
from ..finish import Pixels
from ..geometry import Point, ground_under
from ..light import Light
from ..palettes import Palette
from ..svg import Document, Stop, below


class Hand:
    """Draws masses, petals, dabs, lines and glows onto a document under a light."""

    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    # Flat hands get fewer and larger shapes instead of many small marks.
    flat: ClassVar[bool] = False
    detail: ClassVar[float] = 1.0
    # Drawn dark on paper, where light is what is left bare.
    on_paper: ClassVar[bool] = False
    # A plate shows its subject on bare paper, without land and sky.
    has_scenery: ClassVar[bool] = True
    # The hour that the style always has; empty where the prompt and the palette decide.
    hour: ClassVar[str] = ""
    # How far out of focus the background lies.
    blur: ClassVar[float] = 0.0
    # How wide a frame lies over the edges.
    margin: ClassVar[float] = 0.0
    # Made of cells: the drawing is given away as these cells, and they are the finished picture.
    has_cells: ClassVar[bool] = False

    def __init__(self, document: Document, light: Light) -> None:
        self.document = document
        self.light = light
        self.paper = light.palette.paper

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """The color this hand uses for a thing of that color at that distance."""
        return self.light.on(color, depth)

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """A large silhouette, from one color at its top to another at its bottom; raw skips light and distance."""
        self._fill(path, self._vertical(top, bottom, depth, raw))

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
        """Land or water from edge to edge, from its skyline down to a line."""
        peak, foot = min(y for _, y in skyline), max(y for _, y in skyline) + 8
        stops = [Stop(0, top if raw else self.see(top, depth)), Stop(1, low if raw else self.see(low, depth))]
        self._lie(skyline, (peak, min(foot, bottom), bottom), stops, soft=soft)

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A middle-sized shape with an edge of its own."""
        self._fill(path, paint or to_hex(self.see(color, depth)))

    def dabs(self, path: str, color: Color, *, tone: float = 0.5, depth: float = 0.0, opacity: float = 1.0) -> None:
        """Many small marks in one path; tone 0 is shade, 1 is light."""
        if path:
            self._fill(path, to_hex(self.see(color, depth)), opacity)

    def line(self, path: str, color: Color, width: float, *, depth: float = 0.0, opacity: float = 1.0) -> None:
        """A stroke of even width."""
        if path:
            self.document.add(
                "path",
                d=path,
                fill="none",
                stroke=to_hex(self.see(color, depth)),
                stroke_width=width,
                stroke_linecap="round",
                stroke_linejoin="round",
                stroke_opacity=opacity if opacity < 1 else None,
            )

    def radial(self, x: float, y: float, radius: float, inner: Color, outer: Color, *, depth: float = 0.0) -> str:
        """A paint that runs outward from a point, for the petals of one flower."""
        stops = (Stop(0, self.see(inner, depth)), Stop(1, self.see(outer, depth)))
        return self.document.gradient("radial", stops, gradientUnits="userSpaceOnUse", cx=x, cy=y, r=radius)

    def across(self, x1: float, y1: float, x2: float, y2: float, *colors: Color, depth: float = 0.0) -> str:
        """A paint that runs from one point to another."""
        last = max(1, len(colors) - 1)
        stops = [Stop(i / last, self.see(color, depth)) for i, color in enumerate(colors)]
        return self.document.gradient("linear", stops, gradientUnits="userSpaceOnUse", x1=x1, y1=y1, x2=x2, y2=y2)

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """The background, from zenith to horizon."""
        stops = [Stop(offset, color) for offset, color in zip((0, 0.38, 0.75, 1), colors, strict=False)]
        self.document.bands(0, bottom, stops)
        rest = min(self.document.height, bottom * 1.12 + 60) - bottom
        self.document.add(
            "rect", y=bottom - 1, width=self.document.width, height=rest + 1, fill=to_hex(stops[-1].color)
        )

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """Light in the air around a point."""
        stops = (Stop(0, color, strength), Stop(0.35, color, strength * 0.42), Stop(1, color, 0.0001))
        if radius > 80:
            self.document.rings(x, y, radius, stops)
            return
        paint = self.document.gradient("radial", stops, gradientUnits="userSpaceOnUse", cx=x, cy=y, r=radius)
        self.document.add("circle", cx=x, cy=y, r=radius, fill=paint)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """The sun or the moon itself."""
        self.document.add("circle", cx=x, cy=y, r=radius, fill=to_hex(color))

    def veil(self, top: float, bottom: float, color: Color, strength: float, *, peak: float = 0.5) -> None:
        """A band of mist across the picture, thickest at its peak."""
        stops = (Stop(0, color, 0.0001), Stop(peak, color, strength), Stop(1, color, 0.0001))
        self.document.bands(top, bottom, stops)

    def lamps(self, level: float, rng: Random) -> None:
        """Far lamps along the horizon, in the styles that have them."""

    def mount(self) -> None:
        """What lies over the whole picture at last: the frame of those styles that have one."""

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """The last touch over the rendered pixels: grain, paper, edges."""
        return pixels

    def _lie(
        self, skyline: Sequence[Point], levels: tuple[float, float, float], stops: Sequence[Stop], *, soft: bool = True
    ) -> None:
        """A gradient where the skyline runs, flat bands below it: most of the land lies there."""
        peak, foot, bottom = levels
        paint = self.document.gradient("linear", stops, gradientUnits="userSpaceOnUse", x1=0, y1=peak, x2=0, y2=bottom)
        overlap = 1 if foot < bottom else 0
        self._fill(ground_under(skyline, foot + overlap, soft=soft), paint)
        if foot < bottom:
            share = (foot - peak) / (bottom - peak)
            self.document.bands(foot, bottom, below(stops, share))

    def _vertical(self, top: Color, bottom: Color | None, depth: float, raw: bool) -> str:
        first = top if raw else self.see(top, depth)
        if bottom is None:
            return to_hex(first)
        second = bottom if raw else self.see(bottom, depth)
        return self.document.gradient("linear", (Stop(0, first), Stop(1, second)), x1=0, y1=0, x2=0, y2=1)

    def _fill(self, path: str, paint: str, opacity: float = 1.0) -> None:
        self.document.add("path", d=path, fill=paint, fill_opacity=opacity if opacity < 1 else None)

    def _blend(self, color: Color, amount: float) -> Color:
        return mix(color, self.paper, amount)
