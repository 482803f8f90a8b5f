"""Codes by mail: how many an address is sent, for how long they are kept, and what of them."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, codes, email_changes, password_changes, sign_ups
from imagegarden.domain.errors import NotFound, TooManyCodes
from imagegarden.models import CodePurpose, OneTimeCode, User
from tests import factories

KEY = b"a key for tests"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ask(session: Session, at: datetime, email: str = "ada@example.com", *, vouched: bool = False) -> str:
    return password_changes.request_reset(session, email=email, now=at, vouched=vouched)


def sign_up(session: Session, at: datetime) -> str:
    return sign_ups.request(session, email="ada@example.com", password_hash="a hash", now=at)


def arm(session: Session, code: str, at: datetime) -> None:
    """The newest code is this one."""
    newest = session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
    assert newest is not None
    codes.arm(session, code_id=newest, code=code, key=KEY, now=at)


def kept(session: Session) -> list[OneTimeCode]:
    return list(session.scalars(select(OneTimeCode).order_by(OneTimeCode.id)).all())


def test_an_address_is_sent_five_codes_in_an_hour_whatever_they_are_for(
    session: Session, user: User, now: datetime
) -> None:
    token = sign_up(session, now)
    token = codes.resend(session, token=token, now=now + MINUTE)
    ask(session, now + MINUTE)
    email_changes.request(session, user_id=user.id, email="ada@example.com", now=now + 2 * MINUTE)
    codes.resend(session, token=token, now=now + 3 * MINUTE)
    with pytest.raises(TooManyCodes) as refusal:
        ask(session, now + 4 * MINUTE)
    assert refusal.value.retry_after == 56 * 60
    assert "56 min" in refusal.value.message
    ask(session, now + HOUR)


def test_what_is_refused_replaces_nothing(session: Session, now: datetime) -> None:
    token = ask(session, now)
    for _ in range(4):
        ask(session, now)
    with pytest.raises(TooManyCodes), session.begin_nested():
        codes.resend(session, token=token, now=now + MINUTE)
    assert codes.find_waiting(session, token=token, now=now + MINUTE) is not None


def test_an_address_is_sent_twenty_codes_in_a_day(session: Session, now: datetime) -> None:
    for number in range(20):
        ask(session, now + number // 5 * HOUR)
    with pytest.raises(TooManyCodes) as refusal:
        ask(session, now + 5 * HOUR)
    assert refusal.value.retry_after == 19 * 3600
    ask(session, now + DAY)


def test_another_address_is_sent_its_own(session: Session, now: datetime) -> None:
    for _ in range(5):
        ask(session, now)
    ask(session, now, "grace@example.com")


def test_codes_that_strangers_have_sent_leave_the_owner_theirs(session: Session, now: datetime) -> None:
    for _ in range(5):
        ask(session, now)
    token = ask(session, now, vouched=True)
    codes.resend(session, token=token, now=now + MINUTE, vouched=True)


def test_an_hour_after_the_first_no_other_is_sent_in_its_place(session: Session, now: datetime) -> None:
    token = ask(session, now)
    for minutes in (20, 40, 59):
        token = codes.resend(session, token=token, now=now + minutes * MINUTE)
    with pytest.raises(NotFound):
        codes.resend(session, token=token, now=now + 60 * MINUTE)


def test_a_code_of_the_release_before_counts_from_when_it_was_asked_for(session: Session, now: datetime) -> None:
    token = ask(session, now)
    session.execute(update(OneTimeCode).values(begun_at=None))
    with pytest.raises(NotFound):
        codes.resend(session, token=token, now=now + HOUR)
    codes.resend(session, token=token, now=now + 59 * MINUTE)


def test_the_hash_of_a_password_is_gone_once_the_code_is_used(session: Session, now: datetime) -> None:
    token = sign_up(session, now)
    arm(session, "123456", now)
    made = sign_ups.complete(session, token=token, code="123456", keys=[KEY], sign_up_credits=5, now=now).user
    assert made is not None
    assert made.password_hash == "a hash"
    assert [one.payload for one in kept(session)] == [{}]


def test_the_hash_of_a_password_moves_on_to_the_code_that_replaces_another(session: Session, now: datetime) -> None:
    codes.resend(session, token=sign_up(session, now), now=now + MINUTE)
    assert [one.payload for one in kept(session)] == [{}, {"password_hash": "a hash"}]


def test_the_hash_of_a_password_is_gone_once_the_code_is_void(session: Session, now: datetime) -> None:
    sign_up(session, now)
    codes.void(session, purpose=CodePurpose.SIGN_UP, email="ada@example.com", now=now)
    session.expire_all()
    assert [(one.used_at, one.payload) for one in kept(session)] == [(now, {})]


def test_after_a_day_codes_are_forgotten_a_number_at_a_time_used_or_not(session: Session, now: datetime) -> None:
    for number in range(5):
        ask(session, now, f"{number}@example.com")
    ask(session, now + MINUTE)
    assert codes.forget_old(session, now=now + DAY - MINUTE, limit=3) == 0
    assert [codes.forget_old(session, now=now + DAY, limit=3) for _ in range(3)] == [3, 2, 0]
    assert [one.email for one in kept(session)] == ["ada@example.com"]


def test_what_is_old_and_what_counts_is_found_by_an_index(session: Session) -> None:
    session.execute(
        text(
            "INSERT INTO one_time_codes (purpose, email, token_hash, payload, tries, created_at, expires_at) "
            "SELECT 'sign_up', n % 500 || '@example.com', n, '{}', 0, now() - n * interval '1 min', now() "
            "FROM generate_series(1, 5000) AS n"
        )
    )
    session.execute(text("ANALYZE one_time_codes"))
    of_one = "email = '7@example.com' AND created_at > now() - interval '1 day' ORDER BY created_at DESC LIMIT 20"
    for question, index in (
        ("created_at <= now() - interval '1 day' ORDER BY created_at LIMIT 10", "ix_one_time_codes_created_at"),
        (of_one, "ix_one_time_codes_email_created_at"),
    ):
        plan = session.scalars(text(f"EXPLAIN SELECT id FROM one_time_codes WHERE {question}")).all()
        assert index in " ".join(plan)


def test_codes_for_an_address_end_with_its_being_anybodys(session: Session, user: User, now: datetime) -> None:
    before = user.email
    sign_ups.request(session, email=before, password_hash="a hash", now=now)
    ask(session, now, before)
    token = email_changes.request(session, user_id=user.id, email="new@example.com", now=now)
    arm(session, "123456", now)
    changed = email_changes.complete(
        session, user_id=user.id, token=token, code="123456", keys=[KEY], device_id=None, now=now
    )
    assert changed.user is not None
    assert [one.email for one in kept(session)] == ["new@example.com"]


@pytest.mark.parametrize("change", [{"email": "new@example.com"}, {"status": "suspended"}])
def test_what_changes_between_a_code_and_its_password_is_seen(
    session: Session, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    token = ask(session, now, user.email)
    arm(session, "123456", now)
    find = accounts.find_by_email

    def find_just_before(session: Session, email: str) -> User | None:
        found = find(session, email)
        # As somebody else commits it before this one has the lock.
        session.execute(update(User).values(change), execution_options={"synchronize_session": False})
        return found

    monkeypatch.setattr(accounts, "find_by_email", find_just_before)
    verdict = password_changes.reset(session, token=token, code="123456", new_hash="another", keys=[KEY], now=now)
    assert verdict.user is None
    session.refresh(user)
    assert user.password_hash == factories.PASSWORD_HASH
