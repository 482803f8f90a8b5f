"""Grading: what a mood does to the colors and the light of a picture."""

from random import Random
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from . import pictures, tonality
from .moods import Mood
from .pictures import Bytes

Plane = NDArray[np.float32]
_SOFT_PIXELS = 120_000
# Snowflakes, far, nearer and near: least and largest radius in sides of the picture, how many, how opaque.
_FLAKES = ((0.0009, 0.0018, 260, 0.6), (0.0018, 0.0034, 120, 0.75), (0.004, 0.007, 26, 0.5))


class _Place(NamedTuple):
    """Some rows of a picture: where they lie, from 0 to 1, and the soft light around each pixel."""

    x: Plane
    y: Plane
    soft: Plane
    side: float
    seed: int


def grade(colors: Bytes, mood: Mood, seed: int) -> Bytes:
    """Give a picture the mood; its size and its shapes stay."""
    height, width = colors.shape[:2]
    soft = _soft(colors)
    side = 1.0 if Random(seed).random() < 0.5 else -1.0  # noqa: S311
    graded = np.empty_like(colors)
    for strip in pictures.strips(width, height, 3):
        rows = np.arange(strip.first, strip.last, dtype=np.float32)[:, None]
        x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / np.float32(width)
        place = _Place(x, (rows + 0.5) / np.float32(height), _around(soft, x, rows, height), side, seed + strip.first)
        part = _graded(colors[strip.first : strip.last], mood, place)
        graded[strip.top : strip.bottom] = part[strip.inner]
    return graded if not mood.snow > 0.05 else _snowed(graded, min(1.0, mood.snow), seed)


def _soft(colors: Bytes) -> Plane:
    height, width = colors.shape[:2]
    scale = min(1.0, (_SOFT_PIXELS / (height * width)) ** 0.5)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(colors, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), max(1.0, sum(size) / 60)), dtype=np.float32)


