"""The fake's own time: it runs as the real one does, can be moved, and knows what is to happen when."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from contextlib import suppress

Act = Callable[[], None]
LONG = 3600.0


class Clock:
    """A clock that can be moved, with an agenda."""

    def __init__(self, start: float | None = None) -> None:
        self._agenda: list[tuple[float, int, Act]] = []
        self._order = itertools.count()
        self._woken, self._moved = asyncio.Event(), asyncio.Event()
        # How far it has been moved in all, for those who sleep through it.
        self._distance = 0.0
        self.reset(start)

    def reset(self, start: float | None) -> None:
        """Begin anew at this time, or at the real one, with nothing to do."""
        self._agenda.clear()
        self._offset = 0.0 if start is None else start - time.time()
        # While something on the agenda happens, it is the time that it was due at.
        self._held: float | None = None

    def now(self) -> float:
        """The time."""
        return time.time() + self._offset if self._held is None else self._held

    def stamp(self) -> int:
        """The time as Razorpay writes it."""
        return int(self.now())

    def at(self, due: float, act: Act) -> None:
        """Do this then; at once with the next tick if it is past."""
        heapq.heappush(self._agenda, (due, next(self._order), act))
        self._woken.set()

    def run_due(self, until: float | None = None) -> None:
        """Do what is due, in order, each at its own time."""
        until = self.now() if until is None else until
        while self._agenda and self._agenda[0][0] <= until:
            due, _, act = heapq.heappop(self._agenda)
            self._held = due
            try:
                act()
            finally:
                self._held = None

    def move(self, to: float) -> None:
        """Be at this time; what is due until then happens on the way. Nothing happens on the way back."""
        before = self.now()
        self.run_due(to)
        self._offset = to - time.time()
        self._distance += max(0.0, to - before)
        self._moved.set()
        self._moved = asyncio.Event()
        self._woken.set()

    async def sleep(self, seconds: float, scale: float = 1.0) -> float:
        """Let so many seconds pass, each of which takes `scale` real ones; moving the clock makes them pass at once.

        Returns how many more have passed.
        """
        seen = self._distance
        while seconds > 0:
            began = time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), seconds * scale)
            passed = (time.monotonic() - began) / scale if scale else seconds
            seconds -= passed + self._distance - seen
            seen = self._distance
        return -seconds

    async def tick(self, done: Callable[[], object]) -> None:
        """Do what is due when it is due, for ever; `done` is called after it."""
        while True:
            self._woken.clear()
            pause = self._agenda[0][0] - self.now() if self._agenda else LONG
            if pause > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), min(pause, LONG))
                continue
            self.run_due()
            done()
            await asyncio.sleep(0)
