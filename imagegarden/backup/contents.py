"""Files of the store and their copies: each content is copied once, and known by its checksum."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from imagegarden.backup.manifest import BackupError, sha256_of
from imagegarden.backup.places import BackupFolder
from imagegarden.storage import FileGone, MediaStore, StorageError

logger = logging.getLogger(__name__)

THREADS = 8
AT_ONCE = 1000

Done = TypeVar("Done")


@dataclass(frozen=True)
class StoredFile:
    """A file that a row of the database names."""

    key: str
    mime: str
    bytes: int
    sha256: str


@dataclass
class Copied:
    """What copying came to."""

    files: int = 0
    bytes: int = 0
    new: int = 0
    missing: int = 0
    damaged: int = 0


def copy_out(store: MediaStore, folder: BackupFolder, files: Iterable[StoredFile], listing: Path) -> Copied:
    """Copy what is not here yet, and list every file that is here then.

    One that was deleted meanwhile, or is not what its row says, is counted: the rest is worth keeping all the same.

    Raises BackupError when the store does not answer.
    """
    copied = Copied()
    with listing.open("w") as lines:
        for file, state in _each(files, lambda file: _copy_one(store, folder, file)):
            if state in ("missing", "damaged"):
                copied.missing += state == "missing"
                copied.damaged += state == "damaged"
                continue
            copied.new += state == "new"
            copied.files += 1
            copied.bytes += file.bytes
            lines.write(json.dumps(asdict(file)) + "\n")
    return copied


def put_back(store: MediaStore, folder: BackupFolder, listing: Path) -> Copied:
    """Write every listed file into the store. Raises BackupError."""
    copied = Copied()
    for file, _ in _each(listed(listing), lambda file: _put_one(store, folder, file)):
        copied.files += 1
        copied.bytes += file.bytes
    return copied


def listed(listing: Path) -> Iterator[StoredFile]:
    """The files of a listing."""
    with listing.open() as lines:
        for line in lines:
            yield StoredFile(**json.loads(line))


def prove(folder: BackupFolder, listing: Path) -> None:
    """See that the content of every listed file is here, and is what it says. Raises BackupError."""
    for _ in _each(listed(listing), lambda file: _prove_one(folder, file)):
        pass


def _each(files: Iterable[StoredFile], act: Callable[[StoredFile], Done]) -> Iterator[tuple[StoredFile, Done]]:
    """Act on each file, several at once, some thousand known at a time."""
    with ThreadPoolExecutor(THREADS) as pool:
        part: list[StoredFile] = []
        for file in files:
            part.append(file)
            if len(part) == AT_ONCE:
                yield from zip(part, pool.map(act, part), strict=True)
                part = []
        yield from zip(part, pool.map(act, part), strict=True)


def _copy_one(store: MediaStore, folder: BackupFolder, file: StoredFile) -> str:
    place = folder.content(file.sha256)
    if place.exists() and place.stat().st_size == file.bytes:
        return "known"
    digest = hashlib.sha256()
    unfinished = place.with_name(f"{place.name}.{hashlib.sha256(file.key.encode()).hexdigest()[:12]}.new")
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with unfinished.open("wb") as copy:
            for chunk in store.read(file.key, start=0, end=file.bytes):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != file.sha256:
            logger.error("a file in the store is not what its row says", extra={"key": file.key})
            return "damaged"
        unfinished.rename(place)
    except FileGone:
        return "missing"
    except StorageError as error:
        raise BackupError(f"The store does not answer: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return "new"


def _prove_one(folder: BackupFolder, file: StoredFile) -> None:
    place = folder.content(file.sha256)
    if not place.exists():
        raise BackupError(f"The content of {file.key} is not in {folder.contents}.")
    if sha256_of(place) != file.sha256:
        raise BackupError(f"The content of {file.key} is damaged: {place}")


def _put_one(store: MediaStore, folder: BackupFolder, file: StoredFile) -> None:
    try:
        store.put(file.key, folder.content(file.sha256).read_bytes(), mime=file.mime)
    except StorageError as error:
        raise BackupError(f"The store takes no files: {error}") from error
