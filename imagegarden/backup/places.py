"""Where things lie in a folder of backups.

    FOLDER/backups/20260102T030405Z/    database.dump  files.jsonl  manifest.json
    FOLDER/files/ab/abcdef...           contents by checksum, shared by all backups

A backup is made under another name and renamed when it is whole: what has its final name is one.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from imagegarden.backup.manifest import BackupError, Manifest

NAME = "%Y%m%dT%H%M%SZ"
UNFINISHED = "unfinished-"
DUMP = "database.dump"
FILES = "files.jsonl"
MANIFEST = "manifest.json"


class BackupFolder:
    """A folder of backups."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backups = folder / "backups"
        self.contents = folder / "files"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make or remove backups while nobody else does here. Raises BackupError."""
        for place in (self.folder, self.backups, self.contents):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"Another command is at work in {self.folder}.") from None
            yield

    @contextmanager
    def kept_as_it_is(self) -> Iterator[None]:
        """Read backups while nobody makes or removes any here. Raises BackupError."""
        try:
            lock = os.open(self.folder / "lock", os.O_RDONLY | os.O_CREAT, 0o600)
        except OSError:
            # Only to be read: a copy, in which nobody else removes anything either.
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise BackupError(f"Another command is at work in {self.folder}.") from None
        finally:
            os.close(lock)

    @contextmanager
    def new(self, at: datetime) -> Iterator[Path]:
        """A folder to fill, which is a backup when the block has ended well, and gone when not. Raises BackupError."""
        for left_behind in self.backups.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left_behind)
        final = self.backups / at.strftime(NAME)
        if final.exists():
            raise BackupError(f"{final} is there already.")
        unfinished = self.backups / f"{UNFINISHED}{final.name}"
        unfinished.mkdir(mode=0o700)
        try:
            yield unfinished
            for path in (*unfinished.iterdir(), unfinished):
                _write_out(path)
            unfinished.rename(final)
            _write_out(self.backups)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def whole(self) -> list[Path]:
        """Every backup, the newest first."""
        found = self.backups.glob(f"*/{MANIFEST}")
        return sorted((path.parent for path in found if not path.parent.name.startswith(UNFINISHED)), reverse=True)

    def newest(self) -> Path | None:
        """The backup to bring back: the newest of a site with people, where there is one.

        A site that was set up anew, its volumes lost, has itself backed up before anybody restores anything.
        """
        whole = self.whole()
        return next((backup for backup in whole if manifest_of(backup).has_people), whole[0] if whole else None)

    def content(self, sha256: str) -> Path:
        """Where a content lies, or will."""
        return self.contents / sha256[:2] / sha256


def find(path: Path) -> tuple[BackupFolder, Path]:
    """The backup that is meant: a folder of one, or `newest` of a folder of many. Raises BackupError."""
    if path.name in (DUMP, MANIFEST, FILES):
        path = path.parent
    if (path / MANIFEST).exists():
        return BackupFolder(path.resolve().parent.parent), path
    folder = BackupFolder(path)
    newest = folder.newest()
    if newest is None:
        raise BackupError(f"There is no backup in {path}.")
    return folder, newest


def manifest_of(backup: Path) -> Manifest:
    """What a backup says about itself. Raises BackupError."""
    return Manifest.read(backup / MANIFEST)


def _write_out(path: Path) -> None:
    """See that what was written survives the machine's failure."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
