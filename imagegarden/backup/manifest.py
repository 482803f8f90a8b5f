"""What a backup says about itself: versions, counts and checksums."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

FORMAT = 1
CHUNK = 1024 * 1024


class BackupError(Exception):
    """A backup cannot be made or restored; the message is one for the person at the terminal."""


@dataclass(frozen=True)
class Manifest:
    """Everything that a restore holds against what it finds."""

    created_at: datetime
    release: str
    migration: str
    postgres_major: int
    dump_bytes: int
    dump_sha256: str
    files_sha256: str
    files: int
    file_bytes: int
    missing_files: int
    damaged_files: int
    rows: dict[str, int]
    format: int = FORMAT

    @property
    def has_people(self) -> bool:
        """Whether it is of a site that was used, and not of one that had just been set up."""
        return bool(self.rows.get("users"))

    def write(self, path: Path) -> None:
        """Write it down."""
        known = {**asdict(self), "created_at": self.created_at.isoformat()}
        path.write_text(json.dumps(known, indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """What was written down. Raises BackupError."""
        try:
            known = json.loads(path.read_text())
            if known.get("format") != FORMAT:
                raise BackupError(f"{path} is of a format that this release does not know.")
            return cls(**{**known, "created_at": datetime.fromisoformat(known["created_at"])})
        except FileNotFoundError:
            raise BackupError(f"{path.parent} is no backup: it has no {path.name}.") from None
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError(f"{path} cannot be read: {error}") from None


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
