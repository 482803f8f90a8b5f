"""Ground to plant on: a gap is filled with what lies beside it, or where nothing fits, softly from its edges."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .finish import Pixels, Plane
from .pictures import Bytes, strips

Mask = NDArray[np.bool_]
# The search and the smooth parts work on so many pixels at most, and are stretched.
_PIXELS = 160_000
# How far, of 255, the surroundings of a patch may differ from those of the gap.
_MISFIT = 52.0
_BEND = 56
_RING = 5
_SPLITS = 2
_SEAM = 0.05


class _Patch(NamedTuple):
    """Where to take the gap's content from: so far to the side and down, mirrored or not."""

    dx: int
    dy: int
    axis: int | None

    def source(self, columns: NDArray[np.intp]) -> NDArray[np.intp]:
        """The columns that belong to these."""
        moved = columns + self.dx if self.axis is None else self.axis - columns
        return np.asarray(moved, dtype=np.intp)


def continued(colors: Bytes, gap: Mask, seed: int) -> Bytes:
    """Fill the gap from its surroundings."""
    if gap.all():
        return np.full_like(colors, 200)
    faded = _faded(colors, gap, seed)
    patched = _filled(colors, gap, gap, faded, _SPLITS)
    # The edge itself is faded: there a patch would end like a piece of paper.
    share = depth(gap)
    share /= np.float32(max(2.0, _SEAM * np.count_nonzero(gap) ** 0.5))
    for strip in strips(gap.shape[1], gap.shape[0]):
        rows = slice(strip.top, strip.bottom)
        under = faded[rows].astype(np.float32)
        mixed = under + (patched[rows] - under) * np.clip(share[rows], 0, 1)[:, :, None]
        patched[rows] = np.where(gap[rows, :, None], np.round(mixed), colors[rows])
    return patched


def depth(gap: Mask) -> Plane:
    """How far inside of the gap each pixel is; the edge of the picture is no edge of the gap."""
    framed = cv2.copyMakeBorder(gap.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1], dtype=np.float32)


