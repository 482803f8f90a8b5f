"""Waiting for a result while the caller holds the line: for some, for a while, and never with a database connection."""

import re
import threading
import time
from uuid import UUID

from flask import current_app, request

from imagegarden.clock import now
from imagegarden.db import db, release_connection
from imagegarden.domain import generations, waiting
from imagegarden.models import Generation

LONGEST_SECONDS = 60
PREFERENCE = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,6})\"?\s*(?:$|[,;])", re.IGNORECASE)
PREFER = {
    "in": "header",
    "name": "Prefer",
    "schema": {"type": "string", "example": "wait=5"},
    "description": f"`wait=N`: answer when it has ended, or after N seconds; {LONGEST_SECONDS} at most.",
}
# News that nothing foretold is seen within this time.
LOOK_SECONDS = 0.5


class Places:
    """How many threads of this process may wait at a time: the others go on answering."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(max(1, count))

    def take(self) -> bool:
        """Take a place, if one is free."""
        return self._free.acquire(blocking=False)

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()


def places() -> Places:
    """The places of this process."""
    found: Places = current_app.extensions["waiting_places"]
    return found


def preferred_seconds() -> int:
    """How long the caller wants to wait for a result: `Prefer: wait=N`, at most 60."""
    found = PREFERENCE.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), LONGEST_SECONDS) if found else 0


def wait_for(generation: Generation, *, seconds: float) -> Generation:
    """The generation once it has ended, or as it is when the time is over or every place is taken."""
    if generation.is_finished or seconds <= 0 or not places().take():
        return generation
    try:
        return wait_in_place(generation, seconds=seconds)
    finally:
        places().leave()


def wait_in_place(generation: Generation, *, seconds: float) -> Generation:
    """The same for who has a place already."""
    end = time.monotonic() + seconds
    user_id, uuid = generation.user_id, generation.uuid
    while not generation.is_finished and (left := end - time.monotonic()) > 0:
        pause = min(waiting.look_after([generation], now=now()), LOOK_SECONDS, left)
        release_connection()
        time.sleep(pause)
        generation = _look_again(user_id, uuid)
    return generation


def _look_again(user_id: int, uuid: UUID) -> Generation:
    return generations.list_these(db.session(), user_id=user_id, uuids=[uuid])[0]
