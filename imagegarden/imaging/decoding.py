"""From bytes to a picture: what it is is told by its content alone, and its size is known before it is unpacked."""

import io
import warnings

from PIL import Image

from imagegarden.imaging.limits import MAX_PIXELS

MIMES = {"PNG": "image/png", "WEBP": "image/webp", "JPEG": "image/jpeg"}


class BadPicture(Exception):
    """The bytes are not a picture that we can show."""


class TooManyPixels(BadPicture):
    """The picture is larger than any that we keep."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} x {height} pixels are too many")
        self.width = width
        self.height = height


def decode(content: bytes) -> tuple[Image.Image, str]:
    """The picture and its type, fully decoded: a truncated file is found here and not in somebody's browser.

    Raises BadPicture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=list(MIMES))
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixels(image.width, image.height)
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(0, 0) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadPicture(f"{len(content)} bytes are not a picture") from error
    assert image.format is not None
    return image, MIMES[image.format]
