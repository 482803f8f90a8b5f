"""How the staff has set the site, as this process knows it: read from the database at most once a second."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from imagegarden.db import db
from imagegarden.domain import model_settings, switches
from imagegarden.domain.model_settings import Offer
from imagegarden.domain.switches import Switches
from imagegarden.providers.catalogue import Model

GOOD_SECONDS = 1.0


@dataclass(frozen=True)
class Steering:
    """How the site is set."""

    switches: Switches
    offers: Mapping[str, Offer]

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Every model under its name here, also those that are not offered."""
        return model_settings.known_models(self.offers)


class SteeringReader:
    """Knows how the site is set, and looks again when that is a second old."""

    def __init__(self, good_seconds: float = GOOD_SECONDS) -> None:
        self.good_seconds = good_seconds
        self._lock = threading.Lock()
        self._known: Steering | None = None
        self._read_at = 0.0

    def current(self) -> Steering:
        """How the site is set, as of at most a second ago. While one thread looks, others go by what was known."""
        known = self._known
        if known is not None and time.monotonic() - self._read_at < self.good_seconds:
            return known
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known
        try:
            begun = time.monotonic()
            found = Steering(switches.read(db.session()), model_settings.read(db.session()))
            if found != known:
                self._known = found
            self._read_at = begun
        finally:
            self._lock.release()
        assert self._known is not None
        return self._known

    def last(self) -> Steering | None:
        """What was known last, without a look: where no transaction may be opened."""
        return self._known

    def forget(self) -> None:
        """Look again at the next question: something was changed here."""
        self._read_at = 0.0
