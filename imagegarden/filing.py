"""Writing the files of a picture or a film into the store. The rows that speak of them come after."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from imagegarden.domain.files import StoredFile
from imagegarden.imaging.thumbnails import THUMB_MIME, thumbnail
from imagegarden.models import FileRole
from imagegarden.storage import MediaStore

# The longer side in pixels. Small is for lists, large for the page of one picture.
THUMBS = {FileRole.THUMB_SMALL: 384, FileRole.THUMB_LARGE: 1024}


@dataclass(frozen=True)
class Content:
    """What a file holds."""

    content: bytes
    mime: str


def with_thumbnails(image: Image.Image, original: Content) -> dict[FileRole, Content]:
    """The file of a picture, and its small versions.

    Nothing is made larger, and what is small and of the right type already is not written again: of a small picture,
    some are the same.
    """
    contents = {FileRole.ORIGINAL: original}
    thumbs = {max(image.size): original.content} if original.mime == THUMB_MIME else {}
    for role, side in THUMBS.items():
        side = min(side, max(image.size))
        thumbs[side] = thumbs.get(side) or thumbnail(image, side)
        contents[role] = Content(thumbs[side], THUMB_MIME)
    return contents


def put_all(store: MediaStore, folder: str, contents: Mapping[FileRole, Content]) -> list[StoredFile]:
    """Write these files. Keys follow from the contents, so that doing it again writes the same files once.

    Raises StorageError.
    """
    files = []
    for role, file in contents.items():
        digest = hashlib.sha256(file.content).hexdigest()
        key = f"{folder}/{digest}"
        store.put(key, file.content, mime=file.mime)
        files.append(StoredFile(role=role, key=key, mime=file.mime, bytes=len(file.content), sha256=digest))
    return files
