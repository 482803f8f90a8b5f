"""Token buckets, as Replicate limits requests."""

import math
import time


class TokenBucket:
    """Holds `burst` tokens at most, and gains one every `every` seconds."""

    def __init__(self, every: float, burst: int) -> None:
        self._every, self._burst = every, burst
        self._tokens, self._since = float(burst), time.monotonic()

    @classmethod
    def per_minute(cls, count: float | None, burst: int) -> "TokenBucket":
        """A bucket for so many a minute; one that never empties if None."""
        return cls(60 / count if count else 0.0, burst)

    def take(self) -> int | None:
        """Take a token; or, when there is none, the whole seconds until there is one."""
        self._fill()
        if self._tokens >= 1 or not self._every:
            self._tokens -= 1
            return None
        return max(1, math.ceil((1 - self._tokens) * self._every))

    @property
    def remaining(self) -> int:
        """How many are left."""
        self._fill()
        return max(0, int(self._tokens))

    @property
    def every(self) -> float:
        """The seconds between two tokens."""
        return self._every

    def _fill(self) -> None:
        now = time.monotonic()
        gained = (now - self._since) / self._every if self._every else self._burst
        self._tokens = min(float(self._burst), self._tokens + gained)
        self._since = now
