"""How the queue is now, and how it was: a note each minute, kept for two weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Interval, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.models import Generation, GenerationStatus, QueueSample

KEPT = timedelta(days=14)
LATELY = timedelta(hours=1)
_IS_QUEUED = Generation.status == GenerationStatus.QUEUED
_NOW = select(
    func.count().filter(_IS_QUEUED),
    func.count().filter(~_IS_QUEUED),
    func.min(Generation.created_at).filter(_IS_QUEUED),
).where(Generation.finished_at.is_(None))


@dataclass(frozen=True)
class Depth:
    """How many wait and are under way, and for how long the first of them has waited."""

    waiting: int
    under_way: int
    longest_wait_seconds: float


@dataclass(frozen=True)
class Lately:
    """How many were done in the last hour, and how many failed."""

    done: int
    failed: int


@dataclass(frozen=True)
class Stretch:
    """The most that was noted between `begins_at` and the next one; `depth` is None where nobody noted anything."""

    begins_at: datetime
    depth: Depth | None


def depth(session: Session, *, now: datetime) -> Depth:
    """How the queue is at `now`."""
    waiting, under_way, first = session.execute(_NOW).one()
    return Depth(waiting, under_way, max(0.0, (now - first).total_seconds()) if first else 0.0)


def lately(session: Session, *, now: datetime) -> Lately:
    """What came of generations in the hour before `now`."""
    ended = select(
        func.count().filter(Generation.status == GenerationStatus.SUCCEEDED),
        func.count().filter(Generation.status == GenerationStatus.FAILED),
    ).where(Generation.finished_at > now - LATELY, Generation.finished_at <= now)
    return Lately(*session.execute(ended).one())


def take(session: Session, *, now: datetime) -> None:
    """Note how the queue is at this minute. Two clocks that do it at once write one note."""
    found = depth(session, now=now)
    session.execute(
        insert(QueueSample)
        .values(
            at=now.astimezone(UTC).replace(second=0, microsecond=0),
            waiting=found.waiting,
            under_way=found.under_way,
            longest_wait_seconds=found.longest_wait_seconds,
        )
        .on_conflict_do_nothing()
    )


def list_stretches(session: Session, *, count: int, each: timedelta, now: datetime) -> Sequence[Stretch]:
    """The last `count` stretches of this length, the one at hand included. One query."""
    seconds = each.total_seconds()
    last = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    first = last - (count - 1) * each
    begins_at = func.date_bin(literal(each, Interval), QueueSample.at, first)
    rows = session.execute(
        select(
            begins_at,
            func.max(QueueSample.waiting),
            func.max(QueueSample.under_way),
            func.max(QueueSample.longest_wait_seconds),
        )
        .where(QueueSample.at >= first, QueueSample.at <= now)
        .group_by(begins_at)
    )
    found = {begun.astimezone(UTC): Depth(*rest) for begun, *rest in rows}
    moments = (first + n * each for n in range(count))
    return [Stretch(moment, found.get(moment)) for moment in moments]


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget what is older than two weeks."""
    session.execute(delete(QueueSample).where(QueueSample.at <= now - KEPT))
