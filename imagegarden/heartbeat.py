"""The heartbeat of this process: a thread that says every few seconds that it is there."""

import atexit
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import heartbeats
from imagegarden.domain.heartbeats import EVERY_SECONDS, ProcessRole

logger = logging.getLogger(__name__)

# How long the end of a process waits for its last word.
PATIENCE_SECONDS = 2


class Pulse:
    """Beats for this process from `start` until `stop`, and for whatever process it is forked into."""

    def __init__(self, app: Flask, role: ProcessRole, version: str) -> None:
        self._app = app
        self._role = role
        self._version = version
        self._lock = threading.Lock()
        self._begun_in: int | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def start(self) -> None:
        """Beat from now on; once for each process, however often it is asked for."""
        if self._begun_in == os.getpid():
            return
        with self._lock:
            if self._begun_in == os.getpid():
                return
            self._begun_in = os.getpid()
            self._stop = threading.Event()
            name = f"{self._role} {socket.gethostname()} {os.getpid()}"
            self._thread = threading.Thread(target=self._beat, args=(name,), name="heartbeat", daemon=True)
            self._thread.start()
            atexit.register(self.stop)

    def stop(self) -> None:
        """End as one should: nobody is missed."""
        self._stop.set()
        if self._thread is not None and self._begun_in == os.getpid():
            self._thread.join(timeout=PATIENCE_SECONDS)

    def _beat(self, name: str) -> None:
        stop, started_at = self._stop, now()
        while not stop.is_set():
            with self._written(), transaction() as session:
                heartbeats.beat(
                    session, name=name, role=self._role, version=self._version, started_at=started_at, now=now()
                )
            stop.wait(EVERY_SECONDS)
        # By the thread that beats, so that no beat comes after it.
        with self._written(), transaction() as session:
            heartbeats.end(session, name=name)

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            with self._app.app_context():
                yield
        except SQLAlchemyError:
            logger.warning("no heartbeat could be written", exc_info=True)
