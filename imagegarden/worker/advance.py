"""One step of one generation: claim it, act with no transaction open, record what came of it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from imagegarden import logs
from imagegarden.clock import now
from imagegarden.current import adapters, allowances, source_of
from imagegarden.db import transaction
from imagegarden.domain import outcomes, reports, steps
from imagegarden.domain.errors import LeaseLost
from imagegarden.domain.steps import Step
from imagegarden.models import GenerationStatus
from imagegarden.providers.base import (
    AnswerLost,
    Finished,
    Order,
    PermanentError,
    Provider,
    ProviderError,
    TemporaryError,
    Throttled,
    Uploader,
)
from imagegarden.storage import StorageError
from imagegarden.worker.leases import LeaseKeeper
from imagegarden.worker.outputs import BadOutput
from imagegarden.worker.storing import store_outputs

logger = logging.getLogger(__name__)

# What a passing fault costs: 2 s after the first, 4 s after the second.
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 60
# 2 s, then 20 s: longer than a store or a network of outputs is usually away.
STORING_GROWTH = 10
INTERNAL_ERROR = "internal_error"
UNAVAILABLE = "provider_unavailable"
# A slot as near as this is now.
MOMENT_SECONDS = 0.02
# A start that nobody heard of after this time, although it was looked for, did not happen: longer than a call may last
# and than a provider takes to list what it has begun.
LOST_FOR = timedelta(seconds=25)
LOOK_AGAIN_SECONDS = 3


def advance(generation_id: int, leases: LeaseKeeper) -> None:
    """Move a generation forward, if a step is due and nobody else has it, until there is something to wait for."""
    with transaction() as session:
        step: Step | None = steps.claim(
            session,
            generation_id=generation_id,
            allowances=allowances(),
            paced=adapters().paces,
            now=now(),
        )
    while step is not None:
        with logs.bound(generation=str(step.generation_uuid)), leases.keeping(step.lease_token, until=step.deadline):
            try:
                with _setbacks_recorded(step):
                    step = _act(step)
                    continue
            except LeaseLost:
                logger.warning("another worker took this step over")
            return


def _act(step: Step) -> Step | None:
    """Do what the step is for. Returns the step that follows at once, under the same lease."""
    provider = adapters().providers.get(step.provider)
    if provider is None:
        raise PermanentError(f"{step.provider} is not set up any more", code="provider_error")
    if step.is_cancel_requested:
        _stop(step, provider, GenerationStatus.CANCELED)
    elif step.is_overdue:
        return _end_overdue(step, provider)
    elif step.is_poisonous:
        _stop(step, provider, GenerationStatus.FAILED, error_code=INTERNAL_ERROR)
    elif step.order is None:
        return _await_slot(step)
    elif step.status == GenerationStatus.STARTING:
        _start(step, step.order, provider)
    elif step.status == GenerationStatus.RUNNING:
        return _check(step, step.order, provider)
    else:
        store_outputs(step, step.order, provider)
    return None


def _end_overdue(step: Step, provider: Provider) -> Step | None:
    """Stop what took too long. It may have been done for long, when it was us who did not look."""
    if step.status != GenerationStatus.STORING and step.order is not None and step.provider_job_id is not None:
        try:
            answer = provider.check(step.provider_job_id, step.order)
        except TemporaryError:
            answer = None
        if isinstance(answer, Finished):
            with transaction() as session:
                return _record_finished(session, step, answer)
    _stop(step, provider, GenerationStatus.FAILED, error_code="timed_out")
    return None


def _await_slot(step: Step) -> Step | None:
    """Keep the provider's pace: begin now, or when the slot that was reserved has come."""
    wait = adapters().paces[step.provider].reserve()
    with transaction() as session:
        moment = now()
        if wait > MOMENT_SECONDS:
            outcomes.record_slot(session, step, at=moment + timedelta(seconds=wait))
            return None
        return steps.begin(session, step, now=moment)


def _start(step: Step, order: Order, provider: Provider) -> None:
    if step.is_repeated_start:
        _find(step, order, provider)
        return
    if order.lacks_source:
        raise PermanentError("a picture that it starts from is gone", code="source_gone")
    if order.sources and order.uploads is None and isinstance(provider, Uploader):
        uploads = provider.upload(order)
        with transaction() as session:
            following = outcomes.record_uploads(session, step, uploads, now=now())
        if following is None or following.order is None:
            return
        step, order = following, following.order
    started = provider.start(replace(order, source=source_of(order.model)))
    try:
        with transaction() as session:
            moment = now()
            look_at = moment + timedelta(seconds=started.look_after)
            outcomes.record_started(session, step, job_id=started.job_id, look_at=look_at, now=moment)
    except LeaseLost:
        with transaction() as session:
            reports.receive_late_answer(session, step, job_id=started.job_id, now=now())
        raise


