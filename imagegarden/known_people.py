"""What this process knows of the people who come, for as long as the database says that nothing of it has changed.

The database tells of every change when it is committed, whoever made it (migration 0014). What is known counts only
while that line is open: it is tried all the time, and an answer proves that everything before it has arrived.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import Notify

logger = logging.getLogger(__name__)

Known = TypeVar("Known")

CHANNEL = "people_changed"
# After so long without an answer nothing is known any more; it is asked for this often.
SURE_SECONDS = 1.0
LOOK_SECONDS = 0.4
CONNECT_AGAIN_SECONDS = 1.0
CONNECT_SECONDS = 2
# Some of it ends by itself: nobody writes when a paid day is over.
GOOD_SECONDS = 5.0
MOST_PEOPLE = 10_000
NEVER = float("-inf")


@dataclass(frozen=True)
class _Kept:
    value: Any
    read_at: float


class KnownPeople:
    """Answers of the database about people, kept until it says that a person has changed.

    Before `listen`, and whenever the line is lost, every question is asked anew.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._kept: dict[int, dict[str, _Kept]] = {}
        self._changes = 0
        self._sure_at = NEVER
        self._listening_in: int | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def listen(self) -> None:
        """Hear of changes from now on; once for each process, however often it is asked for."""
        with self._lock:
            if self._listening_in == os.getpid():
                return
            self._listening_in = os.getpid()
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._listen, name="known-people", daemon=True)
        self._thread.start()

    @property
    def is_sure(self) -> bool:
        """Whether changes are heard of at present."""
        return time.monotonic() - self._sure_at < SURE_SECONDS

    def get(self, user_id: int, name: str, read: Callable[[], Known]) -> Known:
        """What `read` says of a person under this name, or said when it was asked last. None is not kept."""
        if not self.is_sure:
            return read()
        kept = self._kept.get(user_id, {}).get(name)
        if kept is not None and time.monotonic() - kept.read_at < GOOD_SECONDS:
            found: Known = kept.value
            return found
        changes, begun = self._changes, time.monotonic()
        answer = read()
        with self._lock:
            # What was read while something changed may be from before.
            if answer is not None and changes == self._changes:
                if len(self._kept) >= MOST_PEOPLE:
                    self._kept.clear()
                self._kept.setdefault(user_id, {})[name] = _Kept(answer, begun)
        return answer

    def forget(self, user_id: int) -> None:
        """Ask anew about this person: they have changed something, and the news of it may be late."""
        with self._lock:
            self._changes += 1
            self._kept.pop(user_id, None)

    def stop(self) -> None:
        """Hear of nothing any more, and know nothing."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _hear(self, notifies: Iterable[Notify]) -> None:
        for notify in notifies:
            self.forget(int(notify.payload))

    def _forget_all(self) -> None:
        with self._lock:
            self._changes += 1
            self._kept.clear()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    self._url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name=CHANNEL
                ) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._forget_all()
                    self._stay_sure(connection)
            except psycopg.Error as error:
                logger.warning("changes of people are not heard of", extra={"detail": str(error)})
            self._sure_at = NEVER
            self._stop.wait(CONNECT_AGAIN_SECONDS)

    def _stay_sure(self, connection: psycopg.Connection) -> None:
        while not self._stop.is_set():
            asked_at = time.monotonic()
            connection.execute("SELECT 1")
            # What came before the answer counts before it.
            self._hear(connection.notifies(timeout=0))
            self._sure_at = asked_at
            self._hear(connection.notifies(timeout=LOOK_SECONDS))
