"""The frames of a picture that comes alive: a slow walk into it, a breeze, light that passes, petals that drift."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin, tau
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from .geometry import Point
from .pictures import Bytes, Given

Plane = NDArray[np.float32]
# The camera's path is smooth, so it is reckoned for one pixel in so many and stretched.
_COARSE = 8
_NEAR, _FAR = 0.18, 0.085
_ASIDE = 0.014
_HELD = 0.07
_SUN = np.array((255, 236, 196), dtype=np.float32) / 255


@dataclass(frozen=True)
class _Walk:
    """What the camera needs: coordinates and nearness of coarse pixels, and where it goes."""

    x: Plane
    y: Plane
    near: Plane
    toward: Point
    side: int
    phase: float


@dataclass(frozen=True)
class _Petal:
    """One petal's flight."""

    start: Point
    speed: Point
    size: float
    turn: float
    phase: float
    color: tuple[int, int, int]


def frames(given: Given, width: int, height: int, number: int, seed: int) -> Iterator[Bytes]:
    """Yield so many frames; the first is the picture as it is."""
    still = _filling(given, width, height)
    rng = Random(seed)  # noqa: S311
    walk = _walk(width, height, rng)
    petals = _petals(still, rng)
    yield still
    for index in range(1, number):
        moment = index / (number - 1)
        yield _frame(still, walk, petals, moment, seconds=index / 24)


def _filling(given: Given, width: int, height: int) -> Bytes:
    """The picture, cropped to the film's shape; what is transparent becomes white."""
    image = Image.fromarray(given.colors)
    if given.alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), Image.fromarray(given.alpha))
    return np.array(ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS))


