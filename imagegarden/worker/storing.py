"""The last step: fetch the outputs that are not stored yet, store each, and settle."""

import logging
import time

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import transaction
from imagegarden.domain import outcomes
from imagegarden.domain.outputs import StoredOutput
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
    if stored_count < step.count and error_code is None:
        error_code = "incomplete_output" if stored_count else "empty_output"
    with transaction() as session:
        status = GenerationStatus.FAILED if error_code else GenerationStatus.SUCCEEDED
        if storing.is_stopped:
            status, error_code = GenerationStatus.CANCELED, None
        outcomes.finish(session, step, status, error_code=error_code, outputs=storing.unrecorded, now=now())


class _Storing:
    """One round of fetching and storing: how many came, and whether somebody wants it stopped.

    Outputs that come together are recorded together: the last ones in the transaction that ends the generation.
    """

    def __init__(self, step: Step) -> None:
        self.count = 0
        self.unrecorded: list[StoredOutput] = []
        self.is_stopped = False
        self._step = step
        self._last_shown = time.monotonic()

    def store(self, provider: Provider, order: Order, wanted: list[int]) -> None:
        """Fetch and store these ordinals. A bad one does not keep the others from being stored."""
        if not wanted:
            return
        bad: BadOutput | None = None
        finished = Finished(self._step.outputs, flagged=self._step.flagged)
        try:
            for output in provider.files(finished, order, wanted, self._show_progress):
                try:
                    self.unrecorded.append(store_output(adapters().store, self._step, output))
                except BadOutput as error:
                    bad = error
                    continue
                self.count += 1
                if self.count < len(wanted) and self._is_time_to_show():
                    self._record()
                if self.is_stopped:
                    return
        except Exception:
            # Whatever went wrong with the others, and however often it will: these are here.
            self._record()
            raise
        if bad is not None:
            self._record()
            raise bad

    def _record(self) -> None:
        if self.unrecorded:
            with transaction() as session:
                self.is_stopped |= outcomes.record_outputs(session, self._step, self.unrecorded, now=now())
            self.unrecorded = []

    def _show_progress(self, percent: int) -> None:
        if self._is_time_to_show():
            with transaction() as session:
                self.is_stopped |= outcomes.record_progress(session, self._step, percent)

    def _is_time_to_show(self) -> bool:
        moment = time.monotonic()
        if moment - self._last_shown < PROGRESS_SECONDS:
            return False
        self._last_shown = moment
        return True
