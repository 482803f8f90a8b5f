"""Jobs in the caller's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.queue import defer


def jobs(session: Session) -> list[tuple[str, datetime | None]]:
    rows = session.execute(text("SELECT task_name, scheduled_at FROM procrastinate_jobs ORDER BY id"))
    return [(task, at) for task, at in rows]


def test_a_job_ends_with_its_transaction(session: Session) -> None:
    with session.begin_nested() as savepoint:
        defer(session, "water")
        savepoint.rollback()
    assert jobs(session) == []


def test_of_jobs_with_the_same_name_one_waits(session: Session) -> None:
    for _ in range(3):
        defer(session, "water", once="bed:1", bed=1)
    assert len(jobs(session)) == 1


def test_an_earlier_time_pulls_the_waiting_job_forward(session: Session, now: datetime) -> None:
    defer(session, "water", once="bed:1", at=now + timedelta(hours=1))
    defer(session, "water", once="bed:1", at=now)
    assert jobs(session) == [("water", now)]


def test_a_later_time_leaves_the_waiting_job_where_it_is(session: Session, now: datetime) -> None:
    defer(session, "water", once="bed:1", at=now)
    defer(session, "water", once="bed:1", at=now + timedelta(hours=1))
    assert jobs(session) == [("water", now)]


def test_at_once_is_earlier_than_any_time(session: Session, now: datetime) -> None:
    defer(session, "water", once="bed:1", at=now)
    defer(session, "water", once="bed:1")
    defer(session, "water", once="bed:1", at=now - timedelta(hours=1))
    assert jobs(session) == [("water", None)]
