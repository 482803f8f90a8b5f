"""Masks: which part of a picture is painted anew. White is painted, black is kept."""

import io

from PIL import Image

from imagegarden.imaging.decoding import BadPicture, decode

# What is fainter is black, and what is as near to white is white: compression leaves such levels where nobody painted.
FAINTEST = 16
Box = tuple[int, int, int, int]


class EmptyMask(BadPicture):
    """Nothing is marked."""


class NotTransparent(BadPicture):
    """It has no transparency, and so no hole."""


class WrongSize(BadPicture):
    """It does not lie on the picture."""


def read_mask(content: bytes, size: tuple[int, int]) -> bytes:
    """A mask that somebody painted, as a PNG of this size: black, white, and what lies between at a soft edge.

    Raises BadPicture, EmptyMask.
    """
    given, _ = decode(content)
    gray = given.convert("RGBA").getchannel("A") if _is_drawn_by_alpha(given) else given.convert("L")
    if gray.size != size:
        gray = gray.resize(size, Image.Resampling.BILINEAR)
    return _written(gray.point([_snapped(level) for level in range(256)]))


def _snapped(level: int) -> int:
    if level < FAINTEST:
        return 0
    return 255 if level > 255 - FAINTEST else level


def read_cutout(content: bytes, size: tuple[int, int]) -> bytes:
    """A mask from a picture with a hole: what is fully transparent is painted anew.

    Raises BadPicture, NotTransparent, WrongSize, EmptyMask.
    """
    given, _ = decode(content)
    if given.size != size:
        raise WrongSize(f"{given.width} x {given.height} pixels, and not {size[0]} x {size[1]}")
    if "A" not in given.getbands() and "transparency" not in given.info:
        raise NotTransparent("nothing could be transparent")
    alpha = given.convert("RGBA").getchannel("A")
    return _written(alpha.point([255, *[0] * 255]))


def with_rectangle(painted: bytes, box: Box, size: tuple[int, int]) -> bytes:
    """A mask of what was painted, if anything was, and a rectangle: left, top, width, height in pixels of the picture.

    Raises BadPicture, EmptyMask.
    """
    mask = Image.new("L", size, 0) if not painted else decode(read_mask(painted, size))[0].convert("L")
    left, top, width, height = box
    right, bottom = min(size[0], left + width), min(size[1], top + height)
    if right > left and bottom > top:
        mask.paste(255, (left, top, right, bottom))
    return _written(mask)


def _is_drawn_by_alpha(image: Image.Image) -> bool:
    """Whether it is white all over and transparent where it is to be kept."""
    if image.mode not in ("RGBA", "LA"):
        return False
    return image.getchannel("A").getextrema()[0] < 255  # type: ignore[operator]


def _written(mask: Image.Image) -> bytes:
    if mask.getbbox() is None:
        raise EmptyMask("nothing is marked")
    written = io.BytesIO()
    mask.save(written, "PNG", compress_level=3)
    return written.getvalue()


def keep_outside(original: bytes, painted: Image.Image, mask: bytes) -> bytes:
    """The original with what was painted inside the mask: outside of it, every pixel is as it was. Raises BadPicture.

    At a soft edge one passes into the other.

    Models give the whole picture back, a little different everywhere, and some in another size.
    """
    before, _ = decode(original)
    marked, _ = decode(mask)
    mode = "RGBA" if "A" in before.mode else "RGB"
    result = before.convert(mode)
    fitting = painted.convert(mode)
    if fitting.size != result.size:
        fitting = fitting.resize(result.size, Image.Resampling.LANCZOS)
    result.paste(fitting, (0, 0), marked.convert("L"))
    written = io.BytesIO()
    result.save(written, "PNG", compress_level=3)
    return written.getvalue()
