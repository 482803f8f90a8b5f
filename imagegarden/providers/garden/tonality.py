"""The tonality of a picture, measured in Lab, and lent to another one."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .pictures import Bytes, strips

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Tonality:
    """The mean of lightness and of both hues, and how far they spread."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]


def measure(colors: Bytes, where: NDArray[np.bool_] | None = None) -> Tonality:
    """Measure a picture, or that part of it; a thousand columns tell as much as ten thousand."""
    step = max(1, int((colors.shape[0] * colors.shape[1] / 250_000) ** 0.5))
    lab = to_lab(np.ascontiguousarray(colors[::step, ::step])).reshape(-1, 3)
    if where is not None:
        chosen = lab[where[::step, ::step].ravel()]
        lab = chosen if len(chosen) else lab
    return Tonality(lab.mean(axis=0), lab.std(axis=0))


def lend(colors: Bytes, own: Tonality, other: Tonality, amount: tuple[float, float]) -> Bytes:
    """Bring a picture toward another tonality: so much of its lightness, and so much of its hues."""
    shares = np.array((amount[0], amount[1], amount[1]), dtype=np.float32)
    # Nothing is spread more than twice: a flat picture has no contrast to be stretched, only grain.
    stretch = np.clip(other.spread / np.maximum(own.spread, 1.0), 0.4, 2.0)
    lent = np.empty_like(colors)
    for strip in strips(colors.shape[1], colors.shape[0]):
        lab = to_lab(colors[strip.top : strip.bottom])
        lab += ((lab - own.mean) * stretch + other.mean - lab) * shares
        lent[strip.top : strip.bottom] = from_lab(lab)
    return lent


def to_lab(colors: Bytes) -> Plane:
    """Lightness 0..100 and two axes of hue."""
    return np.asarray(cv2.cvtColor(colors.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab), dtype=np.float32)


def from_lab(lab: Plane) -> Bytes:
    """Back to eight-bit RGB."""
    rgb = cv2.cvtColor(np.ascontiguousarray(lab, dtype=np.float32), cv2.COLOR_Lab2RGB)
    return np.clip(np.round(rgb * np.float32(255)), 0, 255).astype(np.uint8)
