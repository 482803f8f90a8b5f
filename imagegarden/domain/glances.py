"""The feed at a glance: what changes about generations under way, read without loading them.

Pages ask every second, and mostly nothing has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.orm import Session

from imagegarden.models import UNFINISHED, Generation, GenerationStatus, Media


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


_MEDIA = (
    select(func.array_agg(aggregate_order_by(Media.uuid, Media.ordinal)))
    .where(Media.generation_id == Generation.id, Media.trashed_at.is_(None))
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
    .where(Generation.user_id == bindparam("user"))
    .order_by(Generation.created_at.desc(), Generation.id.desc())
    .limit(bindparam("limit"))
)
_OLDER = _NEWEST.where(
    tuple_(Generation.created_at, Generation.id) < tuple_(bindparam("created_at"), bindparam("before_id"))
)


def list_recent(session: Session, *, user_id: int, limit: int, after: Cursor | None = None) -> list[Glance]:
    """The person's generations, newest first. One query."""
    values: dict[str, Any] = {"user": user_id, "limit": limit}
    if after is None:
        rows = session.execute(_NEWEST, values)
    else:
        rows = session.execute(_OLDER, {**values, "created_at": after.created_at, "before_id": after.id})
    return [Glance(*row) for row in rows]


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
