"""Answers that are costly and may be a little old: each process keeps its own for a while."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Keeps each answer for so many seconds. Whoever comes while one is being found waits for it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._answers: dict[object, tuple[float, Answer]] = {}

    def recall(self, key: object, find: Callable[[], Answer]) -> Answer:
        """The answer for this key, found anew when there is none or it is too old."""
        with self._lock:
            found_at, answer = self._answers.get(key, (None, None))
            if found_at is None or answer is None or time.monotonic() - found_at >= self._seconds:
                answer = find()
                self._answers[key] = time.monotonic(), answer
            return answer

    def forget(self) -> None:
        """Find everything anew from now on."""
        with self._lock:
            self._answers.clear()
