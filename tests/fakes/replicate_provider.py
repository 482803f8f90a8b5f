"""The adapter for Replicate, set up to talk to the fake."""

from datetime import timedelta
from uuid import uuid4

import redis

from imagegarden.clock import now
from imagegarden.pace import Pace
from imagegarden.providers.base import Order, Read
from imagegarden.providers.replicate.client import Client
from imagegarden.providers.replicate.fetching import Fetcher
from imagegarden.providers.replicate.provider import ReplicateProvider
from tests.fakes import sources
from tests.fakes.replicate import WEBHOOK_SECRET

TOKEN = "r8_a_token_for_tests"


def make_provider(
    url: str,
    redis_url: str,
    *,
    token: str = TOKEN,
    output_hosts: tuple[str, ...] | None = None,
    read: Read = sources.read,
) -> ReplicateProvider:
    """A provider on the fake at `url`, which may fetch from there alone unless told otherwise."""
    reads = Pace(redis.Redis.from_url(redis_url), f"test:{uuid4()}", per_minute=100_000, burst=1000)
    fetcher = Fetcher((url,) if output_hosts is None else output_hosts)
    return ReplicateProvider(Client(token, url, [WEBHOOK_SECRET]), fetcher, read=read, reads=reads, report_url=None)


def order(**choices: object) -> Order:
    """Two pictures of a pond, small and just ordered, where nothing else is said."""
    given: dict[str, object] = {
        "attempt": uuid4(),
        "placed_at": now() - timedelta(milliseconds=10),
        "report_token": uuid4().hex,
        "model": "flux-schnell",
        "prompt": "a lotus pond at dawn",
        "style": "art",
        "color": "vibrant",
        "aspect_ratio": "1:1",
        "width": 1024,
        "height": 1024,
        "count": 2,
        "seed": 7,
        "steps": 4,
    }
    return Order(**{**given, **choices})  # type: ignore[arg-type]
