"""SVG to PNG: resvg draws, the style finishes, Pillow writes the pixels with what made them."""

from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
import resvg_py
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .finish import Pixels

SOFTWARE = "Image Garden garden engine (procedural)"


def pixels_of(svg: str) -> Pixels:
    """Render the drawing at its own size."""
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    with Image.open(BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float32)


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, which neither a PNG nor a film can hold."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def encode(pixels: Pixels, facts: Mapping[str, str]) -> bytes:
    """Write a PNG that says in its metadata how it was made."""
    info = PngInfo()
    for key, value in facts.items():
        info.add_itxt(key, storable(value))
    buffer = BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "PNG", pnginfo=info, compress_level=2)
    return buffer.getvalue()


def develop(svg: str, finish: Callable[[Pixels], Pixels], facts: Mapping[str, str]) -> bytes:
    """Render, finish and write."""
    return encode(finish(pixels_of(svg).copy()), facts)
