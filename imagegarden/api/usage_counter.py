"""Counting calls: in memory as they end, written down in batches, so that no request waits for a row."""

import atexit
import contextlib
import logging
import os
import threading
from collections import Counter
from datetime import UTC, datetime

from flask import Flask, Response, g, request
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import usage
from imagegarden.domain.api_keys import Caller
from imagegarden.domain.usage import Call
from imagegarden.models import Outcome

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
# With the database away for long, what is counted stays within bounds.
MOST_KINDS = 50_000


class UsageCounter:
    """The calls of this process that are not written down yet."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._calls: Counter[Call] = Counter()
        self._used_at: dict[int, datetime] = {}
        self._writes_by_itself = False
        self._writer_of: int | None = None
        self._stop = threading.Event()
        app.after_request(self._count)

    def write_by_itself(self) -> None:
        """From now on write every second, and at the end of the process: for servers."""
        self._writes_by_itself = True
        atexit.register(self._end)

    def _count(self, response: Response) -> Response:
        """Count the call that is being answered, if a key came with it."""
        called = g.get("caller")
        if not isinstance(called, Caller) or request.endpoint is None:
            return response
        moment = now()
        call = Call(
            key_id=called.key_id,
            user_id=called.user_id,
            day=moment.astimezone(UTC).date(),
            endpoint=request.endpoint,
            outcome=outcome_of(response.status_code),
        )
        with self._lock:
            if call in self._calls or len(self._calls) < MOST_KINDS:
                self._calls[call] += 1
            self._used_at[called.key_id] = moment
            self._ensure_writer()
        return response

    def _ensure_writer(self) -> None:
        """Start the thread that writes: in the process that serves, which is not always the one that was built."""
        if self._writes_by_itself and self._writer_of != os.getpid():
            self._writer_of = os.getpid()
            threading.Thread(target=self._write_now_and_then, name="usage", daemon=True).start()

    def _write_now_and_then(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self.write()

    def write(self) -> None:
        """Write down what was counted; with the database away, next time."""
        with self._lock:
            calls, self._calls = self._calls, Counter()
            used_at, self._used_at = self._used_at, {}
        if not calls:
            return
        try:
            with self._app.app_context(), transaction() as session:
                usage.record(session, calls=calls, used_at=used_at)
        except (OperationalError, TimeoutError):
            logger.warning("calls cannot be counted now", exc_info=True)
            with self._lock:
                self._calls.update(calls)
                self._used_at = used_at | self._used_at
        except SQLAlchemyError:
            # It would not go better the next time, and nothing else would be counted.
            logger.exception("calls cannot be counted")

    def _end(self) -> None:
        self._stop.set()
        if self._writer_of == os.getpid():
            with contextlib.suppress(Exception):
                self.write()


def outcome_of(status: int) -> Outcome:
    """How a call ended, by the status of its answer."""
    if status == 429:
        return Outcome.LIMITED
    if status >= 500:
        return Outcome.FAILED
    return Outcome.REFUSED if status >= 400 else Outcome.OK
