"""People who use a site while something happens to it: what each was answered, and how long that took."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

from tests.processes import Browser


@dataclass(frozen=True)
class Answer:
    """One answer: who asked what, when, and what came."""

    who: str
    status: int
    seconds: float
    at: float
    sets_cookie: bool
    said: str = ""


@dataclass
class Traffic:
    """What people were answered, and which submits were acknowledged."""

    answers: list[Answer] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def statuses(self, who: str = "") -> Counter[int]:
        """How often each status was answered."""
        return Counter(answer.status for answer in self.answers if answer.who.startswith(who))

    def slowest(self) -> Answer:
        """The answer that took longest."""
        return max(self.answers, key=lambda answer: answer.seconds)

    def after(self, moment: float) -> list[Answer]:
        """What was asked after a moment (of time.monotonic)."""
        return [answer for answer in self.answers if answer.at > moment]

    def note(self, who: str, ask: Callable[[], httpx.Response], acknowledged: str | None = None) -> None:
        """Ask, and write down what came. A connection that gets no answer is a fault."""
        at = time.monotonic()
        try:
            answer = ask()
        except httpx.HTTPError as error:
            self.faults.append(f"{who}: {error!r}")
            return
        seconds = time.monotonic() - at
        said = answer.text[:300] if answer.status_code >= 500 else ""
        self.answers.append(Answer(who, answer.status_code, seconds, at, "Set-Cookie" in answer.headers, said))
        is_sent_to_log_in = "/login" in answer.headers.get("Location", "")
        if acknowledged is not None and answer.status_code in (202, 303) and not is_sent_to_log_in:
            self.acknowledged.append(acknowledged)


class Person:
    """Somebody signed in, and what they do over and over."""

    def __init__(self, url: str, email: str, key: str) -> None:
        self.browser = Browser(url)
        self.browser.log_in(email)
        self.program = httpx.Client(
            base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}, limits=self.limits()
        )
        self.stranger = httpx.Client(base_url=url, timeout=60, limits=self.limits())

    def leave(self) -> None:
        """Close every connection."""
        for client in (self.browser.http, self.program, self.stranger):
            client.close()

    @staticmethod
    def limits() -> httpx.Limits:
        """The server closes idle connections after two seconds."""
        return httpx.Limits(keepalive_expiry=1)

    def submit(self, traffic: Traffic) -> None:
        """Ask for a picture, on the page."""
        key = uuid4().hex
        traffic.note(
            "page submit", lambda: self.browser.post("/create", prompt=f"pond {key}", count="1", request_key=key), key
        )

    def submit_by_key(self, traffic: Traffic) -> None:
        """Ask for a picture, by the API."""
        name = uuid4().hex
        traffic.note(
            "api submit", lambda: self.program.post("/api/v1/generations", json={"prompt": f"pond {name}"}), name
        )

    def read(self, traffic: Traffic) -> None:
        """Look at one's pages."""
        for path in ("/create", "/gallery"):
            traffic.note(f"member {path}", lambda path=path: self.browser.http.get(path))  # type: ignore[misc]

    def look_in(self, traffic: Traffic) -> None:
        """Look at what everybody may see, as a stranger without a cookie."""
        for path in ("/", "/login"):
            self.stranger.cookies.clear()
            traffic.note(f"stranger {path}", lambda path=path: self.stranger.get(path))  # type: ignore[misc]


@contextmanager
def going_on(people: list[Person], pause: float = 0.15) -> Iterator[Traffic]:
    """Traffic of these people while the block runs: each submits, reads, and looks in, at once."""
    traffic, is_over = Traffic(), threading.Event()

    def repeat(act: Callable[[Traffic], None]) -> None:
        while not is_over.wait(pause):
            act(traffic)

    acts = [act for person in people for act in (person.submit, person.submit_by_key, person.read, person.look_in)]
    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield traffic
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
