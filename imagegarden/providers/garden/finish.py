"""Touches over the rendered pixels, in numpy: what SVG filters could do only ten times slower.

Each takes and returns float32 pixels of shape (height, width, 3) from 0 to 255, and may work in place.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .color import Color, to_hex

Pixels = NDArray[np.float32]
Plane = NDArray[np.float32]


def noise(height: int, width: int, cell: float, seed: int) -> Plane:
    """Smooth value noise in -1..1 whose features are about `cell` pixels wide."""
    rng = np.random.default_rng(seed)
    rows, columns = int(height / cell) + 3, int(width / cell) + 3
    grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return _stretch(grid, height, width, cell)


def _stretch(grid: Plane, height: int, width: int, cell: float) -> Plane:
    y, x = np.arange(height, dtype=np.float32) / cell, np.arange(width, dtype=np.float32) / cell
    row, column = y.astype(np.intp), x.astype(np.intp)
    fy, fx = y - row, x - column
    fy, fx = fy * fy * (3 - 2 * fy), fx * fx * (3 - 2 * fx)
    across = grid[:, column] * (1 - fx) + grid[:, column + 1] * fx
    return np.asarray(across[row] * (1 - fy)[:, None] + across[row + 1] * fy[:, None], dtype=np.float32)


def _scale(pixels: Pixels) -> float:
    # Effects are tuned at a megapixel and grow with the picture.
    return float((pixels.shape[0] * pixels.shape[1]) ** 0.5 / 1024)


def _moved(pixels: Pixels, dx: Plane, dy: Plane) -> Pixels:
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(height, dtype=np.float32)[:, None] + dy, 0, height - 1).astype(np.int32)
    columns = np.clip(np.arange(width, dtype=np.float32)[None, :] + dx, 0, width - 1).astype(np.int32)
    flat: Pixels = pixels.reshape(-1, 3).take((rows * width + columns).ravel(), axis=0)
    return flat.reshape(height, width, 3)


def small_blur(pixels: Pixels, factor: int) -> Pixels:
    """A soft copy: averaged in blocks, then stretched smoothly."""
    height, width = pixels.shape[:2]
    small = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8).squeeze()).reduce(factor)
    soft = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
    return soft.reshape(pixels.shape).copy()


def brush(pixels: Pixels, seed: int, reach: float) -> Pixels:
    """Bend edges a little and let the paint lie unevenly in long strokes, as a brush leaves it."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    dx = noise(height, width, 17 * scale, seed) * reach * scale
    dy = noise(height, width, 15 * scale, seed + 1) * reach * scale
    pixels = _moved(pixels, dx, dy)
    strokes = _strokes(height, width, 26 * scale, 5 * scale, seed + 2) * 0.7 + noise(
        height, width, 70 * scale, seed + 3
    )
    pixels *= (1 + strokes * 0.022)[:, :, None]
    return pixels


def _strokes(height: int, width: int, long: float, thick: float, seed: int) -> Plane:
    """Noise drawn out sideways; slanted by sliding every row a little."""
    rng = np.random.default_rng(seed)
    grid = rng.uniform(-1, 1, (int(height / thick) + 3, int(width / long) + 3)).astype(np.float32)
    y, x = np.arange(height, dtype=np.float32) / thick, np.arange(width, dtype=np.float32) / long
    row, column = y.astype(np.intp), x.astype(np.intp)
    fy, fx = (y - row)[:, None], x - column
    across = grid[:, column] * (1 - fx) + grid[:, column + 1] * fx
    slide = (np.arange(width)[None, :] + (np.arange(len(grid)) * thick * 1.7).astype(np.intp)[:, None]) % width
    across = np.take_along_axis(across, slide, axis=1)
    return np.asarray(across[row] * (1 - fy) + across[row + 1] * fy, dtype=np.float32)


def wobble(pixels: Pixels, seed: int, reach: float) -> Pixels:
    """Bend edges in long and short waves, as a wet wash does."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    dx = noise(height, width, 46 * scale, seed) * reach * scale
    dy = noise(height, width, 46 * scale, seed + 1) * reach * scale
    fine = noise(height, width, 6 * scale, seed + 2) * reach * 0.3 * scale
    return _moved(pixels, dx + fine, dy - fine)


def bloom(pixels: Pixels, strength: float) -> Pixels:
    """Let the light of bright places spread."""
    soft = small_blur(pixels, max(2, round(24 * _scale(pixels))))
    soft *= soft / 255
    soft *= strength
    pixels = np.asarray(255 - (255 - pixels) * (255 - soft) / 255, dtype=np.float32)
    # Screening lifts everything; a gentle curve gives the darks back.
    pixels *= 1 - strength * 0.22
    return pixels


def bleed(pixels: Pixels, seed: int, strength: float) -> Pixels:
    """Let neighboring washes run into each other in patches."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    soft = small_blur(pixels, max(2, round(14 * scale)))
    patches = np.clip(noise(height, width, 120 * scale, seed + 5) * 0.9 + 0.25, 0, 1) * strength
    pixels += (soft - pixels) * patches[:, :, None]
    return pixels


