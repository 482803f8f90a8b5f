"""From a provider's bytes to stored files: looked at, thumbnailed, written, and only then spoken of."""

import hashlib
import io
import warnings

import blurhash
from PIL import Image, ImageOps

from imagegarden.domain.outcomes import StoredFile, StoredOutput, media_uuid
from imagegarden.domain.steps import Step
from imagegarden.models import FileRole
from imagegarden.providers.base import Output
from imagegarden.storage import MediaStore

MAX_PIXELS = 40_000_000
MIMES = {"PNG": "image/png", "WEBP": "image/webp", "JPEG": "image/jpeg"}
# The longer side in pixels. Small is for lists, large for the page of one picture.
THUMBS = {FileRole.THUMB_SMALL: 384, FileRole.THUMB_LARGE: 1024}
THUMB_MIME = "image/webp"
THUMB_QUALITY = 80
BLURHASH_SIDE = 8


class BadOutput(Exception):
    """The bytes are not a picture that we can show."""


def store_output(store: MediaStore, step: Step, output: Output) -> StoredOutput:
    """Write an output and its thumbnails into the store.

    Keys follow from the contents, so that doing it again writes the same files once.

    Raises BadOutput and StorageError.
    """
    image, mime = _decode(output.content)
    contents: dict[FileRole, tuple[bytes, str]] = {FileRole.ORIGINAL: (output.content, mime)}
    # Nothing is made larger, and what is small and of the right type already is not written again: of a small picture,
    # some are the same.
    thumbs = {max(image.size): output.content} if mime == THUMB_MIME else {}
    for role, side in THUMBS.items():
        side = min(side, max(image.size))
        thumbs[side] = thumbs.get(side) or _thumbnail(image, side)
        contents[role] = (thumbs[side], THUMB_MIME)
    if output.svg is not None:
        contents[FileRole.SVG] = (output.svg, "image/svg+xml")
    folder = f"users/{step.user_id}/{media_uuid(step.generation_uuid, output.ordinal)}"
    files = []
    for role, (content, file_mime) in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        key = f"{folder}/{digest}"
        store.put(key, content, mime=file_mime)
        files.append(StoredFile(role=role, key=key, mime=file_mime, bytes=len(content), sha256=digest))
    return StoredOutput(
        ordinal=output.ordinal,
        is_flagged=output.is_flagged,
        width=image.width,
        height=image.height,
        blurhash=_blurhash(image),
        sha256=files[0].sha256,
        files=files,
    )


def _decode(content: bytes) -> tuple[Image.Image, str]:
    """The picture, fully decoded: a truncated file is found here and not in somebody's browser."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=list(MIMES))
            if image.width * image.height > MAX_PIXELS:
                raise BadOutput(f"{image.width} x {image.height} pixels are too many")
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadOutput(f"{len(content)} bytes are not a picture") from error
    assert image.format is not None
    return image, MIMES[image.format]


def _thumbnail(image: Image.Image, side: int) -> bytes:
    # JPEG can be orientated by a tag; thumbnails are drawn the way the picture is seen.
    small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=THUMB_QUALITY, method=2)
    return written.getvalue()


def _blurhash(image: Image.Image) -> str:
    small = image.convert("RGB").resize((BLURHASH_SIDE, BLURHASH_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = [[small.getpixel((x, y)) for x in range(BLURHASH_SIDE)] for y in range(BLURHASH_SIDE)]
    found: str = blurhash.encode(pixels, components_x=4, components_y=3)
    return found
