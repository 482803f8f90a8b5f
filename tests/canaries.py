"""Secrets that the whole suite uses, and all the places in which none of them may ever stand.

Whatever a test is about, what it left is looked through when it ends: lines of logs (in this process and in the files
A secret that is found there fails the test, with the place.
"""

import re
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from sqlalchemy import Connection, text

from imagegarden.domain import codes
from imagegarden.logs import MaskingFormatter
from imagegarden.mail import Letter
from imagegarden.web.sessions import KEY_PREFIX
from tests.fakes.razorpay import KEY_SECRET
from tests.fakes.razorpay import WEBHOOK_SECRET as RAZORPAY_WEBHOOK_SECRET
from tests.fakes.replicate import WEBHOOK_SECRET as REPLICATE_WEBHOOK_SECRET
from tests.fakes.replicate_provider import TOKEN

PASSWORD = "a patient heron waits"
SECRET_KEY = "a secret key for tests, long enough"
DATABASE_PASSWORD = "canary-password-of-the-database"
KNOWN = {
    "a password": PASSWORD,
    "SECRET_KEY": SECRET_KEY,
    "the database's password": DATABASE_PASSWORD,
    "the provider's token": TOKEN,
    "the provider's webhook secret": REPLICATE_WEBHOOK_SECRET,
    "Razorpay's secret": KEY_SECRET,
    "Razorpay's webhook secret": RAZORPAY_WEBHOOK_SECRET,
}
API_KEY = re.compile(r"\big_[\w-]{40,}")
# A number of six digits that stands alone, and is no part of a time or of an id.
SIX_DIGITS = re.compile(r"(?<![\w:+-])(?<!\d\.)\d{6}(?![\w:-])(?!\.\d)")
MOST_OF_A_LOG = 20_000_000


class Canaries:
    """What is secret in this process, and where it was found."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.codes: set[str] = set()
        self.found: list[str] = []

    def look(self, place: str, kept: str | bytes, *, with_codes: bool = True) -> None:
        """Note which secrets stand in what was kept."""
        said = kept.decode("utf-8", "replace") if isinstance(kept, bytes) else kept
        for name, secret in KNOWN.items():
            if secret in said:
                self._note(place, name, said, secret)
        for key in API_KEY.findall(said):
            self._note(place, "an API key", said, key)
        for session_id in self.sessions:
            if session_id in said:
                self._note(place, "a session's id", said, session_id)
        if with_codes and self.codes:
            for code in self.codes.intersection(SIX_DIGITS.findall(said)):
                self._note(place, "a one-time code", said, code)

    def _note(self, place: str, name: str, said: str, secret: str) -> None:
        at = said.index(secret)
        around = (said[max(0, at - 80) : at] + "<HERE>" + said[at + len(secret) :][:40]).replace("\n", " ")
        self.found.append(f"{name} stands in {place}: ...{around}...")

    def look_into_log(self, path: Path) -> None:
        """Look through what a process of the test wrote."""
        if path.exists():
            with path.open("rb") as log:
                self.look(f"the log {path.name}", log.read(MOST_OF_A_LOG))

    def look_into_redis(self, client: redis.Redis) -> None:
        """Look through every key and value. The key of a session is its id, and is nowhere else."""
        for key in client.scan_iter(count=500):
            if not key.startswith(KEY_PREFIX.encode()):
                self.look("a key of Redis", key)
            if client.type(key) == b"string":
                self.look(f"the value of {key.partition(b':')[0].decode()} in Redis", client.get(key) or b"")

    def look_into_jobs(self, connection: Connection) -> None:
        """Look through what jobs are told."""
        for task, args in connection.execute(text("SELECT task_name, args::text FROM procrastinate_jobs")).all():
            self.look(f"the arguments of {task}", args)

    def look_into_letter(self, letter: Letter) -> None:
        """Look through a mail; the code that its subject names is what it is for."""
        said = f"{letter.subject}\n{letter.text}\n{letter.html}"
        for code in SIX_DIGITS.findall(letter.subject):
            said = said.replace(code, "")
        self.look("a mail", said)

    def look_into_answer(self, answer: Any) -> None:
        """Look through what was answered, if it refuses; learn the session's id from what it sets."""
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if name.endswith("image_garden") and len(value) > 20:
                self.sessions.add(value)
        if answer.status_code >= 400 and not answer.is_streamed:
            self.look(f"the answer {answer.status_code} of {answer.request.path}", answer.data)

    def look_around(self, app: Flask, connection: Connection | None, letters: list[Letter]) -> None:
        """Look through what a test left, before it is cleared away."""
        self.look_into_redis(app.extensions["redis"])
        if connection is not None and connection.in_transaction() and connection.get_transaction().is_active:
            self.look_into_jobs(connection)
        for letter in letters:
            self.look_into_letter(letter)

    def report(self) -> None:
        """Fail where a secret was found, once."""
        found, self.found = self.found, []
        # Those of tests that are over are in none of the places any more.
        self.codes.clear()
        self.sessions.clear()
        assert not found, "\n".join(found)


CANARIES = Canaries()


def watch() -> None:
    """Learn each code that is drawn in this process, and look at each line that it logs."""
    draw, write = codes.draw, MaskingFormatter.format

    def remembered() -> str:
        code = draw()
        CANARIES.codes.add(code)
        return code

    def seen(self: MaskingFormatter, record: Any) -> str:
        line = write(self, record)
        CANARIES.look("a line of the log", line)
        return line

    codes.draw = remembered
    MaskingFormatter.format = seen  # type: ignore[method-assign]
