"""What came of a step: recorded under its lease, and settled once when the generation ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from imagegarden.domain import credits, lessons, moderation, wording
from imagegarden.domain.errors import InvalidRequest, PromptBlocked
from imagegarden.domain.orders import order_of
from imagegarden.domain.outputs import StoredOutput, add_media
from imagegarden.domain.steps import MAX_TRIES, Step, held, held_with_attempt, let_in_next, release
from imagegarden.models import (
    Attempt,
    AttemptState,
    Generation,
    GenerationStatus,
    Media,
    ModelHealth,
    ModelPrice,
)
from imagegarden.providers import catalogue
from imagegarden.providers.base import Finished

# Built once: such a statement costs more to put together than to run.
_PRICE_AND_DELIVERED = select(
    ModelPrice,
    select(func.count()).where(Media.generation_id == bindparam("id")).scalar_subquery(),
    exists().where(ModelHealth.model == bindparam("model"), ModelHealth.failures > 0),
).where(ModelPrice.id == bindparam("price"))
_ATTEMPT_ENDED = (
    update(Attempt)
    .where(Attempt.generation_id == bindparam("generation"), Attempt.state != AttemptState.ENDED)
    .values(state=AttemptState.ENDED, ended_at=bindparam("now"))
    .execution_options(synchronize_session=False)
)


def record_slot(session: Session, step: Step, *, at: datetime) -> None:
    """The provider may be asked at `at`; until then it waits. Raises LeaseLost."""
    generation = held(session, step)
    generation.slot_at = at
    generation.deadline_at = None
    generation.tries = 0
    release(session, generation, at)


def record_uploads(session: Session, step: Step, uploads: Mapping[str, str], *, now: datetime) -> Step | None:
    """The sources lie where the provider can get at them: written down before it is asked to begin. Raises LeaseLost.

    So a start whose answer is lost can be recognized by them. Returns None when a stop was asked for meanwhile.
    """
    generation, attempt = held_with_attempt(session, step)
    attempt.uploads = dict(uploads)
    # Bringing them took its time; what is looked for after a lost answer begins now.
    attempt.created_at = now
    if generation.cancel_requested_at is not None:
        release(session, generation, now)
        return None
    return replace(step, order=order_of(session, generation, attempt))


def record_started(session: Session, step: Step, *, job_id: str, look_at: datetime, now: datetime) -> None:
    """The provider took the order. Raises LeaseLost."""
    generation, attempt = held_with_attempt(session, step)
    _set_job(generation, attempt, job_id, now)
    release(session, generation, look_at)


def record_found(session: Session, step: Step, *, job_ids: Sequence[str], now: datetime) -> bool:
    """Adopt the first of these jobs that no other attempt has: it is what the lost start began. Raises LeaseLost.

    Returns False when there is none.
    """
    generation, attempt = held_with_attempt(session, step)
    candidates = (
        [attempt.provider_job_id]
        if attempt.provider_job_id is not None
        else list_unknown(session, provider=step.provider, job_ids=job_ids)
    )
    if not candidates:
        return False
    _set_job(generation, attempt, candidates[0], now)
    release(session, generation, now)
    return True


def list_unknown(session: Session, *, provider: str, job_ids: Sequence[str]) -> list[str]:
    """Those of a provider's jobs that belong to no attempt."""
    taken = set(
        session.scalars(
            select(Attempt.provider_job_id).where(Attempt.provider == provider, Attempt.provider_job_id.in_(job_ids))
        )
    )
    return [job_id for job_id in job_ids if job_id not in taken]


def _set_job(generation: Generation, attempt: Attempt, job_id: str, now: datetime) -> None:
    attempt.provider_job_id = job_id
    attempt.state = AttemptState.STARTED
    attempt.started_at = now
    generation.status = GenerationStatus.RUNNING
    generation.tries = 0


def record_unheard(session: Session, step: Step, *, retry_at: datetime) -> None:
    """How the order fares could not be found out: look again at `retry_at`. Raises LeaseLost."""
    generation = held(session, step)
    generation.tries = 0
    release(session, generation, retry_at)


def record_throttled(session: Session, step: Step, *, retry_at: datetime) -> None:
    """The provider has no room for the order: wait, without this counting as a try. Raises LeaseLost."""
    generation = held(session, step)
    # It was refused before anything was made of it: there was no attempt.
    session.execute(
        delete(Attempt)
        .where(Attempt.generation_id == generation.id, Attempt.state == AttemptState.STARTING)
        .execution_options(synchronize_session="fetch")
    )
    generation.tries = 0
    generation.deadline_at = None
    release(session, generation, retry_at)


