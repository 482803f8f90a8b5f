"""What a provider says by itself: heard once, believed only about what it is about, and never a step back."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.db import db, transaction
from imagegarden.domain import outcomes, reports, steps
from imagegarden.domain.errors import NotFound
from imagegarden.models import Attempt, Generation, GenerationStatus, User, VendorEvent
from imagegarden.providers.base import Finished, Report
from tests import factories, turns
from tests.processes import wait_for

Found = TypeVar("Found")
JOB = "job-of-this-attempt"
SECOND = timedelta(seconds=1)


def hear(
    session: Session,
    attempt: Attempt,
    now: datetime,
    *,
    job_id: str = JOB,
    is_final: bool = True,
    event_id: str | None = None,
    token: str | None = None,
) -> None:
    reports.receive(
        session,
        vendor="replicate",
        report=Report(event_id=event_id or f"msg_{uuid4()}", job_id=job_id, is_final=is_final),
        attempt_uuid=attempt.uuid,
        token=attempt.report_token if token is None else token,
        now=now,
    )
    session.flush()


@pytest.fixture
def generation(session: Session, user: User, now: datetime) -> Generation:
    """One that runs, and is looked at in an hour."""
    made = factories.generation(user, model="flux-schnell", at=now)
    turns.begin(session, made, now, JOB)
    return made


@pytest.fixture
def unheard(session: Session, user: User, now: datetime) -> Generation:
    """One whose start was never answered: it is looked for in an hour."""
    made = factories.generation(user, model="flux-schnell", at=now)
    step = turns.take(session, made, now)
    assert step is not None
    outcomes.record_unheard(session, step, retry_at=now + timedelta(hours=1))
    return made


def attempt_of(session: Session, generation: Generation) -> Attempt:
    return session.scalars(
        select(Attempt).where(Attempt.generation_id == generation.id).order_by(Attempt.id).limit(1)
    ).one()


def test_a_final_report_makes_it_due_at_once_with_a_job(
    session: Session, generation: Generation, now: datetime
) -> None:
    hear(session, attempt_of(session, generation), now)
    assert (generation.next_step_at, generation.status) == (now, GenerationStatus.RUNNING)
    assert len(turns.waiting_for(session, generation)) == 1
    due = session.scalar(text("SELECT min(scheduled_at) FROM procrastinate_jobs WHERE status = 'todo'"))
    assert due is None or due <= now


def test_the_same_report_again_changes_nothing(session: Session, generation: Generation, now: datetime) -> None:
    attempt = attempt_of(session, generation)
    hear(session, attempt, now, event_id="once")
    for n in range(1, 5):
        hear(session, attempt, now + n * SECOND, event_id="once")
    assert generation.next_step_at == now
    assert len(session.scalars(select(VendorEvent)).all()) == 1
    assert len(turns.waiting_for(session, generation)) == 1


def test_one_that_only_says_that_work_goes_on_wakes_nobody(
    session: Session, generation: Generation, now: datetime
) -> None:
    hear(session, attempt_of(session, generation), now, is_final=False)
    assert generation.next_step_at == now + timedelta(hours=1)


def test_late_word_of_work_after_the_end_changes_nothing(
    session: Session, generation: Generation, now: datetime
) -> None:
    attempt = attempt_of(session, generation)
    hear(session, attempt, now)
    step = turns.take(session, generation, now)
    assert step is not None
    outcomes.record_finished(session, step, Finished(("0", "1")), now=now)
    hear(session, attempt, now + SECOND, is_final=False)
    assert (generation.status, generation.next_step_at) == (GenerationStatus.STORING, now)


@pytest.mark.parametrize("status", [GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED])
@pytest.mark.parametrize("is_final", [True, False])
def test_a_finished_generation_hears_nothing_any_more(
    session: Session, generation: Generation, user: User, now: datetime, status: GenerationStatus, is_final: bool
) -> None:
    attempt = attempt_of(session, generation)
    turns.end(session, generation, now, status, error_code="content_refused")
    before = (generation.status, factories.balance(session, user.id), turns.jobs(session, steps.TASK))
    hear(session, attempt, now + SECOND, is_final=is_final)
    assert (generation.status, factories.balance(session, user.id), turns.jobs(session, steps.TASK)) == before
    assert generation.next_step_at is None
    assert turns.jobs(session, reports.CANCEL_TASK) == []


def test_a_report_while_a_step_is_at_work_makes_the_next_one_due_at_once(
    session: Session, generation: Generation, now: datetime
) -> None:
    hear(session, attempt_of(session, generation), now)
    step = turns.take(session, generation, now)
    assert step is not None
    hear(session, attempt_of(session, generation), now + SECOND)
    assert generation.lease_token == step.lease_token
    outcomes.record_running(session, step, progress=50, look_at=now + timedelta(hours=1))
    assert generation.next_step_at == now + SECOND


@pytest.mark.parametrize("is_final", [True, False])
def test_a_report_names_the_job_whose_start_was_never_answered(
    session: Session, unheard: Generation, now: datetime, is_final: bool
) -> None:
    attempt = attempt_of(session, unheard)
    hear(session, attempt, now, is_final=is_final)
    assert attempt.provider_job_id == JOB
    assert unheard.next_step_at == now
    step = turns.take(session, unheard, now)
    assert step is not None
    assert (step.provider_job_id, step.is_repeated_start) == (JOB, True)
    assert outcomes.record_found(session, step, job_ids=[], now=now)
    assert unheard.status == GenerationStatus.RUNNING


def test_a_report_that_comes_before_the_answer_agrees_with_it(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user, model="flux-schnell", at=now)
    step = turns.take(session, generation, now)
    assert step is not None
    hear(session, attempt_of(session, generation), now + SECOND)
    outcomes.record_started(session, step, job_id=JOB, look_at=now + timedelta(hours=1), now=now + SECOND)
    assert (generation.status, generation.next_step_at) == (GenerationStatus.RUNNING, now + SECOND)
    assert attempt_of(session, generation).provider_job_id == JOB


def test_the_job_of_an_attempt_that_has_ended_is_canceled_once(
    session: Session, unheard: Generation, now: datetime
) -> None:
    attempt = attempt_of(session, unheard)
    step = turns.take(session, unheard, now + timedelta(hours=1))
    assert step is not None
    outcomes.record_not_taken(session, step, error_code="provider_unavailable", retry_at=now, now=now)
    for _ in range(3):
        hear(session, attempt, now, is_final=False)
    assert turns.jobs(session, reports.CANCEL_TASK) == [{"provider": "replicate", "job_id": JOB}]
    assert unheard.status == GenerationStatus.STARTING


def test_the_job_of_a_generation_that_was_canceled_before_its_answer_is_canceled(
    session: Session, unheard: Generation, now: datetime
) -> None:
    attempt = attempt_of(session, unheard)
    turns.end(session, unheard, now, GenerationStatus.CANCELED, error_code=None)
    hear(session, attempt, now)
    assert turns.jobs(session, reports.CANCEL_TASK) == [{"provider": "replicate", "job_id": JOB}]
    assert unheard.status == GenerationStatus.CANCELED


def test_what_is_about_another_job_is_ignored(session: Session, generation: Generation, now: datetime) -> None:
    attempt = attempt_of(session, generation)
    hear(session, attempt, now, job_id="job-of-somebody-else")
    assert (generation.next_step_at, attempt.provider_job_id) == (now + timedelta(hours=1), JOB)
    assert turns.jobs(session, reports.CANCEL_TASK) == []


def test_a_job_that_another_attempt_has_is_not_adopted(
    session: Session, generation: Generation, unheard: Generation, now: datetime
) -> None:
    attempt = attempt_of(session, unheard)
    hear(session, attempt, now, job_id=JOB)
    assert attempt.provider_job_id is None
    assert unheard.next_step_at == now + timedelta(hours=1)


def test_an_attempt_that_nobody_knows_is_refused(session: Session, generation: Generation, now: datetime) -> None:
    unknown = Attempt(uuid=uuid4(), report_token="any")
    with pytest.raises(NotFound):
        hear(session, unknown, now)
    assert session.scalars(select(VendorEvent)).all() == []


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_an_attempt_with_another_token_is_refused(
    session: Session, generation: Generation, now: datetime, token: str
) -> None:
    attempt = attempt_of(session, generation)
    with pytest.raises(NotFound):
        hear(session, attempt, now, token=token)
    assert generation.next_step_at == now + timedelta(hours=1)


def test_reports_older_than_a_day_are_forgotten(session: Session, generation: Generation, now: datetime) -> None:
    attempt = attempt_of(session, generation)
    hear(session, attempt, now - timedelta(hours=25), event_id="old")
    hear(session, attempt, now - timedelta(hours=23), event_id="new")
    reports.forget_old(session, now=now)
    assert session.scalars(select(VendorEvent.event_id)).all() == ["new"]


class Meeting:
    """One whose start was not answered, and what two workers do with it in the same moment."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            self.now = present()
            self.generation = factories.generation(factories.person(db.session()), model="flux-schnell", at=self.now)
            step = turns.take(db.session(), self.generation, self.now)
            assert step is not None
            self.step = step
            self.attempt = attempt_of(db.session(), self.generation)
            db.session.commit()

    def do(self, first: Callable[[Session], object], second: Callable[[Session], Found]) -> Found:
        """Do the second while the first is not committed yet, so that it has to wait."""
        answers = []

        def wait() -> None:
            with self._app.app_context(), transaction() as session:
                answers.append(second(session))

        late = threading.Thread(target=wait)
        with self._app.app_context(), transaction() as session:
            first(session)
            session.flush()
            late.start()
            wait_for(self._is_waited, what="the second to wait")
        late.join()
        return answers[0]

    def report(self, session: Session) -> None:
        hear(session, self.attempt, self.now)

    def _is_waited(self) -> bool:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with self._app.app_context():
            found = bool(db.session.scalar(text(query)))
            db.session.rollback()
        return found


