"""Ink: a brush line and a few pale washes on warm paper."""

from collections.abc import Sequence
from math import hypot

from ..color import Color, lighten, mix, parse, saturate, to_hex
from ..finish import Pixels, edges, fibers, grain, granulate, wobble
from ..geometry import Point, pair, smooth
from ..palettes import Palette
from ..svg import Stop
from .base import Hand

_INK = parse("#1c1b22")


class Ink(Hand):
    """Line first; color is only breathed on."""

    key = "ink"
    label = "Ink"
    detail = 0.6
    on_paper = True

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """A pale wash of the color; blossoms keep a little more of theirs."""
        lit = self.light.on(color, depth * 0.6)
        chroma = (lit.a**2 + lit.b**2) ** 0.5
        strength = 0.2 + min(0.38, max(0.0, chroma - 0.045) * 4.2)
        return mix(self.paper, saturate(lighten(lit, 0.03), 0.85), strength * (1 - 0.45 * depth))

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """Darkest along the upper edge, running out into paper below, with a line on top."""
        paint = self.document.gradient("linear", self._wash(top, depth), x1=0, y1=0, x2=0, y2=1)
        self._outline(path, paint, depth, 2.7)

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
        """The same wash, with a line along the skyline alone."""
        peak, foot = min(y for _, y in skyline), max(y for _, y in skyline) + 8
        self._lie(skyline, (peak, min(foot, bottom), bottom), self._wash(top, depth), soft=soft)
        line = smooth(skyline) if soft else "M" + "L".join(pair(point) for point in skyline)
        pen = to_hex(self._pen(depth))
        width = 2.6 - 1.5 * depth
        self.document.add("path", d=line, fill="none", stroke=pen, stroke_width=width, stroke_linejoin="round")

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """Outlined, the color laid thin inside."""
        paint = paint or to_hex(self.see(color, depth))
        if depth > 0.4:
            self._fill(path, paint)
        else:
            self._outline(path, paint, depth, 2.2)

    def dabs(self, path: str, color: Color, *, tone: float = 0.5, depth: float = 0.0, opacity: float = 1.0) -> None:
        """Shade is drawn with the pen, middle tones are washed, lights are left out."""
        if not path or tone > 0.82:
            return
        color = self.see(color, depth)
        # A colored thing is shaded with its own color, or a cherry in bloom would turn gray.
        pen = mix(
            self._pen(depth),
            color,
            min(0.85, 14 * max(0.0, hypot(color.a - self.paper.a, color.b - self.paper.b) - 0.012)),
        )
        share, strength = (0.18, 0.72) if tone < 0.34 else (0.72, 0.6)
        self._fill(path, to_hex(mix(pen, color, share)), strength * opacity)

    def line(self, path: str, color: Color, width: float, *, depth: float = 0.0, opacity: float = 1.0) -> None:
        """A pen stroke, never wider than a brush would make it."""
        if path:
            self.document.add(
                "path",
                d=path,
                fill="none",
                stroke=to_hex(mix(self._pen(depth), self.see(color, depth), 0.2)),
                stroke_width=min(width, 1.6 + width * 0.4),
                stroke_linecap="round",
                stroke_opacity=opacity if opacity < 1 else None,
            )

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """Paper with a breath of the sky's color at the top."""
        dark = 0.34 if self.light.is_dark else 0.16
        washed = [
            mix(self.paper, saturate(color, 0.7), dark * share)
            for color, share in zip(colors, (1.0, 0.7, 0.4, 0.1), strict=False)
        ]
        super().sky(washed, bottom)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """Light is bare paper."""
        super().glow(x, y, radius, self.paper, strength * 0.8)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """The red sun of an old print, or a moon of bare paper."""
        fill = self.paper if self.light.time in ("night", "storm") else self.light.palette.grade(parse("#cf4a34"))
        self.document.add(
            "circle",
            cx=x,
            cy=y,
            r=radius,
            fill=to_hex(fill),
            stroke=to_hex(_INK),
            stroke_opacity=0.25,
            stroke_width=1.0,
        )

    def veil(self, top: float, bottom: float, color: Color, strength: float, *, peak: float = 0.5) -> None:
        """Mist is bare paper."""
        super().veil(top, bottom, self.paper, min(0.9, strength * 1.15), peak=peak)

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """A hand that trembles a little, and washi paper."""
        pixels = wobble(pixels, seed, reach=1.8)
        pixels = granulate(edges(pixels, 0.35), seed, 0.07)
        return grain(fibers(pixels, seed, 0.03), seed, 2.4)

    def _wash(self, color: Color, depth: float) -> tuple[Stop, ...]:
        wash = mix(self.see(color, depth), self._pen(depth), 0.52 * (1 - 0.7 * depth))
        return Stop(0, wash), Stop(0.5, mix(wash, self.paper, 0.62)), Stop(1, mix(wash, self.paper, 0.86))

    def _pen(self, depth: float) -> Color:
        return mix(self.light.palette.grade(_INK), self.paper, min(0.8, depth * 0.85))

    def _outline(self, path: str, paint: str, depth: float, width: float) -> None:
        self.document.add(
            "path",
            d=path,
            fill=paint,
            stroke=to_hex(self._pen(depth)),
            stroke_width=width * (1 - 0.5 * depth),
            stroke_linejoin="round",
        )
