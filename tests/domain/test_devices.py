"""Devices that people are signed in on: how long, how they are listed, and how they end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, devices
from imagegarden.domain.device_names import device_words
from imagegarden.domain.errors import NotFound
from imagegarden.models import User, UserSession
from tests import factories

LIFETIMES = factories.LIFETIMES


def lets_in(session: Session, device: UserSession, user: User, now: datetime) -> bool:
    found = accounts.load_signed_in(
        session,
        user_id=user.id,
        session_version=user.session_version,
        device_id=device.id,
        lifetimes=LIFETIMES,
        now=now,
    )
    return found is not None


def listed(session: Session, user: User, now: datetime) -> list[int]:
    found = devices.list_open(session, user_id=user.id, now=now, lifetimes=LIFETIMES, limit=50)
    return [device.id for device in found]


def test_a_device_lets_its_person_in_and_nobody_else(session: Session, user: User, now: datetime) -> None:
    device, other = factories.device(session, user), factories.person(session)
    assert lets_in(session, device, user, now)
    assert not lets_in(session, device, other, now)


def test_a_device_that_was_ended_lets_nobody_in_and_the_others_go_on(
    session: Session, user: User, now: datetime
) -> None:
    one, two = factories.device(session, user), factories.device(session, user)
    devices.end(session, device_id=one.id, user_id=user.id, now=now)
    assert not lets_in(session, one, user, now)
    assert lets_in(session, two, user, now)
    assert listed(session, user, now) == [two.id]


def test_a_device_ends_once(session: Session, user: User, now: datetime) -> None:
    device = factories.device(session, user)
    for moment in (now, now + timedelta(hours=1)):
        devices.end(session, device_id=device.id, user_id=user.id, now=moment)
    session.expire_all()
    assert device.ended_at == now


def test_nobody_ends_the_device_of_somebody_else(session: Session, user: User, now: datetime) -> None:
    device, other = factories.device(session, user), factories.person(session)
    with pytest.raises(NotFound):
        devices.end(session, device_id=device.id, user_id=other.id, now=now)
    assert lets_in(session, device, user, now)


def test_all_devices_end_but_the_one_at_hand_and_with_them_every_earlier_version(
    session: Session, user: User, now: datetime
) -> None:
    one, two = factories.device(session, user), factories.device(session, user)
    version = user.session_version
    devices.end_all(session, user, now=now, but=two.id)
    session.flush()
    assert user.session_version == version + 1
    assert not lets_in(session, one, user, now)
    assert lets_in(session, two, user, now)


@pytest.mark.parametrize(
    ("remembered", "unused", "age", "is_open"),
    [
        (False, timedelta(days=13), timedelta(days=20), True),
        (False, timedelta(days=15), timedelta(days=20), False),
        (True, timedelta(days=15), timedelta(days=20), True),
        (True, timedelta(minutes=1), timedelta(days=31), False),
        (False, timedelta(minutes=1), timedelta(days=31), False),
    ],
)
def test_a_device_ends_when_it_is_not_used_and_in_any_case_after_its_longest_time(
    session: Session,
    user: User,
    now: datetime,
    remembered: bool,
    unused: timedelta,
    age: timedelta,
    is_open: bool,
) -> None:
    device = factories.device(session, user, at=now - age, remembered=remembered)
    device.seen_at = now - unused
    session.commit()
    assert lets_in(session, device, user, now) is is_open
    assert (listed(session, user, now) == [device.id]) is is_open


def test_a_device_of_the_release_before_stays_signed_in_and_gets_an_end_when_it_is_used(
    session: Session, user: User, now: datetime
) -> None:
    device = factories.device(session, user, at=now - timedelta(days=40))
    device.expires_at = None
    session.commit()
    assert lets_in(session, device, user, now)
    # Whether somebody still uses it nobody knows.
    assert listed(session, user, now) == []
    use(session, device, now)
    assert device.expires_at == now + LIFETIMES.longest
    assert listed(session, user, now) == [device.id]


def use(session: Session, device: UserSession, now: datetime, address: str = "203.0.113.9") -> None:
    devices.see(
        session,
        device_id=device.id,
        user_id=device.user_id,
        device=factories.FIREFOX,
        address=address,
        now=now,
        lifetimes=LIFETIMES,
    )
    session.refresh(device)


def test_a_use_is_written_down_every_few_minutes_and_moves_no_end(session: Session, user: User, now: datetime) -> None:
    device = factories.device(session, user, at=now)
    end = device.expires_at
    use(session, device, now + timedelta(minutes=4))
    assert (device.seen_at, device.address) == (now, "203.0.113.7")
    use(session, device, now + timedelta(minutes=6))
    assert (device.seen_at, device.address) == (now + timedelta(minutes=6), "203.0.113.9")
    assert device.expires_at == end


def test_a_device_that_was_ended_is_not_seen_again(session: Session, user: User, now: datetime) -> None:
    device = factories.device(session, user, at=now)
    devices.end(session, device_id=device.id, user_id=user.id, now=now)
    use(session, device, now + timedelta(hours=1))
    assert device.seen_at == now


def test_devices_are_listed_page_by_page(session: Session, user: User, now: datetime) -> None:
    made = [factories.device(session, user).id for _ in range(5)][::-1]
    factories.device(session, factories.person(session))
    first = devices.list_open(session, user_id=user.id, now=now, lifetimes=LIFETIMES, limit=3)
    rest = devices.list_open(session, user_id=user.id, now=now, lifetimes=LIFETIMES, limit=3, before=first[-1].id)
    assert [one.id for one in (*first, *rest)] == made


def test_where_people_were_long_ago_is_forgotten_by_an_index(session: Session, user: User, now: datetime) -> None:
    old = factories.device(session, user, at=now - devices.FORGOTTEN_AFTER)
    new = factories.device(session, user, at=now)
    devices.forget_old(session, now=now)
    assert session.scalars(select(UserSession.id)).all() == [new.id]
    assert old.id != new.id
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(text("EXPLAIN DELETE FROM user_sessions WHERE seen_at <= now()")).all()
    assert "ix_user_sessions_seen_at" in " ".join(plan)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (factories.FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/17.4 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/141.0.0.0 Safari/537.36",
            "Chrome on macOS",
        ),
        ("my own program  \n 1.0 " * 9, ("my own program 1.0 " * 9)[:60]),
        ("", "Unknown device"),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(said: str, words: str) -> None:
    assert device_words(said) == words
