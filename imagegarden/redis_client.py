"""The one way to Redis: where it is, and how long anybody waits for it."""

import time
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import Settings
from imagegarden import embedded

# A dead Redis costs a request two of these, and the error page has to be there within a second.
TIMEOUT_SECONDS = 0.4
# For so long after it did not answer nobody waits for it: threads that do are missing to everybody else.
REST_SECONDS = 0.5


class QuickToGiveUp(redis.Redis):
    """A client that says at once that Redis is away, when it did not answer somebody just now."""

    _silent_until = 0.0

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Ask Redis. Raises redis.TimeoutError, also without asking, and what else the library raises."""
        if time.monotonic() < self._silent_until:
            raise redis.TimeoutError("Redis did not answer a moment ago")
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except redis.TimeoutError:
            self._silent_until = time.monotonic() + REST_SECONDS
            raise


def address(settings: Settings) -> str:
    """The operator's Redis, or the one that runs in `DATA_DIR`."""
    return settings.redis_url or embedded.redis_url(settings.data_dir)


def connect(url: str) -> redis.Redis:
    """A Redis client that gives up quickly."""
    return QuickToGiveUp.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=once_more(),
        health_check_interval=30,
    )


def once_more() -> Retry:
    """A connection that was closed is made anew; what did not answer in time would not do so the second time.

    The library's own way is to try three times, with seconds between.
    """
    return Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
