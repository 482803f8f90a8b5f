"""Requests that their sender named: the first is done, the same again is answered the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain.errors import RequestInProgress, RequestKeyReused
from imagegarden.models import IdempotentRequest

KEPT_FOR = timedelta(hours=24)
# Longer than any request is answered in: whoever holds a name for longer is dead.
HELD_FOR = timedelta(seconds=90)
LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """What was answered the first time."""

    status: int
    location: str | None
    body: str


@dataclass(frozen=True)
class Claim:
    """The right to do a named request. `uuid` names its work, also when somebody else begins it again."""

    id: int
    uuid: UUID


def claim(session: Session, *, user_id: int, key: str, fingerprint: str, now: datetime) -> Claim | Answer:
    """Take the request on, or what it was answered within the last 24 hours. Of many at once, one takes it on.

    Raises RequestKeyReused when another request had this key, RequestInProgress while the first is under way.
    """
    values = {"user_id": user_id, "key": key, **_fresh(fingerprint, now)}
    made = session.execute(
        insert(IdempotentRequest)
        .values(values)
        .on_conflict_do_nothing(index_elements=["user_id", "key"])
        .returning(IdempotentRequest.id, IdempotentRequest.uuid)
    ).one_or_none()
    if made is not None:
        return Claim(made.id, made.uuid)
    mine = select(IdempotentRequest).where(IdempotentRequest.user_id == user_id, IdempotentRequest.key == key)
    earlier = locked(session, mine)
    if earlier is None:
        # It was refused and forgotten in this very moment.
        raise RequestInProgress
    is_held = earlier.held_until is not None and earlier.held_until > now
    if earlier.created_at <= now - KEPT_FOR and not is_held:
        for name, value in _fresh(fingerprint, now).items():
            setattr(earlier, name, value)
        return Claim(earlier.id, earlier.uuid)
    if earlier.fingerprint != fingerprint:
        raise RequestKeyReused
    if earlier.status is not None and earlier.body is not None:
        return Answer(earlier.status, earlier.location, earlier.body)
    if is_held:
        raise RequestInProgress
    earlier.held_until = now + HELD_FOR
    return Claim(earlier.id, earlier.uuid)


def _fresh(fingerprint: str, now: datetime) -> dict[str, object]:
    return {
        "uuid": uuid4(),
        "fingerprint": fingerprint,
        "created_at": now,
        "held_until": now + HELD_FOR,
        "status": None,
        "location": None,
        "body": None,
    }


def keep(session: Session, *, claim: Claim, answer: Answer) -> None:
    """Keep what was answered, for whoever sends the request again."""
    request = locked(session, select(IdempotentRequest).where(IdempotentRequest.id == claim.id))
    # After a day it may be another request's.
    if request is not None and request.uuid == claim.uuid:
        request.held_until = None
        request.status, request.location, request.body = answer.status, answer.location, answer.body


def forget(session: Session, *, claim: Claim) -> None:
    """Forget a request of which nothing came: sent again, it is tried again."""
    session.execute(
        delete(IdempotentRequest).where(
            IdempotentRequest.id == claim.id,
            IdempotentRequest.uuid == claim.uuid,
            IdempotentRequest.status.is_(None),
        )
    )


def release(session: Session, *, claim: Claim, now: datetime) -> None:
    """Let somebody else go on with a request at once, under the same name for its work."""
    request = locked(session, select(IdempotentRequest).where(IdempotentRequest.id == claim.id))
    if request is not None and request.uuid == claim.uuid:
        request.held_until = now


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget what nobody may ask for any more; what is under way keeps its name."""
    session.execute(
        delete(IdempotentRequest).where(
            IdempotentRequest.created_at <= now - KEPT_FOR,
            func.coalesce(IdempotentRequest.held_until <= now, true()),
        )
    )
