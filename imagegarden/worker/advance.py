"""One step of one generation: claim it, act with no transaction open, record what came of it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from imagegarden import logs
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import transaction
from imagegarden.domain import outcomes, steps
from imagegarden.domain.errors import LeaseLost
from imagegarden.domain.steps import Step
from imagegarden.models import GenerationStatus
from imagegarden.providers.base import Finished, PermanentError, Provider, ProviderError, Started, TemporaryError
from imagegarden.storage import StorageError
from imagegarden.worker.leases import LeaseKeeper
from imagegarden.worker.outputs import BadOutput, store_output

logger = logging.getLogger(__name__)

# What a passing fault costs: 2 s after the first, 4 s after the second.
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 60
INTERNAL_ERROR = "internal_error"
# Nobody looks more often.
PROGRESS_SECONDS = 0.5


def advance(generation_id: int, leases: LeaseKeeper) -> None:
    """Move a generation one step forward, if a step is due and nobody else has it."""
    with transaction() as session:
        step = steps.claim(session, generation_id=generation_id, now=now())
    if step is None:
        return
    with logs.bound(generation=str(step.generation_uuid)), leases.keeping(step.lease_token, until=step.deadline):
        try:
            with _setbacks_recorded(step):
                _act(step, adapters().providers[step.provider])
        except LeaseLost:
            logger.warning("another worker took this step over", extra={"step": step.status})


def _act(step: Step, provider: Provider) -> None:
    if step.is_cancel_requested:
        _stop(step, provider, GenerationStatus.CANCELED)
    elif step.is_overdue:
        _stop(step, provider, GenerationStatus.FAILED, error_code="timed_out")
    elif step.is_poisonous:
        _stop(step, provider, GenerationStatus.FAILED, error_code=INTERNAL_ERROR)
    elif step.status == GenerationStatus.STARTING:
        _start(step, provider)
    elif step.status == GenerationStatus.RUNNING:
        _check(step, provider)
    else:
        _store(step, provider)


def _start(step: Step, provider: Provider) -> None:
    # After a lost answer the order may be at work already: it is looked for before it is placed again.
    started: Started | None = provider.find(step.order) if step.is_repeated_start else None
    if started is None:
        started = provider.start(step.order)
    with transaction() as session:
        moment = now()
        look_at = moment + timedelta(seconds=started.look_after)
        outcomes.record_started(session, step, job_id=started.job_id, look_at=look_at, now=moment)


def _check(step: Step, provider: Provider) -> None:
    assert step.provider_job_id is not None
    answer = provider.check(step.provider_job_id, step.order)
    with transaction() as session:
        if isinstance(answer, Finished):
            outcomes.record_finished(session, step, outputs=answer.outputs, now=now())
        else:
            look_at = now() + timedelta(seconds=answer.look_after)
            outcomes.record_running(session, step, progress=answer.progress, look_at=look_at)


def _store(step: Step, provider: Provider) -> None:
    """Fetch the outputs that are not stored yet, store each, and settle."""
    wanted = [n for n in range(min(step.order.count, len(step.outputs))) if n not in step.stored_ordinals]
    is_stopped = False
    last_shown = -PROGRESS_SECONDS

    def show_progress(percent: int) -> None:
        nonlocal is_stopped, last_shown
        if time.monotonic() - last_shown < PROGRESS_SECONDS:
            return
        with transaction() as session:
            is_stopped |= outcomes.record_progress(session, step, percent)
        last_shown = time.monotonic()

    stored_count = len(step.stored_ordinals)
    error_code = None
    if wanted:
        for output in provider.files(Finished(step.outputs), step.order, wanted, show_progress):
            try:
                stored = store_output(adapters().store, step, output)
            except BadOutput:
                logger.warning("an output is not a picture", exc_info=True)
                error_code = "bad_output"
                continue
            with transaction() as session:
                is_stopped |= outcomes.record_output(session, step, stored, now=now())
            stored_count += 1
            if is_stopped:
                break
    if stored_count < step.order.count and error_code is None:
        error_code = "incomplete_output" if stored_count else "empty_output"
    with transaction() as session:
        if is_stopped:
            outcomes.finish(session, step, GenerationStatus.CANCELED, now=now())
        elif error_code:
            outcomes.finish(session, step, GenerationStatus.FAILED, error_code=error_code, now=now())
        else:
            outcomes.finish(session, step, GenerationStatus.SUCCEEDED, now=now())


def _stop(step: Step, provider: Provider, status: GenerationStatus, error_code: str | None = None) -> None:
    """Tell the provider to stop, as well as that works, and end the generation."""
    if step.provider_job_id is not None:
        try:
            provider.cancel(step.provider_job_id)
        except ProviderError:
            logger.warning("the provider did not take the cancellation", exc_info=True)
    with transaction() as session:
        outcomes.finish(session, step, status, error_code=error_code, now=now())


@contextmanager
def _setbacks_recorded(step: Step) -> Iterator[None]:
    """Write down what goes wrong: for good, or for another try."""
    try:
        yield
    except PermanentError as error:
        logger.warning("the provider failed", extra={"code": error.code, "detail": str(error)})
        with transaction() as session:
            outcomes.finish(session, step, GenerationStatus.FAILED, error_code=error.code, now=now())
    except TemporaryError as error:
        logger.warning("the provider is unavailable", extra={"detail": str(error)})
        _set_back(step, error.code, error.retry_after)
    except StorageError:
        logger.error("the store is unavailable", exc_info=True)
        _set_back(step, "storage_unavailable")
    except LeaseLost:
        raise
    except Exception:
        logger.exception("a step failed")
        _set_back(step, INTERNAL_ERROR)


def _set_back(step: Step, error_code: str, retry_after: float | None = None) -> None:
    seconds = min(retry_after or FIRST_RETRY_SECONDS * 2 ** (step.tries - 1), LONGEST_RETRY_SECONDS)
    with transaction() as session:
        moment = now()
        retry_at = moment + timedelta(seconds=seconds)
        outcomes.record_setback(session, step, error_code=error_code, retry_at=retry_at, now=moment)
