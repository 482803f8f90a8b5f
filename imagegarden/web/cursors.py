"""Places in a list, as text in an address."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Protocol

from imagegarden.domain.glances import Cursor

# Shorter than the largest number that the database knows.
LONGEST_NUMBER = 18


class Placed(Protocol):
    """A row that a list is sorted by."""

    @property
    def created_at(self) -> datetime:
        """The moment that it is sorted by."""
        ...

    @property
    def id(self) -> int:
        """What tells rows of the same moment apart."""
        ...


def write_cursor(row: Placed) -> str:
    """The place just after `row`."""
    return urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """The place that `text` names; None for the start and for anything that is no place."""
    if not text:
        return None
    try:
        moment, _, number = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
        created_at = datetime.fromisoformat(moment)
        number_read = int(number)
        if created_at.tzinfo is None or abs(number_read) >= 2**63:
            return None
        return Cursor(created_at.astimezone(UTC), number_read)
    except (ValueError, OverflowError):
        return None


def read_number(text: str | None) -> int | None:
    """The id of a row that a list goes on after; None for the start and for anything that is no id."""
    if not text or not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
        return None
    return int(text)
