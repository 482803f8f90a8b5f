"""A finished picture in another format, for those who ask for one. What the file says of itself is not taken along."""

import io

from PIL import Image

from imagegarden.imaging.decoding import decode
from imagegarden.imaging.reencoding import plain
from imagegarden.imaging.thumbnails import upright

# By the names that programs have for them.
FORMATS = {"png": "image/png", "webp": "image/webp", "jpeg": "image/jpeg"}
USUAL_QUALITY = 95
WHITE = (255, 255, 255, 255)


def converted(content: bytes, name: str, quality: int | None) -> bytes:
    """The picture as PNG, WebP or JPEG; `quality` is 0 to 100, and of the latter two. Raises BadPicture."""
    given, _ = decode(content)
    image = plain(upright(given, given))
    if name == "jpeg":
        image = _opaque(image)
    # To some encoders a quality of 0 means that nothing was said.
    how = {"compress_level": 3} if name == "png" else {"quality": USUAL_QUALITY if quality is None else max(1, quality)}
    written = io.BytesIO()
    image.save(written, name.upper(), **how)
    return written.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    """The picture on white, where it is transparent."""
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image).convert("RGB")
