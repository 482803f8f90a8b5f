"""How a generation moves forward: claim a step, act without a transaction, record what came of it.

The row is the truth and the queue only wakes. A step belongs to whoever holds the row's lease; its token is the fence:
every write of a step names it, so a worker that was stopped for too long finds that nothing is its own any more.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from imagegarden.db import locked
from imagegarden.domain import credits
from imagegarden.domain.errors import LeaseLost
from imagegarden.models import (
    UNFINISHED,
    Attempt,
    AttemptState,
    FileRole,
    Generation,
    GenerationStatus,
    Media,
    MediaFile,
    MediaKind,
)
from imagegarden.providers import catalogue
from imagegarden.providers.base import Order
from imagegarden.queue import defer, is_waiting

TASK = "advance"
LEASE = timedelta(seconds=30)
MAX_TRIES = 3
# Media ids follow from the generation and the ordinal, so a fetch done twice writes the same files once.
MEDIA_NAMESPACE = uuid.UUID("8f9a1f3e-6d0b-4c52-9a53-5c1d1f6b7a10")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A claimed step: all that its worker needs while no transaction is open."""

    generation_id: int
    generation_uuid: uuid.UUID
    user_id: int
    lease_token: uuid.UUID
    status: GenerationStatus
    provider: str
    order: Order
    provider_job_id: str | None
    # Whether an earlier worker may have called the provider for this attempt without recording the answer.
    is_repeated_start: bool
    outputs: tuple[str, ...]
    stored_ordinals: frozenset[int]
    tries: int
    is_cancel_requested: bool
    deadline: datetime
    is_overdue: bool
    is_poisonous: bool


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that lies in the store."""

    role: FileRole
    key: str
    mime: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class StoredOutput:
    """An output all of whose files lie in the store."""

    ordinal: int
    width: int
    height: int
    blurhash: str
    sha256: str
    files: Sequence[StoredFile]


def new_uuid() -> uuid.UUID:
    """A random public id."""
    return uuid.uuid4()


def media_uuid(generation_uuid: uuid.UUID, ordinal: int) -> uuid.UUID:
    """The public id of an output: unguessable because the generation's is."""
    return uuid.uuid5(MEDIA_NAMESPACE, f"{generation_uuid}/{ordinal}")


def wake(session: Session, generation: Generation) -> None:
    """Queue the next step at its time. One job a generation waits at a time."""
    defer(
        session,
        TASK,
        at=generation.next_step_at,
        priority=generation.priority,
        once=f"generation:{generation.id}",
        generation_id=generation.id,
    )


def claim(session: Session, *, generation_id: int, now: datetime) -> Step | None:
    """Take the next step of a generation, or None when nothing is due or somebody holds it.

    Leases are timed by the database's clock alone. A step held by another is looked at again when its lease ends.
    A queued generation gets its attempt row here: it is committed before the provider is called.
    """
    generation = locked(session, select(Generation).where(Generation.id == generation_id))
    if generation is None or generation.status not in UNFINISHED:
        return None
    database_now = session.scalar(select(func.clock_timestamp()))
    assert database_now is not None
    if generation.lease_until is not None and generation.lease_until > database_now:
        defer(session, TASK, at=generation.lease_until, once=f"generation:{generation_id}", generation_id=generation_id)
        return None
    if generation.next_step_at is not None and generation.next_step_at > max(now, database_now):
        wake(session, generation)
        return None
    generation.lease_token = uuid.uuid4()
    generation.lease_until = database_now + LEASE
    generation.tries += 1
    is_repeated = generation.status == GenerationStatus.STARTING
    if generation.status == GenerationStatus.QUEUED and generation.cancel_requested_at is None:
        generation.status = GenerationStatus.STARTING
        generation.started_at = now
        provider = catalogue.MODELS[generation.model].provider
        session.add(Attempt(uuid=uuid.uuid4(), generation_id=generation.id, provider=provider, created_at=now))
    session.flush()
    return _step(session, generation, is_repeated, now)


def _step(session: Session, generation: Generation, is_repeated_start: bool, now: datetime) -> Step:
    attempt = _live_attempt(session, generation.id)
    model = catalogue.MODELS[generation.model]
    deadline = (generation.started_at or now) + timedelta(seconds=model.deadline_seconds)
    assert generation.lease_token is not None
    return Step(
        generation_id=generation.id,
        generation_uuid=generation.uuid,
        user_id=generation.user_id,
        lease_token=generation.lease_token,
        status=generation.status,
        provider=model.provider,
        order=Order(
            attempt=attempt.uuid if attempt else generation.uuid,
            model=generation.model,
            prompt=generation.prompt,
            style=generation.style,
            color=generation.color,
            width=generation.params["width"],
            height=generation.params["height"],
            count=generation.count,
            seed=generation.params["seed"],
        ),
        provider_job_id=attempt.provider_job_id if attempt else None,
        is_repeated_start=is_repeated_start,
        outputs=tuple(attempt.outputs or ()) if attempt else (),
        tries=generation.tries,
        stored_ordinals=frozenset(
            session.scalars(select(Media.ordinal).where(Media.generation_id == generation.id))
            if generation.status == GenerationStatus.STORING
            else ()
        ),
        is_cancel_requested=generation.cancel_requested_at is not None,
        deadline=deadline,
        is_overdue=now >= deadline,
        is_poisonous=generation.tries > MAX_TRIES,
    )


def _live_attempt(session: Session, generation_id: int) -> Attempt | None:
    return session.scalar(
        select(Attempt).where(Attempt.generation_id == generation_id, Attempt.state != AttemptState.ENDED)
    )


