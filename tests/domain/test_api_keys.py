"""The rules of keys to the API."""

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, api_keys, generations
from imagegarden.domain.errors import AccountUnavailable, InvalidRequest, KeyCapReached, KeyRefused, NotFound
from imagegarden.models import ApiKey, AuditEntry, Scope, User, UserStatus
from tests import factories


def fault(session: Session, user: User, now: datetime, **more: object) -> dict[str, str]:
    given = {"name": "blog", "scopes": (Scope.READ,), **more}
    with pytest.raises(InvalidRequest) as refused:
        api_keys.create(session, user_id=user.id, actor_id=user.id, now=now, **given)  # type: ignore[arg-type]
    return refused.value.fields


def test_a_key_has_256_random_bits_and_only_its_hash_is_kept(session: Session, user: User) -> None:
    made = factories.api_key(session, user)
    assert made.secret.startswith("ig_")
    assert len(made.secret) == len("ig_") + 43
    assert made.key.sha256 == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret.startswith(made.key.prefix)
    kept = session.execute(select(ApiKey.__table__)).one()
    assert made.secret not in str(kept)


def test_a_key_tells_whose_it_is_and_what_it_may_do(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user, Scope.READ)
    found = api_keys.find_caller(session, secret=made.secret, now=now)
    assert (found.user_id, found.key_id, found.scopes) == (user.id, made.key.id, frozenset({"read"}))


@pytest.mark.parametrize("secret", ["", "ig_", "ig_" + "x" * 43, "\ud800", "ключ"])
def test_what_is_no_key_is_refused(session: Session, now: datetime, secret: str) -> None:
    with pytest.raises(KeyRefused):
        api_keys.find_caller(session, secret=secret, now=now)


def test_a_revoked_key_is_refused_and_revoking_twice_is_harmless(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    for _ in range(2):
        api_keys.revoke(session, user_id=user.id, uuid=made.key.uuid, actor_id=user.id, now=now)
    with pytest.raises(KeyRefused, match="revoked"):
        api_keys.find_caller(session, secret=made.secret, now=now)
    assert api_keys.list_keys(session, user_id=user.id) == []


def test_an_expired_key_is_refused_from_its_moment_on(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user, expires_at=now + timedelta(days=1), at=now)
    api_keys.find_caller(session, secret=made.secret, now=now + timedelta(hours=23))
    with pytest.raises(KeyRefused, match="expired"):
        api_keys.find_caller(session, secret=made.secret, now=now + timedelta(days=1))


def test_the_key_of_a_suspended_person_opens_nothing(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="test", now=now)
    with pytest.raises(AccountUnavailable):
        api_keys.find_caller(session, secret=made.secret, now=now)


def test_another_persons_key_cannot_be_revoked(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    stranger = factories.person(session)
    with pytest.raises(NotFound):
        api_keys.revoke(session, user_id=stranger.id, uuid=made.key.uuid, actor_id=stranger.id, now=now)
    with pytest.raises(NotFound):
        api_keys.revoke(session, user_id=user.id, uuid=uuid4(), actor_id=user.id, now=now)
    api_keys.find_caller(session, secret=made.secret, now=now)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("name", "two\nlines"),
        ("scopes", ()),
        ("scopes", ("read", "everything")),
        ("credit_cap", -1),
        ("credit_cap", 10**12),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, user: User, now: datetime, field: str, value: object
) -> None:
    assert list(fault(session, user, now, **{field: value})) == [field]


def test_a_key_does_not_begin_expired(session: Session, user: User, now: datetime) -> None:
    assert list(fault(session, user, now, expires_at=now)) == ["expires_at"]


def test_two_live_keys_have_two_names_and_a_revoked_one_frees_its_name(
    session: Session, user: User, now: datetime
) -> None:
    made = factories.api_key(session, user, name="Blog")
    assert list(fault(session, user, now, name="blog")) == ["name"]
    api_keys.revoke(session, user_id=user.id, uuid=made.key.uuid, actor_id=user.id, now=now)
    factories.api_key(session, user, name="blog")


def test_nobody_has_more_than_fifty_keys(session: Session, user: User, now: datetime) -> None:
    for _ in range(api_keys.MOST_KEYS):
        factories.api_key(session, user)
    assert list(fault(session, user, now)) == ["name"]


def test_making_and_revoking_leave_a_trace_without_the_key(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    api_keys.revoke(session, user_id=user.id, uuid=made.key.uuid, actor_id=user.id, now=now)
    session.flush()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == user.id).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["api_key.create", "api_key.revoke"]
    assert all(made.secret not in str(vars(entry)) for entry in entries)


def test_a_key_spends_up_to_its_cap_and_not_a_credit_more(session: Session, user: User) -> None:
    made = factories.api_key(session, user, credit_cap=1)
    first = factories.generation(user, key=made)
    assert api_keys.spent(session, key_id=made.key.id) == first.price == 1
    with pytest.raises(KeyCapReached) as refused:
        factories.generation(user, key=made)
    assert (refused.value.needed, refused.value.left) == (1, 0)


def test_what_is_given_back_may_be_spent_again(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user, credit_cap=1)
    first = factories.generation(user, key=made)
    generations.cancel(session, user_id=user.id, uuid=first.uuid, now=now)
    session.commit()
    factories.generation(user, key=made)
    assert api_keys.spent_by_key(session, user_id=user.id) == {made.key.id: 1}


def test_a_key_that_was_revoked_meanwhile_spends_nothing(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    api_keys.revoke(session, user_id=user.id, uuid=made.key.uuid, actor_id=user.id, now=now)
    session.commit()
    with pytest.raises(KeyRefused, match="revoked"):
        factories.generation(user, key=made)
