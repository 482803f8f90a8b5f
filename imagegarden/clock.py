"""The present moment. Rules take it as an argument; only the edges ask for it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
