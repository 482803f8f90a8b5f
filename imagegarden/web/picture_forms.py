"""Stored pictures in the form that a program asks for."""

import threading
from dataclasses import dataclass

from imagegarden.current import adapters
from imagegarden.db import release_connection
from imagegarden.imaging.formats import FORMATS, converted
from imagegarden.models import MediaFile

NAMES = {mime: name for name, mime in FORMATS.items()}
# An unpacked picture takes many times its file: one at a time in a process keeps memory and processor bounded.
_one_at_a_time = threading.BoundedSemaphore()


@dataclass(frozen=True)
class Form:
    """The format that a picture is wanted in, and its quality of 0 to 100; as it is stored where None is named."""

    format: str | None = None
    quality: int | None = None

    def of(self, file: MediaFile) -> str:
        """The format that a file has in this form."""
        return self.format or NAMES[file.mime]

    def is_that_of(self, file: MediaFile) -> bool:
        """Whether a file has this form as it lies there."""
        name = self.of(file)
        return FORMATS[name] == file.mime and (self.quality is None or name == "png")


def read_in(form: Form, file: MediaFile) -> bytes:
    """The bytes of a picture in this form. Raises FileGone, StorageError."""
    release_connection()
    content = adapters().store.read_whole(file.key, size=file.bytes)
    if form.is_that_of(file):
        return content
    with _one_at_a_time:
        return converted(content, form.of(file), form.quality)
