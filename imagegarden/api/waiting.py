"""Waiting for a result while the caller holds the line: for some, for a while, and never with a database connection."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import current_app, request

from imagegarden.clock import now
from imagegarden.db import db, release_connection
from imagegarden.domain import generations, waiting
from imagegarden.domain.errors import Overloaded
from imagegarden.models import Generation
from imagegarden.web.stopping import is_stopping

LONGEST_SECONDS = 60
PREFERENCE = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?([0-9]+)\"?\s*(?:$|[,;])", re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')
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
        self._free = threading.BoundedSemaphore(count)

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


@contextmanager
def a_place() -> Iterator[None]:
    """Do something slow in a place. Raises Overloaded where none is free."""
    if not places().take():
        raise Overloaded
    try:
        yield
    finally:
        places().leave()


def preferred_seconds() -> int:
    """How long the caller wants to wait for a result: `Prefer: wait=N`, at most 60."""
    said = request.headers.get("Prefer", "")
    # What stands in quotes is another preference's value.
    found = PREFERENCE.search(said)
    if found is not None and any(quoted.start() < found.start() < quoted.end() for quoted in QUOTED.finditer(said)):
        found = None
    return min(int(found[1][:6]), LONGEST_SECONDS) if found else 0


def wait_for(generation: Generation, *, seconds: float) -> Generation:
    """The generation once it has ended, or as it is when the time is over or every place is taken."""
    if generation.is_finished or seconds <= 0 or not places().take():
        return generation
    try:
        return wait_in_place(generation, seconds=seconds)
    finally:
        places().leave()


def wait_in_place(generation: Generation, *, seconds: float) -> Generation:
    """The same for who has a place already. When the process is asked to stop, the time is over."""
    end = time.monotonic() + seconds
    user_id, uuid = generation.user_id, generation.uuid
    while not generation.is_finished and (left := end - time.monotonic()) > 0:
        pause = min(waiting.look_after([generation], now=now()), LOOK_SECONDS, left)
        release_connection()
        is_stopping.wait(pause)
        generation = _look_again(user_id, uuid)
        if is_stopping.is_set():
            break
    return generation


def _look_again(user_id: int, uuid: UUID) -> Generation:
    return generations.list_these(db.session(), user_id=user_id, uuids=[uuid])[0]
