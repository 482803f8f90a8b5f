"""Larger pictures without an AI: Lanczos, and sharpening that leaves no halos."""

import cv2
import numpy as np
from numpy.typing import NDArray

from . import pictures
from .pictures import Bytes, Given

Pixels = NDArray[np.float32]
# Rows on either side that Lanczos and the sharpening look at.
_MARGIN = 10


def enlarge(content: bytes, scale: int, *, faces: bool = False) -> bytes:
    """Make a picture twice or four times as wide and high; faces softens skin first. Raises ValueError."""
    if scale not in (2, 4):
        raise ValueError("a picture is enlarged twice or four times")
    given = pictures.read(content)
    colors = _soften_skin(given.colors) if faces else given.colors
    return _write(_larger(Given(colors, given.alpha), scale, sharpness=0.55), f"enlarged {scale} times (Lanczos)")


def restore(content: bytes) -> bytes:
    """Take out noise, bring out local contrast, sharpen, at twice the size. Raises ValueError."""
    given = pictures.read(content)
    colors = _contrasted(_calmed(given.colors))
    return _write(_larger(Given(colors, given.alpha), 2, sharpness=0.8), "denoised and sharpened at twice the size")


def _write(given: Given, made: str) -> bytes:
    return pictures.write(given.colors, given.alpha, {"Comment": made})


def _larger(given: Given, scale: int, sharpness: float) -> Given:
    width, height = given.width * scale, given.height * scale
    colors = np.empty((height, width, 3), dtype=np.uint8)
    alpha = None if given.alpha is None else np.empty((height, width), dtype=np.uint8)
    for strip in pictures.strips(width * scale, given.height, _MARGIN):
        rows = slice(strip.top * scale, strip.bottom * scale)
        inner = slice(strip.inner.start * scale, strip.inner.stop * scale)
        part = given.colors[strip.first : strip.last]
        if given.alpha is None or alpha is None:
            colors[rows] = _sharpened(_stretched(part, scale), scale, sharpness)[inner]
        else:
            through, clear = _stretched_through(part, given.alpha[strip.first : strip.last], scale)
            colors[rows], alpha[rows] = _sharpened(through, scale, sharpness)[inner], clear[inner]
    return Given(colors, alpha)


def _stretched(part: Bytes, scale: int) -> Bytes:
    """Lanczos, kept between the lightest and the darkest of the pixels around, so that it cannot ring."""
    size = (part.shape[1] * scale, part.shape[0] * scale)
    kernel = np.ones((3, 3), dtype=np.uint8)
    low = cv2.resize(cv2.erode(part, kernel), size, interpolation=cv2.INTER_LINEAR)
    high = cv2.resize(cv2.dilate(part, kernel), size, interpolation=cv2.INTER_LINEAR)
    fine = cv2.resize(part, size, interpolation=cv2.INTER_LANCZOS4)
    return np.asarray(np.minimum(np.maximum(fine, low), high), dtype=np.uint8)


def _stretched_through(part: Bytes, alpha: Bytes, scale: int) -> tuple[Bytes, Bytes]:
    """The same where a picture is partly transparent: colors nobody sees must not run into those that are seen."""
    clear = _stretched(alpha, scale)
    weighted = (part.astype(np.float32) * (alpha[:, :, None] / np.float32(255))).round().astype(np.uint8)
    share = np.maximum(clear, 1)[:, :, None] / np.float32(255)
    colors = np.clip(_stretched(weighted, scale) / share, 0, 255)
    # Where hardly anything is seen, eight bits are too few to divide.
    plain = cv2.resize(part, (clear.shape[1], clear.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.where(clear[:, :, None] < 24, plain, colors).astype(np.uint8), clear


def _sharpened(part: Bytes, scale: int, sharpness: float) -> Bytes:
    """Steepen edges: never beyond the tones on their two sides, and hardly at all where there is only grain."""
    kernel = np.ones((2 * scale + 1, 2 * scale + 1), dtype=np.uint8)
    low, high = cv2.erode(part, kernel), cv2.dilate(part, kernel)
    soft = cv2.GaussianBlur(part, (0, 0), 0.55 * scale).astype(np.float32)
    span = cv2.subtract(high, low).max(axis=2, keepdims=True).astype(np.float32)
    strength = np.clip((span - 10) / 50, 0, 1) * np.float32(sharpness * 2)
    fine = part + (part - soft) * strength
    return np.asarray(np.clip(np.round(fine), low, high), dtype=np.uint8)


def _soften_skin(colors: Bytes) -> Bytes:
    """Smooth what has the color of skin, and keep its edges: no face is looked for."""
    softened = np.empty_like(colors)
    for strip in pictures.strips(colors.shape[1], colors.shape[0], 16):
        part = colors[strip.first : strip.last]
        tones = cv2.cvtColor(part, cv2.COLOR_RGB2YCrCb)
        skin = cv2.inRange(tones, np.array((50, 135, 80)), np.array((245, 175, 128)))
        share = cv2.GaussianBlur(skin, (0, 0), 3)[:, :, None] * np.float32(0.75 / 255)
        smooth = cv2.bilateralFilter(part, 9, 26, 5).astype(np.float32)
        softened[strip.top : strip.bottom] = np.round(part + (smooth - part) * share)[strip.inner].astype(np.uint8)
    return softened


def _calmed(colors: Bytes) -> Bytes:
    """Without most of its noise: more is taken from the hues than from the light, where detail is."""
    calm = np.empty_like(colors)
    for strip in pictures.strips(colors.shape[1], colors.shape[0], 16):
        part = cv2.cvtColor(colors[strip.first : strip.last], cv2.COLOR_RGB2Lab)
        light, one, other = cv2.split(part)
        light = cv2.bilateralFilter(light, 7, 18, 3)
        hues = [cv2.bilateralFilter(cv2.medianBlur(hue, 3), 9, 16, 5) for hue in (one, other)]
        calm[strip.top : strip.bottom] = cv2.cvtColor(cv2.merge([light, *hues]), cv2.COLOR_Lab2RGB)[strip.inner]
    return calm


def _contrasted(colors: Bytes) -> Bytes:
    height, width = colors.shape[:2]
    if min(height, width) < 64:
        # Too small to have places that differ in light.
        return colors
    lab = cv2.cvtColor(colors, cv2.COLOR_RGB2Lab)
    light = np.ascontiguousarray(lab[:, :, 0])
    even = cv2.createCLAHE(clipLimit=1.8, tileGridSize=(6, 6)).apply(light)
    lab[:, :, 0] = cv2.addWeighted(even, 0.35, light, 0.65, 0)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), dtype=np.uint8)
