"""Exports: a person asks for everything that is theirs, and has a day to fetch it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.domain import accounts
from imagegarden.domain.errors import NotFound
from imagegarden.models import Export, ExportState, User, UserStatus
from imagegarden.queue import defer, is_pending

TASK = "make_export"
LETTER_TASK = "mail_export"
KEPT = timedelta(hours=24)


def ask(session: Session, *, user_id: int, now: datetime) -> Export:
    """Have everything packed that is a person's; whoever asks while that is under way gets the same.

    The file of an earlier export goes. Raises NotFound, and Conflict where the account is deleted.
    """
    accounts.lock(session, user_id)
    under_way = session.scalar(select(Export).where(Export.user_id == user_id, Export.state == ExportState.ASKED))
    if under_way is not None:
        return under_way
    session.execute(update(Export).where(Export.user_id == user_id, Export.expires_at > now).values(expires_at=now))
    asked = Export(uuid=uuid4(), user_id=user_id, asked_at=now)
    session.add(asked)
    session.flush()
    defer(session, TASK, once=_job(asked.id), export_id=asked.id)
    return asked


def find_newest(session: Session, *, user_id: int, now: datetime) -> Export | None:
    """A person's last export, unless its day is over."""
    newest = session.scalar(select(Export).where(Export.user_id == user_id).order_by(Export.id.desc()).limit(1))
    is_over = newest is not None and newest.expires_at is not None and newest.expires_at <= now
    return None if is_over else newest


def get_ready(session: Session, *, user_id: int, uuid: UUID, now: datetime) -> Export:
    """One of a person's exports that can be fetched. Raises NotFound, also when its day is over."""
    found = session.scalar(
        select(Export).where(
            Export.uuid == uuid,
            Export.user_id == user_id,
            Export.state == ExportState.READY,
            Export.expires_at > now,
        )
    )
    if found is None:
        raise NotFound
    return found


def find_to_tell(session: Session, *, export_id: int) -> tuple[Export, str] | None:
    """An export that can be fetched, with its owner's address; None where there is nothing to fetch any more."""
    row = session.execute(
        select(Export, User.email)
        .join(User, User.id == Export.user_id)
        .where(Export.id == export_id, Export.state == ExportState.READY, User.status == UserStatus.ACTIVE)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def find_asked(session: Session, *, export_id: int) -> Export | None:
    """An export that is to be made; None where it was made, or nobody wants it any more."""
    return session.scalar(select(Export).where(Export.id == export_id, Export.state == ExportState.ASKED))


def record_ready(session: Session, *, export_id: int, size: int, now: datetime) -> bool:
    """Its file is there: have its owner told. False where nobody wants it any more, and the file has to go."""
    export = locked(session, select(Export).where(Export.id == export_id))
    if export is None or export.state == ExportState.FAILED:
        return False
    # Where two have packed it, the file is that of the last.
    export.bytes = size
    if export.state == ExportState.ASKED:
        export.state = ExportState.READY
        export.ready_at, export.expires_at = now, now + KEPT
        defer(session, LETTER_TASK, export_id=export.id)
    return True


def give_up_lost(session: Session, *, now: datetime) -> int:
    """End those that no job will make any more, so that they can be asked for again. Returns how many."""
    lost = (
        update(Export)
        .where(Export.state == ExportState.ASKED, ~is_pending(func.concat("export:", Export.id)))
        .values(state=ExportState.FAILED, expires_at=now + KEPT)
        .returning(Export.id)
    )
    return len(session.scalars(lost).all())


def list_over(session: Session, *, now: datetime, limit: int = 200) -> Sequence[Export]:
    """Those whose day is over: their files go first, then their rows."""
    over = select(Export).where(Export.expires_at <= now).order_by(Export.expires_at).limit(limit)
    return session.scalars(over).all()


def forget(session: Session, *, export_id: int) -> None:
    """Forget an export whose file is gone. Twice is harmless."""
    session.execute(delete(Export).where(Export.id == export_id))


def _job(export_id: int) -> str:
    return f"export:{export_id}"
