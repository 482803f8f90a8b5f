"""Finished pictures: looking at them, throwing them away, taking them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased, load_only

from imagegarden.db import locked
from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.models import (
    FileRole,
    Generation,
    GenerationKind,
    Media,
    MediaFile,
    MediaKind,
    MediaOrigin,
    Moderation,
    User,
)

TRASH_KEEPS = timedelta(days=30)


# What is there: neither thrown away by its owner nor taken down by a moderator.
IS_THERE = and_(Media.trashed_at.is_(None), Media.moderation != Moderation.REMOVED)


@dataclass(frozen=True)
class Picture:
    """A picture or film with the request that made it; None where it was brought along."""

    media: Media
    generation: Generation | None

    @property
    def title(self) -> str:
        """What it shows, in words: what was asked for, or what its file was called."""
        if self.generation is None:
            return self.media.title or "Picture"
        return self.generation.prompt or KIND_WORDS.get(self.generation.kind, "Picture")


class Shelf(StrEnum):
    """Which part of a gallery is looked at."""

    ALL = "all"
    IMAGES = "images"
    VIDEOS = "videos"
    UPLOADS = "uploads"
    # What a tool can work on.
    STILLS = "stills"


# What is made without words is called by what was done.
KIND_WORDS = {
    GenerationKind.UPSCALE: "An enlarged picture",
    GenerationKind.INPAINT: "A repainted picture",
    GenerationKind.EDIT: "A changed picture",
    GenerationKind.VIDEO: "A film",
}
SHELVES: Mapping[Shelf, ColumnElement[bool]] = {
    Shelf.ALL: true(),
    Shelf.IMAGES: and_(Media.kind == MediaKind.IMAGE, Media.origin == MediaOrigin.OUTPUT),
    Shelf.VIDEOS: Media.kind == MediaKind.VIDEO,
    Shelf.UPLOADS: Media.origin == MediaOrigin.UPLOAD,
    Shelf.STILLS: Media.kind == MediaKind.IMAGE,
}


def list_newest(
    session: Session,
    *,
    user_id: int,
    limit: int,
    after: Cursor | None = None,
    shelf: Shelf = Shelf.ALL,
    with_removed: bool = False,
) -> list[Picture]:
    """The person's pictures and films, newest first; one query, whatever the page.

    With those that a moderator took down, where their owner is told so.
    """
    query = (
        select(Media, Generation)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(Media.user_id == user_id, Media.trashed_at.is_(None), Media.origin != MediaOrigin.MASK, SHELVES[shelf])
    )
    if after is not None:
        query = query.where(tuple_(Media.created_at, Media.id) < (after.created_at, after.id))
    if not with_removed:
        query = query.where(Media.moderation != Moderation.REMOVED)
    # A generation is wide, and a list shows its words.
    words = load_only(Generation.uuid, Generation.kind, Generation.prompt)
    rows = session.execute(query.order_by(Media.created_at.desc(), Media.id.desc()).limit(limit).options(words))
    return [Picture(media, generation) for media, generation in rows]


def get(session: Session, *, user_id: int, uuid: UUID, with_removed: bool = False) -> Picture:
    """One of the person's pictures that is not in the trash; one that was taken down only if asked. Raises NotFound."""
    row = session.execute(
        select(Media, Generation)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(
            Media.uuid == uuid,
            Media.user_id == user_id,
            Media.trashed_at.is_(None),
            Media.origin != MediaOrigin.MASK,
        )
    ).one_or_none()
    if row is None or (row[0].is_removed and not with_removed):
        raise NotFound
    return Picture(*row)


def neighbors(session: Session, media: Media) -> tuple[UUID | None, UUID | None]:
    """The ids of the next newer and the next older picture in the gallery."""
    mine = select(Media.uuid).where(Media.user_id == media.user_id, IS_THERE, Media.origin != MediaOrigin.MASK).limit(1)
    place = (media.created_at, media.id)
    key = tuple_(Media.created_at, Media.id)
    newer = session.scalar(mine.where(key > place).order_by(Media.created_at, Media.id))
    older = session.scalar(mine.where(key < place).order_by(Media.created_at.desc(), Media.id.desc()))
    return newer, older


