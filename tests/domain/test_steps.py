"""The rules of moving a generation forward: one step at a time, fenced, settled once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import credits, generations, ledger, outcomes, steps
from imagegarden.domain.errors import LeaseLost
from imagegarden.domain.files import StoredFile
from imagegarden.domain.outputs import StoredOutput
from imagegarden.domain.steps import Step
from imagegarden.models import Attempt, AttemptState, FileRole, Generation, GenerationStatus, Media, User
from imagegarden.providers.base import Finished
from tests import factories


def try_claim(session: Session, generation: Generation, now: datetime, paced: Sequence[str] = ()) -> Step | None:
    return steps.claim(session, generation_id=generation.id, allowances=factories.ALLOWANCES, paced=paced, now=now)


def claim(session: Session, generation: Generation, now: datetime) -> Step:
    step = try_claim(session, generation, now=now)
    assert step is not None
    return step


def output(ordinal: int) -> StoredOutput:
    file = StoredFile(
        role=FileRole.ORIGINAL, key=f"users/1/{uuid4()}", mime="image/png", bytes=10, sha256=f"{ordinal:064x}"
    )
    return StoredOutput(
        ordinal=ordinal, is_flagged=False, width=64, height=64, blurhash="L", sha256=file.sha256, files=[file]
    )


def start(session: Session, generation: Generation, now: datetime) -> None:
    """Up to running."""
    step = claim(session, generation, now)
    outcomes.record_started(session, step, job_id=f"job-{uuid4()}", look_at=now, now=now)


def begin_storing(session: Session, generation: Generation, now: datetime) -> Step:
    """Up to storing, claimed."""
    start(session, generation, now)
    step = outcomes.record_finished(session, claim(session, generation, now), Finished(("0", "1")), now=now)
    assert step is not None
    return step


def let_lease_end(session: Session, generation: Generation) -> None:
    session.flush()
    session.execute(
        text("UPDATE generations SET lease_until = now() - interval '1 s' WHERE id = :id"), {"id": generation.id}
    )
    session.expire(generation)


def test_claiming_a_queued_one_writes_the_attempt_before_the_provider_is_called(
    session: Session, user: User, now: datetime
) -> None:
    generation = factories.generation(user)
    step = claim(session, generation, now)
    attempt = session.scalars(select(Attempt)).one()
    assert generation.status == GenerationStatus.STARTING
    assert (attempt.state, step.order.attempt) == (AttemptState.STARTING, attempt.uuid)
    assert not step.is_repeated_start


def test_a_step_that_is_held_cannot_be_claimed(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    claim(session, generation, now)
    assert try_claim(session, generation, now=now) is None


def test_a_step_whose_lease_ended_is_claimed_by_another_with_the_same_attempt(
    session: Session, user: User, now: datetime
) -> None:
    generation = factories.generation(user)
    first = claim(session, generation, now)
    let_lease_end(session, generation)
    second = claim(session, generation, now)
    assert second.lease_token != first.lease_token
    assert second.order.attempt == first.order.attempt
    assert second.is_repeated_start


def test_a_late_writer_is_refused(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    late = claim(session, generation, now)
    let_lease_end(session, generation)
    claim(session, generation, now)
    with pytest.raises(LeaseLost):
        outcomes.record_started(session, late, job_id="job", look_at=now, now=now)
    with pytest.raises(LeaseLost):
        outcomes.record_outputs(session, late, [output(0)], now=now)
    with pytest.raises(LeaseLost):
        outcomes.finish(session, late, GenerationStatus.SUCCEEDED, now=now)
    with pytest.raises(LeaseLost):
        outcomes.record_setback(session, late, error_code="provider_error", retry_at=now, now=now)


def test_a_renewed_lease_is_kept(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = claim(session, generation, now)
    let_lease_end(session, generation)
    steps.renew(session, [step.lease_token])
    assert try_claim(session, generation, now=now) is None


def test_a_step_before_its_time_is_not_claimed(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = claim(session, generation, now)
    outcomes.record_started(session, step, job_id="job", look_at=now + timedelta(hours=1), now=now)
    assert try_claim(session, generation, now=now) is None


def test_two_live_attempts_cannot_exist(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    claim(session, generation, now)
    session.add(Attempt(uuid=uuid4(), generation_id=generation.id, provider="garden", created_at=now))
    with pytest.raises(IntegrityError, match="uq_attempts_generation_id_live"):
        session.flush()


def test_delivering_everything_charges_the_price(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user, count=2)
    step = begin_storing(session, generation, now)
    for n in range(2):
        outcomes.record_outputs(session, step, [output(n)], now=now)
    outcomes.finish(session, step, GenerationStatus.SUCCEEDED, now=now)
    assert (generation.status, generation.charged, generation.progress) == (GenerationStatus.SUCCEEDED, 1, 100)
    assert factories.balance(session, user.id) == credits.Balance(available=4, held=0)
    assert ledger.check(session) == []


@pytest.mark.parametrize(("asked", "delivered", "charged"), [(2, 1, 1), (4, 2, 1), (4, 3, 2), (3, 0, 0)])
def test_what_is_charged_is_the_price_of_what_was_delivered(
    session: Session, user: User, now: datetime, asked: int, delivered: int, charged: int
) -> None:
    generation = factories.generation(user, count=asked)
    step = begin_storing(session, generation, now)
    for n in range(delivered):
        outcomes.record_outputs(session, step, [output(n)], now=now)
    outcomes.finish(session, step, GenerationStatus.FAILED, error_code="bad_output", now=now)
    assert generation.charged == charged
    assert generation.status == (GenerationStatus.SUCCEEDED if delivered else GenerationStatus.FAILED)
    assert factories.balance(session, user.id) == credits.Balance(available=5 - charged, held=0)


def test_a_failed_one_is_given_back_once(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = claim(session, generation, now)
    outcomes.finish(session, step, GenerationStatus.FAILED, error_code="content_refused", now=now)
    with pytest.raises(LeaseLost):
        outcomes.finish(session, step, GenerationStatus.FAILED, error_code="content_refused", now=now)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_a_setback_is_tried_again_and_the_third_ends_it(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    for _ in range(2):
        step = claim(session, generation, now)
        outcomes.record_setback(session, step, error_code="provider_error", retry_at=now, now=now)
        assert generation.status == GenerationStatus.STARTING
    step = claim(session, generation, now)
    outcomes.record_setback(session, step, error_code="provider_error", retry_at=now, now=now)
    assert (generation.status, generation.error_code) == (GenerationStatus.FAILED, "provider_error")
    assert factories.balance(session, user.id).available == 5


def test_a_step_that_kills_its_workers_is_poisonous_at_the_fourth_claim(
    session: Session, user: User, now: datetime
) -> None:
    generation = factories.generation(user)
    seen = []
    for _ in range(4):
        seen.append(claim(session, generation, now).is_poisonous)
        let_lease_end(session, generation)
    assert seen == [False, False, False, True]


def test_a_recorded_step_forgets_earlier_tries(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    claim(session, generation, now)
    let_lease_end(session, generation)
    start_again = claim(session, generation, now)
    outcomes.record_started(session, start_again, job_id="job", look_at=now, now=now)
    assert generation.tries == 0


def test_past_its_deadline_a_step_is_overdue(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    start(session, generation, now)
    late = try_claim(session, generation, now=now + timedelta(seconds=301))
    assert late is not None
    assert late.is_overdue


def test_a_stop_asked_for_while_a_step_is_held_is_heard_at_the_next(
    session: Session, user: User, now: datetime
) -> None:
    generation = factories.generation(user)
    step = claim(session, generation, now)
    generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=now)
    assert generation.status == GenerationStatus.STARTING
    outcomes.record_started(session, step, job_id="job", look_at=now + timedelta(hours=1), now=now)
    assert claim(session, generation, now).is_cancel_requested


def test_a_late_cancellation_keeps_and_charges_what_was_delivered(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user, count=4)
    step = begin_storing(session, generation, now)
    outcomes.record_outputs(session, step, [output(0)], now=now)
    generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=now)
    assert outcomes.record_progress(session, step, 30)
    outcomes.finish(session, step, GenerationStatus.CANCELED, now=now)
    assert (generation.status, generation.charged) == (GenerationStatus.CANCELED, 1)
    assert session.scalar(select(func.count(Media.id))) == 1


def test_an_output_is_recorded_once(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = begin_storing(session, generation, now)
    outcomes.record_outputs(session, step, [output(0)], now=now)
    with pytest.raises(IntegrityError):
        outcomes.record_outputs(session, step, [output(0)], now=now)


def test_a_repeated_fetch_knows_what_is_stored(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = begin_storing(session, generation, now)
    outcomes.record_outputs(session, step, [output(1)], now=now)
    let_lease_end(session, generation)
    assert claim(session, generation, now).stored_ordinals == {1}


def test_progress_only_grows(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    step = begin_storing(session, generation, now)
    for seen, shown in ((40, 40), (20, 40), (100, 99)):
        outcomes.record_progress(session, step, seen)
        assert generation.progress == shown


def test_a_due_step_without_a_job_is_found(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    later = now + timedelta(minutes=2)
    assert steps.wake_forgotten(session, now=later) == 1
    assert steps.wake_forgotten(session, now=later) == 0
    assert not generation.is_finished


def test_a_step_that_is_held_is_not_forgotten(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    claim(session, generation, now)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    assert steps.wake_forgotten(session, now=now + timedelta(minutes=2)) == 0


def test_a_finished_one_cannot_be_claimed(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=now)
    assert try_claim(session, generation, now=now) is None


def test_waiting_in_our_own_queue_costs_nobody_the_deadline(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user)
    start(session, generation, now)
    outcomes.record_finished(session, claim(session, generation, now), Finished(("0", "1")), now=now)
    let_lease_end(session, generation)
    much_later = now + timedelta(hours=2)
    step = try_claim(session, generation, now=much_later)
    assert step is not None
    assert not step.is_overdue


def test_what_has_begun_goes_before_what_has_not(session: Session, user: User, now: datetime) -> None:
    begun, _waiting = factories.generation(user), factories.generation(user)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    start(session, begun, now)
    priority = session.scalar(text("SELECT priority FROM procrastinate_jobs"))
    assert priority == steps.BEGUN_PRIORITY
