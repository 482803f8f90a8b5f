"""The pictures of the front page: offered by their owners, chosen by moderators, gone when either says so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import Conflict
from imagegarden.domain.media import IS_THERE, Picture
from imagegarden.domain.shares import own
from imagegarden.models import Generation, Media, MediaKind, User

UNSHARED = "Only a picture that has a link can be offered: whoever sees it on the front page comes by that."


def offer(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> Media:
    """Have the moderators look at a picture for the front page. Twice is once.

    Raises NotFound, and Conflict where the picture has no link or is a film.
    """
    media = own(session, user_id, uuid)
    if media.share_token is None or media.kind != MediaKind.IMAGE:
        raise Conflict(UNSHARED)
    if media.offered_at is None:
        media.offered_at = now
        media.queued_at = media.queued_at or now
    return media


def withdraw(session: Session, *, user_id: int, uuid: UUID) -> Media:
    """Take an offer back: the picture leaves the front page at once. Twice is harmless. Raises NotFound.

    It stays with the moderators where it waited already: they may have been told something else of it.
    """
    media = own(session, user_id, uuid)
    media.offered_at, media.showcased_at = None, None
    return media


def list_newest(session: Session, *, limit: int) -> list[Picture]:
    """What the front page shows, the newest choice first; one query."""
    rows = session.execute(
        select(Media, Generation)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .join(User, User.id == Media.user_id)
        .where(
            Media.showcased_at.is_not(None),
            Media.share_token.is_not(None),
            IS_THERE,
            User.is_here,
        )
        .order_by(Media.showcased_at.desc(), Media.id.desc())
        .limit(limit)
    )
    return [Picture(*row) for row in rows]
