"""Art nouveau: a colored lithograph with flowing contours, a halo, and an ornamental frame."""

from collections.abc import Sequence
from math import cos, pi, sin, tau

from ..color import Color, lighten, mix, parse, saturate, to_hex
from ..finish import Pixels, expose, fibers, grain
from ..geometry import Point, ellipse, leaf, pair, polar, smooth
from ..palettes import Palette
from ..svg import num
from .base import Hand

_CONTOUR, _GOLD, _DEEP = parse("#33241c"), parse("#cda24f"), parse("#2f4a44")


class Nouveau(Hand):
    """Flat color between lines that swell."""

    key = "nouveau"
    label = "Art nouveau"
    flat = True
    detail = 0.42
    margin = 48.0

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Old inks: a little gold in every color."""
        lit = self.light.on(color, depth * 0.8)
        return mix(saturate(lit, 0.92), self.light.palette.grade(_GOLD), 0.13)

    def mass(
        self, path: str, top: Color, bottom: Color | None = None, *, depth: float = 0.0, raw: bool = False
    ) -> None:
        """One flat color within a contour."""
        color = top if bottom is None else mix(top, bottom, 0.35)
        self._contoured(path, to_hex(color if raw else self.see(color, depth)), 3.4, depth)

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
        """Land with a contour along its skyline, and a second, thinner one below it."""
        super().ground(skyline, bottom, top, low, depth=depth, soft=soft, raw=raw)
        for drop, width, opacity in ((0.0, 3.0, 1.0), (11.0, 1.2, 0.5)):
            points = [(x, y + drop) for x, y in skyline]
            line = smooth(points) if soft else "M" + "L".join(pair(point) for point in points)
            self.document.add(
                "path",
                d=line,
                fill="none",
                stroke=to_hex(self._contour(depth)),
                stroke_width=width * (1 - 0.55 * depth),
                stroke_opacity=opacity if opacity < 1 else None,
                stroke_linejoin="round",
            )

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A flat shape within a contour."""
        self._contoured(path, paint or to_hex(self.see(color, depth)), 2.6, depth)

    def across(self, x1: float, y1: float, x2: float, y2: float, *colors: Color, depth: float = 0.0) -> str:
        """A stone prints one color."""
        return to_hex(self.see(colors[len(colors) // 2], depth))

    def radial(self, x: float, y: float, radius: float, inner: Color, outer: Color, *, depth: float = 0.0) -> str:
        """A stone prints one color."""
        return to_hex(self.see(outer, depth))

    def sky(self, colors: Sequence[Color], bottom: float) -> None:
        """A calm ground from muted blue to gold; by night the gold is only breathed on."""
        gold = self.light.palette.grade(parse("#e9cf94"))
        share = 0.3 if self.light.is_dark else 1.0
        steps = zip(colors, (0.2, 0.34, 0.5, 0.62), strict=True)
        super().sky([mix(saturate(color, 0.7), gold, step * share) for color, step in steps], bottom)

    def glow(self, x: float, y: float, radius: float, color: Color, strength: float = 0.6) -> None:
        """A lithograph knows little glow."""
        super().glow(x, y, radius, color, strength * 0.35)

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A halo: a ring of small stones around the light."""
        gold, line = self.light.palette.grade(_GOLD), to_hex(self._contour(0.1))
        outer, inner = radius * 3.3, radius * 2.6
        pale = mix(gold, self.paper, 0.55)
        for r, fill in ((outer, gold), (inner, pale)):
            self.document.add("circle", cx=x, cy=y, r=r, fill=to_hex(fill), stroke=line, stroke_width=2.6)
        number = 30
        for i in range(number):
            middle = polar((x, y), tau * i / number, (outer + inner) / 2)
            self.document.add(
                "circle",
                cx=middle[0],
                cy=middle[1],
                r=(outer - inner) * 0.3,
                fill=to_hex(self.light.palette.grade(_DEEP) if i % 2 else mix(gold, self.paper, 0.75)),
                stroke=line,
                stroke_width=1.2,
            )
        self.document.add(
            "circle", cx=x, cy=y, r=radius, fill=to_hex(mix(color, self.paper, 0.4)), stroke=line, stroke_width=2.2
        )

    def veil(self, top: float, bottom: float, color: Color, strength: float, *, peak: float = 0.5) -> None:
        """Mist is told by paler stones behind, not by a veil."""

    def mount(self) -> None:
        """A frame with an arch; vines curl in its corners, a row of blossoms runs below."""
        width, height = self.document.width, self.document.height
        short = min(width, height)
        band, low = short * 0.034, short * 0.085
        rise = min(height * 0.17, width * 0.26)
        left, right, bottom = band, width - band, height - low
        window = (
            f"M{num(left)} {num(bottom)}V{num(band + rise)}"
            f"A{num((right - left) / 2)} {num(rise)} 0 0 1 {num(right)} {num(band + rise)}V{num(bottom)}Z"
        )
        ground, line = self.light.palette.grade(mix(_DEEP, _GOLD, 0.05)), to_hex(self._contour(0.0))
        gold = self.light.palette.grade(_GOLD)
        with self.document.group(class_="mount"):
            self.document.add(
                "path",
                d=f"M-2-2H{num(width + 2)}V{num(height + 2)}H-2Z{window}",
                fill=to_hex(ground),
                fill_rule="evenodd",
            )
            for stroke, thick in ((line, short * 0.017), (to_hex(gold), short * 0.0085)):
                self.document.add("path", d=window, fill="none", stroke=stroke, stroke_width=thick)
            inset = short * 0.011
            self.document.add(
                "rect",
                x=inset,
                y=inset,
                width=width - 2 * inset,
                height=height - 2 * inset,
                fill="none",
                stroke=to_hex(gold),
                stroke_width=short * 0.004,
            )
            for side in (-1, 1):
                self._vine((left if side < 0 else right, band), -side, rise, min(width * 0.4, rise * 2.1), gold, line)
            self._row(left, right, (bottom + height) / 2, low * 0.3, gold, line)

    def _vine(self, corner: Point, side: int, rise: float, reach: float, gold: Color, line: str) -> None:
        """A whiplash line that fills a spandrel, with leaves and one blossom."""
        x, y = corner
        spine = [
            (x + side * reach * (0.04 + 0.8 * t), y + rise * (0.12 + 0.72 * (1 - t) ** 2.4))
            for t in (0, 0.2, 0.4, 0.6, 0.8, 1)
        ]
        self.document.add(
            "path", d=smooth(spine), fill="none", stroke=to_hex(gold), stroke_width=rise * 0.03, stroke_linecap="round"
        )
        green = self.see(self.light.palette.leaves[2])
        for index, at in enumerate(spine[:-1]):
            size = rise * (0.26 - 0.03 * index)
            for turn in (-0.5, 0.9):
                self.document.add(
                    "path",
                    d=leaf(
                        at,
                        (0 if side > 0 else pi) + side * turn * (1 if index % 2 else 0.8),
                        size,
                        size * 0.42,
                        side * 0.2,
                    ),
                    fill=to_hex(green),
                    stroke=line,
                    stroke_width=1.3,
                )
        self._blossom((x + side * rise * 0.2, y + rise * 0.2), rise * 0.17, line)

    def _row(self, left: float, right: float, level: float, size: float, gold: Color, line: str) -> None:
        number = max(3, round((right - left) / (size * 5.2)))
        step = (right - left) / number
        wave = [(left + step * i / 2, level + (size * 0.5 if i % 2 else -size * 0.5)) for i in range(number * 2 + 1)]
        self.document.add("path", d=smooth(wave), fill="none", stroke=to_hex(gold), stroke_width=size * 0.14)
        for i in range(number):
            self._blossom((left + step * (i + 0.5), level), size, line)

    def _blossom(self, at: Point, size: float, line: str) -> None:
        color = self.see(self.light.palette.blossoms[0])
        petals = "".join(
            ellipse((at[0] + cos(a) * size * 0.55, at[1] + sin(a) * size * 0.55), size * 0.42, size * 0.42)
            for a in (tau * i / 5 - pi / 2 for i in range(5))
        )
        self.document.add("path", d=petals, fill=to_hex(color), stroke=line, stroke_width=1.2)
        self.document.add(
            "circle", cx=at[0], cy=at[1], r=size * 0.3, fill=to_hex(lighten(_GOLD, 0.1)), stroke=line, stroke_width=1.2
        )

    def _contour(self, depth: float) -> Color:
        return mix(self.light.palette.grade(_CONTOUR), self.light.haze, min(0.6, depth * 0.7))

    def _contoured(self, path: str, paint: str, width: float, depth: float) -> None:
        self.document.add(
            "path",
            d=path,
            fill=paint,
            stroke=to_hex(self._contour(depth)),
            stroke_width=width * (1 - 0.6 * depth),
            stroke_linejoin="round",
        )

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """The grain of the stone."""
        return grain(fibers(expose(pixels, 165), seed, 0.035), seed, 2.2)
