"""Whether an address has an account is told to nobody: not by an answer, and not by the time that it takes."""

import re
import statistics
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from imagegarden.extensions import limiter
from imagegarden.models import OneTimeCode, User
from imagegarden.web.passwords import hash_password
from tests import factories

PASSWORD = "correct horse battery lotus"
# What differs from answer to answer, whoever asks.
DRAWN = re.compile(
    r'nonce="[^"]*"|content="[^"]*"|name="csrf_token" value="[^"]*"|name="csrf_token" type="hidden" value="[^"]*"'
)

Ask = Callable[[str], tuple[int, str, float]]


@pytest.fixture(params=[time.thread_time])
def clock(request: pytest.FixtureRequest) -> Callable[[], float]:
    """What seconds are counted by: what this thread works, whatever else the machine does, unless a test says more."""
    chosen: Callable[[], float] = request.param
    return chosen


@pytest.fixture
def known(session: Session, user: User) -> str:
    """The address of somebody who chose a password as people do."""
    user.password_hash = hash_password(PASSWORD)
    session.commit()
    return user.email


@pytest.fixture
def asks(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, clock: Callable[[], float]) -> dict[str, Ask]:
    """The ways in which an address can be asked about: each with its answer and the seconds that it took."""
    monkeypatch.setattr(limiter, "enabled", False)

    def forget() -> None:
        """Nobody has asked for a code: an address is sent as many of them, whoever has it."""
        session.execute(delete(OneTimeCode))
        session.commit()

    def post(path: str, email: str, **fields: str) -> tuple[int, str, float]:
        forget()
        browser = app.test_client()
        began = clock()
        answer = browser.post(path, data={"email": email, **fields})
        seconds = clock() - began
        page = browser.get(answer.location).text if answer.location else answer.text
        return answer.status_code, DRAWN.sub("", page).replace(email, "ADDRESS"), seconds

    def resend(email: str) -> tuple[int, str, float]:
        forget()
        browser = app.test_client()
        browser.post("/signup", data={"email": email, "password": PASSWORD})
        session.execute(update(OneTimeCode).values(created_at=factories.a_while_ago()))
        session.commit()
        began = clock()
        answer = browser.post("/signup/resend")
        seconds = clock() - began
        return answer.status_code, DRAWN.sub("", browser.get(answer.location).text).replace(email, "ADDRESS"), seconds

    return {
        "sign up": lambda email: post("/signup", email, password=PASSWORD),
        "log in": lambda email: post("/login", email, password="a wrong password"),
        "reset": lambda email: post("/password/forgotten", email),
        "resend": resend,
    }


def compare(ask: Ask, known: str, tries: int) -> float:
    """How much longer or shorter the answer about a known address takes, as a share; the answers are the same."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(tries):
        # In turns, so that whatever else this machine does happens to both.
        for is_known in (True, False):
            status, page, seconds = ask(known if is_known else f"nobody-{number}@example.com")
            if number == 0 and is_known:
                expected = (status, page)
            assert (status, page) == expected
            times[is_known].append(seconds)
    return abs(statistics.median(times[True]) / statistics.median(times[False]) - 1)


@pytest.mark.parametrize("way", ["sign up", "log in", "reset", "resend"])
def test_known_and_unknown_addresses_are_answered_alike_and_about_as_fast(
    asks: dict[str, Ask], known: str, way: str
) -> None:
    assert compare(asks[way], known, 12) < 0.3


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("clock", [time.perf_counter], indirect=True)
@pytest.mark.parametrize("way", ["sign up", "log in", "reset", "resend"])
def test_of_three_hundred_in_turns_known_and_unknown_ones_take_the_same_time(
    asks: dict[str, Ask], known: str, way: str
) -> None:
    share = compare(asks[way], known, 300)
    print(f"{way}: {share:.1%} apart")
    assert share < 0.05