def around(session: Session, media: Media, *, limit: int) -> tuple[list[Picture], int]:
    """The pictures next to a picture in the gallery, the newest first, and its place among them; no films."""
    mine = (
        select(Media, Generation)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(Media.user_id == media.user_id, IS_THERE, Media.origin != MediaOrigin.MASK, SHELVES[Shelf.STILLS])
        .options(load_only(Generation.kind, Generation.prompt))
        .limit(limit)
    )
    place, key = (media.created_at, media.id), tuple_(Media.created_at, Media.id)
    newer = session.execute(mine.where(key > place).order_by(Media.created_at, Media.id)).all()
    others = session.execute(mine.where(key <= place).order_by(Media.created_at.desc(), Media.id.desc())).all()
    return [Picture(*row) for row in (*reversed(newer), *others)], len(newer)


def siblings(session: Session, media: Media) -> list[Media]:
    """The other pictures of the same request, in order."""
    if media.generation_id is None:
        return []
    other = aliased(Media)
    return list(
        session.scalars(
            select(other)
            .where(other.generation_id == media.generation_id, other.id != media.id)
            .where(other.trashed_at.is_(None), other.moderation != Moderation.REMOVED)
            .order_by(other.ordinal)
        )
    )


def parent_of(session: Session, generation: Generation | None) -> Media | None:
    """The picture that a request started from, unless it is in the trash, taken down or gone."""
    if generation is None or generation.parent_media_id is None:
        return None
    return session.scalar(select(Media).where(Media.id == generation.parent_media_id, IS_THERE))


def children_of(session: Session, media: Media, *, limit: int = 24) -> list[Picture]:
    """What was made from a picture, newest first."""
    rows = session.execute(
        select(Media, Generation)
        .join(Generation, Generation.id == Media.generation_id)
        .where(Generation.parent_media_id == media.id, IS_THERE)
        .order_by(Media.created_at.desc(), Media.id.desc())
        .limit(limit)
    )
    return [Picture(*row) for row in rows]


def get_file(session: Session, *, user_id: int, uuid: UUID, role: FileRole) -> MediaFile:
    """A stored file of one of the person's pictures. One query. Raises NotFound."""
    found = session.scalar(
        select(MediaFile)
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.uuid == uuid, Media.user_id == user_id, IS_THERE, MediaFile.role == role)
    )
    if found is None:
        raise NotFound
    return found


def get_file_of_anybody(session: Session, *, uuid: UUID, role: FileRole) -> MediaFile:
    """A stored file of a picture, whoever's it is: for those who have shown otherwise that they may see it.

    Raises NotFound, also when it is in the trash or taken down, or its owner may not use the site.
    """
    found = session.scalar(
        select(MediaFile)
        .join(Media, Media.id == MediaFile.media_id)
        .join(User, User.id == Media.user_id)
        .where(
            Media.uuid == uuid,
            IS_THERE,
            MediaFile.role == role,
            User.is_here,
        )
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
    own = select(Media).where(Media.uuid == uuid, Media.user_id == user_id, Media.origin != MediaOrigin.MASK)
    media = locked(session, own)
    if media is None:
        raise NotFound
    return media


def list_purgeable(
    session: Session, *, now: datetime, limit: int = 200, user_id: int | None = None
) -> list[tuple[int, Sequence[str]]]:
    """The pictures whose time in the trash, or to appeal, is over, of one person or of all; with their files' keys."""
    over = select(Media.id).where(_is_over(now))
    if user_id is not None:
        over = over.where(Media.user_id == user_id)
    ids = session.scalars(over.order_by(Media.id).limit(limit)).all()
    keys = session.execute(select(MediaFile.media_id, MediaFile.key).where(MediaFile.media_id.in_(ids))).all()
    return [(media_id, [key for owner, key in keys if owner == media_id]) for media_id in ids]


def purge(session: Session, *, media_id: int, now: datetime) -> None:
    """Forget a picture whose files are gone; one that was taken back meanwhile stays."""
    session.execute(delete(Media).where(Media.id == media_id, _is_over(now)))


def _is_over(now: datetime) -> ColumnElement[bool]:
    since = now - TRASH_KEEPS
    return or_(Media.trashed_at <= since, and_(Media.moderation == Moderation.REMOVED, Media.decided_at <= since))
