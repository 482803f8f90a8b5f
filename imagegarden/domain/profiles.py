"""How a person shows on their own pages: a name, a picture, which letters they want, and what they have gathered."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, names
from imagegarden.domain.errors import NotFound
from imagegarden.domain.media import IS_THERE
from imagegarden.models import Media, MediaFile, MediaKind, MediaOrigin, User


@dataclass(frozen=True)
class Face:
    """The picture that stands for a person; None where a letter does."""

    media_uuid: UUID | None


@dataclass(frozen=True)
class Stock:
    """What a person keeps here, the trash included; `bytes` is of all its files."""

    pictures: int
    films: int
    uploads: int
    bytes: int


def rename(session: Session, *, user_id: int, username: str) -> None:
    """Call a person otherwise: several may have one name. Raises InvalidRequest, and NotFound."""
    name = names.sound_name(username, field="username", missing="Enter a name.")
    accounts.lock(session, user_id).username = name


def choose_face(session: Session, *, user_id: int, media_uuid: UUID | None) -> None:
    """Let one of a person's own pictures stand for them, or a letter again. Raises NotFound."""
    user = accounts.lock(session, user_id)
    if media_uuid is None:
        user.face_media_id = None
        return
    own = select(Media.id).where(Media.uuid == media_uuid, Media.user_id == user_id, *_CAN_BE_FACE)
    found = session.scalar(own)
    if found is None:
        raise NotFound
    user.face_media_id = found


def face_of(session: Session, *, user_id: int) -> Face:
    """What stands for a person: a letter, where the picture is in the trash or was taken down."""
    mine = select(Media.uuid).join(User, User.face_media_id == Media.id).where(User.id == user_id, *_CAN_BE_FACE)
    return Face(session.scalar(mine))


def list_faces(session: Session, *, user_id: int, limit: int) -> list[Media]:
    """The newest pictures that could stand for a person."""
    mine = select(Media).where(Media.user_id == user_id, *_CAN_BE_FACE)
    return list(session.scalars(mine.order_by(Media.created_at.desc(), Media.id.desc()).limit(limit)))


def want_letters(session: Session, *, user_id: int, premium_ends: bool) -> None:
    """Whether a person wants to be told that their Premium days end. Raises NotFound."""
    accounts.lock(session, user_id).wants_end_letter = premium_ends


def stock(session: Session, *, user_id: int) -> Stock:
    """How much a person keeps here."""
    is_upload, is_film = Media.origin == MediaOrigin.UPLOAD, Media.kind == MediaKind.VIDEO
    counted = select(
        func.count().filter(~is_upload, ~is_film),
        func.count().filter(~is_upload, is_film),
        func.count().filter(is_upload),
    ).where(Media.user_id == user_id, Media.origin != MediaOrigin.MASK)
    size = (
        select(func.coalesce(func.sum(MediaFile.bytes), 0))
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.user_id == user_id)
    )
    pictures, films, uploads, total = session.execute(counted.add_columns(size.scalar_subquery())).one()
    return Stock(pictures, films, uploads, int(total))


_CAN_BE_FACE = (Media.kind == MediaKind.IMAGE, Media.origin != MediaOrigin.MASK, IS_THERE)
