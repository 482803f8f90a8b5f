"""Files that lie in the store."""

from dataclasses import dataclass

from imagegarden.models import FileRole


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that lies in the store."""

    role: FileRole
    key: str
    mime: str
    bytes: int
    sha256: str
