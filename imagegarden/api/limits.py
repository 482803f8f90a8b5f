"""How much of the limit is left, told with every answer."""

import contextlib
import time
from dataclasses import dataclass

import redis
from flask import Response, request

from imagegarden.extensions import limiter
from imagegarden.web.callers import scopes_of

# What the limit of calls is known by.
CALLS = "api"


@dataclass(frozen=True)
class Left:
    """What is left of a limit of `amount` calls in `window` seconds, and in how many seconds it is whole again."""

    amount: int
    window: int
    remaining: int
    seconds: int


def tell_limits(response: Response) -> Response:
    """Tell the caller in the fields of the IETF's draft."""
    left = _left()
    if left is not None:
        response.headers["RateLimit-Policy"] = f'"key";q={left.amount};w={left.window}'
        response.headers["RateLimit"] = f'"key";r={left.remaining};t={left.seconds}'
    return response


def tell_limits_as_openai(response: Response) -> Response:
    """Tell the caller in the fields that OpenAI sends."""
    left = _left()
    if left is not None:
        response.headers["x-ratelimit-limit-requests"] = str(left.amount)
        response.headers["x-ratelimit-remaining-requests"] = str(left.remaining)
        response.headers["x-ratelimit-reset-requests"] = f"{left.seconds}s"
    return response


def _left() -> Left | None:
    # Whatever else is counted, of uploads say: callers pace themselves by how often they may call.
    limit = next((one for one in limiter.current_limits if CALLS in one.request_args), None)
    if limit is None or scopes_of(request.endpoint) is None:
        return None
    # Untold rather than unanswered, where what counts is away.
    with contextlib.suppress(redis.RedisError):
        seconds = max(0, round(limit.reset_at - time.time()))
        return Left(limit.limit.amount, limit.limit.get_expiry(), max(0, limit.remaining), seconds)
    return None
