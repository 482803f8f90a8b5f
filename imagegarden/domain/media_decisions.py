"""What moderators decide about pictures: each once, with a reason that the owner reads, and a line that stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import accounts, audit
from imagegarden.domain.decision_reasons import Why, text_of
from imagegarden.domain.errors import Conflict, NotFound, RequestKeyReused
from imagegarden.domain.media import TRASH_KEEPS
from imagegarden.domain.permissions import is_staff
from imagegarden.models import (
    DecisionAction,
    Generation,
    Media,
    MediaDecision,
    MediaReport,
    Moderation,
    ReportOutcome,
    User,
    UserStatus,
)
from imagegarden.queue import defer, is_pending

TASK = "mail_decision"
DONE = {
    DecisionAction.APPROVE: "approved it",
    DecisionAction.REMOVE: "removed it",
    DecisionAction.BAN: "removed it and suspended its owner",
    DecisionAction.RESTORE: "restored it",
}


@dataclass(frozen=True)
class Seen:
    """What whoever decides has seen of a picture: its last decision and its newest report, 0 where there was none."""

    decision_id: int
    report_id: int


@dataclass(frozen=True)
class Told:
    """What an owner is told of a decision."""

    action: DecisionAction
    email: str
    prompt: str
    why: str
    at: datetime


class Deciding(TypedDict):
    """What each decision is told besides the picture."""

    why: Why
    seen: Seen
    actor_id: int
    address: str | None
    request_key: str
    now: datetime


def approve(session: Session, *, uuid: UUID, to_showcase: bool = False, **by: Unpack[Deciding]) -> Media:
    """Say that a picture is all right: its reports are dismissed, and what the safety check marked may be shared.

    One that was offered for the front page is shown there `to_showcase`, and otherwise not.

    Raises NotFound, and Conflict when somebody else decided, or another report came in, since it was looked at.
    """
    media = _lock(session, uuid)
    if _is_done(session, media, DecisionAction.APPROVE, by):
        return media
    _refuse_if_decided(session, media, by["seen"])
    if media.queued_at is None or media.is_removed:
        raise Conflict("It does not wait for a decision.")
    unclosed = select(func.max(MediaReport.id)).where(MediaReport.media_id == media.id, MediaReport.closed_at.is_(None))
    if (session.scalar(unclosed) or 0) > by["seen"].report_id:
        raise Conflict("Another report has come in: look at it again.")
    _settle(session, media, DecisionAction.APPROVE, Moderation.APPROVED, ReportOutcome.DISMISSED, by)
    if media.offered_at is not None:
        media.showcased_at = by["now"] if to_showcase else None
        media.offered_at = media.offered_at if to_showcase else None
    _audit(session, media, "media.approve", by)
    return media


def remove(session: Session, *, uuid: UUID, **by: Unpack[Deciding]) -> Media:
    """Take a picture down, at once: its links and files are not found any more. Its owner is told why.

    Its files are kept for 30 days. Raises NotFound, and Conflict when somebody else decided since it was looked at.
    """
    media = _lock(session, uuid)
    if not _is_done(session, media, DecisionAction.REMOVE, by):
        _take_down(session, media, DecisionAction.REMOVE, by)
        _audit(session, media, "media.remove", by)
    return media


def ban(session: Session, *, uuid: UUID, **by: Unpack[Deciding]) -> Media:
    """Take a picture down and suspend its owner, in one transaction.

    The line in the audit log is that of the suspension; the decision is the trace of the removal. Raises NotFound, and
    Conflict when the owner is one of the staff or suspended already, or somebody else decided since.
    """
    owner_id = owner_of(session, uuid=uuid)
    # The person before the picture, as where an account is deleted.
    owner = accounts.lock_among_admins(session, owner_id, is_kept=False)
    media = _lock(session, uuid)
    if _is_done(session, media, DecisionAction.BAN, by):
        return media
    if is_staff(owner.role):
        raise Conflict("Its owner belongs to the staff: remove the picture.")
    if owner.status != UserStatus.ACTIVE:
        raise Conflict("Its owner is suspended already: removing the picture is enough.")
    _take_down(session, media, DecisionAction.BAN, by)
    accounts.set_status(
        session,
        user_id=owner_id,
        status=UserStatus.SUSPENDED,
        actor_id=by["actor_id"],
        reason=by["why"].text,
        address=by["address"],
        now=by["now"],
    )
    return media


def restore(session: Session, *, uuid: UUID, **by: Unpack[Deciding]) -> Media:
    """Undo a removal, within its 30 days: the picture is there again, and so is its link. Its owner is told.

    Raises NotFound, and Conflict when it is not removed, its time is over, or somebody else decided since.
    """
    media = _lock(session, uuid)
    if _is_done(session, media, DecisionAction.RESTORE, by):
        return media
    _refuse_if_decided(session, media, by["seen"])
    if not media.is_removed:
        raise Conflict("It is not removed.")
    assert media.decided_at is not None
    if media.decided_at <= by["now"] - TRASH_KEEPS:
        raise Conflict("Its 30 days are over: its files are going just now.")
    decision = _settle(session, media, DecisionAction.RESTORE, Moderation.RESTORED, ReportOutcome.DISMISSED, by)
    _audit(session, media, "media.restore", by)
    _tell(session, decision)
    return media


def owner_of(session: Session, *, uuid: UUID) -> int:
    """Whose picture it is. Raises NotFound."""
    owner_id = session.scalar(select(Media.user_id).where(Media.uuid == uuid))
    if owner_id is None:
        raise NotFound
    return owner_id


def find_to_tell(session: Session, *, decision_id: int) -> Told | None:
    """A decision as its owner is told of it; None where nobody is left to tell."""
    row = session.execute(
        select(MediaDecision, User.email, Generation.prompt)
        .join(User, User.id == MediaDecision.owner_id)
        .outerjoin(Media, Media.id == MediaDecision.media_id)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(MediaDecision.id == decision_id, User.status != UserStatus.DELETED)
    ).one_or_none()
    if row is None:
        return None
    decision, email, prompt = row
    why = text_of(decision.action, decision.reason, decision.words)
    return Told(decision.action, email, prompt or "", why, decision.created_at)


def record_told(session: Session, *, decision_id: int, now: datetime) -> None:
    """Note that nobody is left to tell of a decision."""
    session.execute(update(MediaDecision).where(MediaDecision.id == decision_id).values(told_at=now))


def tell_forgotten(session: Session) -> int:
    """Queue the letters that have not gone out and have no job any more. Returns how many. Twice is harmless."""
    forgotten = session.scalars(
        select(MediaDecision)
        .where(
            MediaDecision.told_at.is_(None),
            MediaDecision.action != DecisionAction.APPROVE,
            ~is_pending(func.concat("decision:", MediaDecision.id)),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for decision in forgotten:
        _tell(session, decision)
    return len(forgotten)


def _tell(session: Session, decision: MediaDecision) -> None:
    defer(session, TASK, once=f"decision:{decision.id}", decision_id=decision.id)


def _lock(session: Session, uuid: UUID) -> Media:
    """A picture that is or was for moderators to look at, locked. Raises NotFound."""
    media = locked(session, select(Media).where(Media.uuid == uuid))
    if media is None or (media.queued_at is None and media.decided_at is None):
        raise NotFound
    return media


def _is_done(session: Session, media: Media, action: DecisionAction, by: Deciding) -> bool:
    found = session.scalar(select(MediaDecision).where(MediaDecision.request_key == by["request_key"]))
    if found is not None and (found.media_id, found.action) != (media.id, action):
        raise RequestKeyReused
    return found is not None


def _refuse_if_decided(session: Session, media: Media, seen: Seen) -> None:
    last = session.execute(
        select(MediaDecision, User.email)
        .join(User, User.id == MediaDecision.moderator_id)
        .where(MediaDecision.media_id == media.id)
        .order_by(MediaDecision.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last[0].id != seen.decision_id:
        raise Conflict(f"{last[1]} was there before you, and {DONE[last[0].action]}.")


def _take_down(session: Session, media: Media, action: DecisionAction, by: Deciding) -> None:
    _refuse_if_decided(session, media, by["seen"])
    if media.is_removed:
        raise Conflict("It is removed already.")
    decision = _settle(session, media, action, Moderation.REMOVED, ReportOutcome.UPHELD, by)
    _tell(session, decision)


def _settle(
    session: Session,
    media: Media,
    action: DecisionAction,
    moderation: Moderation,
    outcome: ReportOutcome,
    by: Deciding,
) -> MediaDecision:
    """Write a decision down, and close what it was about."""
    media.moderation, media.decided_at, media.decided_for = moderation, by["now"], by["why"].text
    media.queued_at = None
    session.execute(
        update(MediaReport)
        .where(MediaReport.media_id == media.id, MediaReport.closed_at.is_(None))
        .values(closed_at=by["now"], outcome=outcome)
    )
    decision = MediaDecision(
        media_id=media.id,
        owner_id=media.user_id,
        moderator_id=by["actor_id"],
        action=action,
        reason=by["why"].reason,
        words=by["why"].words,
        request_key=by["request_key"],
        created_at=by["now"],
    )
    session.add(decision)
    session.flush()
    return decision


def _audit(session: Session, media: Media, action: str, by: Deciding) -> None:
    audit.record(
        session,
        actor_id=by["actor_id"],
        action=action,
        subject_id=media.user_id,
        target=str(media.uuid),
        reason=by["why"].text,
        address=by["address"],
        now=by["now"],
    )
