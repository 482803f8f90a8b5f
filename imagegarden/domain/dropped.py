"""What people made from a picture and did not want: in the trash, and still to be had back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.domain.media import TRASH_KEEPS
from imagegarden.models import Generation, Media, Moderation


def list_of(session: Session, *, user_id: int, generations: Sequence[Generation], now: datetime) -> list[Media]:
    """The pictures of these requests that their owner threw away and can take back, in order. One query."""
    if not generations:
        return []
    return list(
        session.scalars(
            select(Media)
            .where(Media.generation_id.in_([one.id for one in generations]), Media.user_id == user_id)
            .where(Media.trashed_at > now - TRASH_KEEPS, Media.moderation != Moderation.REMOVED)
            .order_by(Media.generation_id, Media.ordinal)
        )
    )


def request_of(session: Session, *, user_id: int, uuid: UUID) -> UUID:
    """The request that one of the person's pictures came of, in the trash or not.

    Raises NotFound, also where it was brought along.
    """
    found = session.scalar(
        select(Generation.uuid)
        .join(Media, Media.generation_id == Generation.id)
        .where(Media.uuid == uuid, Media.user_id == user_id)
    )
    if found is None:
        raise NotFound
    return found
