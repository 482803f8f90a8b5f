"""Guessing at a second factor: each wait is longer than the one before, and browsers that showed it count alone."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.domain import second_factor
from imagegarden.domain.errors import TooManyTries, in_a_while
from imagegarden.domain.factor_tries import FIRST_WAIT, FORGOTTEN_AFTER, LONGEST_WAIT, MAX_TRIES
from imagegarden.domain.second_factor import TOLD_EVERY, Verdict
from imagegarden.models import BrowserTries, User
from tests import factories

KEYS = [b"the key of today"]


@pytest.fixture
def secret(session: Session, user: User, now: datetime) -> str:
    return factories.with_second_factor(session, user, KEYS, at=now - timedelta(hours=1))


def guess(session: Session, user: User, at: datetime, browser: str | None = None, code: str = "000000") -> Verdict:
    return second_factor.check(session, user_id=user.id, code=code, keys=KEYS, now=at, browser=browser)


def use_up(session: Session, user: User, at: datetime, browser: str | None = None) -> timedelta:
    """Be wrong as often as one may; how long one waits then."""
    for _ in range(MAX_TRIES):
        verdict = guess(session, user, at, browser)
    return timedelta(seconds=verdict.wait_seconds)


def is_right(session: Session, user: User, secret: str, at: datetime, browser: str | None = None) -> bool:
    return guess(session, user, at, browser, pyotp.TOTP(secret).at(at)).is_right


def told(session: Session) -> int:
    asked = "SELECT count(*) FROM procrastinate_jobs WHERE args->>'notice' = 'second_factor_guessed'"
    return session.scalar(text(asked)) or 0


def test_each_wait_is_twice_the_one_before_and_none_longer_than_a_day(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    waits = []
    for _ in range(10):
        waits.append(use_up(session, user, now))
        with pytest.raises(TooManyTries):
            guess(session, user, now + waits[-1] - timedelta(seconds=1))
        now += waits[-1]
    assert waits[:7] == [FIRST_WAIT * 2**n for n in range(7)]
    assert waits[7:] == [LONGEST_WAIT] * 3


def test_who_waits_between_tries_waits_after_the_fifth_all_the_same(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    for n in range(MAX_TRIES):
        verdict = guess(session, user, now + n * timedelta(hours=1))
    assert verdict.wait_seconds == FIRST_WAIT.total_seconds()
    assert told(session) == 1


def test_fewer_wrong_codes_are_forgotten_after_a_day(session: Session, user: User, secret: str, now: datetime) -> None:
    for _ in range(MAX_TRIES - 1):
        guess(session, user, now)
    assert guess(session, user, now + FORGOTTEN_AFTER).tries_left == MAX_TRIES - 1


def test_after_a_right_code_waits_are_short_again(session: Session, user: User, secret: str, now: datetime) -> None:
    for _ in range(2):
        now += use_up(session, user, now)
    assert is_right(session, user, secret, now)
    assert use_up(session, user, now) == FIRST_WAIT


def test_a_browser_that_showed_it_has_tries_of_its_own_that_strangers_do_not_use_up(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    use_up(session, user, now)
    assert guess(session, user, now, "the owner's").tries_left == MAX_TRIES - 1
    assert is_right(session, user, secret, now, "the owner's")
    assert guess(session, user, now, "the owner's").tries_left == MAX_TRIES - 1


def test_what_is_right_in_one_browser_gives_strangers_no_tries_back(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    use_up(session, user, now)
    assert is_right(session, user, secret, now, "the owner's")
    with pytest.raises(TooManyTries):
        guess(session, user, now)


def test_each_browser_is_counted_alone_and_waits_as_strangers_do(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    assert use_up(session, user, now, "one") == FIRST_WAIT
    with pytest.raises(TooManyTries):
        guess(session, user, now, "one")
    assert guess(session, user, now, "two").tries_left == MAX_TRIES - 1
    now += FIRST_WAIT
    assert use_up(session, user, now, "one") == 2 * FIRST_WAIT


def test_of_a_browser_nothing_is_kept_once_its_code_was_right(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    guess(session, user, now, "one")
    assert is_right(session, user, secret, now, "one")
    session.flush()
    assert session.scalars(select(BrowserTries)).all() == []


def test_the_owner_is_told_once_a_day_however_much_is_guessed(
    session: Session, user: User, secret: str, now: datetime
) -> None:
    for _ in range(MAX_TRIES - 1):
        guess(session, user, now)
    assert told(session) == 0
    guess(session, user, now)
    assert told(session) == 1
    begun = now
    while now + FIRST_WAIT < begun + timedelta(hours=12):
        now += use_up(session, user, now + FIRST_WAIT * 2**5)
    assert told(session) == 1
    use_up(session, user, begun + TOLD_EVERY + LONGEST_WAIT)
    assert told(session) == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in 1 min"), (900, "in 15 min"), (3601, "in 61 min"), (7200, "in 2 h"), (86400, "in 24 h")],
)
def test_a_wait_is_said_in_minutes_or_hours(seconds: int, words: str) -> None:
    assert in_a_while(seconds) == words