def _around(soft: Plane, x: Plane, rows: Plane, height: int) -> Plane:
    at_x = x * soft.shape[1] - 0.5 + 0 * rows
    at_y = (rows + 0.5) * (soft.shape[0] / height) - 0.5 + 0 * x
    taken = cv2.remap(
        soft, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(taken, dtype=np.float32)


def _graded(part: Bytes, mood: Mood, place: _Place) -> Bytes:
    lab = tonality.to_lab(part)
    # What falls on things first, then the air between, then the film.
    _turn_seasons(lab, mood)
    _cover_with_snow(lab, mood)
    _tone(lab, mood)
    _tint(lab, mood)
    _darken_to_night(lab, mood)
    _light_from_aside(lab, mood, place)
    rgb = tonality.from_lab(lab).astype(np.float32)
    _breathe(rgb, mood, place)
    _finish(rgb, mood, place)
    return np.clip(np.round(rgb), 0, 255).astype(np.uint8)


def _turn_seasons(lab: Plane, mood: Mood) -> None:
    """Greens become amber, or fresh; skies become bluer."""
    light, one, other = lab[:, :, 0], lab[:, :, 1], lab[:, :, 2]
    if mood.autumn or mood.spring:
        green = np.clip((-one - 1.5) / 9, 0, 1) * np.clip((other + 6) / 10, 0, 1)
        depth = np.hypot(one, other)
        if mood.autumn:
            # The deeper a green, the more it turns; lighter leaves turn yellow, darker ones russet.
            share = green * np.clip(mood.autumn, -1, 1) * (0.62 + 0.38 * np.clip(depth / 40, 0, 1))
            one += (np.clip(36 - 0.33 * light, 7, 28) * np.minimum(depth / 22, 1.1) - one) * share * 0.92
            other += (np.maximum(other, depth * 1.1 + 6) - other) * share
        if mood.spring:
            share = green * np.clip(mood.spring, -1, 1)
            light += (100 - light) * 0.16 * share
            other += 11 * share
            one += -3 * share
    if mood.sky:
        blue = np.clip((-other + 4) / 12, 0, 1) * np.clip((light - 35) / 25, 0, 1) * np.clip((14 - one) / 8, 0, 1)
        share = blue * np.clip(mood.sky, -1, 1.2)
        other -= 19 * share
        one -= 1 * share
        light -= 7 * share


def _cover_with_snow(lab: Plane, mood: Mood) -> None:
    """What is green or bare becomes white, the more so the flatter it lies to the light."""
    if mood.snow <= 0:
        return
    light, one, other = lab[:, :, 0], lab[:, :, 1], lab[:, :, 2]
    land = np.clip((-one + 4) / 10, 0, 1) * np.clip((other + 2) / 8, 0, 1)
    share = np.clip(mood.snow, 0, 1) * np.clip(land * 0.85 + 0.06, 0, 1)
    light += (68 + light * 0.31 - light) * share
    one *= 1 - 0.85 * share
    other += (-4 - other) * share * 0.9


def _tone(lab: Plane, mood: Mood) -> None:
    light = lab[:, :, 0]
    if mood.light:
        # A curve, because adding would clip; its ends stay.
        gamma = np.float32(2.0 ** (-1.6 * np.clip(mood.light, -1, 1)))
        light[:] = 100 * (np.clip(light, 0, 100) / 100) ** gamma
    if mood.contrast:
        amount = np.clip(mood.contrast, -0.9, 1.2)
        share = light / 100
        curve = share * share * (3 - 2 * share)
        light += (100 * (curve - share)) * max(0.0, float(amount)) * 1.3
        light += (55 - light) * max(0.0, -float(amount)) * 0.6
    if mood.fade:
        fade = np.clip(mood.fade, 0, 1)
        light += (100 - light) * 0.3 * fade * (1 - light / 140)
        lab[:, :, 1:] *= 1 - 0.18 * fade


def _tint(lab: Plane, mood: Mood) -> None:
    lab[:, :, 1:] *= np.float32(max(0.0, 1 + np.clip(mood.chroma, -1, 1.2) * (1.0 if mood.chroma < 0 else 0.85)))
    middle = 1 - np.abs(lab[:, :, 0] / 50 - 1) ** 2
    if mood.warmth:
        warmth = np.clip(mood.warmth, -1.2, 1.2)
        lab[:, :, 1] += 9 * warmth * middle if warmth > 0 else 2 * warmth * middle
        lab[:, :, 2] += 26 * warmth * middle
    if mood.tint:
        lab[:, :, 1] += 26 * np.clip(mood.tint, -1.2, 1.2) * middle
        lab[:, :, 2] -= 5 * np.clip(mood.tint, -1.2, 1.2) * middle
    if mood.sepia:
        share = np.float32(np.clip(mood.sepia, 0, 1))
        lab[:, :, 1] += (7 * middle + 2 - lab[:, :, 1]) * share
        lab[:, :, 2] += (24 * middle + 5 - lab[:, :, 2]) * share


def _darken_to_night(lab: Plane, mood: Mood) -> None:
    if mood.night <= 0:
        return
    night = np.float32(min(1.15, mood.night))
    light = lab[:, :, 0]
    dark = light * 0.2 + (np.clip(light, 0, 100) / 100) ** 2.2 * 26
    # Lamps and windows shine on.
    lamp = np.clip((light - 55) / 25, 0, 1) * np.clip((lab[:, :, 2] - 38) / 25, 0, 1) * 0.8
    light += (dark - light) * np.minimum(1, night) * (1 - lamp)
    lab[:, :, 1] += (lab[:, :, 1] * 0.38 + 2 - lab[:, :, 1]) * night * (1 - lamp) * 0.9
    lab[:, :, 2] += (lab[:, :, 2] * 0.3 - 19 - lab[:, :, 2]) * night * (1 - lamp) * 0.9


def _light_from_aside(lab: Plane, mood: Mood, place: _Place) -> None:
    if not mood.golden:
        return
    across = place.x if place.side > 0 else 1 - place.x
    sun = np.exp(-(((across - 0.92) / 0.75) ** 2) - ((place.y - 0.3) / 0.7) ** 2) * np.clip(mood.golden, -1, 1.2)
    lab[:, :, 0] += (100 - lab[:, :, 0]) * 0.2 * sun - 7 * (np.clip(mood.golden, 0, 1) - sun)
    lab[:, :, 1] += 4 + 5 * sun
    lab[:, :, 2] += 6 + 22 * sun


def _breathe(rgb: Plane, mood: Mood, place: _Place) -> None:
    """Fog, and the glow of bright places; both take their color from the picture's own soft light."""
    if mood.fog > 0:
        fog = min(1.0, mood.fog)
        pale = place.soft * np.float32(0.22) + np.array((222, 226, 230), dtype=np.float32) * np.float32(0.78)
        dim = np.float32(max(0.25, 1 - 0.75 * max(0.0, mood.night)))
        # Thickest in the distance, which lies in the middle of most pictures; thin at the lower edge.
        far = 0.4 + 0.45 * np.exp(-(((place.y - 0.45) / 0.28) ** 2)) - 0.22 * np.clip((place.y - 0.7) / 0.3, 0, 1)
        drift = 0.12 * np.sin(place.x * 5 + place.y * 9 + place.side) * np.exp(-(((place.y - 0.55) / 0.3) ** 2))
        rgb += (pale * dim - rgb) * (np.clip(far + drift, 0, 0.92) * np.float32(fog))[:, :, None]
    if mood.glow > 0:
        light = place.soft * (place.soft / 255) * np.float32(min(1.0, mood.glow) * 0.55)
        rgb += light * (1 - rgb / 255)


def _finish(rgb: Plane, mood: Mood, place: _Place) -> None:
    if mood.sharpness:
        rgb += (rgb - cv2.GaussianBlur(rgb, (0, 0), 0.9)) * np.float32(np.clip(mood.sharpness, -0.8, 1.2))
    if mood.vignette > 0:
        away = np.clip(((place.x - 0.5) ** 2 + (place.y - 0.5) ** 2) * 2 - 0.12, 0, 1)
        rgb *= (1 - away * np.float32(min(1.0, mood.vignette) * 0.75))[:, :, None]
    if mood.grain > 0:
        rng = np.random.default_rng(place.seed % 2**32)
        rgb += rng.normal(0, 11 * min(1.0, mood.grain), rgb.shape[:2]).astype(np.float32)[:, :, None]


def _snowed(colors: Bytes, amount: float, seed: int) -> Bytes:
    """Let flakes fall before the picture; in place."""
    height, width = colors.shape[:2]
    rng, unit = Random(seed), (height * width) ** 0.5  # noqa: S311
    for low, high, number, opacity in (
        (0.0009, 0.0018, 260, 0.6),
        (0.0018, 0.0034, 120, 0.75),
        (0.004, 0.007, 26, 0.5),
    ):
        for _ in range(round(number * amount)):
            radius = max(0.6, unit * rng.uniform(low, high))
            _flake(colors, rng.uniform(0, width), rng.uniform(0, height), radius, opacity)
    return colors


def _flake(colors: Bytes, x: float, y: float, radius: float, opacity: float) -> None:
    reach = int(radius * 2) + 1
    top, bottom = max(0, int(y) - reach), min(colors.shape[0], int(y) + reach + 1)
    left, right = max(0, int(x) - reach), min(colors.shape[1], int(x) + reach + 1)
    rows = np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(y)
    columns = np.arange(left, right, dtype=np.float32)[None, :] - np.float32(x)
    share = np.clip(1.5 - np.hypot(rows, columns) / radius, 0, 1)[:, :, None] * np.float32(opacity)
    spot = colors[top:bottom, left:right]
    spot[:] = (spot + (250 - spot.astype(np.float32)) * share).astype(np.uint8)
