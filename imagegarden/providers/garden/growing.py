"""The frames of a growth film: sky and land first, then every plant from its foot, until the picture is complete."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from . import engine, layers, poses
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


@dataclass(frozen=True)
class _Growth:
    """A scene's stages, and what they grow on. Within is 0 where the style leaves the paper bare."""

    scene: Scene
    bare: Bytes
    within: Bytes | None
    stages: list[_Stage]


def frames(order: engine.Order, number: int) -> Iterator[Bytes]:
    """Yield so many frames of the picture's growth."""
    growth = _growth(order)
    for index in range(number):
        moment = index / max(1, number - 1)
        yield _seen(_grown(growth, moment), moment, growth.scene)


def _growth(order: engine.Order) -> _Growth:
    scene = engine.paint(order)
    document, size = scene.hand.document, (order.width, order.height)
    grown = [layers.rasterize(document, part, *size) for part in layers.parts(document, _MOST_LAYERS)]
    grown = _grounded(grown, size)
    canvas = np.full((order.height, order.width, 3), to_rgb(scene.palette.paper), dtype=np.uint8)
    layers.lay(canvas, grown[0])
    bare, within = _finished(canvas, order), _within(order)
    stages = []
    for layer, (begin, end) in zip(grown[1:], _times(grown[1:]), strict=True):
        layers.lay(canvas, layer)
        finished = _finished(canvas, order)
        stages.append(_Stage(layer, _sprite(layer, finished, within), finished, begin, end))
    return _Growth(scene, bare, within, stages)


def _within(order: engine.Order) -> Bytes | None:
    """Where a style paints: what it makes of black and of gray differs there, and is the same on a bare border."""
    black, gray = (
        _finished(np.full((order.height, order.width, 3), level, dtype=np.uint8), order) for level in (20, 150)
    )
    painted = cv2.absdiff(black, gray).max(axis=2)
    if painted.min() > 20:
        return None
    return np.asarray(cv2.merge([np.minimum(painted, 80) * np.uint8(3)] * 4), dtype=np.uint8)


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


def _sprite(layer: Layer, finished: Bytes, within: Bytes | None) -> Bytes:
    """The layer in the colors that the style's finish gives it; in its own, where that leaves a bare border."""
    alpha = layer.pixels[:, :, 3]
    spot = np.s_[layer.top : layer.bottom, layer.left : layer.right]
    sprite = np.dstack((cv2.multiply(finished[spot], cv2.merge([alpha] * 3), scale=1 / 255), alpha))
    if within is not None:
        sprite = np.where(within[spot] < 240, layer.pixels, sprite)
    return np.asarray(sprite, dtype=np.uint8)


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


def _grown(growth: _Growth, moment: float) -> Bytes:
    frame = growth.bare
    for stage in growth.stages:
        if moment >= stage.end:
            frame = stage.finished
        elif moment > stage.begin:
            progress = (moment - stage.begin) / (stage.end - stage.begin)
            frame = frame.copy()
            _place(frame, growth, stage, progress)
            settled = poses.smooth((progress - 0.7) / 0.3)
            if settled > 0:
                mixed = cv2.addWeighted(stage.finished, settled, frame, 1 - settled, 0)
                frame = np.asarray(mixed, dtype=np.uint8)
    return frame


def _place(frame: Bytes, growth: _Growth, stage: _Stage, progress: float) -> None:
    """Lay the growing layer on the frame, in place."""
    height, width = frame.shape[:2]
    turned = poses.pose(stage.layer, min(1.0, progress / 0.9), growth.scene, width, height)
    left, top, right, bottom = poses.reach(stage.layer, turned, width, height)
    if right <= left or bottom <= top:
        return
    turned[:, 2] -= (left, top)
    size = (right - left, bottom - top)
    sprite = cv2.warpAffine(stage.sprite, turned, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    sprite = _revealed(np.asarray(sprite, dtype=np.uint8), stage.layer, progress)
    spot = np.s_[top:bottom, left:right]
    if growth.within is not None:
        sprite = np.asarray(cv2.multiply(sprite, growth.within[spot], scale=1 / 240), dtype=np.uint8)
    through = cv2.merge([255 - sprite[:, :, 3]] * 3)
    frame[spot] = cv2.add(cv2.multiply(frame[spot], through, scale=1 / 255), np.ascontiguousarray(sprite[:, :, :3]))


def _revealed(sprite: Bytes, layer: Layer, progress: float) -> Bytes:
    """As much of it as is to be seen by now: it appears softly, or climbs where it goes on above the frame."""
    if poses.cut_off(layer):
        tall = len(sprite)
        front = tall * (1 - 1.2 * poses.smooth(progress / 0.85))
        share = np.clip((np.arange(tall, dtype=np.float32) - front) / (tall * 0.2), 0, 1)
        return np.asarray(sprite * share[:, None, None], dtype=np.uint8)
    shown = poses.smooth(progress / (0.35 if layer.kind else 0.8))
    return sprite if shown >= 1 else np.asarray(cv2.convertScaleAbs(sprite, alpha=shown), dtype=np.uint8)


def _seen(frame: Bytes, moment: float, scene: Scene) -> Bytes:
    """The camera: near to the ground at first, drawing back until the whole picture is seen."""
    zoom = _ZOOM ** (1 - poses.smooth(moment / (1 - _HELD * 0.6)))
    if zoom < 1.0005:
        return frame
    height, width = frame.shape[:2]
    x, y = width * scene.focus / scene.width, height * 0.8
    matrix = np.array(((zoom, 0, x - zoom * x), (0, zoom, y - zoom * y)))
    seen = cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, dtype=np.uint8)