def edges(pixels: Pixels, strength: float) -> Pixels:
    """Gather pigment along edges: darken where a pixel is darker than its surroundings."""
    tone = pixels @ np.full((3, 1), 1 / 3, dtype=np.float32)
    soft = small_blur(tone, max(2, round(7 * _scale(pixels))))
    rim = np.clip(soft - tone, 0, 40) * strength
    pixels -= rim
    return pixels


def granulate(pixels: Pixels, seed: int, strength: float) -> Pixels:
    """Pigment settles in the hollows of the paper: more in darker washes, none on bare paper."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    paper = noise(height, width, 2.4 * scale, seed + 8) * 0.55 + noise(height, width, 90 * scale, seed + 9)
    depth = 1 - pixels @ np.full(3, 1 / 765, dtype=np.float32)
    pixels -= (paper * depth * np.float32(strength * 150))[:, :, None]
    return pixels


def fibers(pixels: Pixels, seed: int, strength: float) -> Pixels:
    """The tooth of a sheet: short fibers both ways."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    rng = np.random.default_rng(seed + 11)
    rows, columns = int(height / scale / 1.5) + 3, int(width / scale / 9) + 3
    lying = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    row = (np.arange(height) / scale / 1.5).astype(np.intp)
    column = (np.arange(width) / scale / 9).astype(np.intp)
    tooth = lying[row][:, column] * 0.4 + noise(height, width, 3 * scale, seed + 12)
    pixels *= (1 + tooth * strength)[:, :, None]
    return pixels


def deckle(pixels: Pixels, seed: int, paper: Color) -> Pixels:
    """Leave an irregular unpainted border."""
    height, width = pixels.shape[:2]
    scale = _scale(pixels)
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    text = to_hex(paper)
    bare = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float32)
    distance = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y)) / scale
    ragged = noise(height, width, 60 * scale, seed + 15) * 12 + noise(height, width, 9 * scale, seed + 16) * 4
    margin = min(round(56 * scale), height // 2, width // 2)
    rim = slice(margin, height - margin)
    # Inside the margin nothing changes, so only the frame is worked on.
    for part in (
        np.s_[:margin, :],
        np.s_[height - margin :, :],
        np.s_[rim, :margin],
        np.s_[rim, width - margin :],
    ):
        inward = (distance[part] - ragged[part])[:, :, None]
        cover = np.clip((inward - 26) / 4, 0, 1)
        # Pigment pools at the border of a wash.
        pool = np.clip(1 - np.abs(inward - 31) / 6, 0, 1) * 22
        pixels[part] = (pixels[part] - pool) * cover + bare * (1 - cover)
    return pixels


def expose(pixels: Pixels, span: float) -> Pixels:
    """Open up a picture that is dark and flat: its lights lie at least so far above its darks."""
    tone = pixels[::8, ::8].mean(axis=2, dtype=np.float32)
    low, middle, high = (float(level) for level in np.percentile(tone, (4, 50, 96)))
    if middle > 120:
        return pixels
    lift = min(0.75, max(0.0, (span / max(1.0, high - low) - 1) * 1.5))
    if lift > 0.02:
        # Less and less toward white, or the moon would lose its face and red petals their folds.
        pixels += (pixels - np.float32(low * 0.9)) * (1 - pixels / 255) * np.float32(lift)
    return pixels


def vignette(pixels: Pixels, strength: float) -> Pixels:
    """Darken toward the corners so that the eye stays inside."""
    height, width = pixels.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    reach = np.clip((x * x + y * y) / 2 - 0.18, 0, 1)
    pixels *= (1 - reach * strength)[:, :, None]
    return pixels


def grain(pixels: Pixels, seed: int, amount: float) -> Pixels:
    """A faint grain; it also hides the steps in long gradients."""
    height, width = pixels.shape[:2]
    rng = np.random.default_rng(seed + 21)
    # One small tile is enough: the eye finds no seam in noise this fine, and drawing a million numbers is slow.
    tile = rng.normal(0, amount, (256, 256)).astype(np.float32)
    full = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
    pixels += full[:, :, None]
    return pixels
