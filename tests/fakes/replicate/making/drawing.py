"""Pictures from words, and from words and pictures."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageOps

from tests.fakes.replicate import sizes
from tests.fakes.replicate.making import masks
from tests.fakes.replicate.making.work import Recipe, Size, Work

Given = Mapping[str, Any]
# Where a model does not ask how much is to change.
HALF = 0.5


def drawn(size: Callable[[Given], Size]) -> Recipe:
    """Of the asked size, from the prompt alone."""
    return lambda work: work.draw(work.scaled(size(work.given)))


def blended(
    size: Callable[[Given], Size], field: str, keeps_aspect: Callable[[Given], bool] = lambda given: True
) -> Recipe:
    """What the prompt draws, laid over the pictures of a field by `prompt_strength`; a mask keeps what is black."""

    def make(work: Work) -> Image.Image:
        sources = work.pictures(field)
        asked = size(work.given)
        if not sources:
            return work.draw(work.scaled(asked))
        shape = sources[0].size if keeps_aspect(work.given) else asked
        if work.given.get("resolution") == "match_input_image":
            target = sizes.matching(shape, sources[0].size)
        else:
            target = work.scaled(asked if shape == asked else sizes.matching(shape, asked))
        source = side_by_side(sources, target)
        made = Image.blend(source, work.draw(target), work.given.get("prompt_strength", HALF))
        mask = work.picture("mask")
        return made if mask is None else masks.repainted(source, made, mask)

    return make


def side_by_side(sources: list[Image.Image], size: Size) -> Image.Image:
    """Each in its share of the width, covering it."""
    canvas = Image.new("RGB", size)
    edges = [size[0] * n // len(sources) for n in range(len(sources) + 1)]
    for source, left, right in zip(sources, edges[:-1], edges[1:], strict=True):
        canvas.paste(ImageOps.fit(source, (max(1, right - left), size[1])), (left, 0))
    return canvas