def record_not_taken(session: Session, step: Step, *, error_code: str, retry_at: datetime, now: datetime) -> None:
    """It is certain that the provider did not take the order: a new attempt begins at `retry_at`.

    After so many attempts it ends. Raises LeaseLost.
    """
    generation = held(session, step)
    _end_attempt(session, generation, now)
    attempts = session.scalar(select(func.count()).where(Attempt.generation_id == generation.id)) or 0
    if attempts >= MAX_TRIES:
        end(session, generation, GenerationStatus.FAILED, error_code=error_code, now=now)
        return
    lessons.learn_failure(session, generation, error_code=error_code, now=now)
    generation.tries = 0
    release(session, generation, retry_at)


def _end_attempt(session: Session, generation: Generation, now: datetime) -> None:
    session.execute(_ATTEMPT_ENDED, {"generation": generation.id, "now": now})


def record_running(session: Session, step: Step, *, progress: int, look_at: datetime) -> None:
    """The provider is at work; look again at `look_at`. Raises LeaseLost."""
    generation = held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    generation.tries = 0
    release(session, generation, look_at)


def record_finished(session: Session, step: Step, finished: Finished, *, now: datetime) -> Step | None:
    """The provider is done: its files are to be stored now. Raises LeaseLost.

    Returns the step that stores them, which goes on under the same lease; None when a stop was asked for.
    """
    generation, attempt = held_with_attempt(session, step)
    attempt.outputs = list(finished.outputs)
    attempt.flagged = list(finished.flagged)
    attempt.run_seconds = finished.run_seconds
    generation.status = GenerationStatus.STORING
    generation.deadline_at = now + timedelta(seconds=catalogue.MODELS[generation.model].deadline_seconds)
    generation.tries = 1
    if generation.cancel_requested_at is not None:
        release(session, generation, now)
        return None
    return replace(
        step,
        status=GenerationStatus.STORING,
        outputs=finished.outputs,
        flagged=finished.flagged,
        deadline=generation.deadline_at,
        is_overdue=False,
        tries=1,
        is_poisonous=False,
    )


def record_text(session: Session, step: Step, text: str, *, run_seconds: float | None, now: datetime) -> None:
    """The words that were asked for are here: cleaned, judged by the rules of the house, and kept. Raises LeaseLost.

    Where nothing sound is left of them, it has failed.
    """
    generation, attempt = held_with_attempt(session, step)
    attempt.run_seconds = run_seconds
    if generation.cancel_requested_at is not None:
        end(session, generation, GenerationStatus.CANCELED, now=now)
        return
    is_ai = catalogue.MODELS[generation.model].is_ai
    try:
        better = wording.cleaned(text, asked=generation.prompt) if is_ai else text
        found = moderation.review(session, better).prompt
    except (PromptBlocked, InvalidRequest):
        end(session, generation, GenerationStatus.FAILED, error_code="content_refused", now=now)
        return
    except wording.NothingSaid:
        end(session, generation, GenerationStatus.FAILED, error_code="empty_output", now=now)
        return
    generation.result_text = found
    end(session, generation, GenerationStatus.SUCCEEDED, now=now)


def record_progress(session: Session, step: Step, progress: int) -> bool:
    """Show how far the step is; the step keeps the row. Returns whether a stop was asked for. Raises LeaseLost."""
    generation = held(session, step)
    generation.progress = max(generation.progress, min(progress, 99))
    return generation.cancel_requested_at is not None


def record_outputs(session: Session, step: Step, outputs: Sequence[StoredOutput], *, now: datetime) -> bool:
    """These outputs lie in the store: they exist from now on.

    Returns whether a stop was asked for. Raises LeaseLost.
    """
    generation = held(session, step)
    add_media(session, generation, outputs, now)
    generation.tries = min(generation.tries, 1)
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
    session: Session,
    step: Step,
    status: GenerationStatus,
    *,
    error_code: str | None = None,
    outputs: Sequence[StoredOutput] = (),
    now: datetime,
) -> None:
    """End the generation that the step holds, with the outputs that came just now. Raises LeaseLost."""
    generation = held(session, step)
    add_media(session, generation, outputs, now)
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
    session.flush()
    price, delivered, is_model_suspect = session.execute(
        _PRICE_AND_DELIVERED, {"id": generation.id, "price": generation.price_id, "model": generation.model}
    ).one()
    generation.charged = price.credits_for(delivered)
    generation.status = GenerationStatus.SUCCEEDED if delivered and status == GenerationStatus.FAILED else status
    generation.error_code = error_code
    generation.progress = 100 if generation.status == GenerationStatus.SUCCEEDED else generation.progress
    generation.finished_at = now
    generation.next_step_at = None
    generation.lease_token = None
    generation.lease_until = None
    _end_attempt(session, generation, now)
    if generation.price:
        credits.settle(
            session,
            user_id=generation.user_id,
            reference=generation.hold_reference,
            captured=generation.charged,
            now=now,
        )
    lessons.learn(session, generation, is_model_suspect=is_model_suspect, now=now)
    let_in_next(session, user_id=generation.user_id, now=now)
