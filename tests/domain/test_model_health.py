"""The circuit breaker of each model."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import alarms, credits, generations, model_health
from imagegarden.domain.errors import ModelUnavailable
from imagegarden.domain.model_health import FAILURES, LONGEST_REST, MEMORY, REST
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import Generation, GenerationStatus, ModelHealth, User
from imagegarden.providers import catalogue
from tests import factories, turns

MODEL = "flux-schnell"
SECOND = timedelta(seconds=1)


def fail(session: Session, now: datetime, times: int = 1, **choices: object) -> None:
    """So many failures, a second apart, the last at `now`."""
    for n in range(times)[::-1]:
        at = now - n * SECOND
        given = {"error_code": "model_failed", "begun_at": at - SECOND / 2, **choices}
        model_health.record_failure(session, model=MODEL, now=at, **given)  # type: ignore[arg-type]
    session.commit()


def rest_of(session: Session) -> datetime | None:
    health = session.get(ModelHealth, MODEL)
    return health.resting_until if health else None


def queued(user: User, at: datetime, model: str = MODEL) -> Generation:
    return factories.generation(user, model=model, at=at, count=1)


@pytest.fixture
def rich(session: Session, user: User) -> User:
    factories.give(session, user, 100)
    return user


def test_five_failures_in_a_row_make_a_model_rest(session: Session, now: datetime) -> None:
    fail(session, now, FAILURES - 1)
    assert model_health.list_resting(session, now=now) == {}
    fail(session, now)
    assert model_health.list_resting(session, now=now) == {MODEL: now + REST}


def test_other_models_are_not_affected(session: Session, rich: User, now: datetime) -> None:
    fail(session, now, FAILURES)
    assert queued(rich, now, "flux-dev").status == GenerationStatus.QUEUED


def test_a_success_in_between_starts_the_count_again(session: Session, now: datetime) -> None:
    fail(session, now, FAILURES - 1)
    model_health.record_success(session, model=MODEL)
    fail(session, now, FAILURES - 1)
    assert rest_of(session) is None


def test_old_failures_are_forgotten(session: Session, now: datetime) -> None:
    fail(session, now - MEMORY, FAILURES - 1)
    fail(session, now)
    assert rest_of(session) is None


def test_a_resting_model_takes_no_orders_and_charges_nothing(session: Session, user: User, now: datetime) -> None:
    fail(session, now, FAILURES)
    with pytest.raises(ModelUnavailable):
        queued(user, now)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_after_the_rest_it_takes_orders_again(session: Session, rich: User, now: datetime) -> None:
    fail(session, now, FAILURES)
    assert queued(rich, now + REST).status == GenerationStatus.QUEUED


def test_what_is_queued_waits_until_the_rest_is_over_with_a_job_for_then(
    session: Session, rich: User, now: datetime
) -> None:
    waiting = queued(rich, now)
    fail(session, now, FAILURES)
    assert turns.take(session, waiting, now) is None
    assert waiting.status == GenerationStatus.QUEUED
    assert waiting.next_step_at is not None
    assert timedelta(0) <= waiting.next_step_at - (now + REST) <= 3 * SECOND
    assert len(turns.waiting_for(session, waiting)) == 1


def test_after_the_rest_exactly_one_tries_for_all(session: Session, rich: User, now: datetime) -> None:
    waiting = [queued(rich, now) for _ in range(5)]
    fail(session, now, FAILURES)
    after = now + REST + 4 * SECOND
    begun = [turns.take(session, generation, after) is not None for generation in waiting]
    assert begun == [True, False, False, False, False]
    for generation in waiting[1:]:
        assert generation.next_step_at is not None
        assert generation.next_step_at >= after + REST


def trial(session: Session, waiting: Generation, now: datetime) -> datetime:
    """The one that goes ahead after the rest that begins at `now`; when it does."""
    fail(session, now, FAILURES)
    after = now + REST + 4 * SECOND
    turns.begin(session, waiting, after)
    return after


def test_a_trial_that_fails_makes_the_rest_longer_each_time(session: Session, rich: User, now: datetime) -> None:
    rests = []
    generation = queued(rich, now)
    after = trial(session, generation, now)
    for _ in range(5):
        failed_at = after + SECOND
        turns.end(session, generation, failed_at)
        until = rest_of(session)
        assert until is not None
        rests.append(until - failed_at)
        after = until + SECOND
        generation = queued(rich, after)
        turns.begin(session, generation, after)
    assert rests == [2 * REST, 4 * REST, 8 * REST, LONGEST_REST, LONGEST_REST]


def test_a_trial_that_works_lets_all_go_on(session: Session, rich: User, now: datetime) -> None:
    first, second = queued(rich, now), queued(rich, now)
    after = trial(session, first, now)
    turns.end(session, first, after, GenerationStatus.SUCCEEDED, error_code=None)
    session.expire_all()
    assert rest_of(session) is None
    assert turns.take(session, second, after) is not None


def test_what_was_begun_before_the_rest_says_nothing_new(session: Session, rich: User, now: datetime) -> None:
    under_way = [queued(rich, now) for _ in range(10)]
    for generation in under_way:
        turns.begin(session, generation, now)
    for generation in under_way:
        turns.end(session, generation, now + SECOND)
    assert rest_of(session) == now + SECOND + REST


def test_a_trial_that_its_owner_has_no_room_for_is_left_to_others(session: Session, rich: User, now: datetime) -> None:
    one = {tier: Allowance(per_hour=100, at_once=1) for tier in Tier}
    other = factories.person(session)
    turns.begin(session, queued(rich, now, "flux-dev"), now)
    mine, theirs = queued(rich, now), queued(other, now)
    fail(session, now, FAILURES)
    after = now + REST + 4 * SECOND
    assert turns.take(session, mine, after, one) is None
    assert turns.take(session, theirs, after, one) is not None


@pytest.mark.parametrize("code", ["content_refused", "too_large", "storage_unavailable", "internal_error"])
def test_what_speaks_against_the_request_or_us_does_not_count(
    session: Session, rich: User, now: datetime, code: str
) -> None:
    for _ in range(FAILURES):
        turns.end(session, queued(rich, now), now, error_code=code)
    assert rest_of(session) is None


def test_what_people_cancel_does_not_count(session: Session, rich: User, now: datetime) -> None:
    for _ in range(FAILURES):
        generations.cancel(session, user_id=rich.id, uuid=queued(rich, now).uuid, now=now)
    assert rest_of(session) is None


@pytest.mark.parametrize("code", ["model_failed", "timed_out", "bad_output", "provider_unavailable", "output_gone"])
def test_what_speaks_against_the_model_counts(session: Session, rich: User, now: datetime, code: str) -> None:
    for _ in range(FAILURES):
        generation = queued(rich, now)
        turns.begin(session, generation, now)
        turns.end(session, generation, now, error_code=code)
    assert rest_of(session) == now + REST


@pytest.mark.parametrize("code", ["provider_unpaid", "provider_unauthorized"])
def test_what_the_next_try_cannot_change_rests_at_once_and_raises_an_alarm(
    session: Session, rich: User, now: datetime, code: str
) -> None:
    generation = queued(rich, now)
    turns.begin(session, generation, now)
    turns.end(session, generation, now + SECOND, error_code=code)
    assert rest_of(session) == now + SECOND + REST
    alarm = alarms.get_alarm(session, code=code)
    assert alarm is not None
    assert alarm.detail.startswith("The provider of pictures")
    assert turns.jobs(session, alarms.TASK) == [{"code": code}]


def test_a_resting_model_keeps_nothing_of_another_waiting(session: Session, rich: User, now: datetime) -> None:
    one = {tier: Allowance(per_hour=100, at_once=1) for tier in Tier}
    under_way, resting, held_back = queued(rich, now), queued(rich, now), queued(rich, now, "flux-dev")
    for generation in (under_way, resting, held_back):
        turns.take(session, generation, now, one)
    fail(session, now, FAILURES)
    turns.end(session, under_way, now)
    assert turns.take(session, resting, now, one) is None
    assert turns.take(session, held_back, now, one) is not None


def test_the_usual_time_is_learned_from_what_succeeded_lately(session: Session, user: User, now: datetime) -> None:
    factories.give(session, user, 100)
    model = catalogue.FLUX_SCHNELL.key
    assert model_health.usual_seconds_unless_stopped(session, model=model) == catalogue.FLUX_SCHNELL.usual_seconds
    for seconds in (4, 6, 8, 100, 1000):
        began = now - timedelta(seconds=seconds)
        generation = factories.generation(user, model=model, at=began)
        turns.begin(session, generation, began)
        turns.end(session, generation, now, GenerationStatus.SUCCEEDED, error_code=None)
    model_health.learn_usual_times(session, now=now)
    session.expire_all()
    # A quarter of those of the last minutes were quicker; the last one is too long ago.
    assert model_health.usual_seconds_unless_stopped(session, model=model) == pytest.approx(5.5)


def test_too_few_successes_teach_nothing(session: Session, user: User, now: datetime) -> None:
    generation = factories.generation(user, model=catalogue.FLUX_SCHNELL.key)
    turns.begin(session, generation, now - timedelta(seconds=9))
    turns.end(session, generation, now, GenerationStatus.SUCCEEDED, error_code=None)
    model_health.learn_usual_times(session, now=now)
    learned = model_health.usual_seconds_unless_stopped(session, model=catalogue.FLUX_SCHNELL.key)
    assert learned == catalogue.FLUX_SCHNELL.usual_seconds
