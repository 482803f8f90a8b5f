"""Pictures from pictures: enlarged, restored, filled and edited, and why that fails."""

import hashlib
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageEnhance

from tests.fakes.replicate import sizes
from tests.fakes.replicate.inputs import Inputs
from tests.fakes.replicate.making import masks, outpainting
from tests.fakes.replicate.making.work import Recipe, Work

Given = Mapping[str, Any]
# What fits in the GPU memory of the machine that the enlarger runs on.
MOST_PIXELS = 2_096_704
# What we make at most: ten times each side of that would be two hundred million pixels.
MOST_PIXELS_MADE = 80_000_000
TOO_LARGE = (
    "Input image of dimensions {shape} has a total number of pixels {pixels} greater than the max size that fits in "
    f"GPU memory on this hardware, {MOST_PIXELS}. Resize input image and try again."
)
OUT_OF_MEMORY = "CUDA out of memory. Tried to allocate 5.71 GiB (GPU 0; 14.61 GiB total capacity; 2.04 GiB free)"
RESTORED_BRIGHTNESS = 1.1
TINT = 0.35


def enlarged(field: str, factor: str, brightness: float = 1.0) -> Recipe:
    """The picture of a field, so many times as wide and as high."""

    def make(work: Work) -> Image.Image:
        source = _source(work, field)
        large = source.resize(_times(source.size, float(work.given[factor])), Image.Resampling.LANCZOS)
        return large if brightness == 1 else ImageEnhance.Brightness(large).enhance(brightness)

    return make


def why_not_enlarged(given: Given, inputs: Inputs) -> str | None:
    """A picture that is too large for the machine, or would become so."""
    for width, height in (file.size for files in inputs.values() for file in files):
        if width * height > MOST_PIXELS:
            return TOO_LARGE.format(shape=(height, width, 3), pixels=width * height)
    return why_not_made(given, inputs)


def why_not_made(given: Given, inputs: Inputs) -> str | None:
    """A picture that would become too large for us."""
    factor = float(given.get("scale_factor", given.get("scale", 1)))
    for width, height in (file.size for files in inputs.values() for file in files):
        if width * height * factor**2 > MOST_PIXELS_MADE:
            return OUT_OF_MEMORY
    return None


def filled(work: Work) -> Image.Image:
    """The picture painted anew where its mask is white, or continued beyond its edges."""
    image = _source(work, "image")
    option = work.given["outpaint"]
    if option != "None":
        size, at = outpainting.canvas(image.size, option)
        return outpainting.outpainted(image, work.draw(size), at)
    mask = work.picture("mask") or masks.of_transparency(work.inputs["image"][0].image())
    return masks.repainted(image, work.draw(image.size), mask)


def why_not_filled(given: Given, inputs: Inputs) -> str | None:
    """A mask that is missing, or has another size."""
    if given["outpaint"] != "None":
        return None
    [image] = inputs["image"]
    if "mask" not in inputs:
        return None if image.has_alpha else "A mask is required: give one, or an image with an alpha channel."
    if inputs["mask"][0].size != image.size:
        return f"The mask must have the same size as the image: {inputs['mask'][0].size} is not {image.size}"
    return None


def inpainted(work: Work) -> Image.Image:
    """Picture and mask brought to the asked size, and painted anew where the mask is white."""
    size = work.scaled(sizes.by_width_and_height(work.given))
    image, mask = (_source(work, name).resize(size, Image.Resampling.LANCZOS) for name in ("image", "mask"))
    return masks.repainted(image, work.draw(size), mask)


def why_not_inpainted(given: Given, inputs: Inputs) -> str | None:
    """Picture and mask are no required fields, and yet nothing goes without them."""
    missing = [name for name in ("image", "mask") if name not in inputs]
    return f"Please provide {' and '.join(missing)}" if missing else None


def edited(work: Work) -> Image.Image:
    """The picture under a color that is the instruction's."""
    source = work.picture("input_image")
    ratio = work.given["aspect_ratio"]
    matches = ratio == "match_input_image"
    if source is None:
        return work.draw(work.scaled(sizes.of_ratio("1:1" if matches else ratio)))
    if not matches:
        source = source.resize(work.scaled(sizes.of_ratio(ratio)), Image.Resampling.LANCZOS)
    return Image.blend(source, Image.new("RGB", source.size, tint(work.prompt)), TINT)


def tint(prompt: str) -> tuple[int, int, int]:
    """The color of an instruction."""
    red, green, blue = hashlib.sha256(prompt.encode()).digest()[:3]
    return red, green, blue


def _source(work: Work, field: str) -> Image.Image:
    picture = work.picture(field)
    assert picture is not None, f"a prediction without {field} should have failed"
    return picture


def _times(size: tuple[int, int], factor: float) -> tuple[int, int]:
    width, height = (max(1, round(side * factor)) for side in size)
    return width, height
