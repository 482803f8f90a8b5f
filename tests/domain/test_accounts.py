"""The rules of having an account."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, codes, devices, sign_ups
from imagegarden.domain.errors import Conflict, EmailTaken, InvalidRequest, NotFound, TooSoon
from imagegarden.domain.passwords import require_strong
from imagegarden.models import AuditEntry, OneTimeCode, Role, Subscription, User, UserSession, UserStatus
from tests import factories, money

KEY = b"a key for tests"


def ask(session: Session, now: datetime, email: str = "new@example.com") -> tuple[str, str]:
    """A sign-up whose mail went out: its token and its code."""
    token = sign_ups.request(session, email=email, password_hash="hash", now=now)
    code_id = session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
    assert code_id is not None
    code = codes.draw()
    codes.arm(session, code_id=code_id, code=code, key=KEY, now=now)
    codes.record_mailed(session, code_id=code_id, now=now)
    return token, code


def complete(session: Session, token: str, code: str, now: datetime) -> sign_ups.SignUpVerdict:
    return sign_ups.complete(session, token=token, code=code, keys=[KEY], sign_up_credits=5, now=now)


def wrong(code: str) -> str:
    return "100000" if code != "100000" else "100001"


def test_the_right_code_makes_an_account_with_five_credits(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    user = complete(session, token, code, now).user
    assert user is not None
    assert (user.email, user.role, user.status) == ("new@example.com", Role.MEMBER, UserStatus.ACTIVE)
    assert factories.balance(session, user.id).available == 5


def test_codes_have_six_digits() -> None:
    assert {len(codes.draw()) for _ in range(100)} == {6}


def test_the_code_is_nowhere_in_the_database(session: Session, now: datetime) -> None:
    _, code = ask(session, now)
    rows = session.execute(text("SELECT one_time_codes::text FROM one_time_codes")).scalars()
    jobs = session.execute(text("SELECT args::text FROM procrastinate_jobs")).scalars()
    assert code not in " ".join([*rows, *jobs])


def test_a_wrong_code_is_refused_and_uses_up_a_try(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    assert complete(session, token, wrong(code), now) == sign_ups.SignUpVerdict(None, 4)


def test_the_right_code_after_five_wrong_ones_is_refused(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    left = [complete(session, token, wrong(code), now).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert complete(session, token, code, now).user is None


def test_a_code_works_once(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    assert complete(session, token, code, now).user is not None
    assert complete(session, token, code, now).user is None


def test_a_code_ends_after_ten_minutes(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    assert complete(session, token, code, now + timedelta(minutes=10)).user is None


def test_a_code_with_another_requests_token_is_refused(session: Session, now: datetime) -> None:
    _, code = ask(session, now)
    other_token, _ = ask(session, now, email="other@example.com")
    assert complete(session, other_token, code, now).user is None


def test_a_code_that_was_not_mailed_yet_cannot_be_right(session: Session, now: datetime) -> None:
    token = sign_ups.request(session, email="new@example.com", password_hash="hash", now=now)
    assert complete(session, token, "", now).user is None


def test_a_code_sealed_with_an_earlier_key_still_works(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    verdict = sign_ups.complete(session, token=token, code=code, keys=[b"a new key", KEY], sign_up_credits=5, now=now)
    assert verdict.user is not None


def test_another_code_may_be_asked_for_after_a_minute(session: Session, now: datetime) -> None:
    token, code = ask(session, now)
    with pytest.raises(TooSoon):
        codes.resend(session, token=token, now=now + timedelta(seconds=59))
    new_token = codes.resend(session, token=token, now=now + timedelta(seconds=60))
    assert complete(session, token, code, now + timedelta(seconds=61)).user is None
    assert complete(session, new_token, code, now + timedelta(seconds=61)).user is None


def test_a_mail_sent_again_brings_the_code_that_counts(session: Session, now: datetime) -> None:
    token = sign_ups.request(session, email="new@example.com", password_hash="hash", now=now)
    code_id = session.scalars(select(OneTimeCode.id)).one()
    for code in ("111111", "222222"):
        codes.arm(session, code_id=code_id, code=code, key=KEY, now=now)
    assert complete(session, token, "111111", now).user is None
    assert complete(session, token, "222222", now).user is not None


def test_a_mail_that_is_out_is_not_sent_again(session: Session, now: datetime) -> None:
    ask(session, now)
    code_id = session.scalars(select(OneTimeCode.id)).one()
    assert codes.arm(session, code_id=code_id, code="333333", key=KEY, now=now) is None


def test_a_mail_without_a_job_is_found(session: Session, now: datetime) -> None:
    sign_ups.request(session, email="new@example.com", password_hash="hash", now=now)
    assert codes.mail_forgotten(session, now=now) == 0
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert codes.mail_forgotten(session, now=now) == 1
    assert codes.mail_forgotten(session, now=now) == 0


def test_of_two_sign_ups_for_one_address_the_first_wins(session: Session, now: datetime) -> None:
    first, second = ask(session, now), ask(session, now)
    assert complete(session, *first, now).user is not None
    assert complete(session, *second, now).user is None
    assert session.scalar(select(func.count(User.id))) == 1


def test_addresses_are_one_whatever_their_case(session: Session, now: datetime) -> None:
    assert accounts.normalize_email(" Ada@Example.COM ") == "ada@example.com"
    factories.person(session, email="ada@example.com")
    with pytest.raises(EmailTaken):
        accounts.create(session, email="ADA@example.com", password_hash="hash", sign_up_credits=0, now=now)


@pytest.mark.parametrize("email", ["", "ada", "ada@", "@example.com", "a b@example.com", "a@example.com\nBcc: b@c.de"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        accounts.normalize_email(email)
    assert "email" in refusal.value.fields


@pytest.mark.parametrize(
    "password", ["short", "password123", "imagegarden1", "aaaaaaaaaaaa", "ada.lovelace1815", "x" * 129]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        require_strong(password, email="ada.lovelace1815@example.com")
    assert "password" in refusal.value.fields


@pytest.mark.parametrize("password", ["correct horse battery lotus", "Tk9#vexq!mml", "कमल तालाब सुबह की धूप"])
def test_a_strong_password_is_accepted(password: str) -> None:
    require_strong(password, email="ada@example.com")


def signed_in_as(session: Session, user: User, version: int, now: datetime) -> User | None:
    return accounts.load_signed_in(
        session, user_id=user.id, session_version=version, device_id=None, lifetimes=factories.LIFETIMES, now=now
    )


def test_a_session_of_an_earlier_version_lets_nobody_in(session: Session, user: User, now: datetime) -> None:
    version = user.session_version
    assert signed_in_as(session, user, version, now) is user
    accounts.set_role(session, user_id=user.id, role=Role.ADMIN, actor_id=None, now=now)
    session.flush()
    assert signed_in_as(session, user, version, now) is None


def test_who_is_suspended_pays_for_no_more_days(session: Session, user: User, now: datetime) -> None:
    purchase = money.subscribe(session, user, now)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="spam", now=now)
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now


def test_suspending_ends_every_session_and_is_audited(session: Session, user: User, now: datetime) -> None:
    devices.open_device(
        session, user_id=user.id, device="Firefox", address="::1", now=now, lifetimes=factories.LIFETIMES
    )
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="spam", now=now)
    session.flush()
    assert session.scalars(select(UserSession.ended_at)).one() == now
    assert signed_in_as(session, user, user.session_version, now) is None
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.reason) == ("user.set_status", user.id, "spam")


def test_the_last_administrator_stays_one(session: Session, now: datetime) -> None:
    admin = factories.person(session, role=Role.ADMIN)
    with pytest.raises(Conflict):
        accounts.set_role(session, user_id=admin.id, role=Role.MEMBER, actor_id=None, now=now)
    with pytest.raises(Conflict):
        accounts.set_status(session, user_id=admin.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now)


def test_an_administrator_may_be_demoted_while_there_is_another(session: Session, now: datetime) -> None:
    first, second = (factories.person(session, role=Role.ADMIN) for _ in range(2))
    accounts.set_role(session, user_id=first.id, role=Role.MEMBER, actor_id=second.id, now=now)
    assert first.role == Role.MEMBER


def test_an_audit_entry_cannot_be_changed(session: Session, user: User, now: datetime) -> None:
    accounts.set_role(session, user_id=user.id, role=Role.ADMIN, actor_id=None, now=now)
    session.flush()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text("UPDATE audit_log SET action = 'nothing'"))


def test_an_unknown_person_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        accounts.get_by_email(session, "nobody@example.com")
