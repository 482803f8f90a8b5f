"""Pixel art: square cells, few colors, dark contours, and sky that changes in a woven pattern."""

from itertools import pairwise
from math import ceil

import numpy as np
from PIL import Image

from ..color import Color, lighten, saturate, to_hex
from ..finish import Pixels, expose
from ..palettes import Palette
from .base import Hand

_COLORS = 24
_CELLS = 84
_WEAVE = np.array(((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5)), dtype=np.float32) / 15 - 0.5


class Pixel(Hand):
    """Everything on a coarse grid."""

    key = "pixel"
    label = "Pixel art"
    detail = 0.55
    has_cells = True

    def see(self, color: Color, depth: float = 0.0) -> Color:
        """Clear colors: a screen shines."""
        return saturate(self.light.on(color, depth * 0.9), 1.22)

    def petal(self, path: str, color: Color, *, paint: str | None = None, depth: float = 0.0) -> None:
        """A shape with a contour as thick as a cell, in its own dark color."""
        near = depth < 0.3
        self.document.add(
            "path",
            d=path,
            fill=paint or to_hex(self.see(color, depth)),
            stroke=to_hex(lighten(saturate(self.see(color, depth), 0.9), -0.28)) if near else None,
            stroke_width=11.0 * (1 - depth) if near else None,
            stroke_opacity=0.85 if near else None,
            stroke_linejoin="round" if near else None,
            paint_order="stroke" if near else None,
        )

    def disc(self, x: float, y: float, radius: float, color: Color) -> None:
        """A round lamp, larger than in other styles."""
        super().disc(x, y, radius * 1.25, color)

    @classmethod
    def finish(cls, pixels: Pixels, seed: int, palette: Palette) -> Pixels:
        """Bring the picture to its cells, in few colors."""
        height, width = pixels.shape[:2]
        side = cell(width, height)
        shown = np.repeat(np.repeat(_celled(pixels, side), side, axis=0), side, axis=1)
        return np.ascontiguousarray(shown[:height, :width].astype(np.float32))


def cell(width: int, height: int) -> int:
    """The side of a cell of a picture of that size."""
    return max(2, round(float((width * height) ** 0.5) / _CELLS))


def cells(pixels: Pixels) -> "np.typing.NDArray[np.uint8]":
    """A picture's cells, from a rendered drawing."""
    return _celled(pixels, cell(pixels.shape[1], pixels.shape[0]))


def _celled(pixels: Pixels, side: int) -> "np.typing.NDArray[np.uint8]":
    height, width = pixels.shape[:2]
    rows, columns = ceil(height / side), ceil(width / side)
    whole = np.pad(expose(pixels, 170), ((0, rows * side - height), (0, columns * side - width), (0, 0)), mode="edge")
    means = whole.reshape(rows, side, columns, side, 3).mean(axis=(1, 3), dtype=np.float32)
    weave = np.tile(_WEAVE, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None]
    image = Image.fromarray(np.clip(means, 0, 255).astype(np.uint8))
    # The colors that lie farthest apart, so that a small red bloom keeps its red.
    few = image.quantize(_COLORS, method=Image.Quantize.MAXCOVERAGE)
    woven = Image.fromarray(np.clip(means + weave * 7, 0, 255).astype(np.uint8))
    mapped = woven.quantize(palette=few, dither=Image.Dither.NONE).convert("RGB")
    return np.asarray(mapped, dtype=np.uint8)


def draw_cells(grid: "np.typing.NDArray[np.uint8]", width: int, height: int, title: str) -> str:
    """The cells as a drawing: runs of one color, one path for each color."""
    side = cell(width, height)
    runs: dict[str, list[str]] = {}
    codes = grid.astype(np.uint32) @ np.array((65536, 256, 1), dtype=np.uint32)
    for y, row in enumerate(codes):
        starts = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
        for start, end in pairwise(starts):
            runs.setdefault(f"#{int(row[start]):06x}", []).append(f"M{start} {y}h{end - start}v1h{start - end}z")
    paths = "".join(f'<path fill="{color}" d="{"".join(marks)}"/>' for color, marks in runs.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width / side:.4f} {height / side:.4f}" preserveAspectRatio="none" '
        f'shape-rendering="crispEdges"><title>{title}</title>{paths}</svg>'
    )
