"""Pages of lists, by key and never by offset."""

from collections.abc import Mapping, Sequence
from typing import Any

from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.glances import Cursor
from imagegarden.web.cursors import Placed, read_cursor, write_cursor


def after(query: Mapping[str, Any]) -> Cursor | None:
    """Where the page begins. Raises InvalidRequest for what is no place."""
    text = query.get("cursor")
    found = read_cursor(text)
    if text is not None and found is None:
        raise InvalidRequest({"cursor": "Send what an earlier page gave as `next`."})
    return found


def next_of(rows: Sequence[Placed], query: Mapping[str, Any]) -> str | None:
    """Where the next page begins; None when this was the last."""
    return write_cursor(rows[-1]) if len(rows) == query["limit"] else None
