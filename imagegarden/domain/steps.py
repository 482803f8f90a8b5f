"""Whose turn it is: a generation moves by steps, and a step belongs to whoever holds the row's lease.

The row is the truth and the queue only wakes. A worker claims a step, acts while no transaction is open, and records
what came of it (domain/outcomes.py). The lease's token is the fence: every write of a step names it, so a worker that
was stopped for too long finds that nothing is its own any more.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import model_health
from imagegarden.domain.admission import admit, list_left_waiting, next_held_back, wait_for_start
from imagegarden.domain.errors import LeaseLost
from imagegarden.domain.orders import order_of
from imagegarden.domain.plans import Allowances
from imagegarden.models import (
    UNFINISHED,
    Attempt,
    AttemptState,
    Generation,
    GenerationKind,
    GenerationStatus,
    Media,
)
from imagegarden.providers import catalogue
from imagegarden.providers.base import Order
from imagegarden.queue import defer, is_waiting

TASK = "advance"
LEASE = timedelta(seconds=30)
MAX_TRIES = 3
BEGUN_PRIORITY = 1_000_000


# Statements of every step, built once: some cost more to put together than to run.
_CLAIMED = (
    select(Generation, func.clock_timestamp())
    .where(Generation.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HELD = (
    select(Generation)
    .where(Generation.id == bindparam("id"), Generation.lease_token == bindparam("token"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HELD_WITH_ATTEMPT = _HELD.add_columns(Attempt).join(
    Attempt, (Attempt.generation_id == Generation.id) & (Attempt.state != AttemptState.ENDED)
)
_LIVE_ATTEMPT = (
    select(Attempt)
    .where(Attempt.generation_id == bindparam("id"), Attempt.state != AttemptState.ENDED)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A claimed step: all that its worker needs while no transaction is open."""

    generation_id: int
    generation_uuid: uuid.UUID
    user_id: int
    kind: GenerationKind
    lease_token: uuid.UUID
    status: GenerationStatus
    provider: str
    # None until the attempt is written down: then the provider may be called.
    order: Order | None
    provider_job_id: str | None
    # Whether an earlier worker may have called the provider for this attempt without recording the answer.
    is_repeated_start: bool
    outputs: tuple[str, ...]
    flagged: tuple[int, ...]
    count: int
    stored_ordinals: frozenset[int]
    tries: int
    is_cancel_requested: bool
    deadline: datetime
    is_overdue: bool
    is_poisonous: bool

    @property
    def is_first_start(self) -> bool:
        """Whether this very step places the order: when the provider refuses, nothing of it has begun."""
        return self.status == GenerationStatus.STARTING and not self.is_repeated_start


def wake(session: Session, generation: Generation) -> None:
    """Queue the next step at its time. One job a generation waits at a time.

    What has begun goes before what has not: a backlog makes people wait, and not their half-made pictures.
    """
    head_start = 0 if generation.status == GenerationStatus.QUEUED else BEGUN_PRIORITY
    defer(
        session,
        TASK,
        at=generation.next_step_at,
        priority=generation.priority + head_start,
        once=f"generation:{generation.id}",
        generation_id=generation.id,
    )


def claim(
    session: Session, *, generation_id: int, allowances: Allowances, paced: Collection[str], now: datetime
) -> Step | None:
    """Take the next step of a generation, or None when nothing is due, it may not begin, or somebody holds it.

    Where its model was stopped before anything of it is under way, it waits in the queue again.

    Leases are timed by the database's clock alone. A step held by another is looked at again when its lease ends.
    Where the provider is `paced`, a slot comes before the attempt (`begin`); else the attempt row is written here. It
    is committed before the provider is called.
    """
    row = session.execute(_CLAIMED, {"id": generation_id}).one_or_none()
    if row is None or row[0].status not in UNFINISHED:
        return None
    generation: Generation
    generation, database_now = row
    if generation.lease_until is not None and generation.lease_until > database_now:
        defer(session, TASK, at=generation.lease_until, once=f"generation:{generation_id}", generation_id=generation_id)
        return None
    if generation.next_step_at is not None and generation.next_step_at > max(now, database_now):
        wake(session, generation)
        return None
    generation.news_at = None
    is_wanted = generation.cancel_requested_at is None
    is_queued = generation.status == GenerationStatus.QUEUED and is_wanted
    if is_queued and not admit(session, generation, allowances=allowances, now=now):
        if generation.next_step_at is not None:
            wake(session, generation)
            # Its model rests: its owner's place is for one that another model makes.
            let_in_next(session, user_id=generation.user_id, not_of=generation.model, now=now)
        return None
    # Read once the lock is held: in the same statement it would be the attempt from before the lock was waited for.
    attempt = None if generation.status == GenerationStatus.QUEUED else live_attempt(session, generation.id)
    is_repeated = attempt is not None
    has_slot = generation.slot_at is not None or catalogue.MODELS[generation.model].provider not in paced
    # What is queued was let in just now, and is looked at once more when its slot has come.
    if attempt is None and is_wanted and (has_slot or not is_queued):
        usual_seconds = model_health.usual_seconds_unless_stopped(session, model=generation.model)
        if usual_seconds is None:
            _turn_back(session, generation, now)
            return None
        attempt = _begin(session, generation, usual_seconds, now) if has_slot else None
    generation.lease_token = uuid.uuid4()
    generation.lease_until = database_now + LEASE
    generation.stepped_at = now
    generation.tries += 1
    if generation.status == GenerationStatus.STORING and generation.tries <= MAX_TRIES:
        # What is made and paid for is worth every try, however long all workers were away: each has a time of its own.
        generation.deadline_at = None
    generation.deadline_at = generation.deadline_at or _deadline(generation, now)
    session.flush()
    return _step(session, generation, attempt, is_repeated, now)