def _walk(width: int, height: int, rng: Random) -> _Walk:
    columns, rows = -(-width // _COARSE), -(-height // _COARSE)
    x = (np.arange(columns, dtype=np.float32) + 0.5)[None, :] * (width / columns)
    y = (np.arange(rows, dtype=np.float32) + 0.5)[:, None] * (height / rows)
    # Nobody told how far things are; in most pictures what is low and in the middle is near.
    low = np.clip((y / height - 0.3) / 0.7, 0, 1) ** 1.3
    middle = np.exp(-(((x / width - 0.5) / 0.42) ** 2) - ((y / height - 0.55) / 0.4) ** 2)
    near = np.asarray(0.72 * low + 0.28 * middle, dtype=np.float32)
    toward = (width * rng.uniform(0.42, 0.58), height * rng.uniform(0.36, 0.48))
    return _Walk(x, y, near, toward, rng.choice((-1, 1)), rng.uniform(0, tau))


def _frame(still: Bytes, walk: _Walk, petals: list[_Petal], moment: float, seconds: float) -> Bytes:
    height, width = still.shape[:2]
    frame = _moved(still, walk, _eased(moment / (1 - _HELD)), moment, seconds)
    frame = _lit(frame, walk, moment)
    for petal in petals:
        _draw(frame, petal, moment, seconds, (width, height))
    return frame


def _moved(still: Bytes, walk: _Walk, gone: float, moment: float, seconds: float) -> Bytes:
    """The picture from where the camera has got to: near things have come nearer than far ones."""
    height, width = still.shape[:2]
    zoom = gone * (_FAR + (_NEAR - _FAR) * walk.near)
    drawn = zoom / (1 + zoom)
    breeze = min(1.0, moment * 5) * 0.0016 * width * walk.near**2
    wave = np.sin(seconds * 1.7 + walk.phase - walk.x * (5 / width) + walk.y * (2 / height))
    dx = (
        (walk.toward[0] - walk.x) * drawn + walk.side * gone * _ASIDE * width * (walk.near - 0.45) * 0.9 + breeze * wave
    )
    dy = (walk.toward[1] - walk.y) * drawn
    moved = cv2.remap(
        still,
        _stretched(dx, width, height) + np.arange(width, dtype=np.float32)[None, :],
        _stretched(dy, width, height) + np.arange(height, dtype=np.float32)[:, None],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.asarray(moved, dtype=np.uint8)


def _stretched(plane: Plane, width: int, height: int) -> Plane:
    return np.asarray(cv2.resize(plane.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR))


def _lit(frame: Bytes, walk: _Walk, moment: float) -> Bytes:
    """A band of sunlight that passes slantwise."""
    height, width = frame.shape[:2]
    across = walk.x / width - 0.35 * (walk.y / height) * walk.side
    if walk.side < 0:
        across = 1 - across
    at = -0.6 + 2.3 * moment
    band = 0.17 * np.exp(-(((across - at) / 0.26) ** 2)) * _eased(moment * 4) * _eased((1 - moment) * 4)
    if band.max() < 0.004:
        return frame
    light = np.asarray(_stretched(band, width, height)[:, :, None] * _SUN, dtype=np.float32)
    # As light does: what is dark stays darker, what is white stays white.
    lift = cv2.multiply(255 - frame, light, dtype=cv2.CV_8U)
    return np.asarray(cv2.add(frame, lift), dtype=np.uint8)


def _petals(still: Bytes, rng: Random) -> list[_Petal]:
    height, width = still.shape[:2]
    scale = (width * height) ** 0.5
    colors = _bright(still, rng)
    petals = []
    for _ in range(16):
        size = scale * rng.uniform(0.008, 0.02)
        # They begin beyond the left and upper edges: the first frame is the picture and nothing else.
        start = (rng.uniform(-0.7, 0.85) * width, -rng.uniform(0.06, 0.8) * height)
        speed = (rng.uniform(0.16, 0.34) * scale, rng.uniform(0.16, 0.3) * scale * (0.7 + size / scale * 30))
        petals.append(_Petal(start, speed, size, rng.uniform(-2.2, 2.2), rng.uniform(0, tau), rng.choice(colors)))
    return petals


def _bright(still: Bytes, rng: Random) -> list[tuple[int, int, int]]:
    """The colors of petals: the most vivid ones of the picture, or those of blossom where it has none."""
    small = cv2.resize(still, (48, 48), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
    high, low = small.max(axis=1), small.min(axis=1)
    # Green is leaves and blue is sky or water: petals take after them only where nothing blooms.
    vivid = (high - low) * (0.4 + high / 255) * np.where(small[:, 0] >= high, 1.0, 0.3)
    best = np.argsort(-vivid, kind="stable")[:40]
    if vivid[best[0]] < 60:
        return [(255, 244, 246), (250, 226, 234), (255, 252, 240)]
    chosen = [small[rng.choice(list(best))] for _ in range(5)]
    return [(int(c[0] * 0.75 + 64), int(c[1] * 0.75 + 60), int(c[2] * 0.75 + 62)) for c in chosen]


def _draw(frame: Bytes, petal: _Petal, moment: float, seconds: float, size: tuple[int, int]) -> None:
    swing = sin(seconds * 1.9 + petal.phase)
    x = petal.start[0] + petal.speed[0] * seconds + swing * petal.size * 2.2
    y = petal.start[1] + petal.speed[1] * seconds + abs(swing) * petal.size
    reach = int(petal.size * 2) + 3
    left, top = int(x) - reach, int(y) - reach
    if left < 0 or top < 0 or left + 2 * reach > size[0] or top + 2 * reach > size[1]:
        x0, y0, x1, y1 = max(0, left), max(0, top), min(size[0], left + 2 * reach), min(size[1], top + 2 * reach)
    else:
        x0, y0, x1, y1 = left, top, left + 2 * reach, top + 2 * reach
    if x1 <= x0 or y1 <= y0:
        return
    angle = petal.phase + petal.turn * seconds
    flat = 0.25 + 0.75 * abs(cos(seconds * 1.3 + petal.phase * 2))
    spot = frame[y0:y1, x0:x1]
    for shrink, shade, opacity in ((1.0, 0.86, 0.88), (0.66, 1.06, 0.8)):
        cover = np.zeros(spot.shape[:2], dtype=np.uint8)
        outline = _outline(petal.size * shrink, angle, flat, (x - x0, y - y0))
        cv2.fillPoly(cover, [outline], 255, lineType=cv2.LINE_AA, shift=4)
        share = cover[:, :, None].astype(np.float32) * (opacity / 255)
        color = np.clip(np.array(petal.color, dtype=np.float32) * shade, 0, 255)
        spot[:] = (spot + (color - spot) * share).astype(np.uint8)


def _outline(size: float, angle: float, flat: float, center: Point) -> NDArray[np.int32]:
    """A petal: round at one end, pointed at the other."""
    points = []
    for k in range(24):
        a = tau * k / 24
        along, wide = cos(a) * size, sin(a) * size * 0.62 * flat * (0.62 + 0.38 * cos(a + pi * 0.1))
        points.append(
            (
                center[0] + along * cos(angle) - wide * sin(angle),
                center[1] + along * sin(angle) + wide * cos(angle),
            )
        )
    return np.round(np.array(points) * 16).astype(np.int32)


def _eased(share: float) -> float:
    """Slow, fast, slow: from 0 to 1."""
    share = min(1.0, max(0.0, share))
    return share**3 * (share * (share * 6 - 15) + 10)
