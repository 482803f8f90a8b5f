"""How the queue is and how it was."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import queue_samples
from imagegarden.domain.queue_samples import KEPT, Depth, Lately
from imagegarden.models import GenerationStatus, QueueSample, User
from tests import factories, turns

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 3, 3, 12, 0, 30, tzinfo=UTC)


def note(session: Session, at: datetime, waiting: int, under_way: int = 0, wait: float = 0) -> None:
    session.add(QueueSample(at=at, waiting=waiting, under_way=under_way, longest_wait_seconds=wait))
    session.flush()


def test_what_waits_and_what_is_under_way_are_counted_with_the_longest_wait(
    session: Session, user: User, now: datetime
) -> None:
    assert queue_samples.depth(session, now=now) == Depth(0, 0, 0.0)
    turns.begin(session, factories.generation(user, at=now - 9 * MINUTE), now)
    factories.generation(user, at=now - 2 * MINUTE)
    factories.generation(user, at=now - MINUTE)
    assert queue_samples.depth(session, now=now) == Depth(2, 1, 120.0)


def test_of_the_last_hour_what_was_done_and_what_failed_count(session: Session, user: User, now: datetime) -> None:
    ends = [
        (5, GenerationStatus.SUCCEEDED),
        (10, GenerationStatus.SUCCEEDED),
        (20, GenerationStatus.FAILED),
        (30, GenerationStatus.CANCELED),
        (61, GenerationStatus.FAILED),
    ]
    for minutes, status in ends:
        job = factories.generation(user, at=now - 2 * timedelta(hours=1), count=1)
        turns.end(session, job, now - minutes * MINUTE, status, error_code=None)
    session.flush()
    assert queue_samples.lately(session, now=now) == Lately(done=2, failed=1)


def test_a_minute_is_noted_once_whoever_notes_it(session: Session) -> None:
    user = factories.person(session, at=NOON - timedelta(days=1))
    queue_samples.take(session, now=NOON)
    factories.generation(user, at=NOON - MINUTE)
    queue_samples.take(session, now=NOON + timedelta(seconds=20))
    queue_samples.take(session, now=NOON + MINUTE)
    found = session.scalars(select(QueueSample).order_by(QueueSample.at)).all()
    assert [(one.at, one.waiting) for one in found] == [
        (NOON.replace(second=0), 0),
        (NOON.replace(second=0) + MINUTE, 1),
    ]


def test_a_stretch_shows_the_most_of_its_minutes_and_the_last_is_the_one_at_hand(session: Session) -> None:
    start = NOON.replace(second=0)
    for ago, waiting in ((0, 1), (1, 9), (14, 3), (15, 4), (16, 5)):
        note(session, start - ago * MINUTE, waiting, wait=waiting * 10)
    found = queue_samples.list_stretches(session, count=4, each=15 * MINUTE, now=NOON)
    assert [one.begins_at for one in found] == [start - n * MINUTE for n in (45, 30, 15, 0)]
    assert [one.depth and one.depth.waiting for one in found] == [None, 5, 9, 1]
    assert found[2].depth == Depth(9, 0, 90.0)


def test_where_nobody_noted_anything_nothing_is_known(session: Session) -> None:
    found = queue_samples.list_stretches(session, count=60, each=MINUTE, now=NOON)
    assert len(found) == 60
    assert {one.depth for one in found} == {None}


def test_after_two_weeks_it_is_forgotten(session: Session) -> None:
    for ago in (KEPT, KEPT - MINUTE):
        note(session, NOON - ago, 1)
    queue_samples.forget_old(session, now=NOON)
    assert session.scalars(select(QueueSample.at)).all() == [NOON - KEPT + MINUTE]
