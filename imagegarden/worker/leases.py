"""Keeps the leases of the steps that this process is working on, all with one query."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import steps

logger = logging.getLogger(__name__)

RENEW_SECONDS = 10


class LeaseKeeper:
    """Renews leases every ten seconds until it is closed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._deadlines: dict[UUID, datetime] = {}
        self._lock = threading.Lock()
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
        self._thread.start()

    @contextmanager
    def keeping(self, token: UUID, *, until: datetime) -> Iterator[None]:
        """Keep the lease with this token while the block runs, but not past `until`.

        A step that hangs for ever loses its lease then, and another worker ends it.
        """
        with self._lock:
            self._deadlines[token] = until
        try:
            yield
        finally:
            with self._lock:
                del self._deadlines[token]

    def close(self) -> None:
        """Stop renewing."""
        self._is_closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_closed.wait(RENEW_SECONDS):
            with self._lock:
                moment = now()
                tokens = [token for token, until in self._deadlines.items() if until > moment]
            if not tokens:
                continue
            try:
                with Session(self._engine) as session, session.begin():
                    steps.renew(session, tokens)
            except SQLAlchemyError:
                # The next round may reach the database again; if none does, the leases end and the steps with them.
                logger.warning("leases could not be renewed", exc_info=True)
