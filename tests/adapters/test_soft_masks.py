"""A mask with soft edges: what fades in it fades in the picture."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from imagegarden.imaging import masks
from imagegarden.providers.garden import pictures

SIZE = (64, 48)
Levels = NDArray[np.uint8]


def png(levels: Levels) -> bytes:
    written = io.BytesIO()
    Image.fromarray(levels).save(written, "PNG")
    return written.getvalue()


def levels_of(content: bytes) -> Levels:
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


@pytest.fixture
def fading() -> Levels:
    """From black on the left to white on the right."""
    return np.tile(np.linspace(0, 255, SIZE[0]).round().astype(np.uint8), (SIZE[1], 1))


def test_a_soft_edge_stays_soft(fading: Levels) -> None:
    read = levels_of(masks.read_mask(png(fading), SIZE))
    between = (fading >= 16) & (fading <= 239)
    assert (read[between] == fading[between]).all()


def test_what_is_nearly_black_is_black_and_what_is_nearly_white_is_white(fading: Levels) -> None:
    read = levels_of(masks.read_mask(png(fading), SIZE))
    assert (read[fading < 16] == 0).all()
    assert (read[fading > 239] == 255).all()


def test_a_mask_with_nothing_but_traces_is_empty() -> None:
    traces = np.full((SIZE[1], SIZE[0]), 15, np.uint8)
    with pytest.raises(masks.EmptyMask):
        masks.read_mask(png(traces), SIZE)


def test_at_a_soft_edge_the_new_passes_into_what_was_there(fading: Levels) -> None:
    before = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    painted = Image.new("RGB", SIZE, (200, 200, 200))
    mask = masks.read_mask(png(fading), SIZE)
    after = np.asarray(Image.open(io.BytesIO(masks.keep_outside(png(before), painted, mask))))[0, :, 0].astype(int)
    assert (np.diff(after) >= 0).all()
    assert after[0] == 0
    assert after[-1] == 200
    assert after[SIZE[0] // 2] == pytest.approx(100, abs=4)


def test_the_garden_engine_paints_to_the_faint_end_of_an_edge(fading: Levels) -> None:
    gap = pictures.read_mask(png(fading), *SIZE)
    assert (gap == (fading >= 16)).all()
