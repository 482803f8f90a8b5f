"""Small versions of a picture, and the few colors that stand for it until it is loaded."""

import io
import struct

import blurhash
from PIL import Image

THUMB_MIME = "image/webp"
THUMB_QUALITY = 80
BLURHASH_SIDE = 8
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, tagged: Image.Image) -> Image.Image:
    """The picture the way it is seen, by the tag of `tagged`; as it is where the tag cannot be read."""
    try:
        turn = TURNS.get(tagged.getexif().get(ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, struct.error):
        return image
    return image if turn is None else image.transpose(turn)


def thumbnail(image: Image.Image, side: int) -> bytes:
    """The picture as WebP, its longer side `side` pixels or less."""
    # Made small first: every copy of a large picture takes as much memory as the picture.
    share = min(1.0, side / max(image.size))
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    plain = image if image.mode in ("RGB", "RGBA", "L") else image.convert("RGB")
    small = plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0) if share < 1 else plain
    # JPEG can be orientated by a tag; thumbnails are drawn the way the picture is seen.
    small = upright(small, image).convert("RGB")
    written = io.BytesIO()
    small.save(written, "WEBP", quality=THUMB_QUALITY, method=2)
    return written.getvalue()


def blurred(image: Image.Image) -> str:
    """The picture's blurhash."""
    small = image.convert("RGB").resize((BLURHASH_SIDE, BLURHASH_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = [[small.getpixel((x, y)) for x in range(BLURHASH_SIDE)] for y in range(BLURHASH_SIDE)]
    found: str = blurhash.encode(pixels, components_x=4, components_y=3)
    return found
