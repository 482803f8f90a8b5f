"""The last step: fetch the outputs that are not stored yet, store each, and settle."""

import logging
import time

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import transaction
from imagegarden.domain import outcomes
from imagegarden.domain.outcomes import StoredOutput
from imagegarden.domain.steps import Step
from imagegarden.models import GenerationStatus
from imagegarden.providers.base import Finished, Order, PermanentError, Provider
from imagegarden.worker.outputs import BadOutput, store_output

logger = logging.getLogger(__name__)

# Nobody looks more often.
PROGRESS_SECONDS = 0.5


def store_outputs(step: Step, order: Order, provider: Provider) -> None:
    """Store what is missing and end the generation.

    Raises ProviderError or BadOutput when another try may bring the rest; what came until then is stored.
    """
    wanted = [n for n in range(min(step.count, len(step.outputs))) if n not in step.stored_ordinals]
    storing = _Storing(step)
    error_code = None
    try:
        storing.store(provider, order, wanted)
    except PermanentError as error:
        logger.warning("an output cannot be had", extra={"code": error.code, "detail": str(error)})
        error_code = error.code
    stored_count = len(step.stored_ordinals) + storing.count
    last = storing.last
    if stored_count < step.count and error_code is None:
        error_code = "incomplete_output" if stored_count else "empty_output"
    with transaction() as session:
        if storing.is_stopped:
            outcomes.finish(session, step, GenerationStatus.CANCELED, last_output=last, now=now())
        elif error_code:
            outcomes.finish(session, step, GenerationStatus.FAILED, error_code=error_code, last_output=last, now=now())
        else:
            outcomes.finish(session, step, GenerationStatus.SUCCEEDED, last_output=last, now=now())


class _Storing:
    """One round of fetching and storing: how many came, and whether somebody wants it stopped.

    When all have come, the last one is not recorded but kept, for the transaction that ends the generation.
    """

    def __init__(self, step: Step) -> None:
        self.count = 0
        self.last: StoredOutput | None = None
        self.is_stopped = False
        self._step = step
        self._last_shown = time.monotonic()

    def store(self, provider: Provider, order: Order, wanted: list[int]) -> None:
        """Fetch and store these ordinals. A bad one does not keep the others from being stored."""
        if not wanted:
            return
        bad: BadOutput | None = None
        finished = Finished(self._step.outputs, flagged=self._step.flagged)
        for output in provider.files(finished, order, wanted, self._show_progress):
            try:
                stored = store_output(adapters().store, self._step, output)
            except BadOutput as error:
                bad = error
                continue
            self.count += 1
            if self.count == len(wanted):
                self.last = stored
                return
            with transaction() as session:
                self.is_stopped |= outcomes.record_output(session, self._step, stored, now=now())
            if self.is_stopped:
                return
        if bad is not None:
            raise bad

    def _show_progress(self, percent: int) -> None:
        if time.monotonic() - self._last_shown < PROGRESS_SECONDS:
            return
        with transaction() as session:
            self.is_stopped |= outcomes.record_progress(session, self._step, percent)
        self._last_shown = time.monotonic()
