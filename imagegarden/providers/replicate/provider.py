"""Replicate as a provider: orders become predictions, and reports about them are believed when they are signed."""

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from imagegarden.clock import now
from imagegarden.pace import Pace
from imagegarden.providers import catalogue
from imagegarden.providers.base import (
    BadReport,
    Change,
    Finished,
    Order,
    Output,
    PermanentError,
    ProviderError,
    Read,
    Report,
    Running,
    Source,
    Started,
    TemporaryError,
)
from imagegarden.providers.replicate.client import Client, Json
from imagegarden.providers.replicate.fetching import MAX_BYTES, MAX_ENLARGED_BYTES, Fetcher
from imagegarden.providers.replicate.inputs import inputs_for
from imagegarden.providers.replicate.predictions import RUNNING, finished_of, progress_of
from imagegarden.providers.replicate.schemas import compare

# Its clock and ours may differ by this much.
CLOCK_SKEW = timedelta(seconds=30)
SOONEST_LOOK_SECONDS = 0.5
LATEST_LOOK_SECONDS = 5
# With reports, looks are for progress and for reports that got lost.
REPORTED_LOOK_SECONDS = 4
LATEST_REPORTED_LOOK_SECONDS = 8
CROWDED_LOOK_SECONDS = (10, 25)
FETCHES = 16
# What may be sent along as a data URL, which is a third longer: 256 kB.
LARGEST_INLINE = 180 * 1024


class ReplicateProvider:
    """Pictures from AI models."""

    name = "replicate"

    def __init__(self, client: Client, fetcher: Fetcher, *, read: Read, reads: Pace, report_url: str | None) -> None:
        self._client = client
        self._fetcher = fetcher
        self._read = read
        self._reads = reads
        self._report_url = report_url
        self._fetches = ThreadPoolExecutor(FETCHES, thread_name_prefix="fetch")

    def upload(self, order: Order) -> Mapping[str, str]:
        """Bring the sources there that are too large to be sent along. Raises ProviderError."""
        return {
            name: self._client.upload(f"{order.attempt}-{name}", self._read(source), source.mime)
            for name, source in order.sources.items()
            if source.bytes > LARGEST_INLINE
        }

    def _addresses(self, order: Order) -> dict[str, str]:
        """Where the order's sources are: there already, or in the address itself."""
        there = order.uploads or {}
        return {name: there.get(name) or self._inline(source) for name, source in order.sources.items()}

    def _inline(self, source: Source) -> str:
        return f"data:{source.mime};base64,{base64.b64encode(self._read(source)).decode()}"

    def start(self, order: Order) -> Started:
        """Create one prediction for the whole order. Raises ProviderError."""
        model = catalogue.MODELS[order.model]
        body: Json = {"input": inputs_for(order, self._addresses(order))}
        if self._report_url is not None:
            body["webhook"] = f"{self._report_url}/{order.attempt}/{order.report_token}"
            body["webhook_events_filter"] = ["completed"]
        created = self._client.create(order.source or model.source, body, deadline_seconds=model.deadline_seconds)
        return Started(job_id=str(created["id"]), look_after=self._look_after(model, 0))

    def find(self, order: Order) -> Sequence[str]:
        """The predictions with exactly this order's input that are not older than its attempt."""
        if order.sources and order.uploads is None:
            # It is asked to begin only after it was written down where these lie.
            return []
        wanted = inputs_for(order, self._addresses(order))
        found = []
        for prediction in self._client.newest():
            created_at = _moment(prediction.get("created_at"))
            if created_at is not None and created_at < order.placed_at - CLOCK_SKEW:
                break
            if prediction.get("input") == wanted:
                found.append(str(prediction["id"]))
        # Newest first: the oldest is the likeliest, since it is the nearest to the call.
        return found[::-1]

    def check(self, job_id: str, order: Order) -> Running | Finished:
        """How far the prediction is. Raises ProviderError."""
        model = catalogue.MODELS[order.model]
        wait = self._reads.reserve(longest_wait=0)
        if wait:
            # So much is under way that looking at each in turn takes long: asking again at once would not help.
            return Running(0, look_after=wait + random.uniform(*CROWDED_LOOK_SECONDS))  # noqa: S311
        prediction = self._client.get(job_id)
        finished = finished_of(prediction, is_text=model.kind == "enhance")
        if finished is not None:
            return finished
        begun = _moment(prediction.get("created_at")) or order.placed_at
        elapsed = max(0.0, (now() - begun).total_seconds())
        return Running(progress_of(prediction), look_after=self._look_after(model, elapsed))

    def files(
        self, finished: Finished, order: Order, ordinals: Sequence[int], on_progress: Callable[[int], None]
    ) -> Iterator[Output]:
        """Fetch the outputs side by side. Raises ProviderError, after those that could be fetched were yielded."""
        most = MAX_ENLARGED_BYTES if order.scale is not None else MAX_BYTES
        fetches = {n: self._fetches.submit(self._fetcher.fetch, finished.outputs[n], max_bytes=most) for n in ordinals}
        fault: ProviderError | None = None
        try:
            for done, (ordinal, fetch) in enumerate(fetches.items(), 1):
                try:
                    content = fetch.result()
                except ProviderError as error:
                    # What may work later is worth another try, whatever else failed for good.
                    fault = error if fault is None or isinstance(error, TemporaryError) else fault
                    continue
                yield Output(ordinal=ordinal, content=content, is_flagged=ordinal in finished.flagged)
                on_progress(100 * done // len(fetches))
        finally:
            for fetch in fetches.values():
                fetch.cancel()
        if fault is not None:
            raise fault

    def cancel(self, job_id: str) -> None:
        """Stop the prediction. Raises ProviderError."""
        self._client.cancel(job_id)

    def changes(self, model: str) -> Sequence[Change]:
        """What Replicate says about a model, other than the catalogue. Raises ProviderError."""
        known = catalogue.MODELS[model]
        try:
            found = self._client.model(known.source)
            pinned = self._client.version(known.source) if ":" in known.source else None
        except PermanentError as error:
            if error.code != PermanentError.code:
                raise
            return [Change(f"it is gone: {error}")]
        return compare(known, found, pinned)

    def read_report(self, headers: Mapping[str, str], body: bytes) -> Report:
        """The event and the prediction that a signed report names. Raises BadReport."""
        if not self._client.is_genuine(headers, body):
            raise BadReport("not signed by the provider, or not now")
        try:
            prediction = json.loads(body)
        except ValueError:
            prediction = None
        if not isinstance(prediction, dict) or not isinstance(prediction.get("id"), str):
            raise BadReport("names no prediction")
        # One event is delivered under one id, however often.
        lowered = {name.lower(): value for name, value in headers.items()}
        return Report(
            event_id=lowered["webhook-id"],
            job_id=prediction["id"],
            is_final=prediction.get("status") not in RUNNING,
            # Its signature was checked, and it stands in what is signed.
            sent_at=datetime.fromtimestamp(int(lowered["webhook-timestamp"]), UTC),
        )

    def _look_after(self, model: catalogue.Model, elapsed: float) -> float:
        """Seconds until the next look: often around the model's usual time, seldom before and after."""
        if self._report_url is not None:
            return min(max(REPORTED_LOOK_SECONDS, elapsed / 3), LATEST_REPORTED_LOOK_SECONDS)
        if elapsed < model.usual_seconds:
            return min(max(0.7 * model.usual_seconds - elapsed, SOONEST_LOOK_SECONDS), 2)
        return min(max(elapsed / 8, SOONEST_LOOK_SECONDS), LATEST_LOOK_SECONDS)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
