"""Signs of life: each process of the site says every few seconds that it is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.models import Heartbeat

EVERY_SECONDS = 10
# Three beats missed: it is late. Long after that it is gone, and nobody asks for it any more.
LATE = timedelta(seconds=3 * EVERY_SECONDS + 5)
GONE = timedelta(minutes=10)


class ProcessRole(StrEnum):
    """What a process does."""

    WEB = "web"
    WORKER = "worker"
    CLOCK = "clock"


@dataclass(frozen=True)
class Process:
    """A process as it was last heard of."""

    name: str
    role: ProcessRole
    version: str
    started_at: datetime
    seen_at: datetime
    is_late: bool


def beat(session: Session, *, name: str, role: ProcessRole, version: str, started_at: datetime, now: datetime) -> None:
    """Say that a process is there. One that begins under the name of a dead one takes its place."""
    values = {"role": role, "version": version, "started_at": started_at, "seen_at": now}
    session.execute(
        insert(Heartbeat)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[Heartbeat.name], set_=values)
    )


def end(session: Session, *, name: str) -> None:
    """Say that a process has ended as it should."""
    session.execute(delete(Heartbeat).where(Heartbeat.name == name))


def list_processes(session: Session, *, now: datetime) -> Sequence[Process]:
    """The processes that were heard of lately, by their roles."""
    rows = session.scalars(
        select(Heartbeat).where(Heartbeat.seen_at > now - GONE).order_by(Heartbeat.role, Heartbeat.name)
    )
    return [
        Process(row.name, ProcessRole(row.role), row.version, row.started_at, row.seen_at, row.seen_at < now - LATE)
        for row in rows
    ]


def forget_gone(session: Session, *, now: datetime) -> None:
    """Forget processes that are gone."""
    session.execute(delete(Heartbeat).where(Heartbeat.seen_at <= now - GONE))
