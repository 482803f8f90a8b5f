"""Pictures as moderators look at them: what waits for a decision, and what was decided last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.domain.media_decisions import Seen
from imagegarden.domain.shares import SHARED_ROLES
from imagegarden.models import (
    DecisionAction,
    FileRole,
    Generation,
    Media,
    MediaDecision,
    MediaFile,
    MediaReport,
    Moderation,
    ReportReason,
    User,
)

# How many reports of a picture are read in full.
MOST_WORDS = 5


class Tab(StrEnum):
    """Which pictures are looked at."""

    WAITING = "waiting"
    REMOVED = "removed"
    APPROVED = "approved"


@dataclass(frozen=True)
class Said:
    """The words of a report."""

    reason: ReportReason
    words: str
    at: datetime


@dataclass(frozen=True)
class Decided:
    """A decision and by whom it was."""

    decision: MediaDecision
    moderator: str


@dataclass(frozen=True)
class Card:
    """A picture with everything that a moderator decides by."""

    media: Media
    generation: Generation | None
    owner: User
    # Of the reports that are open.
    counts: Mapping[ReportReason, int]
    said: Sequence[Said]
    last: Decided | None
    # How many of the owner's pictures were taken down until now.
    removals: int
    newest_report: int
    place: Cursor

    @property
    def seen(self) -> Seen:
        """What whoever decides by this card has seen."""
        return Seen(self.last.decision.id if self.last else 0, self.newest_report)

    @property
    def prompt(self) -> str | None:
        """The words that made it, where its owner shows them with its link: everybody else's are private."""
        is_shown = self.media.share_token is not None and self.media.shows_prompt
        return self.generation.prompt if is_shown and self.generation is not None else None


def list_cards(session: Session, *, tab: Tab, limit: int, after: Cursor | None = None) -> list[Card]:
    """Pictures of a tab, the newest first. Five queries, whatever the page."""
    at, condition = _tab(tab)
    query = (
        select(Media, Generation, User, at)
        .join(User, User.id == Media.user_id)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(condition, Media.trashed_at.is_(None))
        .order_by(at.desc(), Media.id.desc())
        .limit(limit)
        .options(load_only(Generation.kind, Generation.model, Generation.prompt))
    )
    if after is not None:
        query = query.where(tuple_(at, Media.id) < (after.created_at, after.id))
    rows = session.execute(query).all()
    ids, owner_ids = [row[0].id for row in rows], {row[0].user_id for row in rows}
    counts, newest = _counts(session, ids)
    said, last, removals = _said(session, ids), _last(session, ids), _removals(session, owner_ids)
    return [
        Card(
            media=media,
            generation=generation,
            owner=owner,
            counts=counts.get(media.id, {}),
            said=said.get(media.id, ()),
            last=last.get(media.id),
            removals=removals.get(owner.id, 0),
            newest_report=newest.get(media.id, 0),
            place=Cursor(cast(datetime, moment), media.id),
        )
        for media, generation, owner, moment in rows
    ]


def _tab(tab: Tab) -> tuple[InstrumentedAttribute[datetime | None], ColumnElement[bool]]:
    if tab == Tab.WAITING:
        return Media.queued_at, Media.queued_at.is_not(None)
    if tab == Tab.REMOVED:
        return Media.decided_at, Media.moderation == Moderation.REMOVED
    is_kept = or_(Media.moderation == Moderation.APPROVED, Media.moderation == Moderation.RESTORED)
    return Media.decided_at, is_kept


def _counts(session: Session, ids: Sequence[int]) -> tuple[Mapping[int, Mapping[ReportReason, int]], Mapping[int, int]]:
    """The open reports of pictures by reason, the most frequent first; and the newest report of each."""
    query = (
        select(MediaReport.media_id, MediaReport.reason, func.count(), func.max(MediaReport.id))
        .where(MediaReport.media_id.in_(ids), MediaReport.closed_at.is_(None))
        .group_by(MediaReport.media_id, MediaReport.reason)
        .order_by(func.count().desc(), MediaReport.reason)
    )
    counts: dict[int, dict[ReportReason, int]] = {}
    newest: dict[int, int] = {}
    for media_id, reason, count, report_id in session.execute(query):
        counts.setdefault(media_id, {})[reason] = count
        newest[media_id] = max(newest.get(media_id, 0), report_id)
    return counts, newest


def _said(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Said]]:
    """The newest words about each picture."""
    place = func.row_number().over(partition_by=MediaReport.media_id, order_by=MediaReport.id.desc())
    numbered = (
        select(
            MediaReport.media_id, MediaReport.reason, MediaReport.words, MediaReport.created_at, place.label("place")
        )
        .where(MediaReport.media_id.in_(ids), MediaReport.closed_at.is_(None), MediaReport.words != "")
        .subquery()
    )
    newest = select(numbered).where(numbered.c.place <= MOST_WORDS).order_by(numbered.c.media_id, numbered.c.place)
    found: dict[int, list[Said]] = {}
    for media_id, reason, words, at, _ in session.execute(newest):
        found.setdefault(media_id, []).append(Said(reason, words, at))
    return found


def _last(session: Session, ids: Sequence[int]) -> Mapping[int, Decided]:
    newest = select(func.max(MediaDecision.id)).where(MediaDecision.media_id.in_(ids)).group_by(MediaDecision.media_id)
    query = (
        select(MediaDecision.media_id, MediaDecision, User.email)
        .join(User, User.id == MediaDecision.moderator_id)
        .where(MediaDecision.id.in_(newest))
    )
    return {media_id: Decided(decision, email) for media_id, decision, email in session.execute(query) if media_id}


def _removals(session: Session, owner_ids: set[int]) -> Mapping[int, int]:
    query = (
        select(MediaDecision.owner_id, func.count())
        .where(
            MediaDecision.owner_id.in_(owner_ids),
            MediaDecision.action.in_((DecisionAction.REMOVE, DecisionAction.BAN)),
        )
        .group_by(MediaDecision.owner_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def get_file(session: Session, *, uuid: UUID, role: str) -> MediaFile:
    """A file of a picture that is or was for moderators to look at, and of no other. One query. Raises NotFound."""
    if role not in SHARED_ROLES:
        raise NotFound
    was_queued = or_(Media.queued_at.is_not(None), Media.decided_at.is_not(None))
    found = session.scalar(
        select(MediaFile)
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.uuid == uuid, was_queued, Media.trashed_at.is_(None), MediaFile.role == role)
        # What was asked for is private: files that tell it are the owner's.
        .where(or_(Media.carries_words.is_(False), MediaFile.role != FileRole.ORIGINAL))
    )
    if found is None:
        raise NotFound
    return found
