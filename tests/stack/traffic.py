"""What people and programs ask for, at an even pace, while parts are replaced; and how each was answered."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from tests.stack.whole_stack import Stack

PAGES = ("/", "/login", "/signup", "/premium", "/api/v1/models", "/api/v1/account", "/static/img/favicon.svg")


@dataclass
class Traffic:
    """What was asked, and what went wrong with it."""

    stack: Stack
    secret: str
    requests: int = 0
    uuids: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self, client: httpx.Client) -> None:
        """Ask for a page or a list."""
        path = PAGES[self.requests % len(PAGES)]
        self._ask(lambda: client.get(path), path)

    def order(self, client: httpx.Client) -> None:
        """Order a picture, and wait a moment for it, without a name under which it could be sent again."""
        body = {"model": "flux-schnell", "prompt": f"a pond {uuid4().hex}", "count": 1}
        answer = self._ask(
            lambda: client.post("/api/v1/generations", json=body, headers={"Prefer": "wait=5"}), "an order"
        )
        if answer is not None:
            with self._lock:
                self.uuids.append(answer.json()["id"])

    def _ask(self, act: Callable[[], httpx.Response], what: str) -> httpx.Response | None:
        with self._lock:
            self.requests += 1
        try:
            answer = act()
        except httpx.HTTPError as error:
            self._note(f"{what}: {error!r}")
            return None
        if answer.status_code >= 400:
            self._note(f"{what}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer

    def _note(self, fault: str) -> None:
        with self._lock:
            self.faults.append(f"{time.strftime('%X')} {fault}")


@contextmanager
def traffic(stack: Stack, secret: str, *, looks: float, orders: float) -> Iterator[Traffic]:
    """So many looks and orders a second, until the end of the block; who has asked by then is waited for."""
    going, stop = Traffic(stack, secret), threading.Event()
    headers = {"Authorization": f"Bearer {secret}"}
    # A new connection each time: what is kept between a client and nginx is not the question here.
    limits = httpx.Limits(max_keepalive_connections=0)
    with stack.client(headers=headers, limits=limits) as client, ThreadPoolExecutor(64) as pool:

        def pace(act: Callable[[httpx.Client], None], each_second: float) -> None:
            due = time.monotonic()
            while not stop.is_set():
                pool.submit(act, client)
                due += 1 / each_second
                stop.wait(max(0, due - time.monotonic()))

        paces = [
            threading.Thread(target=pace, args=(going.look, looks)),
            threading.Thread(target=pace, args=(going.order, orders)),
        ]
        for thread in paces:
            thread.start()
        try:
            yield going
        finally:
            stop.set()
            for thread in paces:
                thread.join()
