"""Painting into a picture without an AI: the gap is filled from around it, and what the prompt names grows there."""

import numpy as np
from numpy.typing import NDArray

from . import engine, ground, pictures, plantings, tonality
from .expansion import canvas_of, expand
from .pictures import Bytes

__all__ = ["canvas_of", "expand", "fill"]

Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]


def fill(content: bytes, mask: bytes, order: engine.Order) -> bytes:
    """Repaint a picture where the mask is white; elsewhere no pixel changes. Raises ValueError."""
    given = pictures.read(content)
    gap = pictures.read_mask(mask, given.width, given.height)
    colors, alpha = given.colors.copy(), None if given.alpha is None else given.alpha.copy()
    if gap.any():
        left, top, right, bottom = _around(gap)
        spot = np.s_[top:bottom, left:right]
        colors[spot] = _repainted(np.ascontiguousarray(colors[spot]), gap[spot], order)
        if alpha is not None:
            alpha[gap] = 255
    return pictures.write(colors, alpha, engine.facts(order))


def _around(gap: Mask) -> Box:
    """The gap with as much of its surroundings as filling it needs: more at its sides, where the same land lies."""
    left, top, right, bottom = _bounds(gap)
    aside, reach = max(24, (right - left) * 3 // 2), max(24, (bottom - top) // 5)
    height, width = gap.shape
    return max(0, left - aside), max(0, top - reach), min(width, right + aside), min(height, bottom + reach)


def _bounds(gap: Mask) -> Box:
    rows, columns = np.flatnonzero(gap.any(axis=1)), np.flatnonzero(gap.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _repainted(colors: Bytes, gap: Mask, order: engine.Order) -> Bytes:
    painted = ground.continued(colors, gap, order.seed)
    if order.prompt.strip():
        left, top, right, bottom = _bounds(gap)
        spot = np.s_[top:bottom, left:right]
        planting = plantings.grow(order, right - left, bottom - top)
        if not gap.all():
            # The prompt decides on hues, the picture on how light it is here.
            amount = (0.5, 0.25) if planting.is_place else (0.3, 0.12)
            planting = planting.under(tonality.measure(colors, ~gap), amount)
        soft = max(1.5, min(right - left, bottom - top) * (0.24 if planting.is_place else 0.06))
        inside = np.clip(ground.depth(gap)[spot] / soft, 0, 1)
        painted[spot] = planting.over(painted[spot], inside * inside * (3 - 2 * inside))
    return np.where(gap[:, :, None], painted, colors)
