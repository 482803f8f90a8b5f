"""What is done to many pictures of a person at once: all of them, or none when one is not theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import boards
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound, SelectionTooLarge
from imagegarden.domain.media import IS_THERE, TRASH_KEEPS, Picture
from imagegarden.models import Board, FileRole, Generation, Media, MediaFile, MediaOrigin

MOST_AT_ONCE = 500
MOST_BYTES = 2 * 1024**3
NOTHING = "Select a picture first."
TOO_MANY = f"At most {MOST_AT_ONCE} pictures at once, please."
STILL_THERE = "Only what is in the trash can be deleted for good."


@dataclass(frozen=True)
class OriginalFile:
    """A picture with the file that it was made as."""

    picture: Picture
    file: MediaFile


def trash(session: Session, *, user_id: int, uuids: Sequence[UUID], now: datetime) -> int:
    """Put pictures into the trash, and say how many. What lies there already stays as it is.

    The rows are locked in the order of their ids, here and in everything below, so that two acts at once wait for
    each other and not for ever. Raises NotFound when one is not the person's, and InvalidRequest for none or too many.
    """
    chosen = _own(session, user_id, uuids)
    for media in chosen:
        media.trashed_at = media.trashed_at or now
    return len(chosen)


def trash_request(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> list[UUID]:
    """Put the pictures of a request into the trash that are not there yet, and say which. Raises NotFound."""
    generation_id = session.scalar(select(Generation.id).where(Generation.uuid == uuid, Generation.user_id == user_id))
    if generation_id is None:
        raise NotFound
    there = select(Media).where(Media.generation_id == generation_id, IS_THERE).order_by(Media.id).with_for_update()
    chosen = session.scalars(there.execution_options(populate_existing=True)).all()
    for media in chosen:
        media.trashed_at = now
    return [media.uuid for media in chosen]


def restore(session: Session, *, user_id: int, uuids: Sequence[UUID], now: datetime) -> int:
    """Take pictures back out of the trash. Raises as `trash` does, and NotFound when the 30 days of one are over."""
    chosen = _own(session, user_id, uuids)
    if any(media.trashed_at is not None and media.trashed_at <= now - TRASH_KEEPS for media in chosen):
        raise NotFound
    for media in chosen:
        media.trashed_at = None
    return len(chosen)


def delete_for_good(session: Session, *, user_id: int, uuids: Sequence[UUID], now: datetime) -> int:
    """End the 30 days of pictures in the trash: nobody sees them any more, and the clock removes their files.

    Raises as `trash` does, and Conflict when one is not in the trash.
    """
    chosen = _own(session, user_id, uuids)
    if any(media.trashed_at is None for media in chosen):
        raise Conflict(STILL_THERE)
    over = now - TRASH_KEEPS
    for media in chosen:
        assert media.trashed_at is not None
        media.trashed_at = min(media.trashed_at, over)
    return len(chosen)


def empty_trash(session: Session, *, user_id: int, now: datetime) -> int:
    """End the 30 days of everything in the trash, and say of how many pictures. Twice is harmless."""
    over = now - TRASH_KEEPS
    mine = (
        select(Media.id)
        .where(Media.user_id == user_id, Media.trashed_at > over, Media.origin != MediaOrigin.MASK)
        .order_by(Media.id)
        .with_for_update()
    )
    ids = session.scalars(mine).all()
    session.execute(update(Media).where(Media.id.in_(ids)).values(trashed_at=over))
    return len(ids)


def star(session: Session, *, user_id: int, uuids: Sequence[UUID], starred: bool) -> int:
    """Give pictures a star, or take it from them. Raises as `trash` does."""
    chosen = _own(session, user_id, uuids, Media.trashed_at.is_(None))
    for media in chosen:
        media.starred = starred
    return len(chosen)


def move(session: Session, *, user_id: int, uuids: Sequence[UUID], board: UUID | None) -> Board | None:
    """Lay pictures on a board of the person's, or on none. Raises as `trash` does, also for somebody else's board."""
    target = None if board is None else boards.get(session, user_id=user_id, uuid=board)
    for media in _own(session, user_id, uuids, Media.trashed_at.is_(None)):
        media.board_id = target.id if target is not None else None
    return target


def move_to_new(session: Session, *, user_id: int, uuids: Sequence[UUID], name: str, now: datetime) -> Board:
    """Lay pictures on a board that is made for them. Raises as `trash` and `boards.make` do."""
    target = boards.make(session, user_id=user_id, name=name, now=now)
    for media in _own(session, user_id, uuids, Media.trashed_at.is_(None)):
        media.board_id = target.id
    return target


def list_originals(session: Session, *, user_id: int, uuids: Sequence[UUID]) -> list[OriginalFile]:
    """The files of pictures as they were made, newest first; one query.

    Raises as `trash` does, also when one is in the trash or taken down, and SelectionTooLarge.
    """
    wanted = _sound(uuids)
    rows = session.execute(
        select(Media, Generation, MediaFile)
        .join(MediaFile, MediaFile.media_id == Media.id)
        .outerjoin(Generation, Generation.id == Media.generation_id)
        .where(Media.uuid.in_(wanted), Media.user_id == user_id, Media.origin != MediaOrigin.MASK, IS_THERE)
        .where(MediaFile.role == FileRole.ORIGINAL)
        .order_by(Media.created_at.desc(), Media.id.desc())
    ).all()
    if len(rows) != len(wanted):
        raise NotFound
    found = [OriginalFile(Picture(media, generation), file) for media, generation, file in rows]
    size = sum(original.file.bytes for original in found)
    if size > MOST_BYTES:
        raise SelectionTooLarge(size=size, most=MOST_BYTES)
    return found


def _own(session: Session, user_id: int, uuids: Sequence[UUID], *conditions: ColumnElement[bool]) -> Sequence[Media]:
    """Every one of these pictures, locked. Raises NotFound when one is not there or not theirs."""
    wanted = _sound(uuids)
    found = session.scalars(
        select(Media)
        .where(Media.uuid.in_(wanted), Media.user_id == user_id, Media.origin != MediaOrigin.MASK, *conditions)
        .order_by(Media.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(wanted):
        raise NotFound
    return found


def _sound(uuids: Sequence[UUID]) -> set[UUID]:
    wanted = set(uuids)
    if not wanted:
        raise InvalidRequest({"ids": NOTHING})
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidRequest({"ids": TOO_MANY})
    return wanted
