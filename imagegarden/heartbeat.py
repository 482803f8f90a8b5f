"""The heartbeat of this process: a thread that says every few seconds that it is there."""

import atexit
import logging
import os
import socket
import threading
from contextlib import suppress

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import heartbeats
from imagegarden.domain.heartbeats import EVERY_SECONDS, ProcessRole

logger = logging.getLogger(__name__)


class Pulse:
    """Beats for this process from `start` until `stop`, and for whatever process it is forked into."""

    def __init__(self, app: Flask, role: ProcessRole, version: str) -> None:
        self._app = app
        self._role = role
        self._version = version
        self._begun_in: int | None = None
        self._stop = threading.Event()

    def start(self) -> None:
        """Beat from now on; once for each process, however often it is asked for."""
        if self._begun_in == os.getpid():
            return
        self._begun_in = os.getpid()
        self._stop = threading.Event()
        self._started_at = now()
        self._name = f"{self._role} {socket.gethostname()} {os.getpid()}"
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End as one should: nobody is missed."""
        if self._begun_in == os.getpid() and not self._stop.is_set():
            self._stop.set()
            with suppress(SQLAlchemyError), self._app.app_context(), transaction() as session:
                heartbeats.end(session, name=self._name)

    def _beat(self) -> None:
        stop = self._stop
        while not stop.is_set():
            try:
                with self._app.app_context(), transaction() as session:
                    heartbeats.beat(
                        session,
                        name=self._name,
                        role=self._role,
                        version=self._version,
                        started_at=self._started_at,
                        now=now(),
                    )
            except SQLAlchemyError:
                logger.warning("no heartbeat could be written", exc_info=True)
            stop.wait(EVERY_SECONDS)
