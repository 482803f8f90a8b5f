"""Pictures from outside: decoded to eight-bit RGB and alpha, and written as PNG."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from .raster import SOFTWARE, storable

Bytes = NDArray[np.uint8]
# Level 3 is nearly as small as 6, in half the time.
_COMPRESSION = 3
# Pixels that are worked on at once.
_STRIP = 1 << 20


@dataclass(frozen=True)
class Given:
    """A decoded picture: colors of shape (height, width, 3), and alpha where it has any."""

    colors: Bytes
    alpha: Bytes | None

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.colors.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.colors.shape[0])


class Strip(NamedTuple):
    """Some rows of a picture to work on: what is wanted, and with a margin what is needed for it."""

    top: int
    bottom: int
    first: int
    last: int

    @property
    def inner(self) -> slice:
        """The wanted rows, counted from the first needed one."""
        return slice(self.top - self.first, self.bottom - self.first)


def strips(width: int, height: int, margin: int = 0) -> Iterator[Strip]:
    """Divide a picture, so that what is reckoned in floating point stays small however large the picture is."""
    rows = max(1, _STRIP // max(1, width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        yield Strip(top, bottom, max(0, top - margin), min(height, bottom + margin))


def read(content: bytes) -> Given:
    """Decode a picture of any mode. Raises ValueError for what is none."""
    image = _open(content)
    if image.mode.startswith("I") or image.mode == "F":
        return Given(_gray(image), None)
    if not image.has_transparency_data:
        return Given(np.asarray(image.convert("RGB")), None)
    pixels = np.asarray(image.convert("RGBA"))
    return Given(np.ascontiguousarray(pixels[:, :, :3]), np.ascontiguousarray(pixels[:, :, 3]))


# What is fainter in a mask is nothing: compression leaves such levels.
FAINTEST = 16


def read_mask(content: bytes, width: int, height: int) -> NDArray[np.bool_]:
    """Decode a mask, brought to a size: true where it is painted, and be it the faint end of a soft edge.

    Raises ValueError.
    """
    mask = _open(content)
    # What is transparent in a mask was not painted.
    if mask.has_transparency_data:
        painted = mask.convert("RGBA")
        mask = Image.alpha_composite(Image.new("RGBA", painted.size, (0, 0, 0, 255)), painted)
    gray = mask.convert("L")
    if gray.size != (width, height):
        gray = gray.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(gray) >= FAINTEST


def write(colors: Bytes, alpha: Bytes | None, facts: dict[str, str] | None = None) -> bytes:
    """Write a PNG that says what made it."""
    info = PngInfo()
    for key, value in {**(facts or {}), "Software": SOFTWARE}.items():
        info.add_itxt(key, storable(value))
    pixels = colors if alpha is None else np.dstack((colors, alpha))
    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", pnginfo=info, compress_level=_COMPRESSION)
    return buffer.getvalue()


def _open(content: bytes) -> Image.Image:
    try:
        image = Image.open(BytesIO(content))
        image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise ValueError("this is no picture that can be read") from error
    return image


def _gray(image: Image.Image) -> Bytes:
    """Sixteen bits and more, which Pillow would clip instead of scaling."""
    levels: NDArray[Any] = np.asarray(image).astype(np.float32)
    top = 65535.0 if levels.max(initial=0) > 255 else 255.0
    gray = np.clip(levels * (255.0 / top), 0, 255).astype(np.uint8)
    return np.repeat(gray[:, :, None], 3, axis=2)