def _find(step: Step, order: Order, provider: Provider) -> None:
    """After a lost answer the order may be at work already: it is adopted, and placed anew only when it is not."""
    found = [step.provider_job_id] if step.provider_job_id is not None else provider.find(order)
    with transaction() as session:
        moment = now()
        if outcomes.record_found(session, step, job_ids=found, now=moment):
            return
        if _may_show_up(step, moment):
            look_at = moment + timedelta(seconds=LOOK_AGAIN_SECONDS)
            outcomes.record_unheard(session, step, retry_at=look_at)
        else:
            logger.warning("a start was lost, and nothing came of it")
            outcomes.record_not_taken(session, step, error_code=UNAVAILABLE, retry_at=moment, now=moment)


def _may_show_up(step: Step, moment: datetime) -> bool:
    """Whether a start of which nothing was heard is recent enough to have happened nevertheless."""
    if step.status != GenerationStatus.STARTING or step.order is None:
        return False
    return moment < step.order.placed_at + LOST_FOR


def _check(step: Step, order: Order, provider: Provider) -> Step | None:
    assert step.provider_job_id is not None
    answer = provider.check(step.provider_job_id, order)
    with transaction() as session:
        moment = now()
        if isinstance(answer, Finished):
            return _record_finished(session, step, answer)
        look_at = moment + timedelta(seconds=answer.look_after)
        outcomes.record_running(session, step, progress=answer.progress, look_at=look_at)
        return None


def _record_finished(session: Session, step: Step, answer: Finished) -> Step | None:
    """Words are the end; what was drawn is to be stored."""
    if answer.text is None:
        return outcomes.record_finished(session, step, answer, now=now())
    outcomes.record_text(session, step, answer.text, run_seconds=answer.run_seconds, now=now())
    return None


def _stop(step: Step, provider: Provider, status: GenerationStatus, error_code: str | None = None) -> None:
    """Tell the provider to stop, as well as that works, and end the generation."""
    try:
        for job_id in _jobs_of(step, provider):
            provider.cancel(job_id)
    except ProviderError:
        logger.warning("the provider did not take the cancellation", exc_info=True)
    with transaction() as session:
        outcomes.finish(session, step, status, error_code=error_code, now=now())


def _jobs_of(step: Step, provider: Provider) -> Sequence[str]:
    """The provider's job of this step; after a lost answer, what it may be."""
    if step.provider_job_id is not None:
        return [step.provider_job_id]
    if step.order is None or not step.is_repeated_start:
        return []
    found = provider.find(step.order)
    with transaction() as session:
        return outcomes.list_unknown(session, provider=step.provider, job_ids=found)


@contextmanager
def _setbacks_recorded(step: Step) -> Iterator[None]:
    """Write down what goes wrong: for good, or for another try."""
    try:
        yield
    except PermanentError as error:
        logger.warning("the provider failed", extra={"code": error.code, "detail": str(error)})
        with transaction() as session:
            outcomes.finish(session, step, GenerationStatus.FAILED, error_code=error.code, now=now())
    except AnswerLost as error:
        logger.warning("the provider's answer was lost", extra={"detail": str(error)})
        _look_again(step, FIRST_RETRY_SECONDS)
    except TemporaryError as error:
        logger.warning("the provider is unavailable", extra={"code": error.code, "detail": str(error)})
        if step.is_first_start:
            _order_again(step, error)
        elif isinstance(error, Throttled) or step.status == GenerationStatus.RUNNING or _may_show_up(step, now()):
            # What the provider may be making, or have made, is not given up because it cannot be seen just now.
            _look_again(step, error.retry_after or LOOK_AGAIN_SECONDS)
        else:
            _set_back(step, error.code, error.retry_after)
    except BadOutput:
        logger.warning("an output is not a picture", exc_info=True)
        _set_back(step, "bad_output")
    except StorageError:
        logger.error("the store is unavailable", exc_info=True)
        _set_back(step, "storage_unavailable")
    except LeaseLost:
        raise
    except Exception:
        logger.exception("a step failed")
        _set_back(step, INTERNAL_ERROR)


def _order_again(step: Step, error: TemporaryError) -> None:
    """The order was not taken. Where we were too fast, everybody slows down, and nobody fails for it."""
    seconds = error.retry_after or FIRST_RETRY_SECONDS
    is_throttled = isinstance(error, Throttled)
    pace = adapters().paces.get(step.provider)
    if is_throttled and pace is not None:
        pace.hold_off(seconds)
    with transaction() as session:
        moment = now()
        retry_at = moment + timedelta(seconds=seconds)
        if is_throttled:
            outcomes.record_throttled(session, step, retry_at=retry_at)
        else:
            outcomes.record_not_taken(session, step, error_code=error.code, retry_at=retry_at, now=moment)


def _look_again(step: Step, seconds: float) -> None:
    with transaction() as session:
        outcomes.record_unheard(session, step, retry_at=now() + timedelta(seconds=seconds))


def _set_back(step: Step, error_code: str, retry_after: float | None = None) -> None:
    # What is made and paid for is worth more patience.
    growth = STORING_GROWTH if step.status == GenerationStatus.STORING else 2
    seconds = min(retry_after or FIRST_RETRY_SECONDS * growth ** (step.tries - 1), LONGEST_RETRY_SECONDS)
    with transaction() as session:
        moment = now()
        retry_at = moment + timedelta(seconds=seconds)
        outcomes.record_setback(session, step, error_code=error_code, retry_at=retry_at, now=moment)
