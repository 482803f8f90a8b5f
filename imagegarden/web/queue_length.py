"""How much is under way on the whole site, as this process knows it: counted at most once a second."""

import threading
import time

from imagegarden.db import db
from imagegarden.domain.waiting import count_under_way

GOOD_SECONDS = 1.0


class QueueLength:
    """Knows the count, and counts again when that is a second old; meanwhile others go by what was known."""

    def __init__(self, good_seconds: float = GOOD_SECONDS) -> None:
        self.good_seconds = good_seconds
        self._lock = threading.Lock()
        self._known = 0
        self._counted_at = float("-inf")

    def current(self) -> int:
        """How many generations are under way, all people's together."""
        if time.monotonic() - self._counted_at >= self.good_seconds and self._lock.acquire(blocking=False):
            try:
                begun = time.monotonic()
                self._known = count_under_way(db.session())
                self._counted_at = begun
            finally:
                self._lock.release()
        return self._known
