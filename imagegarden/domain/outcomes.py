"""What came of a step: recorded under its lease, and settled once when the generation ends."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import credits
from imagegarden.domain.steps import MAX_TRIES, Step, held, live_attempt, release
from imagegarden.models import (
    Attempt,
    AttemptState,
    FileRole,
    Generation,
    GenerationStatus,
    Media,
    MediaFile,
    MediaKind,
    ModelPrice,
)

# Media ids follow from the generation and the ordinal, so a fetch done twice writes the same files once.
MEDIA_NAMESPACE = uuid.UUID("8f9a1f3e-6d0b-4c52-9a53-5c1d1f6b7a10")


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


def media_uuid(generation_uuid: uuid.UUID, ordinal: int) -> uuid.UUID:
    """The public id of an output: unguessable because the generation's is."""
    return uuid.uuid5(MEDIA_NAMESPACE, f"{generation_uuid}/{ordinal}")


def record_started(session: Session, step: Step, *, job_id: str, look_at: datetime, now: datetime) -> None:
    """The provider took the order. Raises LeaseLost."""
    generation = held(session, step)
    attempt = live_attempt(session, generation.id)
    assert attempt is not None
    attempt.provider_job_id = job_id
    attempt.state = AttemptState.STARTED
    attempt.started_at = now
    generation.status = GenerationStatus.RUNNING
    generation.tries = 0
    release(session, generation, look_at)


def record_running(session: Session, step: Step, *, progress: int, look_at: datetime) -> None:
    """The provider is at work; look again at `look_at`. Raises LeaseLost."""
    generation = held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    generation.tries = 0
    release(session, generation, look_at)


def record_finished(session: Session, step: Step, *, outputs: Sequence[str], now: datetime) -> None:
    """The provider is done: its files are to be stored now. Raises LeaseLost."""
    generation = held(session, step)
    attempt = live_attempt(session, generation.id)
    assert attempt is not None
    attempt.outputs = list(outputs)
    generation.status = GenerationStatus.STORING
    generation.deadline_at = None
    generation.tries = 0
    release(session, generation, now)


def record_progress(session: Session, step: Step, progress: int) -> bool:
    """Show how far the step is; the step keeps the row. Returns whether a stop was asked for. Raises LeaseLost."""
    generation = held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    return generation.cancel_requested_at is not None


def record_output(session: Session, step: Step, output: StoredOutput, *, now: datetime) -> bool:
    """An output lies in the store: it exists from now on. Returns whether a stop was asked for. Raises LeaseLost."""
    generation = held(session, step)
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
    return generation.cancel_requested_at is not None


def record_setback(session: Session, step: Step, *, error_code: str, retry_at: datetime, now: datetime) -> None:
    """The step failed in a way that may pass: try it again at `retry_at`, or end when it was tried often enough.

    Raises LeaseLost.
    """
    generation = held(session, step)
    if generation.tries >= MAX_TRIES:
        end(session, generation, GenerationStatus.FAILED, error_code=error_code, now=now)
    else:
        release(session, generation, retry_at)


def finish(
    session: Session, step: Step, status: GenerationStatus, *, error_code: str | None = None, now: datetime
) -> None:
    """End the generation that the step holds. Raises LeaseLost."""
    generation = held(session, step)
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
    generation.charged = session.get_one(ModelPrice, generation.price_id).credits_for(delivered)
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
