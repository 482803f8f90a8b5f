"""A larger canvas around a picture: its surroundings continue it, ever softer, and plants stand in them."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from . import engine, pictures, plantings, tonality
from .finish import noise
from .pictures import Bytes, Given

Plane = NDArray[np.float32]
DIRECTIONS = ("zoom-1.5", "zoom-2", "square", "left", "right", "top", "bottom")
# The soft surroundings are reckoned for so many pixels, and stretched.
_COARSE = 400_000
# How fast the mirrored picture runs off outside: slower upward, where mirrored things would hang head down.
# Between which distances each softer copy takes over, in sides of the picture.
_SOFTENING = ((0.01, 0.14), (0.1, 0.34), (0.28, 0.6))
_ASIDE, _ABOVE, _BELOW = 0.85, 0.2, 0.45


@dataclass(frozen=True)
class _Canvas:
    """The size of a canvas, and where the picture stands on it."""

    width: int
    height: int
    left: int
    top: int
    given: Given

    @property
    def right(self) -> int:
        """The first column beyond the picture."""
        return self.left + self.given.width

    @property
    def bottom(self) -> int:
        """The first row below the picture."""
        return self.top + self.given.height

    @property
    def unit(self) -> float:
        """What widths are measured by: the mean side of the picture."""
        return float((self.given.width * self.given.height) ** 0.5)


def canvas_of(width: int, height: int, direction: str) -> tuple[int, int, int, int]:
    """The canvas for a picture of that size: width, height, and where the picture stands (left, top)."""
    if direction in ("zoom-1.5", "zoom-2"):
        factor = float(direction.removeprefix("zoom-"))
        wide, high = round(width * factor), round(height * factor)
        return wide, high, (wide - width) // 2, (high - height) // 2
    if direction == "square":
        side = max(width, height)
        return side, side, (side - width) // 2, (side - height) // 2
    across, down = -(-width // 2), -(-height // 2)
    sides = {
        "left": (width + across, height, across, 0),
        "right": (width + across, height, 0, 0),
        "top": (width, height + down, 0, down),
        "bottom": (width, height + down, 0, 0),
    }
    if direction not in sides:
        raise ValueError(f"a picture is expanded to one of: {', '.join(DIRECTIONS)}")
    return sides[direction]


def expand(content: bytes, direction: str, order: engine.Order) -> bytes:
    """Continue a picture beyond its edges; its own pixels stay as they are. Raises ValueError."""
    given = pictures.read(content)
    canvas = _Canvas(*canvas_of(given.width, given.height, direction), given)
    colors = _surroundings(canvas, order.seed)
    _plant(colors, canvas, order)
    spot = np.s_[canvas.top : canvas.bottom, canvas.left : canvas.right]
    colors[spot] = given.colors
    alpha = None
    if given.alpha is not None:
        alpha = np.full(colors.shape[:2], 255, dtype=np.uint8)
        alpha[spot] = given.alpha
    return pictures.write(colors, alpha, engine.facts(order))


def _surroundings(canvas: _Canvas, seed: int) -> Bytes:
    """The picture mirrored at its edges, bent a little, and softer the farther it is from them."""
    scale = min(1.0, (_COARSE / (canvas.width * canvas.height)) ** 0.5)
    size = max(1, round(canvas.width * scale)), max(1, round(canvas.height * scale))
    x, y = _centers(size[0], canvas.width)[None, :], _centers(size[1], canvas.height)[:, None]
    seen_x, seen_y, away = _seen(canvas, x, y, seed)
    sharp = _taken(canvas.given.colors, seen_x, seen_y)
    softs = [_blurred(sharp, share * canvas.unit * scale) for share in (0.012, 0.05, 0.13)]
    colors = np.empty((canvas.height, canvas.width, 3), dtype=np.uint8)
    for strip in pictures.strips(canvas.width, canvas.height):
        rows = np.arange(strip.top, strip.bottom, dtype=np.float32)[:, None]
        columns = np.arange(canvas.width, dtype=np.float32)[None, :]
        at = _scaled(columns, canvas.width, size[0]) + 0 * rows, _scaled(rows, canvas.height, size[1]) + 0 * columns
        fine = _taken(canvas.given.colors, _taken(seen_x, *at), _taken(seen_y, *at))
        far = _taken(away, *at)[:, :, None]
        for soft, (begin, end) in zip(softs, _SOFTENING, strict=True):
            fine += (_taken(soft, *at) - fine) * np.clip((far - begin) / (end - begin), 0, 1)
        colors[strip.top : strip.bottom] = np.clip(np.round(fine), 0, 255)
    return colors


def _seen(canvas: _Canvas, x: Plane, y: Plane, seed: int) -> tuple[Plane, Plane, Plane]:
    """Which pixel of the picture shows at a place of the canvas, and how far from the picture that is."""
    beside = np.maximum(canvas.left - x, x - (canvas.right - 1)).clip(0)
    above, below = np.maximum(canvas.top - y, 0), np.maximum(y - (canvas.bottom - 1), 0)
    away = np.hypot(beside, above + below) / np.float32(canvas.unit)
    bend = np.clip(away * 4, 0, 1) * np.float32(0.035 * canvas.unit)
    waves = [noise(len(y), x.shape[1], max(4.0, max(away.shape) / 7), (seed + k) % 2**32) for k in range(2)]
    inner_x = np.clip(x, canvas.left, canvas.right - 1) - canvas.left
    inner_y = np.clip(y, canvas.top, canvas.bottom - 1) - canvas.top
    seen_x = inner_x + np.where(x < canvas.left, 1, -1) * beside * _ASIDE + bend * waves[0]
    seen_y = inner_y + above * _ABOVE - below * _BELOW + bend * waves[1] * 0.5
    return (
        _folded(seen_x, canvas.given.width),
        _folded(seen_y, canvas.given.height),
        away.astype(np.float32),
    )


def _folded(places: Plane, size: int) -> Plane:
    """Places beyond an edge, mirrored back."""
    if size == 1:
        return np.zeros(places.shape, dtype=np.float32)
    inside = np.abs(places) % (2 * (size - 1))
    return np.asarray(np.minimum(inside, 2 * (size - 1) - inside), dtype=np.float32)


def _centers(number: int, size: int) -> Plane:
    return ((np.arange(number, dtype=np.float32) + 0.5) * (size / number) - 0.5).astype(np.float32)


def _scaled(places: Plane, size: int, number: int) -> Plane:
    return ((places + 0.5) * (number / size) - 0.5).astype(np.float32)


def _taken(source: NDArray[Any], x: Plane, y: Plane) -> Plane:
    taken = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, dtype=np.float32)


def _blurred(sharp: Plane, sigma: float) -> Plane:
    soft = cv2.GaussianBlur(sharp, (0, 0), max(0.8, sigma), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(soft, dtype=np.float32)


def _plant(colors: Bytes, canvas: _Canvas, order: engine.Order) -> None:
    """Set plants beside the picture, and grasses along the lower edge; in place."""
    light = tonality.measure(canvas.given.colors)
    if order.prompt.strip():
        for left, right in ((0, canvas.left), (canvas.right, canvas.width)):
            if right - left >= canvas.height * 0.12:
                _stand(colors, canvas, order, (left, right), light)
    _edge(colors, canvas, order, light)


def _stand(
    colors: Bytes, canvas: _Canvas, order: engine.Order, columns: tuple[int, int], light: tonality.Tonality
) -> None:
    # In a narrow column plants would stand on each other's heads.
    top = max(0, canvas.height - round((columns[1] - columns[0]) * 1.7))
    planting = plantings.grow(order, columns[1] - columns[0], canvas.height - top, ground=False)
    spot = colors[top:, columns[0] : columns[1]]
    spot[:] = planting.under(light, (0.35, 0.15)).over(spot, _outside(canvas, columns, (top, canvas.height)))


def _edge(colors: Bytes, canvas: _Canvas, order: engine.Order, light: tonality.Tonality) -> None:
    rows = max(1, round(canvas.height * 0.3))
    top = canvas.height - rows
    sown = plantings.sow(order, canvas.width, canvas.height, rows).under(light, (0.4, 0.2))
    colors[top:] = sown.over(colors[top:], _outside(canvas, (0, canvas.width), (top, canvas.height)))


def _outside(canvas: _Canvas, columns: tuple[int, int], rows: tuple[int, int]) -> Plane:
    """From 0 on the edge of the picture to 1 a little away from it."""
    x = np.arange(*columns, dtype=np.float32)[None, :]
    y = np.arange(*rows, dtype=np.float32)[:, None]
    beside = np.maximum(canvas.left - x, x - (canvas.right - 1)).clip(0)
    beyond = np.maximum(canvas.top - y, y - (canvas.bottom - 1)).clip(0)
    away = np.hypot(beside, beyond) / np.float32(max(2.0, canvas.unit * 0.02))
    return np.asarray(np.clip(away, 0, 1), dtype=np.float32)
