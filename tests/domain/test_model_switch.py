"""A model is stopped and started by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import model_health, model_switch, offers, outcomes, steps
from imagegarden.domain.errors import Conflict, ModelUnavailable, NotFound, RequestKeyReused
from imagegarden.domain.model_health import FAILURES, LONGEST_REST
from imagegarden.domain.steps import Step
from imagegarden.models import Attempt, AttemptState, AuditEntry, Generation, GenerationStatus, ModelHealth, User
from tests import factories, turns

MODEL = "flux-schnell"
SECOND = timedelta(seconds=1)


def stop(session: Session, now: datetime, key: str | None = None, model: str = MODEL) -> None:
    model_switch.stop(session, model=model, actor_id=None, reason="a test", request_key=key, now=now)
    session.commit()


def start(session: Session, now: datetime, key: str | None = None, model: str = MODEL) -> None:
    model_switch.start(session, model=model, actor_id=None, reason="a test", request_key=key, now=now)
    session.commit()


def queued(user: User, at: datetime, model: str = MODEL) -> Generation:
    return factories.generation(user, model=model, at=at, count=1)


@pytest.fixture
def rich(session: Session, user: User) -> User:
    factories.give(session, user, 100)
    return user


def test_on_a_stopped_model_nothing_new_is_accepted(session: Session, rich: User, now: datetime) -> None:
    stop(session, now)
    with pytest.raises(ModelUnavailable):
        queued(rich, now)
    assert queued(rich, now, "flux-dev").status == GenerationStatus.QUEUED


def test_people_see_it_as_one_that_rests(session: Session, rich: User, now: datetime) -> None:
    stop(session, now)
    choices = offers.model_choices(
        session, user_id=rich.id, models=factories.MODELS, allowances=factories.ALLOWANCES, now=now
    )
    (choice,) = [one for one in choices if one.model.key == MODEL]
    assert not choice.is_available
    assert choice.resting_until == now + LONGEST_REST


def test_however_long_it_is_stopped_nothing_begins_and_nothing_fails(
    session: Session, rich: User, now: datetime
) -> None:
    waiting = queued(rich, now)
    stop(session, now)
    for hours in range(48):
        assert turns.take(session, waiting, now + timedelta(hours=hours)) is None
    assert (waiting.status, waiting.deadline_at, waiting.tries) == (GenerationStatus.QUEUED, None, 0)
    assert len(turns.waiting_for(session, waiting)) == 1


def test_what_was_let_in_and_waits_for_its_turn_at_the_provider_does_not_begin_either(
    session: Session, rich: User, now: datetime
) -> None:
    waiting = queued(rich, now)
    waiting.admitted_at = now
    waiting.slot_at = now
    session.commit()
    stop(session, now)
    assert turns.take(session, waiting, now) is None
    assert (waiting.admitted_at, waiting.slot_at) == (None, None)


def throttled(session: Session, step: Step, now: datetime) -> None:
    outcomes.record_throttled(session, step, retry_at=now)


def not_taken(session: Session, step: Step, now: datetime) -> None:
    outcomes.record_not_taken(session, step, error_code="provider_unavailable", retry_at=now, now=now)


REFUSED = pytest.mark.parametrize("refused", [throttled, not_taken])
PACED = pytest.mark.parametrize("paced", [(), ("replicate",)])


def refused_once(session: Session, user: User, refused: Callable[..., None], now: datetime) -> Generation:
    """One that began, and that the provider did not take."""
    one = queued(user, now)
    step = turns.take(session, one, now)
    assert step is not None
    refused(session, step, now)
    session.commit()
    assert one.status == GenerationStatus.STARTING
    return one


def claim(session: Session, one: Generation, now: datetime, paced: Sequence[str]) -> Step | None:
    return steps.claim(session, generation_id=one.id, allowances=factories.ALLOWANCES, paced=paced, now=now)


def attempts_under_way(session: Session) -> int:
    session.flush()
    return session.scalar(select(func.count(Attempt.id)).where(Attempt.state != AttemptState.ENDED)) or 0


@REFUSED
@PACED
def test_what_the_provider_did_not_take_is_not_tried_on_a_stopped_model_and_waits_like_what_never_began(
    session: Session, rich: User, now: datetime, refused: Callable[..., None], paced: Sequence[str]
) -> None:
    one = refused_once(session, rich, refused, now)
    stop(session, now)
    for hours in range(1, 48):
        assert claim(session, one, now + timedelta(hours=hours), paced) is None
    assert (one.status, one.admitted_at, one.slot_at, one.deadline_at) == (GenerationStatus.QUEUED, None, None, None)
    assert (one.started_at, one.expected_at, one.lease_token, one.lease_until) == (None, None, None, None)
    assert attempts_under_way(session) == 0
    assert len(turns.waiting_for(session, one)) == 1
    later = now + timedelta(hours=48)
    start(session, later)
    step = claim(session, one, later, ())
    assert step is not None
    assert (step.status, step.is_overdue, one.started_at) == (GenerationStatus.STARTING, False, later)


@REFUSED
def test_the_room_of_what_was_not_taken_is_for_another_model_meanwhile(
    session: Session, rich: User, now: datetime, refused: Callable[..., None]
) -> None:
    one, other = refused_once(session, rich, refused, now), queued(rich, now, "flux-dev")
    other.next_step_at = None
    stop(session, now)
    assert turns.take(session, one, now) is None
    session.refresh(other)
    assert other.next_step_at == now


@REFUSED
def test_what_was_not_taken_can_be_canceled_while_its_model_is_stopped(
    session: Session, rich: User, now: datetime, refused: Callable[..., None]
) -> None:
    one = refused_once(session, rich, refused, now)
    stop(session, now)
    one.cancel_requested_at = now
    session.commit()
    step = turns.take(session, one, now)
    assert step is not None
    assert step.is_cancel_requested


def test_stopped_while_its_slot_was_awaited_it_does_not_begin(session: Session, rich: User, now: datetime) -> None:
    one = queued(rich, now)
    step = claim(session, one, now, ("replicate",))
    assert step is not None
    assert step.order is None
    session.commit()
    stop(session, now)
    assert steps.begin(session, step, now=now) is None
    assert (one.status, one.admitted_at, one.lease_token) == (GenerationStatus.QUEUED, None, None)
    assert attempts_under_way(session) == 0
    assert len(turns.waiting_for(session, one)) == 1


def test_a_stop_asked_for_while_its_slot_was_awaited_does_not_wait_for_a_stopped_model(
    session: Session, rich: User, now: datetime
) -> None:
    one = queued(rich, now)
    step = claim(session, one, now, ("replicate",))
    assert step is not None
    one.cancel_requested_at = now
    session.commit()
    stop(session, now)
    assert steps.begin(session, step, now=now) is None
    assert one.next_step_at == now


def test_its_owners_room_is_for_another_model_meanwhile(session: Session, rich: User, now: datetime) -> None:
    waiting, other = queued(rich, now), queued(rich, now, "flux-dev")
    other.next_step_at = None
    stop(session, now)
    assert turns.take(session, waiting, now) is None
    session.refresh(other)
    assert other.next_step_at == now


def test_what_has_begun_goes_on(session: Session, rich: User, now: datetime) -> None:
    running = queued(rich, now)
    turns.begin(session, running, now)
    stop(session, now)
    assert turns.take(session, running, now + timedelta(hours=1)) is not None


def test_started_again_what_waits_is_woken_and_goes_on(session: Session, rich: User, now: datetime) -> None:
    waiting = [queued(rich, now) for _ in range(3)]
    stop(session, now)
    for one in waiting:
        turns.take(session, one, now)
    later = now + SECOND
    start(session, later)
    assert [one.next_step_at for one in waiting] == [later] * 3
    assert all(turns.take(session, one, later) is not None for one in waiting)


def test_a_success_of_what_had_begun_does_not_start_it(session: Session, now: datetime) -> None:
    stop(session, now)
    model_health.record_failure(session, model=MODEL, error_code="model_failed", begun_at=now, now=now)
    model_health.record_success(session, model=MODEL)
    assert MODEL in model_health.list_resting(session, now=now)


def test_starting_forgets_failures_and_rest(session: Session, rich: User, now: datetime) -> None:
    for n in range(FAILURES):
        at = now + n * SECOND
        model_health.record_failure(session, model=MODEL, error_code="model_failed", begun_at=at, now=at)
    assert model_health.list_resting(session, now=now + 5 * SECOND)
    start(session, now + 5 * SECOND)
    health = session.get_one(ModelHealth, MODEL)
    assert (health.failures, health.resting_until, health.is_stopped) == (0, None, False)
    assert queued(rich, now + 5 * SECOND).status == GenerationStatus.QUEUED


def test_each_act_is_written_down_with_the_model_as_its_target(session: Session, now: datetime) -> None:
    stop(session, now)
    start(session, now)
    found = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.action, one.subject_id, one.target) for one in found] == [
        ("model.stop", None, MODEL),
        ("model.start", None, MODEL),
    ]


def test_what_is_stopped_is_not_stopped_again_and_what_runs_is_not_started(session: Session, now: datetime) -> None:
    with pytest.raises(Conflict, match="runs already"):
        start(session, now)
    session.rollback()
    stop(session, now)
    with pytest.raises(Conflict, match="stopped already"):
        stop(session, now)


def test_the_same_form_twice_is_one_act(session: Session, now: datetime) -> None:
    stop(session, now, "one")
    stop(session, now, "one")
    start(session, now, "two")
    start(session, now, "two")
    assert len(session.scalars(select(AuditEntry)).all()) == 2
    with pytest.raises(RequestKeyReused):
        stop(session, now, "two")


def test_there_is_no_switch_for_what_is_no_model(session: Session, now: datetime) -> None:
    for act in (stop, start):
        with pytest.raises(NotFound):
            act(session, now, None, "no-such-model")
    assert session.get(ModelHealth, "no-such-model") is None


def test_the_net_under_the_queue_leaves_what_waits_for_it_alone(session: Session, rich: User, now: datetime) -> None:
    waiting = queued(rich, now)
    stop(session, now)
    turns.take(session, waiting, now)
    assert steps.wake_forgotten(session, now=now + SECOND) == 0