def _filled(colors: Bytes, gap: Mask, unknown: Mask, faded: Bytes, splits: int) -> Bytes:
    """Fill the gap, a part of what is unknown; where no patch is wide enough, one half after the other."""
    size = _small_size(gap)
    small = np.asarray(cv2.resize(colors, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    hole, unseen = _hole(gap, size), _hole(unknown, size)
    patch = _best_patch(small, hole, unseen)
    if patch is not None:
        return _patched(colors, gap, small, (hole, unseen), patch)
    if not splits:
        return np.where(gap[:, :, None], faded, colors)
    first = _half(gap)
    half_done = _filled(colors, first, unknown, faded, splits - 1)
    rest = gap & ~first
    return _filled(half_done, rest, unknown & ~first, faded, splits - 1) if rest.any() else half_done


def _half(gap: Mask) -> Mask:
    """The left half of a broad gap, or the upper one of a tall one."""
    rows, columns = np.flatnonzero(gap.any(axis=1)), np.flatnonzero(gap.any(axis=0))
    half = gap.copy()
    if columns[-1] - columns[0] >= (rows[-1] - rows[0]) * 0.6:
        half[:, (columns[0] + columns[-1]) // 2 + 1 :] = False
    else:
        half[(rows[0] + rows[-1]) // 2 + 1 :] = False
    return half


def _small_size(gap: Mask) -> tuple[int, int]:
    height, width = gap.shape
    scale = min(1.0, (_PIXELS / (height * width)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _hole(gap: Mask, size: tuple[int, int]) -> Mask:
    # Averaged pixels on the edge of the gap hold some of what is to vanish.
    hole = cv2.resize(gap.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 0
    wide = np.asarray(cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)), dtype=np.bool_)
    return wide if not wide.all() else cv2.resize(gap.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def _ring(hole: Mask, unseen: Mask) -> Mask:
    kernel = np.ones((2 * _RING + 1, 2 * _RING + 1), dtype=np.uint8)
    return np.asarray(cv2.dilate(hole.astype(np.uint8), kernel), dtype=np.bool_) & ~unseen


def _best_patch(small: Bytes, hole: Mask, unseen: Mask) -> _Patch | None:
    """The place beside the gap whose surroundings are most like its own: at the same height lies the same land."""
    height, width = hole.shape
    rows, columns = np.nonzero(_ring(hole, unseen))
    if not len(rows):
        return None
    inner_rows, inner_columns = (indices[:: max(1, len(indices) // 900)] for indices in np.nonzero(hole))
    wanted = small[rows, columns].astype(np.float32)
    best, least = None, _MISFIT
    for patch in _candidates(width, height):
        x, y = patch.source(columns), rows + patch.dy
        inner_x, inner_y = patch.source(inner_columns), inner_rows + patch.dy
        if _leaves(inner_x, inner_y, unseen.shape) or unseen[inner_y, inner_x].any():
            continue
        x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
        known = ~unseen[y, x]
        if known.mean() < 0.9:
            continue
        # Squared: a trunk cut off at the edge is worse than a tone that is a little wrong everywhere.
        misfit = float(((wanted - small[y, x])[known] ** 2).mean()) ** 0.5 + abs(patch.dy) * 0.15
        if misfit < least:
            best, least = patch, misfit
    return best


def _leaves(x: NDArray[np.intp], y: NDArray[np.intp], shape: tuple[int, ...]) -> bool:
    return bool(min(x.min(), y.min()) < 0 or x.max() >= shape[1] or y.max() >= shape[0])


def _candidates(width: int, height: int) -> list[_Patch]:
    step = max(1, width // 70)
    lifts = (0, -max(1, height // 40), max(1, height // 40))
    aside = [_Patch(dx, dy, None) for dy in lifts for dx in range(-width, width, step) if dx]
    return aside + [_Patch(0, dy, axis) for dy in lifts for axis in range(0, 2 * width, step)]


def _patched(colors: Bytes, gap: Mask, small: Bytes, holes: tuple[Mask, Mask], patch: _Patch) -> Bytes:
    """Copy the patch into the gap, its tones bent so that they meet those around it."""
    hole, unseen = holes
    rows, columns = np.nonzero(_ring(hole, unseen))
    x = np.clip(patch.source(columns), 0, hole.shape[1] - 1)
    y = np.clip(rows + patch.dy, 0, hole.shape[0] - 1)
    known = ~unseen[y, x]
    apart = small[rows, columns].astype(np.float32) - small[y, x]
    # Where something else begins at the edge, its color must not run into the patch.
    known &= np.abs(apart).max(axis=1) < _BEND
    bend = np.zeros((*hole.shape, 4), dtype=np.float32)
    bend[rows[known], columns[known], :3] = apart[known]
    bend[rows[known], columns[known], 3] = 1
    result = colors.copy()
    _copy(result, gap, patch, _spread(bend)[:, :, :3])
    return result


def _copy(colors: Bytes, gap: Mask, patch: _Patch, bend: Pixels) -> None:
    """Copy the patch, found in a small copy of the picture, at full size; in place."""
    height, width = gap.shape
    across, down = width / bend.shape[1], height / bend.shape[0]
    axis = None if patch.axis is None else round((patch.axis + 1) * across) - 1
    large = _Patch(round(patch.dx * across), round(patch.dy * down), axis)
    source = colors.copy() if large.dy else colors
    for strip in strips(width, height):
        rows, columns = np.nonzero(gap[strip.top : strip.bottom])
        if not len(rows):
            continue
        x = (np.arange(width, dtype=np.float32)[None, :] + 0.5) / np.float32(across) - 0.5
        y = (np.arange(strip.top, strip.bottom, dtype=np.float32)[:, None] + 0.5) / np.float32(down) - 0.5
        at = np.broadcast_arrays(x, y)
        smooth = cv2.remap(bend, at[0].copy(), at[1].copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[
            rows, columns
        ]
        seen_x = np.clip(large.source(columns), 0, width - 1)
        seen_y = np.clip(rows + strip.top + large.dy, 0, height - 1)
        taken = np.clip(np.round(source[seen_y, seen_x] + smooth), 0, 255)
        colors[rows + strip.top, columns] = taken.astype(np.uint8)


def _spread(known: Pixels) -> Pixels:
    """Lead what is known (its weight is the last channel) smoothly into what is not, through ever smaller copies."""
    height, width = known.shape[:2]
    if min(height, width) < 2 or (known[:, :, 3] > 0.99).all():
        total = known[:, :, 3:].sum()
        mean = (known[:, :, :3] * known[:, :, 3:]).sum(axis=(0, 1)) / max(float(total), 1e-6)
        bare = known[:, :, 3:] < 1e-6
        return np.concatenate((np.where(bare, mean, known[:, :, :3]), np.ones_like(known[:, :, 3:])), axis=2)
    weighted = np.concatenate((known[:, :, :3] * known[:, :, 3:], known[:, :, 3:]), axis=2)
    size = (-(-width // 2), -(-height // 2))
    half: Pixels = np.asarray(cv2.resize(weighted, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    weight = half[:, :, 3:]
    half[:, :, :3] /= np.maximum(weight, 1e-6)
    half[:, :, 3] = np.minimum(1.0, half[:, :, 3] * 4)
    coarse = cv2.resize(_spread(half), (width, height), interpolation=cv2.INTER_LINEAR)
    coarse = cv2.GaussianBlur(coarse, (0, 0), 1.0)
    share = np.clip(known[:, :, 3:], 0, 1)
    mixed = known[:, :, :3] * share + coarse[:, :, :3] * (1 - share)
    return np.concatenate((mixed, np.ones_like(share)), axis=2).astype(np.float32)


def _faded(colors: Bytes, gap: Mask, seed: int) -> Bytes:
    """Inpaint, soft in the depth of the gap, with the grain of the surroundings."""
    height, width = gap.shape
    size = _small_size(gap)
    small, hole = cv2.resize(colors, size, interpolation=cv2.INTER_AREA), _hole(gap, size).astype(np.uint8)
    filled = _softened(cv2.inpaint(small, hole, 4, cv2.INPAINT_TELEA), hole)
    soft = np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    return np.where(gap[:, :, None], _grained(soft, _graininess(colors, gap), seed), colors)


def _softened(filled: "cv2.typing.MatLike", hole: "cv2.typing.MatLike") -> "cv2.typing.MatLike":
    """Inpainting draws streaks into the depth of a gap; the farther from its edge, the softer it becomes."""
    inward = cv2.distanceTransform(hole, cv2.DIST_L2, 3)
    deepest = float(inward.max())
    if deepest < 4:
        return filled
    result = filled.astype(np.float32)
    for share in (0.15, 0.4):
        soft = cv2.GaussianBlur(filled, (0, 0), max(1.0, deepest * share)).astype(np.float32)
        mixed = np.clip(inward / (deepest * share * 1.6) - 0.3, 0, 1)[:, :, None]
        result += (soft - result) * mixed
    return np.clip(np.round(result), 0, 255).astype(np.uint8)


def _graininess(colors: Bytes, gap: Mask) -> float:
    """How much neighboring pixels differ where the picture is smooth."""
    step = max(1, gap.shape[0] // 400)
    tone = cv2.cvtColor(np.ascontiguousarray(colors[::step]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    kept = ~gap[::step]
    steps = np.abs(np.diff(tone, axis=1))[kept[:, 1:] & kept[:, :-1]]
    return float(np.clip(np.percentile(steps, 40), 0, 6)) if len(steps) else 0.0


def _grained(soft: Bytes, amount: float, seed: int) -> Bytes:
    if amount < 0.3:
        return soft
    rng, grained = np.random.default_rng(seed % 2**32), np.empty_like(soft)
    for strip in strips(soft.shape[1], soft.shape[0]):
        part = soft[strip.top : strip.bottom]
        grain = rng.normal(0, amount * 0.9, part.shape[:2]).astype(np.float32)
        grained[strip.top : strip.bottom] = np.clip(np.round(part + grain[:, :, None]), 0, 255)
    return grained
