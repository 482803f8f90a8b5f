"""Stored files, as answers: whole, in part, or not again."""

from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from imagegarden.current import adapters, settings
from imagegarden.db import release_connection
from imagegarden.models import FileRole, MediaFile

EXTENSIONS = {"image/png": "png", "image/webp": "webp", "image/jpeg": "jpg", "image/svg+xml": "svg", "video/mp4": "mp4"}
# A file never changes: another content is another key. Only its owner may keep it.
OWNERS_CACHE = "private, max-age=31536000, immutable"
# What is shared is asked for each time, so that a link that is dead is dead at once.
SHARED_CACHE = "no-cache"
# Even a picture that is opened as a page can run nothing.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def file_response(found: MediaFile, media_uuid: UUID, *, is_download: bool, cache: str = OWNERS_CACHE) -> Response:
    """The file of a picture, to be shown or to be saved."""
    release_connection()
    response = Response(mimetype=found.mime)
    response.set_etag(found.sha256)
    response.headers["Cache-Control"] = cache
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    if is_download or found.role == FileRole.SVG:
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(found.mime, media_uuid)}"'
    if request.if_none_match.contains(found.sha256):
        response.status_code = 304
        return response
    return with_content(response, found.key, size=found.bytes, etag=found.sha256)


def with_content(response: Response, key: str, *, size: int, etag: str) -> Response:
    """The answer with the bytes of a file of the store, or with the part of them that is asked for."""
    prefix = settings().media_accel_prefix
    if prefix:
        # nginx sends the bytes, and answers ranges by itself.
        response.headers["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{key}"
        return response
    start, end = 0, size
    if _wants_one_part(etag):
        assert request.range is not None
        part = request.range.range_for_length(size)
        if part is None:
            raise RequestedRangeNotSatisfiable(size)
        start, end = part
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response.content_length = end - start
    response.response = adapters().store.read(key, start=start, end=end)
    return response


def _wants_one_part(etag: str) -> bool:
    """Whether one part is asked for, and of this very file; anything else is answered with the whole."""
    asked = request.range
    is_current = request.if_range.etag in (None, etag) and request.if_range.date is None
    return asked is not None and asked.units == "bytes" and len(asked.ranges) == 1 and is_current


def file_name(mime: str, media_uuid: UUID) -> str:
    """What a file is called when it is saved."""
    return f"image-garden-{media_uuid}.{EXTENSIONS.get(mime, 'bin')}"
