"""Boards: making, naming and ending them. What lies on one is moved by `selections`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, true
from sqlalchemy.orm import Session, aliased

from imagegarden.db import locked
from imagegarden.domain import accounts
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound
from imagegarden.domain.media import IS_THERE
from imagegarden.domain.names import sound_name
from imagegarden.models import Board, Media, Safety

MOST_BOARDS = 200
EMPTY = "A board needs a name."
TAKEN = "You have a board of this name already."


@dataclass(frozen=True)
class BoardCard:
    """A board as it is offered: how many pictures lie on it, and the newest of them."""

    board: Board
    count: int
    cover: Media | None


def list_cards(session: Session, *, user_id: int) -> list[BoardCard]:
    """The person's boards by name; one query, however many there are."""
    count = select(func.count()).where(Media.board_id == Board.id, IS_THERE).correlate(Board).scalar_subquery()
    newest = (
        select(Media)
        .where(Media.board_id == Board.id, IS_THERE, Media.safety == Safety.CLEAR)
        .order_by(Media.created_at.desc(), Media.id.desc())
        .limit(1)
        .lateral()
    )
    cover = aliased(Media, newest)
    rows = session.execute(
        select(Board, count, cover)
        .outerjoin(cover, true())
        .where(Board.user_id == user_id)
        .order_by(func.lower(Board.name), Board.id)
    )
    return [BoardCard(*row) for row in rows]


def get(session: Session, *, user_id: int, uuid: UUID) -> Board:
    """One of the person's boards. Raises NotFound."""
    found = session.scalar(select(Board).where(Board.uuid == uuid, Board.user_id == user_id))
    if found is None:
        raise NotFound
    return found


def names(session: Session, *, user_id: int) -> Sequence[Board]:
    """The person's boards by name, without what lies on them."""
    return session.scalars(select(Board).where(Board.user_id == user_id).order_by(func.lower(Board.name))).all()


def make(session: Session, *, user_id: int, name: str, now: datetime) -> Board:
    """A new board. The person is locked first, so that two at once cannot take the same name.

    Raises InvalidRequest for a name that is empty, too long or taken, and Conflict when there are too many boards.
    """
    accounts.lock(session, user_id)
    sound = _sound_name(session, user_id, name)
    if (session.scalar(select(func.count(Board.id)).where(Board.user_id == user_id)) or 0) >= MOST_BOARDS:
        raise Conflict(f"You have {MOST_BOARDS} boards: that is as many as there can be.")
    board = Board(user_id=user_id, name=sound, created_at=now)
    session.add(board)
    session.flush()
    return board


def rename(session: Session, *, user_id: int, uuid: UUID, name: str) -> Board:
    """Give a board another name. Raises NotFound, and InvalidRequest as `make` does."""
    accounts.lock(session, user_id)
    board = get(session, user_id=user_id, uuid=uuid)
    board.name = _sound_name(session, user_id, name, besides=board.id)
    return board


def remove(session: Session, *, user_id: int, uuid: UUID) -> str:
    """End a board and return what it was called; its pictures stay in the gallery. Raises NotFound."""
    board = locked(session, select(Board).where(Board.uuid == uuid, Board.user_id == user_id))
    if board is None:
        raise NotFound
    session.execute(delete(Board).where(Board.id == board.id).execution_options(synchronize_session=False))
    session.expunge(board)
    return board.name


def _sound_name(session: Session, user_id: int, name: str, *, besides: int | None = None) -> str:
    sound = sound_name(name, field="name", missing=EMPTY)
    same = select(Board.id).where(Board.user_id == user_id, func.lower(Board.name) == func.lower(sound))
    if session.scalar(same.where(Board.id != besides) if besides else same) is not None:
        raise InvalidRequest({"name": TAKEN})
    return sound