@pytest.fixture
def meeting(own_app: Flask) -> Meeting:
    return Meeting(own_app)


def test_a_report_that_meets_the_end_of_its_attempt_still_cancels_the_job(own_app: Flask, meeting: Meeting) -> None:
    def give_up(session: Session) -> None:
        later = meeting.now + SECOND
        outcomes.record_not_taken(
            session, meeting.step, error_code="provider_unavailable", retry_at=later, now=meeting.now
        )

    meeting.do(give_up, meeting.report)
    with own_app.app_context():
        assert turns.jobs(db.session(), reports.CANCEL_TASK) == [{"provider": "replicate", "job_id": JOB}]


def test_a_search_that_meets_a_report_takes_the_job_that_it_names(meeting: Meeting) -> None:
    def search(session: Session) -> bool:
        return outcomes.record_found(session, meeting.step, job_ids=[JOB], now=meeting.now)

    assert meeting.do(meeting.report, search)


def test_a_step_that_meets_a_report_knows_the_job_that_it_names(meeting: Meeting) -> None:
    def report(session: Session) -> None:
        outcomes.record_unheard(session, meeting.step, retry_at=meeting.now)
        meeting.report(session)

    def claim(session: Session) -> str | None:
        step = turns.take(session, meeting.generation, meeting.now + SECOND)
        assert step is not None
        return step.provider_job_id

    assert meeting.do(report, claim) == JOB
