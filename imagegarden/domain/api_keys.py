"""Keys to the API: made, recognized, and withdrawn."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import audit, credits, security_letters
from imagegarden.domain.errors import AccountUnavailable, InvalidRequest, KeyCapReached, KeyRefused, NotFound
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.models import ApiKey, Generation, Scope, User

KEY_PREFIX = "ig_"
# 256 random bits: a fast hash of it cannot be turned back.
KEY_BYTES = 32
SHOWN_LENGTH = len(KEY_PREFIX) + 8
LONGEST_NAME = 60
MOST_KEYS = 50
LARGEST_CAP = 10**9
# Of every call, built once.
_FOUND = (
    select(
        ApiKey.id,
        ApiKey.user_id,
        ApiKey.scopes,
        ApiKey.expires_at,
        ApiKey.revoked_at,
        User.is_here,
    )
    .join(User, User.id == ApiKey.user_id)
    .where(ApiKey.sha256 == bindparam("sha256"))
)
_SPENT = select(func.coalesce(func.sum(func.coalesce(Generation.charged, Generation.price)), 0)).where(
    Generation.api_key_id == bindparam("key")
)


@dataclass(frozen=True)
class NewKey:
    """A key that was just made. `secret` is the key itself: nobody can read it again."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class Caller:
    """Who calls with a key, and what they may do with it."""

    user_id: int
    key_id: int
    scopes: frozenset[str]


def create(
    session: Session,
    *,
    user_id: int,
    name: str,
    scopes: Collection[str],
    now: datetime,
    expires_at: datetime | None = None,
    credit_cap: int | None = None,
    actor_id: int | None,
) -> NewKey:
    """Make a key. Raises InvalidRequest with what is wrong, by field; of two of one name that race, one is made."""
    name = clean_text(name)
    # One at a time, so that the number of keys is a limit.
    credits.lock_account(session, user_id)
    faults = _faults(name, scopes, expires_at, credit_cap, now)
    if not faults and count_live(session, user_id=user_id) >= MOST_KEYS:
        faults["name"] = f"You have {MOST_KEYS} keys: revoke one that is not used any more."
    if faults:
        raise InvalidRequest(faults)
    secret = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    key = ApiKey(
        user_id=user_id,
        name=name,
        prefix=secret[:SHOWN_LENGTH],
        sha256=_digest(secret),
        scopes=[scope for scope in Scope if scope in scopes],
        credit_cap=credit_cap,
        created_at=now,
        expires_at=expires_at,
    )
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError:
        raise InvalidRequest({"name": "You have a key of this name already."}) from None
    security_letters.write(session, user_id=user_id, notice=SecurityNotice.API_KEY_MADE, detail=name, now=now)
    audit.record(
        session, actor_id=actor_id, action="api_key.create", subject_id=user_id, fields=[f"key {key.id}"], now=now
    )
    return NewKey(key, secret)


def _faults(
    name: str, scopes: Collection[str], expires_at: datetime | None, credit_cap: int | None, now: datetime
) -> dict[str, str]:
    found = {}
    if not name or "\n" in name:
        found["name"] = "Give the key a name, such as the program that will use it."
    elif len(name) > LONGEST_NAME:
        found["name"] = f"A name has at most {LONGEST_NAME} characters."
    if not scopes or not set(scopes) <= set(Scope):
        found["scopes"] = "Choose what the key may be used for."
    if expires_at is not None and expires_at <= now:
        found["expires_at"] = "This day is over."
    if credit_cap is not None and not 0 <= credit_cap <= LARGEST_CAP:
        found["credit_cap"] = f"Say a number from 0 to {LARGEST_CAP:,}."
    return found


def count_live(session: Session, *, user_id: int) -> int:
    """How many keys the person has that are not revoked."""
    live = select(func.count()).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
    return session.scalar(live) or 0


def list_keys(session: Session, *, user_id: int) -> Sequence[ApiKey]:
    """The person's keys that are not revoked, the newest first."""
    query = select(ApiKey).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
    return session.scalars(query.order_by(ApiKey.created_at.desc(), ApiKey.id.desc())).all()


def spent_by_key(session: Session, *, user_id: int) -> dict[int, int]:
    """What each key has spent or holds, in credits, by the keys' ids."""
    spent = func.sum(func.coalesce(Generation.charged, Generation.price))
    query = (
        select(Generation.api_key_id, spent)
        .where(Generation.user_id == user_id, Generation.api_key_id.is_not(None))
        .group_by(Generation.api_key_id)
    )
    return {row.api_key_id: int(row[1]) for row in session.execute(query) if row.api_key_id is not None}


def find_caller(session: Session, *, secret: str, now: datetime) -> Caller:
    """Whose key this is. One query, of what is committed now: a key is refused from the moment it is revoked.

    Raises KeyRefused, and AccountUnavailable when its owner may not use the site.
    """
    row = session.execute(_FOUND, {"sha256": _digest(secret)}).one_or_none()
    if row is None:
        raise KeyRefused
    _refuse_dead(row.revoked_at, row.expires_at, now)
    if not row.is_here:
        raise AccountUnavailable
    return Caller(user_id=row.user_id, key_id=row.id, scopes=frozenset(row.scopes))


def _refuse_dead(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> None:
    if revoked_at is not None:
        raise KeyRefused("This API key was revoked.")
    if expires_at is not None and expires_at <= now:
        raise KeyRefused("This API key has expired.")


def get(session: Session, *, key_id: int) -> ApiKey:
    """A key. Raises NotFound."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound
    return key


def get_own(session: Session, *, user_id: int, uuid: UUID) -> ApiKey:
    """One of the person's keys, also one that is revoked. Raises NotFound."""
    key = session.scalar(select(ApiKey).where(ApiKey.uuid == uuid, ApiKey.user_id == user_id))
    if key is None:
        raise NotFound
    return key


def spent(session: Session, *, key_id: int) -> int:
    """What a key has spent or holds, in credits."""
    return int(session.scalar(_SPENT, {"key": key_id}) or 0)


def require_spendable(session: Session, *, key_id: int, price: int, now: datetime) -> None:
    """See that the key is still good and may spend `price` credits more. Exact while the account is locked.

    Raises KeyRefused when it was revoked since it was read, and KeyCapReached.
    """
    key = session.execute(
        select(ApiKey.credit_cap, ApiKey.revoked_at, ApiKey.expires_at).where(ApiKey.id == key_id)
    ).one()
    _refuse_dead(key.revoked_at, key.expires_at, now)
    if key.credit_cap is None:
        return
    left = key.credit_cap - spent(session, key_id=key_id)
    if price > left:
        raise KeyCapReached(needed=price, left=max(0, left))


def revoke(
    session: Session,
    *,
    user_id: int,
    uuid: UUID,
    actor_id: int | None,
    now: datetime,
    reason: str | None = None,
    address: str | None = None,
) -> ApiKey:
    """Withdraw one of the person's keys. Twice is harmless. Raises NotFound."""
    key = locked(session, select(ApiKey).where(ApiKey.uuid == uuid, ApiKey.user_id == user_id))
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at = now
        audit.record(
            session,
            actor_id=actor_id,
            action="api_key.revoke",
            subject_id=user_id,
            fields=[f"key {key.id}"],
            reason=reason,
            address=address,
            now=now,
        )
    return key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
