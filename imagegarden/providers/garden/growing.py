"""The frames of a growth film: sky and land first, then every plant from its foot, until the picture is complete."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi, sin
from random import Random

import cv2
import numpy as np

from . import engine, layers
from .color import to_rgb
from .layers import Layer
from .pictures import Bytes
from .scene import Scene

_MOST_LAYERS = 15
# Shares of the film: the bare sky before anything grows, and the finished picture after it.
_OPENING, _HELD = 0.03, 0.16
_ZOOM = 1.1
# How long a part takes before the next one begins; what people look for takes longest.
_PACE = {"tree": 2.2, "flower": 1.5, "plant": 1.3, "built": 1.6, "creature": 0.8, "": 0.8}
_OVERLAP = 2.4


@dataclass(frozen=True)
class _Stage:
    """A layer, the picture finished up to and with it, and when it grows: from 0 to 1 of the film."""

    layer: Layer
    sprite: Bytes
    finished: Bytes
    begin: float
    end: float


def frames(order: engine.Order, number: int) -> Iterator[Bytes]:
    """Yield so many frames of the picture's growth."""
    scene = engine.paint(order)
    bare, stages = _stages(scene, order)
    for index in range(number):
        moment = index / max(1, number - 1)
        yield _seen(_grown(bare, stages, moment, scene), moment, scene)


def _stages(scene: Scene, order: engine.Order) -> tuple[Bytes, list[_Stage]]:
    document, size = scene.hand.document, (order.width, order.height)
    grown = [layers.rasterize(document, part, *size) for part in layers.parts(document, _MOST_LAYERS)]
    grown = _grounded(grown, size)
    canvas = np.full((order.height, order.width, 3), to_rgb(scene.palette.paper), dtype=np.uint8)
    layers.lay(canvas, grown[0])
    bare = _finished(canvas, order)
    stages = []
    for layer, (begin, end) in zip(grown[1:], _times(grown[1:]), strict=True):
        layers.lay(canvas, layer)
        finished = _finished(canvas, order)
        stages.append(_Stage(layer, _sprite(layer, finished), finished, begin, end))
    return bare, stages


def _grounded(grown: list[Layer], size: tuple[int, int]) -> list[Layer]:
    """Lead sky and far land on to the lower edge: in the drawing they end where nearer land hides them."""
    covered, led = 0, []
    for layer in grown:
        solid = _solid(layer, size[0])
        ends = layer.top + solid
        led.append(_led_on(layer, solid, size[1]) if solid and covered < ends < size[1] else layer)
        covered = max(covered, ends if solid else 0)
    return led


def _solid(layer: Layer, width: int) -> int:
    """How many rows of a layer there are down to the last that hides, from edge to edge, what is behind it."""
    rows = np.flatnonzero((layer.pixels[:, :, 3] > 250).sum(axis=1) > 0.9 * width)
    return int(rows[-1]) + 1 if len(rows) else 0


