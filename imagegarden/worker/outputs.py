"""From a provider's bytes to stored files: looked at, thumbnailed, written, and only then spoken of."""

import io
import threading
from contextlib import nullcontext

from PIL import Image

from imagegarden.domain.outputs import StoredOutput, media_uuid
from imagegarden.domain.steps import Step
from imagegarden.filing import Content, put_all, with_thumbnails
from imagegarden.imaging.decoding import BadPicture, decode
from imagegarden.imaging.films import read_film
from imagegarden.imaging.masks import keep_outside
from imagegarden.imaging.thumbnails import blurred
from imagegarden.imaging.wordless import without_words
from imagegarden.models import FileRole, GenerationKind, MediaKind
from imagegarden.providers.base import Output, PermanentError
from imagegarden.storage import MediaStore

POSTER_QUALITY = 85
LARGE_PIXELS = 5_000_000
_one_large_at_a_time = threading.BoundedSemaphore()


class BadOutput(Exception):
    """The bytes are not what was asked for."""


def store_output(store: MediaStore, step: Step, output: Output) -> StoredOutput:
    """Write an output and its thumbnails into the store. Raises BadOutput and StorageError."""
    try:
        return _store_film(store, step, output) if step.kind == GenerationKind.VIDEO else _store(store, step, output)
    except BadPicture as error:
        raise BadOutput(str(error)) from error


def _store(store: MediaStore, step: Step, output: Output) -> StoredOutput:
    with _one_large_at_a_time if _is_large(output.content) else nullcontext():
        return _store_picture(store, step, output)


def _is_large(content: bytes) -> bool:
    """Whether it is so large that several at once would take too much memory; told by its head."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.width * image.height > LARGE_PIXELS
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _store_picture(store: MediaStore, step: Step, output: Output) -> StoredOutput:
    assert step.order is not None
    if step.order.lacks_source:
        # Without it nobody can put back what lies outside of a mask.
        raise PermanentError("a picture that it starts from is gone", code="source_gone")
    image, mime = decode(output.content)
    content = without_words(output.content, mime)
    if step.order.image is not None and step.order.mask is not None:
        before, mask = (
            store.read_whole(source.key, size=source.bytes) for source in (step.order.image, step.order.mask)
        )
        content = keep_outside(before, image, mask)
        image, mime = decode(content)
    contents = with_thumbnails(image, Content(content, mime))
    if output.svg is not None:
        contents[FileRole.SVG] = Content(output.svg, "image/svg+xml")
    return _stored(store, step, output, image, contents)


def _store_film(store: MediaStore, step: Step, output: Output) -> StoredOutput:
    film = read_film(output.content)
    poster = io.BytesIO()
    film.still.save(poster, "WEBP", quality=POSTER_QUALITY, method=2)
    contents = with_thumbnails(film.still, Content(film.content, "video/mp4"))
    contents[FileRole.POSTER] = Content(poster.getvalue(), "image/webp")
    return _stored(store, step, output, film.still, contents, seconds=film.seconds)


def _stored(
    store: MediaStore,
    step: Step,
    output: Output,
    image: Image.Image,
    contents: dict[FileRole, Content],
    *,
    seconds: float | None = None,
) -> StoredOutput:
    folder = f"users/{step.user_id}/{media_uuid(step.generation_uuid, output.ordinal)}"
    files = put_all(store, folder, contents)
    return StoredOutput(
        ordinal=output.ordinal,
        kind=MediaKind.IMAGE if seconds is None else MediaKind.VIDEO,
        is_flagged=output.is_flagged,
        width=image.width,
        height=image.height,
        seconds=seconds,
        blurhash=blurred(image),
        sha256=files[0].sha256,
        files=files,
    )
