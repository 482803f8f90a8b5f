"""How a layer stands while it grows: plants rise from their foot, creatures fly in, land lifts."""

from math import cos, pi, sin
from random import Random

import cv2
import numpy as np

from .layers import Layer
from .scene import Scene


def pose(layer: Layer, progress: float, scene: Scene, width: int, height: int) -> "cv2.typing.MatLike":
    """Where the layer stands at that point of its growth, as a matrix."""
    rng = Random(layer.left * 7919 + layer.top)  # noqa: S311
    across, foot = layer.left + (layer.right - layer.left) / 2, float(layer.bottom)
    if layer.kind == "creature":
        away = 1 - smooth(progress)
        side = rng.choice((-1, 1))
        return _matrix(layer, (across, foot), (1, 1), 0.0, (side * away * width * 0.16, -away * height * 0.12))
    if layer.kind in ("", "built"):
        low = layer.bottom > height * scene.horizon / scene.height + 4
        # Land rises, and what is only in the air appears where it is.
        tall = 1.0 if not low or not _is_land(layer, width, height) else 0.82 + 0.18 * smooth(progress)
        return _matrix(layer, (across, foot), (1, tall), 0.0, (0, 0))
    if cut_off(layer):
        return _matrix(layer, (across, foot), (1, 1), 0.0, (0, 0))
    tall = springy(progress)
    broad = 0.25 + 0.75 * springy(progress**1.25)
    sway = sin(progress * pi * 2.5) * (1 - progress) * 0.09 * rng.choice((-1, 1))
    return _matrix(layer, (across, foot), (broad, tall), sway, (0, 0))


def cut_off(layer: Layer) -> bool:
    """Whether it goes on above the frame: scaled, it would show where it ends; it is revealed from below instead."""
    return bool(layer.kind) and layer.top <= 1


def _is_land(layer: Layer, width: int, height: int) -> bool:
    return layer.right - layer.left > width * 0.8 and layer.top > height * 0.05


def _matrix(
    layer: Layer, foot: tuple[float, float], scale: tuple[float, float], lean: float, shift: tuple[float, float]
) -> "cv2.typing.MatLike":
    """Scale and lean about the foot, then shift; from the layer's own pixels to those of the frame."""
    c, s = cos(lean), sin(lean)
    turn = np.array(((c * scale[0], -s * scale[1]), (s * scale[0], c * scale[1])))
    own = np.array((foot[0] - layer.left, foot[1] - layer.top))
    moved = np.array(foot) + shift - turn @ own
    return np.column_stack((turn, moved))


def reach(layer: Layer, turned: "cv2.typing.MatLike", width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the frame that the layer covers then: left, top, right, bottom."""
    wide, tall = layer.right - layer.left, layer.bottom - layer.top
    corners = np.array(((0, 0, 1), (wide, 0, 1), (0, tall, 1), (wide, tall, 1))) @ turned.T
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0)) + 1
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))


def smooth(share: float) -> float:
    """Slow, fast, slow: from 0 to 1."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def springy(share: float) -> float:
    """Fast at first, a little too far, and back."""
    share = min(1.0, max(0.0, share)) - 1
    return 1 + 2.1 * share**3 + 1.1 * share**2
