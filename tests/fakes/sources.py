"""Pictures that something starts from, held in memory under their keys."""

import hashlib
import io

from PIL import Image, ImageDraw

from imagegarden.providers.base import Source

_kept: dict[str, bytes] = {}


def read(source: Source) -> bytes:
    """The bytes of a source that was kept here."""
    return _kept[source.key]


def keep(content: bytes, mime: str, size: tuple[int, int]) -> Source:
    """A source with these bytes."""
    key = hashlib.sha256(content).hexdigest()
    _kept[key] = content
    return Source(key=key, mime=mime, bytes=len(content), width=size[0], height=size[1])


def photo(width: int = 320, height: int = 240, *, quality: int = 90) -> bytes:
    """A JPEG with something to see on it."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    canvas = ImageDraw.Draw(image)
    canvas.ellipse((width // 5, height // 5, width // 2, height // 2), fill=(200, 60, 40))
    canvas.rectangle((width // 2, height // 2, width * 4 // 5, height * 4 // 5), fill=(30, 140, 90))
    return _written(image, "JPEG", quality=quality)


def noise(width: int, height: int) -> bytes:
    """A PNG that does not get small."""
    return _written(Image.effect_noise((width, height), 80).convert("RGB"), "PNG", compress_level=1)


def mask(size: tuple[int, int], box: tuple[int, int, int, int]) -> bytes:
    """A mask that is white in a box."""
    image = Image.new("L", size, 0)
    image.paste(255, box)
    return _written(image, "PNG")


def _written(image: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)  # type: ignore[arg-type]
    return written.getvalue()
