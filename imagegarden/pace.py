"""A pace that all processes keep together: who wants to act reserves a moment, and moments lie evenly apart."""

import logging
import threading
import time

import redis

logger = logging.getLogger(__name__)

# One number says it all: the moment that the next reservation gets, were there no burst. Redis's clock rules.
RESERVE = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local interval, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local next = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = math.max(0, next - interval * (burst - 1) - now)
if longest < 0 or wait <= longest then
    local known_for = math.ceil((next + interval - now) * 1000) + 1000
    redis.call('SET', KEYS[1], string.format('%.6f', next + interval), 'PX', known_for)
end
return string.format('%.6f', wait)
"""
HOLD_OFF = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local seconds = tonumber(ARGV[1])
local free = now + seconds + tonumber(ARGV[2])
if free > tonumber(redis.call('GET', KEYS[1]) or '0') then
    redis.call('SET', KEYS[1], string.format('%.6f', free), 'PX', math.ceil((free - now) * 1000) + 1000)
end
"""


class Pace:
    """So many acts a minute, with a small burst, over every process on the same Redis.

    Without Redis each process keeps the pace alone: the provider's own limit is then what joins them.
    """

    def __init__(self, client: "redis.Redis", name: str, *, per_minute: float, burst: int) -> None:
        self._client = client
        self._key = f"pace:{name}"
        self._interval = 60 / per_minute
        self._burst = burst
        self._reserve = client.register_script(RESERVE)
        self._hold_off = client.register_script(HOLD_OFF)
        self._lock = threading.Lock()
        self._next = 0.0

    def reserve(self, *, longest_wait: float | None = None) -> float:
        """Reserve the next free moment; how many seconds away it is.

        When it is further away than `longest_wait`, nothing is reserved.
        """
        longest = -1 if longest_wait is None else longest_wait
        try:
            return float(self._reserve(keys=[self._key], args=[self._interval, self._burst, longest]))
        except redis.RedisError:
            logger.warning("the pace is kept without Redis", exc_info=True)
            return self._reserve_alone(longest)

    def hold_off(self, seconds: float) -> None:
        """Let nobody act for this long: the other side asked for a pause."""
        try:
            self._hold_off(keys=[self._key], args=[seconds, self._interval * (self._burst - 1)])
        except redis.RedisError:
            with self._lock:
                free = time.monotonic() + seconds + self._interval * (self._burst - 1)
                self._next = max(self._next, free)

    def _reserve_alone(self, longest: float) -> float:
        with self._lock:
            moment = time.monotonic()
            upcoming = max(self._next, moment)
            wait = max(0.0, upcoming - self._interval * (self._burst - 1) - moment)
            if longest < 0 or wait <= longest:
                self._next = upcoming + self._interval
            return wait
