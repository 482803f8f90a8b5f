"""The feed at a glance: what changes about generations under way, read without loading them.

Pages ask every second, and mostly nothing has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.orm import Session, aliased

from imagegarden.models import UNFINISHED, Generation, GenerationKind, GenerationStatus, Media, Moderation


@dataclass(frozen=True)
class Cursor:
    """Where a page of a list ended: lists page by key, never by offset."""

    created_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Glance:
    """What the feed shows of a generation that may be another thing the next moment."""

    id: int
    uuid: UUID
    model: str
    status: GenerationStatus
    progress: int
    is_stopping: bool
    next_step_at: datetime | None
    started_at: datetime | None
    expected_at: datetime | None
    media: Sequence[UUID]

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in UNFINISHED


_source = aliased(Media)
_MEDIA = (
    select(func.array_agg(aggregate_order_by(Media.uuid, Media.ordinal)))
    .where(Media.generation_id == Generation.id, Media.trashed_at.is_(None), Media.moderation != Moderation.REMOVED)
    .scalar_subquery()
)
# Built once: it costs more to put together than to run.
_NEWEST = (
    select(
        Generation.id,
        Generation.uuid,
        Generation.model,
        Generation.status,
        Generation.progress,
        Generation.cancel_requested_at.is_not(None),
        Generation.next_step_at,
        Generation.started_at,
        Generation.expected_at,
        func.coalesce(_MEDIA, cast(array([]), ARRAY(Uuid))),
    )
    .where(Generation.user_id == bindparam("user"), Generation.kind != GenerationKind.ENHANCE)
    .order_by(Generation.created_at.desc(), Generation.id.desc())
    .limit(bindparam("limit"))
)


def list_recent(
    session: Session,
    *,
    user_id: int,
    limit: int,
    after: Cursor | None = None,
    source: UUID | None = None,
    kind: GenerationKind | None = None,
) -> list[Glance]:
    """The person's generations, newest first; of a kind, or made from `source`, where that is said. One query."""
    query = narrowed(_NEWEST, after=after, source=source, kind=kind)
    return [Glance(*row) for row in session.execute(query, {"user": user_id, "limit": limit})]


def narrowed(
    query: "Select[*tuple[Any, ...]]", *, after: Cursor | None, source: UUID | None, kind: GenerationKind | None
) -> "Select[*tuple[Any, ...]]":
    """Those of the generations of `query` that a page shows."""
    if after is not None:
        query = query.where(tuple_(Generation.created_at, Generation.id) < (after.created_at, after.id))
    if source is not None:
        query = query.join(_source, _source.id == Generation.parent_media_id).where(_source.uuid == source)
    if kind is not None:
        query = query.where(Generation.kind == kind)
    return query


def of(generations: Sequence[Generation]) -> list[Glance]:
    """The same of generations that are loaded with their media."""
    return [
        Glance(
            one.id,
            one.uuid,
            one.model,
            one.status,
            one.progress,
            one.cancel_requested_at is not None,
            one.next_step_at,
            one.started_at,
            one.expected_at,
            [media.uuid for media in one.media],
        )
        for one in generations
    ]
