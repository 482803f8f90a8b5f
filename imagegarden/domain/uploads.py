"""Pictures that people bring along, and masks that they paint: kept within a quota of storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select, update
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


def used_bytes(session: Session, *, user_id: int, with_trash: bool = False) -> int:
    """What a person's own pictures take of the store; masks are small and not counted."""
    query = (
        select(func.coalesce(func.sum(MediaFile.bytes), 0))
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.user_id == user_id, Media.origin == MediaOrigin.UPLOAD)
    )
    return int(session.scalar(query if with_trash else query.where(Media.trashed_at.is_(None))) or 0)


def require_room(session: Session, *, user_id: int, size: int, allowed: int) -> None:
    """See that so many bytes more are within the quota. Raises StorageFull.

    What is in the trash makes room, as long as it is not more than the quota once again.
    """
    left = allowed - used_bytes(session, user_id=user_id)
    left_with_trash = 2 * allowed - used_bytes(session, user_id=user_id, with_trash=True)
    if size > min(left, left_with_trash):
        raise StorageFull(needed=size, left=max(0, min(left, left_with_trash)))


def add(session: Session, *, user_id: int, brought: Brought, allowed: int, now: datetime) -> Media:
    """Make it the person's. The same one again is the one that is there.

    The account is locked, so pictures that come at once share the quota. Raises StorageFull.
    """
    credits.lock_account(session, user_id)
    earlier = session.scalar(select(Media).where(Media.uuid == brought.uuid, Media.user_id == user_id))
    if earlier is not None:
        return earlier
    if brought.origin == MediaOrigin.UPLOAD:
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
    is_named = exists().where(Generation.mask_media_id == Media.id)
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
