"""The one way to Redis: where it is, and how long anybody waits for it."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import Settings
from imagegarden import embedded

# A dead Redis costs a request two of these, and the error page has to be there within a second.
TIMEOUT_SECONDS = 0.4


def address(settings: Settings) -> str:
    """The operator's Redis, or the one that runs in `DATA_DIR`."""
    return settings.redis_url or embedded.redis_url(settings.data_dir)


def connect(url: str) -> redis.Redis:
    """A Redis client that gives up quickly."""
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )
