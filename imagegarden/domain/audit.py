"""The audit log: written in the transaction of the act itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import AuditAddress, AuditEntry

LONGEST_REASON = 500
ADDRESSES_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Actor:
    """Who acts on others, why, and from where."""

    user_id: int
    reason: str
    address: str


def checked_reason(text: str) -> str:
    """A reason that says something. Raises InvalidRequest for the field `reason`."""
    reason = clean_text(text)
    if not reason:
        raise InvalidRequest({"reason": "Say why: it is written down."})
    if len(reason) > LONGEST_REASON:
        raise InvalidRequest({"reason": f"A reason has at most {LONGEST_REASON} characters."})
    return reason


def record(
    session: Session,
    *,
    actor_id: int | None,
    action: str,
    subject_id: int | None,
    now: datetime,
    fields: Sequence[str] = (),
    reason: str | None = None,
    target: str | None = None,
    address: str | None = None,
) -> None:
    """Note an act. `actor_id` is None for an operator at the command line; `target` is what is no person."""
    entry = AuditEntry(
        actor_id=actor_id,
        action=action,
        subject_id=subject_id,
        target=target,
        fields=list(fields),
        reason=reason,
        created_at=now,
    )
    session.add(entry)
    if address:
        session.flush()
        session.add(AuditAddress(entry_id=entry.id, address=address, created_at=now))


def record_act(
    session: Session,
    *,
    by: Actor,
    action: str,
    now: datetime,
    subject_id: int | None = None,
    fields: Sequence[str] = (),
    target: str | None = None,
) -> None:
    """Note what somebody of the staff did, with their reason. Raises InvalidRequest when that says nothing."""
    record(
        session,
        actor_id=by.user_id,
        action=action,
        subject_id=subject_id,
        fields=fields,
        reason=checked_reason(by.reason),
        target=target,
        address=by.address,
        now=now,
    )


def forget_addresses(session: Session, *, now: datetime) -> None:
    """Forget from where acts came that are older than 90 days."""
    session.execute(delete(AuditAddress).where(AuditAddress.created_at <= now - ADDRESSES_KEPT))
