"""How the staff has set the site, as this process knows it: read from the database at most once a second."""

import ipaddress
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from imagegarden.addresses import Network, read_address
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import model_settings, network_blocks, switches
from imagegarden.domain.model_settings import Offer
from imagegarden.domain.switches import Switches
from imagegarden.providers.catalogue import Model

GOOD_SECONDS = 1.0


@dataclass(frozen=True)
class Steering:
    """How the site is set."""

    switches: Switches
    offers: Mapping[str, Offer]
    # As in 203.0.113.0/24.
    blocked: tuple[str, ...] = ()

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """Every model under its name here, also those that are not offered."""
        return model_settings.known_models(self.offers)

    def blocks(self, address: str | None) -> bool:
        """Whether nobody may come from this address."""
        found = read_address(address) if self.blocked else None
        return found is not None and any(found in network for network in self._networks)

    @cached_property
    def _networks(self) -> list[Network]:
        return [ipaddress.ip_network(one) for one in self.blocked]


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
            return self._look()
        finally:
            self._lock.release()

    def look(self) -> Steering:
        """How the site is set now. A look that another thread has under way may have begun before: it is waited for."""
        with self._lock:
            return self._look()

    def _look(self) -> Steering:
        begun = time.monotonic()
        session = db.session()
        blocked = tuple(one.network for one in network_blocks.list_current(session, now=now()))
        found = Steering(switches.read(session), model_settings.read(session), blocked)
        if self._known is None or found != self._known:
            self._known = found
        self._read_at = begun
        return self._known

    def last(self) -> Steering | None:
        """What was known last, without a look: where no transaction may be opened."""
        return self._known
