"""Jobs as the staff finds them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from imagegarden.domain import jobs
from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.domain.jobs import PATIENCE, Group, Job, Wanted
from imagegarden.models import Generation, GenerationKind, GenerationStatus, User
from tests import factories, turns

SECOND = timedelta(seconds=1)


@pytest.fixture
def rich(session: Session, user: User) -> User:
    factories.give(session, user, 100)
    return user


def found(session: Session, now: datetime, **wanted: object) -> list[int]:
    return [job.id for job in jobs.list_jobs(session, Wanted(**wanted), now=now, limit=50)]  # type: ignore[arg-type]


def one(session: Session, generation: Generation) -> Job:
    session.flush()
    return jobs.get(session, uuid=generation.uuid)


def test_a_job_says_how_it_fares_and_has_no_words(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, prompt="nobody's business")
    turns.begin(session, job, now, job_id="job-7")
    shown = one(session, job)
    assert (shown.email, shown.status, shown.attempts, shown.provider_job_id) == (
        rich.email,
        GenerationStatus.RUNNING,
        1,
        "job-7",
    )
    assert (shown.stepped_at, shown.price, shown.charged) == (now, 1, None)
    assert "nobody" not in repr(shown)


def test_the_newest_come_first_and_pages_follow_one_another(session: Session, rich: User, now: datetime) -> None:
    made = [factories.generation(rich, at=now + n * SECOND, count=1) for n in range(5)][::-1]
    first = jobs.list_jobs(session, Wanted(), now=now, limit=2)
    rest = jobs.list_jobs(session, Wanted(), now=now, limit=9, after=Cursor(first[-1].created_at, first[-1].id))
    assert [job.id for job in [*first, *rest]] == [job.id for job in made]


def test_each_state_finds_its_own(session: Session, rich: User, now: datetime) -> None:
    made = {}
    for status in GenerationStatus:
        made[status] = factories.generation(rich, at=now, count=1)
        if status in (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED):
            turns.end(session, made[status], now, status, error_code=None)
        made[status].status = status
        session.commit()
    for status, job in made.items():
        assert found(session, now, group=Group(status.value)) == [job.id]
    assert len(found(session, now, group=Group.UNFINISHED)) == 4
    assert len(found(session, now)) == 7


def test_model_kind_error_and_person_narrow_it(session: Session, rich: User, now: datetime) -> None:
    other = factories.person(session)
    plain = factories.generation(rich, at=now, count=1)
    flux = factories.generation(rich, at=now, model="flux-schnell", count=1)
    turns.end(session, flux, now, error_code="timed_out")
    words = factories.generation(other, at=now, kind="enhance", model="garden-words", count=1)
    session.flush()
    assert found(session, now, model="flux-schnell") == [flux.id]
    assert found(session, now, kind=GenerationKind.ENHANCE) == [words.id]
    assert found(session, now, kind=GenerationKind.IMAGE) == [flux.id, plain.id]
    assert found(session, now, error_code="timed_out") == [flux.id]
    for person in (other.email.upper(), str(other.id)):
        assert found(session, now, person=person) == [words.id]
    for nobody in ("nobody@example.com", "9" * 30, "²", "%"):
        assert found(session, now, person=nobody) == []


def test_a_job_is_found_by_its_id_its_beginning_or_the_providers(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, count=1)
    factories.generation(rich, at=now, count=1)
    turns.begin(session, job, now, job_id="pred-42")
    number = str(job.uuid)
    for name in (number, number.upper(), number.replace("-", ""), number[:8], number[:13], "pred-42"):
        assert found(session, now, name=name) == [job.id], name
    for name in (number[:7], number + "0", "pred", "%", str(uuid4()), "generation:1"):
        assert found(session, now, name=name) == [], name


def stuck(session: Session, now: datetime) -> list[int]:
    session.flush()
    ids = found(session, now, group=Group.STUCK)
    assert jobs.count_stuck(session, now=now) == len(ids)
    # The words of a row and the list say the same.
    troubled = [job.id for job in jobs.list_jobs(session, Wanted(), now=now, limit=50) if job.trouble(now)]
    assert troubled == ids
    return ids


def test_what_was_due_for_long_without_a_step_is_stuck(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, count=1)
    assert stuck(session, now + PATIENCE) == []
    assert stuck(session, now + PATIENCE + SECOND) == [job.id]
    assert one(session, job).trouble(now + PATIENCE + SECOND) == "due, and no step was made"


def test_what_a_worker_holds_or_what_waits_for_its_time_is_not(session: Session, rich: User, now: datetime) -> None:
    held, later, held_back = (factories.generation(rich, at=now, count=1) for _ in range(3))
    after = now + 2 * PATIENCE
    held.lease_until = after + SECOND
    later.next_step_at = after
    held_back.next_step_at = None
    assert stuck(session, after) == []


def test_what_is_past_its_deadline_is_stuck(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, count=1)
    turns.begin(session, job, now)
    assert job.deadline_at is not None
    job.next_step_at = job.deadline_at + 2 * SECOND
    job.lease_until = None
    assert stuck(session, job.deadline_at) == []
    assert stuck(session, job.deadline_at + SECOND) == [job.id]


@pytest.mark.parametrize("status", ["failed", "doing"])
def test_what_lost_its_queue_job_is_stuck_until_another_waits(
    session: Session, rich: User, now: datetime, status: str
) -> None:
    job = factories.generation(rich, at=now, count=1)
    session.execute(
        text("UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status)"), {"status": status}
    )
    assert stuck(session, now) == [job.id]
    assert one(session, job).trouble(now) == "its queue job was lost"
    turns.steps.wake(session, job)
    assert stuck(session, now) == []


def test_a_job_at_a_worker_that_beats_is_not_lost(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, count=1)
    worker = session.scalar(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id"))
    session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"), {"worker": worker})
    assert stuck(session, now) == []
    session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '13 s'"))
    assert stuck(session, now) == [job.id]


def test_what_has_ended_is_never_stuck(session: Session, rich: User, now: datetime) -> None:
    job = factories.generation(rich, at=now, count=1)
    session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'"))
    turns.end(session, job, now)
    session.execute(update(Generation).values(deadline_at=now - SECOND))
    assert stuck(session, now + 2 * PATIENCE) == []


def test_one_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        jobs.get(session, uuid=uuid4())
