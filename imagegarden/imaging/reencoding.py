"""A picture that somebody brings along, written anew: upright, in everybody's colors, and with nothing else in it.

Where and with what it was taken, and whatever else was hidden in the file, stays out.
"""

import contextlib
import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageCms

from imagegarden.imaging.decoding import BadPicture, decode
from imagegarden.imaging.thumbnails import upright

JPEG_QUALITY = 95
PNG_COMPRESSION = 3
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True)
class Reencoded:
    """A picture with its file."""

    image: Image.Image
    content: bytes
    mime: str


def reencode(content: bytes) -> Reencoded:
    """The picture as a new file: JPEG where it was JPEG or WebP without transparency, else PNG. Raises BadPicture."""
    given, mime = decode(content)
    try:
        return _written_anew(given, mime)
    except (OSError, SyntaxError, ValueError, TypeError, struct.error) as error:
        raise BadPicture("a picture that cannot be written again") from error


def _written_anew(given: Image.Image, mime: str) -> Reencoded:
    image = plain(upright(given, given))
    is_photo = mime != "image/png" and image.mode in ("RGB", "L")
    written = io.BytesIO()
    if is_photo:
        image.save(written, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    else:
        image.save(written, "PNG", compress_level=PNG_COMPRESSION)
    return Reencoded(image, written.getvalue(), "image/jpeg" if is_photo else "image/png")


def plain(image: Image.Image) -> Image.Image:
    """The pixels alone, as gray or red, green and blue, with transparency where there is any."""
    if image.mode.startswith("I"):
        # Sixteen bits for each pixel: the finer half of them is given up.
        image = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if profile and image.mode in ("RGB", "CMYK", "L"):
        # A profile that cannot be read is as good as none.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, found, SRGB, outputMode="RGB") or image
    mode = "RGBA" if has_alpha else "L" if image.mode in ("1", "L") else "RGB"
    pixels = image if image.mode == mode else image.convert(mode)
    pixels.info = {}
    return pixels
