"""Pictures that people bring along, and masks that they paint: kept within a quota of storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import credits
from imagegarden.domain.errors import StorageFull
from imagegarden.domain.files import StoredFile
from imagegarden.models import Generation, Media, MediaFile, MediaKind, MediaOrigin

MASKS_WAIT = timedelta(days=1)
LONGEST_TITLE = 120


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A picture whose files lie in the store, before it is anybody's."""

    uuid: UUID
    origin: MediaOrigin
    title: str
    width: int
    height: int
    blurhash: str
    sha256: str
    files: Sequence[StoredFile]

    @property
    def bytes(self) -> int:
        """What it takes of the store."""
        return sum(file.bytes for file in self.files)


def used_bytes(session: Session, *, user_id: int) -> int:
    """What a person's own pictures and masks take of the store, those in the trash included."""
    return int(
        session.scalar(
            select(func.coalesce(func.sum(MediaFile.bytes), 0))
            .join(Media, Media.id == MediaFile.media_id)
            .where(Media.user_id == user_id, Media.origin != MediaOrigin.OUTPUT)
        )
        or 0
    )


def require_room(session: Session, *, user_id: int, size: int, allowed: int) -> None:
    """See that so many bytes more are within the quota. Raises StorageFull."""
    used = used_bytes(session, user_id=user_id)
    if used + size > allowed:
        raise StorageFull(needed=size, left=max(0, allowed - used))


def add(session: Session, *, user_id: int, brought: Brought, allowed: int, now: datetime) -> Media:
    """Make it the person's. The same one again is the one that is there.

    The account is locked, so pictures that come at once share the quota. Raises StorageFull.
    """
    credits.lock_account(session, user_id)
    earlier = session.scalar(select(Media).where(Media.uuid == brought.uuid, Media.user_id == user_id))
    if earlier is not None:
        earlier.trashed_at = None
        return earlier
    require_room(session, user_id=user_id, size=brought.bytes, allowed=allowed)
    media = Media(
        uuid=brought.uuid,
        user_id=user_id,
        origin=brought.origin,
        kind=MediaKind.IMAGE,
        title=brought.title[:LONGEST_TITLE],
        sha256=brought.sha256,
        width=brought.width,
        height=brought.height,
        blurhash=brought.blurhash,
        created_at=now,
    )
    session.add(media)
    session.flush()
    session.add_all(
        MediaFile(media_id=media.id, role=file.role, key=file.key, mime=file.mime, bytes=file.bytes, sha256=file.sha256)
        for file in brought.files
    )
    session.flush()
    return media


def drop_unused_masks(session: Session, *, now: datetime, gone_since: timedelta) -> None:
    """Put masks that no request ever named where they are removed for good. Twice is harmless."""
    is_named = exists().where(or_(Generation.mask_media_id == Media.id, Generation.parent_media_id == Media.id))
    session.execute(
        update(Media)
        .where(
            Media.origin == MediaOrigin.MASK,
            Media.created_at < now - MASKS_WAIT,
            Media.trashed_at.is_(None),
            ~is_named,
        )
        .values(trashed_at=now - gone_since)
        .execution_options(synchronize_session=False)
    )
