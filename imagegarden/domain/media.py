"""Finished pictures: looking at them, throwing them away, taking them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session, aliased

from imagegarden.db import locked
from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.models import FileRole, Generation, Media, MediaFile

TRASH_KEEPS = timedelta(days=30)


@dataclass(frozen=True)
class Picture:
    """A picture with the request that made it."""

    media: Media
    generation: Generation


def list_newest(session: Session, *, user_id: int, limit: int, after: Cursor | None = None) -> list[Picture]:
    """The person's pictures, newest first; one query, whatever the page."""
    query = (
        select(Media, Generation)
        .join(Generation, Generation.id == Media.generation_id)
        .where(Media.user_id == user_id, Media.trashed_at.is_(None))
    )
    if after is not None:
        query = query.where(tuple_(Media.created_at, Media.id) < (after.created_at, after.id))
    rows = session.execute(query.order_by(Media.created_at.desc(), Media.id.desc()).limit(limit))
    return [Picture(media, generation) for media, generation in rows]


def get(session: Session, *, user_id: int, uuid: UUID) -> Picture:
    """One of the person's pictures that is not in the trash. Raises NotFound."""
    row = session.execute(
        select(Media, Generation)
        .join(Generation, Generation.id == Media.generation_id)
        .where(Media.uuid == uuid, Media.user_id == user_id, Media.trashed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Picture(*row)


def neighbors(session: Session, media: Media) -> tuple[UUID | None, UUID | None]:
    """The ids of the next newer and the next older picture in the gallery."""
    mine = select(Media.uuid).where(Media.user_id == media.user_id, Media.trashed_at.is_(None)).limit(1)
    place = (media.created_at, media.id)
    key = tuple_(Media.created_at, Media.id)
    newer = session.scalar(mine.where(key > place).order_by(Media.created_at, Media.id))
    older = session.scalar(mine.where(key < place).order_by(Media.created_at.desc(), Media.id.desc()))
    return newer, older


def siblings(session: Session, media: Media) -> list[Media]:
    """The other pictures of the same request, in order."""
    other = aliased(Media)
    return list(
        session.scalars(
            select(other)
            .where(other.generation_id == media.generation_id, other.id != media.id, other.trashed_at.is_(None))
            .order_by(other.ordinal)
        )
    )


def get_file(session: Session, *, user_id: int, uuid: UUID, role: FileRole) -> MediaFile:
    """A stored file of one of the person's pictures. One query. Raises NotFound."""
    found = session.scalar(
        select(MediaFile)
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.uuid == uuid, Media.user_id == user_id, Media.trashed_at.is_(None), MediaFile.role == role)
    )
    if found is None:
        raise NotFound
    return found


def trash(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> Media:
    """Put a picture into the trash, from where it can be taken back for 30 days. Twice is harmless.

    Raises NotFound.
    """
    media = _own(session, user_id, uuid)
    media.trashed_at = media.trashed_at or now
    return media


def restore(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> Media:
    """Take a picture back out of the trash. Twice is harmless.

    Raises NotFound, also when its 30 days are over: its files may be going just now.
    """
    media = _own(session, user_id, uuid)
    if media.trashed_at is not None and media.trashed_at <= now - TRASH_KEEPS:
        raise NotFound
    media.trashed_at = None
    return media


def _own(session: Session, user_id: int, uuid: UUID) -> Media:
    media = locked(session, select(Media).where(Media.uuid == uuid, Media.user_id == user_id))
    if media is None:
        raise NotFound
    return media


def list_purgeable(session: Session, *, now: datetime, limit: int = 200) -> list[tuple[int, Sequence[str]]]:
    """The pictures whose time in the trash is over, each with the keys of its files."""
    ids = session.scalars(
        select(Media.id).where(Media.trashed_at <= now - TRASH_KEEPS).order_by(Media.trashed_at).limit(limit)
    ).all()
    keys = session.execute(select(MediaFile.media_id, MediaFile.key).where(MediaFile.media_id.in_(ids))).all()
    return [(media_id, [key for owner, key in keys if owner == media_id]) for media_id in ids]


def purge(session: Session, *, media_id: int, now: datetime) -> None:
    """Forget a picture whose files are gone; one that was taken back meanwhile stays."""
    session.execute(delete(Media).where(Media.id == media_id, Media.trashed_at <= now - TRASH_KEEPS))
