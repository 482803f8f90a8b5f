"""Where pictures lie: one object store, a local folder or any that obstore speaks."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, from_url

from imagegarden.handing import hand_over

# So much is read by one request, which has ended before anybody is given it.
# The folder in DATA_DIR, where no store is named.
MEDIA = "media"
READ_AT_ONCE = 4 * 1024 * 1024
CONNECT_SECONDS = 3
# Of a whole part of a file.
ANSWER_SECONDS = 60
RETRIES = 2
RETRY_SECONDS = 10
# What lies on this machine is not reached by a network.
HERE = ("file:", "memory:")
# What is written in pieces goes there in parts of this size: ten thousand of them are the most that a store takes.
PART = 8 * 1024 * 1024
PARTS_AT_ONCE = 2


class StorageError(Exception):
    """The store cannot do it now: it is full, away, or the file is not there."""


class FileGone(StorageError):
    """There is no file under this key."""


class MediaStore(Protocol):
    """Files under keys. A file is there whole or not at all."""

    def put(self, key: str, content: bytes, *, mime: str) -> None:
        """Write a file; one under the same key is replaced. Raises StorageError."""
        ...

    def put_in_pieces(self, key: str, pieces: Iterator[bytes], *, mime: str) -> None:
        """Write a file that is never whole in memory. Raises StorageError, and whatever making a piece raises."""
        ...

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`. Raises FileGone, StorageError."""
        ...

    def read_whole(self, key: str, *, size: int) -> bytes:
        """The whole file, of which this size is known. Raises FileGone, StorageError."""
        ...

    def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is fine. Raises StorageError."""
        ...

    def list_under(self, folder: str) -> Iterator[str]:
        """The keys of all files in a folder and in those within it. Raises StorageError."""
        ...

    def delete_under(self, folder: str) -> None:
        """Remove all files of a folder, and what was begun and never finished. Raises StorageError."""
        ...

    def check(self) -> None:
        """See whether the store answers. Raises StorageError."""
        ...


def _opened(url: str) -> "obstore.store.ObjectStore":
    if url.startswith(HERE):
        return from_url(url)
    # Its own patience is three minutes, in which a thread would do nothing else.
    return from_url(
        url,
        client_options={
            "connect_timeout": f"{CONNECT_SECONDS}s",
            "timeout": f"{ANSWER_SECONDS}s",
            # These take the place of AWS_ALLOW_HTTP: a store beside us is called as its address says.
            "allow_http": True,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
    )


class ObjectStore:
    """A MediaStore on obstore."""

    def __init__(self, store: "obstore.store.ObjectStore", root: Path | None = None) -> None:
        self._store = store
        self._root = root

    @classmethod
    def in_folder(cls, folder: Path) -> "ObjectStore":
        """A store in a folder of this machine."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    @classmethod
    def at(cls, url: str) -> "ObjectStore":
        """A store at an address such as s3://bucket/prefix, with credentials from the vendor's usual variables.

        Raises StorageError where no store can have this address.
        """
        try:
            return cls(_opened(url))
        except (BaseError, ValueError):
            # What the library says of it repeats all that it was told.
            raise StorageError("no store can have this address") from None

    @classmethod
    def in_memory(cls) -> "ObjectStore":
        """A store that ends with the process."""
        return cls(MemoryStore())

    def put(self, key: str, content: bytes, *, mime: str) -> None:
        """Write a file; one under the same key is replaced. Raises StorageError."""
        try:
            obstore.put(self._store, key, content, attributes=self._attributes(mime))
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot write {key}") from error

    def put_in_pieces(self, key: str, pieces: Iterator[bytes], *, mime: str) -> None:
        """Write a file that is never whole in memory. Raises StorageError, and whatever making a piece raises."""

        def write(taken: Iterator[bytes]) -> None:
            obstore.put(
                self._store,
                key,
                taken,
                attributes=self._attributes(mime),
                use_multipart=True,
                chunk_size=PART,
                max_concurrency=PARTS_AT_ONCE,
            )

        try:
            hand_over(pieces, write)
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot write {key}") from error

    def _attributes(self, mime: str) -> "obstore.Attributes | None":
        # A folder keeps no content type, and refuses to be told one.
        return None if isinstance(self._store, LocalStore) else {"Content-Type": mime}

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to, not including, `end`. Raises FileGone, StorageError."""
        # The first part is asked for at once: who calls hears that there is no file before anything is sent.
        first = self._read_part(key, start, min(end, start + READ_AT_ONCE))
        return self._parts(first, key, start + READ_AT_ONCE, end)

    def _parts(self, first: bytes, key: str, start: int, end: int) -> Iterator[bytes]:
        """Part by part, as they are taken: a store would not wait for whoever takes long."""
        yield first
        for at in range(start, end, READ_AT_ONCE):
            yield self._read_part(key, at, min(end, at + READ_AT_ONCE))

    def _read_part(self, key: str, start: int, end: int) -> bytes:
        try:
            return bytes(obstore.get(self._store, key, options={"range": (start, end)}).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise FileGone(key) from error
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot read {key}") from error

    def read_whole(self, key: str, *, size: int) -> bytes:
        """The whole file, of which this size is known. Raises FileGone, StorageError."""
        return b"".join(self.read(key, start=0, end=size))

    def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is fine. Raises StorageError."""
        try:
            obstore.delete(self._store, key)
        except (NotFoundError, FileNotFoundError):
            pass
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot delete {key}") from error

    def list_under(self, folder: str) -> Iterator[str]:
        """The keys of all files in a folder and in those within it. Raises StorageError."""
        try:
            for page in obstore.list(self._store, prefix=folder):
                yield from (found["path"] for found in page)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise StorageError(f"cannot list {folder}") from error

    def delete_under(self, folder: str) -> None:
        """Remove all files of a folder, and what was begun and never finished. Raises StorageError."""
        if not folder:
            raise ValueError("that would be everything")
        for key in list(self.list_under(folder)):
            self.delete(key)
        if self._root is not None:
            # Where a process was killed while it wrote, there is a part of a file that no list tells of. An object
            # store removes those by itself, if it is told to (docs/operating.md).
            shutil.rmtree(self._root / folder, ignore_errors=True)

    def check(self) -> None:
        """See whether the store answers. Raises StorageError."""
        try:
            for _ in obstore.list(self._store, prefix="readiness", chunk_size=1):
                break
        except (BaseError, OSError) as error:
            raise StorageError("the store does not answer") from error