def _led_on(layer: Layer, solid: int, height: int) -> Layer:
    # Its lower border may have an edge and a shadow of its own.
    edge = max(0, solid - 4 - height // 40)
    color = layer.pixels[edge, :, :3].mean(axis=0)
    pixels = np.zeros((height - layer.top, layer.pixels.shape[1], 4), dtype=np.float32)
    if layer.top == 0:
        # The sky, whose glow reaches farther down.
        pixels[: len(layer.pixels)] = layer.pixels
        pixels[edge:, :, :3] += color * (1 - pixels[edge:, :, 3:] / 255)
    else:
        pixels[:edge] = layer.pixels[:edge]
        pixels[edge:, :, :3] = color
    pixels[edge:, :, 3] = 255
    return replace(layer, pixels=np.clip(np.round(pixels), 0, 255).astype(np.uint8))


def _finished(canvas: Bytes, order: engine.Order) -> Bytes:
    pixels = engine.finish(canvas.astype(np.float32), order)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _sprite(layer: Layer, finished: Bytes) -> Bytes:
    """The layer in the colors that the style's finish gives it."""
    alpha = layer.pixels[:, :, 3]
    spot = finished[layer.top : layer.bottom, layer.left : layer.right]
    return np.dstack((cv2.multiply(spot, cv2.merge([alpha] * 3), scale=1 / 255), alpha))


def _times(grown: list[Layer]) -> list[tuple[float, float]]:
    begins, now = [], 0.0
    paces = [_PACE[layer.kind] for layer in grown]
    for pace in paces:
        begins.append(now)
        now += pace
    ends: list[float] = []
    for begin, pace in zip(begins, paces, strict=True):
        # Never before the one behind it: the picture is finished from back to front.
        ends.append(max([begin + pace * _OVERLAP, *ends[-1:]]))
    span = (1 - _OPENING - _HELD) / max(ends, default=1.0)
    return [(_OPENING + begin * span, _OPENING + end * span) for begin, end in zip(begins, ends, strict=True)]


def _grown(bare: Bytes, stages: list[_Stage], moment: float, scene: Scene) -> Bytes:
    frame = bare
    for stage in stages:
        if moment >= stage.end:
            frame = stage.finished
        elif moment > stage.begin:
            progress = (moment - stage.begin) / (stage.end - stage.begin)
            frame = frame.copy()
            _place(frame, stage, progress, scene)
            settled = _smooth((progress - 0.7) / 0.3)
            if settled > 0:
                mixed = cv2.addWeighted(stage.finished, settled, frame, 1 - settled, 0)
                frame = np.asarray(mixed, dtype=np.uint8)
    return frame


def _place(frame: Bytes, stage: _Stage, progress: float, scene: Scene) -> None:
    """Lay the growing layer on the frame, in place."""
    height, width = frame.shape[:2]
    turned = _pose(stage.layer, min(1.0, progress / 0.9), scene, width, height)
    left, top, right, bottom = _reach(stage.layer, turned, width, height)
    if right <= left or bottom <= top:
        return
    turned[:, 2] -= (left, top)
    size = (right - left, bottom - top)
    sprite = cv2.warpAffine(stage.sprite, turned, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    shown = _smooth(progress / (0.35 if stage.layer.kind else 0.8))
    if shown < 1:
        sprite = cv2.convertScaleAbs(sprite, alpha=shown)
    through = cv2.merge([255 - sprite[:, :, 3]] * 3)
    spot = frame[top:bottom, left:right]
    spot[:] = cv2.add(cv2.multiply(spot, through, scale=1 / 255), np.ascontiguousarray(sprite[:, :, :3]))


def _pose(layer: Layer, progress: float, scene: Scene, width: int, height: int) -> "cv2.typing.MatLike":
    """Where the layer stands at that point of its growth, as a matrix."""
    rng = Random(layer.left * 7919 + layer.top)  # noqa: S311
    across, foot = layer.left + (layer.right - layer.left) / 2, float(layer.bottom)
    if layer.kind == "creature":
        away = 1 - _smooth(progress)
        side = rng.choice((-1, 1))
        return _matrix(layer, (across, foot), (1, 1), 0.0, (side * away * width * 0.16, -away * height * 0.12))
    if layer.kind in ("", "built"):
        low = layer.bottom > height * scene.horizon / scene.height + 4
        # Land rises, and what is only in the air appears where it is.
        tall = 1.0 if not low or not _is_land(layer, width, height) else 0.82 + 0.18 * _smooth(progress)
        return _matrix(layer, (across, foot), (1, tall), 0.0, (0, 0))
    tall = _springy(progress)
    broad = 0.25 + 0.75 * _springy(progress**1.25)
    sway = sin(progress * pi * 2.5) * (1 - progress) * 0.09 * rng.choice((-1, 1))
    return _matrix(layer, (across, foot), (broad, tall), sway, (0, 0))


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


def _reach(layer: Layer, turned: "cv2.typing.MatLike", width: int, height: int) -> tuple[int, int, int, int]:
    wide, tall = layer.right - layer.left, layer.bottom - layer.top
    corners = np.array(((0, 0, 1), (wide, 0, 1), (0, tall, 1), (wide, tall, 1))) @ turned.T
    (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0)) + 1
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))


def _seen(frame: Bytes, moment: float, scene: Scene) -> Bytes:
    """The camera: near to the ground at first, drawing back until the whole picture is seen."""
    zoom = _ZOOM ** (1 - _smooth(moment / (1 - _HELD * 0.6)))
    if zoom < 1.0005:
        return frame
    height, width = frame.shape[:2]
    x, y = width * scene.focus / scene.width, height * 0.8
    matrix = np.array(((zoom, 0, x - zoom * x), (0, zoom, y - zoom * y)))
    seen = cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, dtype=np.uint8)


def _smooth(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def _springy(share: float) -> float:
    """Fast at first, a little too far, and back."""
    share = min(1.0, max(0.0, share)) - 1
    return 1 + 2.1 * share**3 + 1.1 * share**2
