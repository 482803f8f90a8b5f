"""Small versions of a picture, and the few colors that stand for it until it is loaded."""

import io

import blurhash
from PIL import Image, ImageOps

THUMB_MIME = "image/webp"
THUMB_QUALITY = 80
BLURHASH_SIDE = 8


def thumbnail(image: Image.Image, side: int) -> bytes:
    """The picture as WebP, its longer side `side` pixels or less."""
    # JPEG can be orientated by a tag; thumbnails are drawn the way the picture is seen.
    small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=THUMB_QUALITY, method=2)
    return written.getvalue()


def blurred(image: Image.Image) -> str:
    """The picture's blurhash."""
    small = image.convert("RGB").resize((BLURHASH_SIDE, BLURHASH_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = [[small.getpixel((x, y)) for x in range(BLURHASH_SIDE)] for y in range(BLURHASH_SIDE)]
    found: str = blurhash.encode(pixels, components_x=4, components_y=3)
    return found
