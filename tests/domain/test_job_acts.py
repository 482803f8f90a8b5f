"""What the staff does with a job."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import (
    accounts,
    credits,
    generations,
    job_acts,
    ledger,
    model_switch,
    outcomes,
    specs,
    statements,
)
from imagegarden.domain.errors import Conflict, NotFound, RateLimited, RequestKeyReused
from imagegarden.domain.plans import Allowance, Allowances, Tier
from imagegarden.domain.requests import spec_of
from imagegarden.models import (
    AuditEntry,
    EntryKind,
    Generation,
    GenerationStatus,
    LotSource,
    User,
    UserStatus,
    Via,
)
from tests import factories, turns

SECOND = timedelta(seconds=1)
Act = Callable[..., Generation]


def do(act: Act, session: Session, job: Generation, now: datetime, key: str | None = None, **more: Any) -> Generation:
    """The act, as an operator at the command line does it."""
    done = act(session, uuid=job.uuid, actor_id=None, reason="a test", request_key=key, now=now, **more)
    session.commit()
    return done


def again(
    session: Session, job: Generation, now: datetime, key: str | None = None, allowances: Allowances | None = None
) -> Generation:
    more = {"models": factories.MODELS, "allowances": allowances or factories.ALLOWANCES}
    return do(job_acts.run_again, session, job, now, key, **more)


def acts(session: Session) -> list[tuple[str, int | None, str | None]]:
    found = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("job.")).order_by(AuditEntry.id))
    return [(entry.action, entry.subject_id, entry.target) for entry in found]


def delivered(session: Session, user: User, now: datetime, pictures: int = 2, count: int = 2) -> Generation:
    """A job that brought so many pictures."""
    job = factories.generation(user, count=count, at=now)
    for _ in range(pictures):
        factories.MediaFactory(generation_id=job.id, user_id=user.id)
    turns.end(session, job, now, GenerationStatus.SUCCEEDED, error_code=None)
    session.commit()
    return job


def failed(session: Session, user: User, now: datetime, **choices: object) -> Generation:
    job = factories.generation(user, at=now, **choices)  # type: ignore[arg-type]
    turns.end(session, job, now)
    session.commit()
    return job


def test_one_that_waits_is_canceled_at_once_and_given_back(session: Session, user: User, now: datetime) -> None:
    job = factories.generation(user, at=now)
    assert do(job_acts.cancel, session, job, now).status == GenerationStatus.CANCELED
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)
    assert acts(session) == [("job.cancel", user.id, str(job.uuid))]


def test_one_under_way_is_stopped_by_its_worker(session: Session, user: User, now: datetime) -> None:
    job = factories.generation(user, at=now)
    turns.begin(session, job, now)
    do(job_acts.cancel, session, job, now)
    assert (job.status, job.cancel_requested_at, job.next_step_at) == (GenerationStatus.RUNNING, now, now)
    step = turns.take(session, job, now)
    assert step is not None
    assert step.is_cancel_requested
    with pytest.raises(Conflict, match="being stopped already"):
        do(job_acts.cancel, session, job, now, "another")


@pytest.mark.parametrize("act", [job_acts.cancel, job_acts.wake])
def test_what_has_ended_is_neither_canceled_nor_woken(session: Session, user: User, now: datetime, act: Act) -> None:
    job = failed(session, user, now)
    with pytest.raises(Conflict, match="It has failed"):
        do(act, session, job, now)
    assert acts(session) == []


def test_waking_makes_the_next_step_due_with_a_job_for_it(session: Session, user: User, now: datetime) -> None:
    job = factories.generation(user, at=now)
    turns.begin(session, job, now)
    session.execute(text("DELETE FROM procrastinate_jobs"))
    do(job_acts.wake, session, job, now)
    assert job.next_step_at == now
    assert len(turns.waiting_for(session, job)) == 1
    assert acts(session) == [("job.wake", user.id, str(job.uuid))]


def test_waking_clears_a_dead_lease_so_that_its_worker_writes_nothing_any_more(
    session: Session, user: User, now: datetime
) -> None:
    job = factories.generation(user, at=now)
    assert turns.take(session, job, now) is not None
    job.lease_until = now - SECOND
    session.flush()
    do(job_acts.wake, session, job, now)
    assert (job.lease_token, job.lease_until) == (None, None)


def test_waking_leaves_a_live_lease_to_its_worker_who_looks_again_at_once(
    session: Session, user: User, now: datetime
) -> None:
    job = factories.generation(user, at=now)
    step = turns.take(session, job, now)
    assert step is not None
    do(job_acts.wake, session, job, now)
    assert (job.lease_token, job.news_at) == (step.lease_token, now)


def test_what_failed_runs_again_without_costing_its_owner_anything(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now, count=4, prompt="a heron")
    before = factories.balance(session, user.id, at=now)
    made = again(session, job, now)
    assert (made.prompt, made.count, made.user_id, made.price) == ("a heron", 4, user.id, 2)
    assert factories.balance(session, user.id, at=now) == credits.Balance(before.available, held=made.price)
    assert acts(session) == [("job.run_again", user.id, str(job.uuid))]
    assert job_acts.runs_again(session, made) == job.uuid
    assert ledger.check(session) == []


def standing(session: Session, user: User, now: datetime) -> tuple[credits.Balance, statements.Meter]:
    """All that its owner has and reads of it."""
    balance = credits.balance(session, user.id, now=now)
    return balance, statements.meter(session, user_id=user.id, period=None, now=now)


def fails(session: Session, job: Generation, now: datetime) -> None:
    turns.end(session, job, now)


def is_canceled_as_it_waits(session: Session, job: Generation, now: datetime) -> None:
    generations.cancel(session, user_id=job.user_id, uuid=job.uuid, now=now)


def is_canceled_under_way(session: Session, job: Generation, now: datetime) -> None:
    turns.begin(session, job, now)
    generations.cancel(session, user_id=job.user_id, uuid=job.uuid, now=now)
    step = turns.take(session, job, now)
    assert step is not None
    outcomes.finish(session, step, GenerationStatus.CANCELED, now=now)


def is_delivered(session: Session, job: Generation, now: datetime, pictures: int = 4) -> None:
    for _ in range(pictures):
        factories.MediaFactory(generation_id=job.id, user_id=job.user_id)
    turns.end(session, job, now, GenerationStatus.SUCCEEDED, error_code=None)


def is_delivered_in_part(session: Session, job: Generation, now: datetime) -> None:
    is_delivered(session, job, now, pictures=1)


def is_found_ended_by_the_clock(session: Session, job: Generation, now: datetime) -> None:
    session.execute(
        text(
            "UPDATE generations SET status = 'failed', finished_at = :now, charged = 0, next_step_at = NULL"
            " WHERE id = :id"
        ),
        {"now": now, "id": job.id},
    )
    assert credits.release_dead(session, now=now) == 1


ENDS = (
    fails,
    is_canceled_as_it_waits,
    is_canceled_under_way,
    is_delivered,
    is_delivered_in_part,
    is_found_ended_by_the_clock,
)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("has_paid_days", [False, True])
def test_whatever_becomes_of_what_runs_at_our_cost_its_owner_ends_where_they_began(
    session: Session,
    user: User,
    now: datetime,
    end: Callable[[Session, Generation, datetime], None],
    has_paid_days: bool,
) -> None:
    if has_paid_days:
        # Credits that end sooner than what is given: those that other work takes first.
        soon = {"source": LotSource.GRANT, "reference": "paid days", "expires_at": now + timedelta(days=1)}
        credits.grant(session, user_id=user.id, amount=5, now=now, **soon)  # type: ignore[arg-type]
        session.commit()
    job = failed(session, user, now, count=4)
    before = standing(session, user, now)
    lots_before = list(session.execute(LOTS, {"user": user.id}))
    made = again(session, job, now)
    end(session, made, now)
    session.commit()
    assert standing(session, user, now) == before
    assert list(session.execute(LOTS, {"user": user.id})) == lots_before
    assert ledger.check(session) == []


LOTS = text("SELECT id, remaining, expires_at FROM credit_lots WHERE user_id = :user AND remaining > 0 ORDER BY id")


def test_what_is_not_charged_at_our_cost_is_gone_even_where_a_workers_clock_is_behind(
    session: Session, user: User, now: datetime
) -> None:
    job = failed(session, user, now - timedelta(minutes=1))
    made = again(session, job, now)
    turns.end(session, made, now - SECOND)
    session.commit()
    assert factories.balance(session, user.id, at=now - SECOND).available == 5


def test_a_failure_of_what_ran_again_runs_again_too_and_nothing_grows(
    session: Session, user: User, now: datetime
) -> None:
    job = failed(session, user, now)
    for _ in range(3):
        job = again(session, job, now)
        turns.end(session, job, now)
        session.commit()
    assert factories.balance(session, user.id, at=now) == credits.Balance(available=5, held=0)
    assert ledger.check(session) == []


def test_with_the_account_of_its_owner_goes_what_was_given_for_it(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now)
    again(session, job, now)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    session.commit()
    assert factories.balance(session, user.id, at=now) == credits.Balance(available=5, held=0)
    assert ledger.check(session) == []


def test_what_ran_at_our_cost_is_not_refunded(session: Session, user: User, now: datetime) -> None:
    made = again(session, failed(session, user, now), now)
    is_delivered(session, made, now, pictures=2)
    session.commit()
    assert made.charged
    with pytest.raises(Conflict, match="its owner paid nothing"):
        do(job_acts.refund, session, made, now)
    session.rollback()
    assert factories.balance(session, user.id, at=now).available == 5


def test_a_request_key_that_its_owner_chose_is_not_taken_for_ours(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now)
    theirs = factories.generation(user, at=now)
    theirs.request_key = f"again-{job.uuid}"
    session.commit()
    assert job_acts.runs_again(session, theirs) is None
    assert again(session, job, now).id != theirs.id


def test_somebody_without_credits_is_run_again_for_nevertheless(session: Session, now: datetime) -> None:
    poor = factories.person(session, sign_up_credits=1)
    job = failed(session, poor, now)
    factories.generation(poor, at=now)
    assert factories.balance(session, poor.id, at=now).available == 0
    assert again(session, job, now).status == GenerationStatus.QUEUED


def test_the_limit_of_the_hour_does_not_hold_for_what_we_pay(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now)
    one = {tier: Allowance(per_hour=1, at_once=1) for tier in Tier}
    assert again(session, job, now, allowances=one).status == GenerationStatus.QUEUED


def test_what_we_pay_for_does_not_count_against_the_limit_of_its_owner(
    session: Session, user: User, now: datetime
) -> None:
    job = failed(session, user, now - timedelta(hours=2))
    one = {tier: Allowance(per_hour=1, at_once=5) for tier in Tier}
    again(session, job, now, allowances=one)
    spec = specs.parse(models=factories.MODELS, **spec_of(job))
    submitted = {"session": session, "user_id": user.id, "spec": spec, "via": Via.WEB, "allowances": one, "now": now}
    assert generations.submit(**submitted, request_key="mine").status == GenerationStatus.QUEUED
    with pytest.raises(RateLimited):
        generations.submit(**submitted, request_key="another")


def test_each_runs_again_once(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now)
    first = again(session, job, now, "one")
    assert again(session, job, now, "one").id == first.id
    with pytest.raises(Conflict, match="run again already"):
        again(session, job, now, "two")
    session.rollback()
    assert len(acts(session)) == 1


@pytest.mark.parametrize("status", [GenerationStatus.CANCELED, GenerationStatus.SUCCEEDED, None])
def test_only_what_failed_runs_again(
    session: Session, user: User, now: datetime, status: GenerationStatus | None
) -> None:
    job = factories.generation(user, at=now)
    if status is not None:
        turns.end(session, job, now, status, error_code=None)
    with pytest.raises(Conflict, match="Only what failed"):
        again(session, job, now)


def test_what_cannot_be_asked_for_now_is_refused_in_words(session: Session, user: User, now: datetime) -> None:
    job = failed(session, user, now)
    model_switch.stop(session, model="garden", actor_id=None, reason="x", now=now)
    session.commit()
    with pytest.raises(Conflict, match="rests or is stopped"):
        again(session, job, now)
    session.rollback()
    model_switch.start(session, model="garden", actor_id=None, reason="x", now=now)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now)
    session.commit()
    with pytest.raises(Conflict, match="suspended or deleted"):
        again(session, job, now)
    session.rollback()
    assert factories.balance(session, user.id, at=now).available == 5


def test_what_was_charged_is_given_back_once(session: Session, user: User, now: datetime) -> None:
    job = delivered(session, user, now)
    assert factories.balance(session, user.id, at=now).available == 4
    do(job_acts.refund, session, job, now, "one")
    assert (job.refunded_at, job.charged) == (now, 1)
    assert factories.balance(session, user.id, at=now).available == 5
    do(job_acts.refund, session, job, now, "one")
    with pytest.raises(Conflict, match="given back already"):
        do(job_acts.refund, session, job, now, "two")
    session.rollback()
    assert factories.balance(session, user.id, at=now).available == 5
    assert acts(session) == [("job.refund", user.id, str(job.uuid))]
    assert ledger.check(session) == []


def test_of_what_was_partly_delivered_the_charged_part_goes_back(session: Session, now: datetime) -> None:
    user = factories.person(session, sign_up_credits=10)
    job = delivered(session, user, now, pictures=1, count=4)
    assert (job.price, job.charged) == (2, 1)
    do(job_acts.refund, session, job, now)
    assert factories.balance(session, user.id, at=now).available == 10
    assert ledger.check(session) == []


def test_the_owners_ledger_says_refunded_and_for_what(session: Session, user: User, now: datetime) -> None:
    job = delivered(session, user, now)
    do(job_acts.refund, session, job, now)
    line = statements.list_lines(session, user_id=user.id, limit=1)[0]
    assert (line.kind, line.source, line.change) == (EntryKind.GRANT, LotSource.GRANT, 1)
    assert (line.generation, line.reason) == (job.uuid, None)


@pytest.mark.parametrize("pictures", [None, 0])
def test_what_was_not_charged_is_not_given_back(
    session: Session, user: User, now: datetime, pictures: int | None
) -> None:
    job = factories.generation(user, at=now) if pictures is None else failed(session, user, now)
    with pytest.raises(Conflict, match="has not ended" if pictures is None else "Nothing was charged"):
        do(job_acts.refund, session, job, now)


def test_to_a_deleted_account_nothing_goes_back(session: Session, user: User, now: datetime) -> None:
    job = delivered(session, user, now)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    session.commit()
    with pytest.raises(Conflict, match="is deleted"):
        do(job_acts.refund, session, job, now)


def test_the_database_itself_gives_once_under_one_reference(session: Session, user: User, now: datetime) -> None:
    job = delivered(session, user, now)
    do(job_acts.refund, session, job, now)
    twice = text(
        "INSERT INTO credit_lots (user_id, source, granted, remaining, starts_at, created_at)"
        " VALUES (:user, 'grant', 1, 1, :now, :now) RETURNING id"
    )
    lot = session.scalar(twice, {"user": user.id, "now": now})
    entry = text(
        "INSERT INTO credit_entries (user_id, lot_id, kind, amount, reference, created_at)"
        " VALUES (:user, :lot, 'grant', 1, :reference, :now)"
    )
    with pytest.raises(IntegrityError, match="uq_credit_entries_granted"):
        session.execute(entry, {"user": user.id, "lot": lot, "reference": job.hold_reference, "now": now})


@pytest.mark.parametrize("act", [job_acts.cancel, job_acts.wake, job_acts.refund])
def test_a_key_that_named_another_act_is_refused(session: Session, user: User, now: datetime, act: Act) -> None:
    other, job = factories.generation(user, at=now), factories.generation(user, at=now)
    do(job_acts.wake, session, other, now, "one")
    with pytest.raises(RequestKeyReused):
        do(act, session, job, now, "one")


def test_the_same_form_twice_is_one_act(session: Session, user: User, now: datetime) -> None:
    job = factories.generation(user, at=now)
    for _ in range(2):
        do(job_acts.wake, session, job, now, "wake")
    for _ in range(2):
        do(job_acts.cancel, session, job, now, "cancel")
    assert [action for action, _, _ in acts(session)] == ["job.wake", "job.cancel"]


def test_what_does_not_exist_is_not_found(session: Session, user: User, now: datetime) -> None:
    job = factories.generation(user, at=now)
    session.execute(text("UPDATE generations SET uuid = gen_random_uuid()"))
    for act in (job_acts.cancel, job_acts.wake, job_acts.refund):
        with pytest.raises(NotFound):
            do(act, session, job, now)
    assert session.scalar(select(func.count(AuditEntry.id))) == 0
    assert generations.count_unfinished(session, user_id=user.id) == 1
