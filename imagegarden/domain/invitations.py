"""Links that let people sign up while nobody else may. The token stands in the link alone; here is its hash."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import audit
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound, SignUpsClosed
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.switches import SignUps
from imagegarden.models import Invitation

# Invitations are made one at a time: a form that is sent twice makes one.
LOCK = 0x1A6E_1417
LONGEST_NOTE = 100
MOST_PLACES = 10_000
MOST_DAYS = 365


def make(
    session: Session,
    *,
    note: str,
    places: int,
    days: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> tuple[Invitation, str]:
    """Make an invitation for so many people, good for so many days. Returns it with its token, which is not kept.

    Raises InvalidRequest, and Conflict when one was made under this request key: its token is not known any more.
    """
    words = " ".join(clean_text(note).split())
    faults = {}
    if not 0 < len(words) <= LONGEST_NOTE:
        faults["note"] = f"Say whom it is for, in at most {LONGEST_NOTE} characters."
    if not 1 <= places <= MOST_PLACES:
        faults["places"] = f"From 1 to {MOST_PLACES:,}."
    if not 1 <= days <= MOST_DAYS:
        faults["days"] = f"From 1 to {MOST_DAYS}."
    if faults:
        raise InvalidRequest(faults)
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if request_key is not None and audit.is_known(session, request_key):
        raise Conflict("This invitation was made, and its link was shown then. Revoke it if it was lost.")
    token = secrets.token_urlsafe(16)
    invitation = Invitation(
        token_hash=_hash(token),
        note=words,
        places=places,
        made_by=actor_id,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(invitation)
    session.flush()
    audit.record(
        session,
        actor_id=actor_id,
        action="invitation.make",
        subject_id=None,
        target=f"{invitation.id}: {words}",
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    return invitation, token


def revoke(
    session: Session,
    *,
    invitation_id: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> Invitation:
    """Let nobody else come by an invitation. Raises NotFound where there is none that is good."""
    invitation: Invitation | None = session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Invitation)
    )
    if invitation is None:
        raise NotFound
    audit.record(
        session,
        actor_id=actor_id,
        action="invitation.revoke",
        subject_id=None,
        target=f"{invitation.id}: {invitation.note}",
        reason=reason,
        address=address,
        now=now,
    )
    return invitation


def list_good(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """The invitations by which somebody may still come, the newest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.revoked_at.is_(None), Invitation.expires_at > now, Invitation.used < Invitation.places)
        .order_by(Invitation.id.desc())
    ).all()


def require_open(session: Session, *, sign_ups: SignUps, invitation: str | None, now: datetime) -> None:
    """See that whoever came by this token may sign up now. Raises SignUpsClosed."""
    if sign_ups == SignUps.OPEN:
        return
    good = select(Invitation.id).where(*_good(invitation, now))
    if sign_ups == SignUps.CLOSED or session.scalar(good) is None:
        raise SignUpsClosed(is_by_invitation=sign_ups == SignUps.INVITE)


def take_place(session: Session, *, sign_ups: SignUps, invitation: str | None, now: datetime) -> int | None:
    """Use a place of the invitation up, where one is needed. Returns its id. Exact, whoever else takes one.

    Raises SignUpsClosed.
    """
    if sign_ups == SignUps.OPEN:
        return None
    taken = update(Invitation).where(*_good(invitation, now)).values(used=Invitation.used + 1).returning(Invitation.id)
    invitation_id = None if sign_ups == SignUps.CLOSED else session.scalar(taken)
    if invitation_id is None:
        raise SignUpsClosed(is_by_invitation=sign_ups == SignUps.INVITE)
    return invitation_id


def _good(token: str | None, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.token_hash == _hash(token or ""),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
        Invitation.used < Invitation.places,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
