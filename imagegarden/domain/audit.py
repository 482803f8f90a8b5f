"""The audit log: written in the transaction of the act itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from imagegarden.domain.errors import InvalidRequest, RequestKeyReused
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import AuditAddress, AuditEntry, User

LONGEST_REASON = 500
ADDRESSES_KEPT = timedelta(days=90)


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
    request_key: str | None = None,
) -> None:
    """Note an act. `actor_id` is None for an operator at the command line; `target` is what is no person.

    `request_key` names the act, so that one that is sent twice can be told from two.
    """
    entry = AuditEntry(
        actor_id=actor_id,
        action=action,
        subject_id=subject_id,
        target=target,
        fields=list(fields),
        reason=reason,
        request_key=request_key,
        created_at=now,
    )
    session.add(entry)
    if address:
        session.flush()
        session.add(AuditAddress(entry_id=entry.id, address=address, created_at=now))


def is_done(
    session: Session, request_key: str | None, *, action: str, subject_id: int | None, target: str | None = None
) -> bool:
    """Whether the act of this request key was done already. Exact while what it is done to is locked.

    Raises RequestKeyReused when the key was another act's.
    """
    if request_key is None:
        return False
    found = session.scalar(select(AuditEntry).where(AuditEntry.request_key == request_key))
    if found is None:
        return False
    if (found.action, found.subject_id, found.target) != (action, subject_id, target):
        raise RequestKeyReused
    return True


@dataclass(frozen=True)
class Entry:
    """An act as it is shown. `actor` is None for an operator at the command line."""

    id: int
    at: datetime
    action: str
    actor: str | None
    subject: str | None
    subject_id: int | None
    target: str | None
    fields: Sequence[str]
    reason: str | None
    address: str | None

    @property
    def what(self) -> str:
        """What it was done to or with; where nothing says so, what was changed."""
        return self.target or ", ".join(self.fields)


def list_entries(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    action: str | None = None,
    who: str | None = None,
    subject_id: int | None = None,
) -> Sequence[Entry]:
    """Acts, the newest first: of one kind, by or to somebody with this address, or to one person. One query."""
    actor, subject = aliased(User), aliased(User)
    query = (
        select(
            AuditEntry.id,
            AuditEntry.created_at,
            AuditEntry.action,
            actor.email,
            subject.email,
            AuditEntry.subject_id,
            AuditEntry.target,
            AuditEntry.fields,
            AuditEntry.reason,
            AuditAddress.address,
        )
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(subject, subject.id == AuditEntry.subject_id)
        .outerjoin(AuditAddress, AuditAddress.entry_id == AuditEntry.id)
    )
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if subject_id is not None:
        query = query.where(AuditEntry.subject_id == subject_id)
    if who is not None:
        named = select(User.id).where(func.lower(User.email) == who.strip().lower())
        query = query.where(or_(AuditEntry.actor_id.in_(named), AuditEntry.subject_id.in_(named)))
    return [Entry(*tuple(row)) for row in session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))]


def list_actions(session: Session) -> Sequence[str]:
    """What kinds of acts there are."""
    return session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)).all()


def forget_addresses(session: Session, *, now: datetime) -> None:
    """Forget from where acts came that are older than 90 days."""
    session.execute(delete(AuditAddress).where(AuditAddress.created_at <= now - ADDRESSES_KEPT))