def begin(session: Session, step: Step, *, now: datetime) -> Step | None:
    """Write the attempt down: its slot has come. None where its model was stopped: it waits again. Raises LeaseLost."""
    generation = held(session, step)
    usual_seconds = model_health.usual_seconds_unless_stopped(session, model=generation.model)
    if usual_seconds is None:
        _turn_back(session, generation, now)
        return None
    attempt = _begin(session, generation, usual_seconds, now)
    session.flush()
    return _step(session, generation, attempt, False, now)


def _turn_back(session: Session, generation: Generation, now: datetime) -> None:
    """Its model is stopped: it waits in the queue, and its owner's place is for one that another model makes."""
    wait_for_start(generation, now=now)
    release(session, generation, generation.next_step_at or now)
    let_in_next(session, user_id=generation.user_id, not_of=generation.model, now=now)


def _begin(session: Session, generation: Generation, usual_seconds: float, now: datetime) -> Attempt:
    generation.status = GenerationStatus.STARTING
    generation.started_at = generation.started_at or now
    generation.slot_at = None
    generation.expected_at = now + timedelta(seconds=usual_seconds)
    provider = catalogue.MODELS[generation.model].provider
    attempt = Attempt(generation_id=generation.id, provider=provider, created_at=now)
    session.add(attempt)
    return attempt


def _deadline(generation: Generation, now: datetime) -> datetime:
    return now + timedelta(seconds=catalogue.MODELS[generation.model].deadline_seconds)


def _step(
    session: Session, generation: Generation, attempt: Attempt | None, is_repeated_start: bool, now: datetime
) -> Step:
    model = catalogue.MODELS[generation.model]
    assert generation.lease_token is not None
    assert generation.deadline_at is not None
    return Step(
        generation_id=generation.id,
        generation_uuid=generation.uuid,
        user_id=generation.user_id,
        kind=generation.kind,
        lease_token=generation.lease_token,
        status=generation.status,
        provider=attempt.provider if attempt else model.provider,
        order=order_of(session, generation, attempt) if attempt else None,
        provider_job_id=attempt.provider_job_id if attempt else None,
        is_repeated_start=is_repeated_start,
        outputs=tuple(attempt.outputs or ()) if attempt else (),
        flagged=tuple(attempt.flagged or ()) if attempt else (),
        count=generation.count,
        tries=generation.tries,
        stored_ordinals=frozenset(
            session.scalars(select(Media.ordinal).where(Media.generation_id == generation.id))
            if generation.status == GenerationStatus.STORING
            else ()
        ),
        is_cancel_requested=generation.cancel_requested_at is not None,
        deadline=generation.deadline_at,
        is_overdue=now >= generation.deadline_at,
        is_poisonous=generation.tries > MAX_TRIES,
    )


def live_attempt(session: Session, generation_id: int) -> Attempt | None:
    """The attempt that is under way: there is at most one."""
    return session.scalar(_LIVE_ATTEMPT, {"id": generation_id})


def held_with_attempt(session: Session, step: Step) -> tuple[Generation, Attempt]:
    """The generation, locked, and its attempt, if the step still owns it. Raises LeaseLost."""
    # Both rows are locked: PostgreSQL reads afresh, after waiting, what it locks and nothing else.
    row = session.execute(_HELD_WITH_ATTEMPT, {"id": step.generation_id, "token": step.lease_token}).one_or_none()
    if row is None or row[0].status not in UNFINISHED:
        raise LeaseLost
    return row[0], row[1]


def held(session: Session, step: Step) -> Generation:
    """The generation, locked, if the step still owns it. Raises LeaseLost."""
    generation = session.scalar(_HELD, {"id": step.generation_id, "token": step.lease_token})
    if generation is None or generation.status not in UNFINISHED:
        raise LeaseLost
    return generation


def release(session: Session, generation: Generation, at: datetime) -> None:
    """Let go of the row and queue its next step."""
    generation.lease_token = None
    generation.lease_until = None
    # Somebody who wants it stopped does not wait for the next look, nor does what the provider said meanwhile.
    generation.next_step_at = generation.cancel_requested_at or generation.news_at or at
    wake(session, generation)


def renew(session: Session, tokens: Sequence[uuid.UUID]) -> None:
    """Prolong the leases with these tokens: their steps are still at work."""
    session.execute(
        update(Generation)
        .where(Generation.lease_token.in_(tokens))
        .values(lease_until=func.clock_timestamp() + LEASE)
        .execution_options(synchronize_session=False)
    )


def let_in_next(session: Session, *, user_id: int, now: datetime, not_of: str | None = None, times: int = 1) -> None:
    """The person has room for one more, or for so many: the next ones that are held back may ask again."""
    for _ in range(times):
        generation = next_held_back(session, user_id=user_id, not_of=not_of)
        if generation is None:
            return
        generation.next_step_at = now
        wake(session, generation)


def wake_forgotten(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Queue the steps that are due, that nobody holds and that no job will take. Returns how many.

    The net under the queue: it makes up for a job that was lost with its worker, and for a turn that was passed over
    for a cancellation that came to nothing. Twice is harmless.
    """
    for user_id in list_left_waiting(session):
        let_in_next(session, user_id=user_id, now=now)
    forgotten = session.scalars(
        select(Generation)
        .where(
            Generation.next_step_at <= now,
            or_(Generation.lease_until.is_(None), Generation.lease_until < func.clock_timestamp()),
            ~is_waiting(func.concat("generation:", Generation.id)),
        )
        .order_by(Generation.next_step_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for generation in forgotten:
        wake(session, generation)
    return len(forgotten)