def _held(session: Session, step: Step) -> Generation:
    """The generation, locked, if the step still owns it. Raises LeaseLost."""
    generation = locked(
        session,
        select(Generation)
        .where(Generation.id == step.generation_id, Generation.lease_token == step.lease_token)
        .options(joinedload(Generation.price_row, innerjoin=True)),
    )
    if generation is None or generation.status not in UNFINISHED:
        raise LeaseLost
    return generation


def _release(session: Session, generation: Generation, at: datetime) -> None:
    """Let go of the row and queue its next step."""
    generation.lease_token = None
    generation.lease_until = None
    # Somebody who wants it stopped does not wait for the next look.
    generation.next_step_at = generation.cancel_requested_at or at
    wake(session, generation)


def renew(session: Session, tokens: Sequence[uuid.UUID]) -> None:
    """Prolong the leases with these tokens: their steps are still at work."""
    session.execute(
        update(Generation)
        .where(Generation.lease_token.in_(tokens))
        .values(lease_until=func.clock_timestamp() + LEASE)
        .execution_options(synchronize_session=False)
    )


def record_started(session: Session, step: Step, *, job_id: str, look_at: datetime, now: datetime) -> None:
    """The provider took the order. Raises LeaseLost."""
    generation = _held(session, step)
    attempt = _live_attempt(session, generation.id)
    assert attempt is not None
    attempt.provider_job_id = job_id
    attempt.state = AttemptState.STARTED
    attempt.started_at = now
    generation.status = GenerationStatus.RUNNING
    generation.tries = 0
    _release(session, generation, look_at)


def record_running(session: Session, step: Step, *, progress: int, look_at: datetime) -> None:
    """The provider is at work; look again at `look_at`. Raises LeaseLost."""
    generation = _held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    generation.tries = 0
    _release(session, generation, look_at)


def record_finished(session: Session, step: Step, *, outputs: Sequence[str], now: datetime) -> None:
    """The provider is done: its files are to be stored now. Raises LeaseLost."""
    generation = _held(session, step)
    attempt = _live_attempt(session, generation.id)
    assert attempt is not None
    attempt.outputs = list(outputs)
    generation.status = GenerationStatus.STORING
    generation.tries = 0
    _release(session, generation, now)


def record_progress(session: Session, step: Step, progress: int) -> bool:
    """Show how far the step is; the step keeps the row. Returns whether a stop was asked for. Raises LeaseLost."""
    generation = _held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    return generation.cancel_requested_at is not None


def record_output(session: Session, step: Step, output: StoredOutput, *, now: datetime) -> None:
    """An output lies in the store: it exists from now on. Raises LeaseLost."""
    generation = _held(session, step)
    media = Media(
        uuid=media_uuid(generation.uuid, output.ordinal),
        user_id=generation.user_id,
        generation_id=generation.id,
        ordinal=output.ordinal,
        kind=MediaKind.IMAGE,
        sha256=output.sha256,
        width=output.width,
        height=output.height,
        blurhash=output.blurhash,
        created_at=now,
    )
    session.add(media)
    session.flush()
    session.add_all(
        MediaFile(media_id=media.id, role=file.role, key=file.key, mime=file.mime, bytes=file.bytes, sha256=file.sha256)
        for file in output.files
    )
    generation.tries = 0


def record_setback(session: Session, step: Step, *, error_code: str, retry_at: datetime, now: datetime) -> None:
    """The step failed in a way that may pass: try it again at `retry_at`, or end when it was tried often enough.

    Raises LeaseLost.
    """
    generation = _held(session, step)
    if generation.tries >= MAX_TRIES:
        end(session, generation, GenerationStatus.FAILED, error_code=error_code, now=now)
    else:
        _release(session, generation, retry_at)


def finish(
    session: Session, step: Step, status: GenerationStatus, *, error_code: str | None = None, now: datetime
) -> None:
    """End the generation that the step holds. Raises LeaseLost."""
    generation = _held(session, step)
    end(session, generation, status, error_code=error_code, now=now)


def end(
    session: Session,
    generation: Generation,
    status: GenerationStatus,
    *,
    error_code: str | None = None,
    now: datetime,
) -> None:
    """End a locked generation: charge what was delivered, give the rest back, and write why.

    Delivery decides. Whatever was stored is kept, and a generation with any of it has succeeded or was canceled late.
    """
    delivered = session.scalar(select(func.count()).where(Media.generation_id == generation.id)) or 0
    price_row = generation.price_row if "price_row" in generation.__dict__ else None
    if price_row is None:
        session.refresh(generation, ["price_row"])
        price_row = generation.price_row
    generation.charged = price_row.credits_for(delivered)
    generation.status = GenerationStatus.SUCCEEDED if delivered and status == GenerationStatus.FAILED else status
    generation.error_code = error_code
    generation.progress = 100 if generation.status == GenerationStatus.SUCCEEDED else generation.progress
    generation.finished_at = now
    generation.next_step_at = None
    generation.lease_token = None
    generation.lease_until = None
    session.execute(
        update(Attempt)
        .where(Attempt.generation_id == generation.id, Attempt.state != AttemptState.ENDED)
        .values(state=AttemptState.ENDED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    credits.settle(session, reference=generation.hold_reference, captured=generation.charged, now=now)


def wake_forgotten(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Queue the steps that are due, that nobody holds and that no job will take. Returns how many.

    The net under the queue: it makes up for a job that was lost with its worker. Twice is harmless.
    """
    forgotten = session.scalars(
        select(Generation)
        .where(
            Generation.next_step_at <= now,
            or_(Generation.lease_until.is_(None), Generation.lease_until < func.clock_timestamp()),
            ~is_waiting(func.concat("generation:", Generation.id)),
        )
        .order_by(Generation.next_step_at)
        .limit(limit)
    ).all()
    for generation in forgotten:
        wake(session, generation)
    return len(forgotten)
