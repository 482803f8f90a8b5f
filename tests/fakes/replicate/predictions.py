"""One prediction, as a function of time: nothing has to happen for it to go on."""

import asyncio
import math
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.replicate import progress
from tests.fakes.replicate.faults import Drawn
from tests.fakes.replicate.fields import Model, OutputKind
from tests.fakes.replicate.inputs import Inputs
from tests.fakes.replicate.pictures import data_url

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})
FOREIGN_URL = "http://169.254.169.254/latest/meta-data/"
TOKENS_PER_SECOND = 20


@dataclass(slots=True, eq=False)
class Prediction:
    """What was asked, and the moments at which it changes."""

    id: str
    seq: int
    model: Model
    given: dict[str, Any]
    prompt: str
    seed: int
    created: float
    # When it starts and ends by itself, `math.inf` for never; and how.
    starts: float
    ends: float
    outcome: str
    error: str | None
    # The secret part of the addresses of its files.
    token: str
    output_base: str
    webhook: str | None = None
    events: frozenset[str] = frozenset()
    deadline: float | None = None
    canceled: float | None = None
    is_listed: bool = True
    shapes: dict[str, Drawn] = field(default_factory=dict)
    extra_logs: str = ""
    # The files that came with its input, and the pieces of what it will say.
    inputs: Inputs = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    # Set when its moments are moved, for those who wait for one.
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def ending(self) -> tuple[float, str]:
        """When it ends, as things stand, and with which status."""
        at, status = self.ends, self.outcome
        if self.deadline is not None and self.deadline < at:
            at, status = self.deadline, "aborted" if self.deadline <= self.starts else "canceled"
        if self.canceled is not None and self.canceled < at:
            at, status = self.canceled, "canceled"
        return at, status

    def status(self, now: float) -> str:
        """Its status."""
        at, status = self.ending()
        if now >= at:
            return status
        return "processing" if now >= self.starts else "starting"

    def has_ended(self, now: float) -> bool:
        """Whether its status will not change any more."""
        at, status = self.ending()
        return now >= at and status in TERMINAL

    def is_removed(self, now: float, ttl: float) -> bool:
        """Whether its data are gone."""
        return self.has_ended(now) and now >= self.ending()[0] + ttl

    def cancel(self, at: float) -> None:
        """End it then, if it has not ended."""
        if self.canceled is None:
            self.canceled = at
            self.moved.set()

    def file_count(self) -> int:
        """How many files it makes."""
        if self.model.extension is None:
            return 0
        count = self.model.count_for(self.given)
        return max(0, count - 1) if "output_fewer" in self.shapes else count

    def file_urls(self) -> list[str]:
        """Where its files are."""
        kind = self.model.extension_for(self.given)
        base = f"{self.output_base}/p/{self.token}"
        return [f"{base}/out-{n}.{kind}" for n in range(self.file_count())]

    def output(self, now: float) -> Any:
        """What it has made so far."""
        if self.status(now) != "succeeded":
            has_begun = self.model.output is OutputKind.TOKENS and now >= self.starts
            return self._tokens(min(now, self.ending()[0])) if has_begun else None
        if "output_empty" in self.shapes:
            return []
        if "output_null" in self.shapes:
            return None
        if "output_number" in self.shapes:
            return self.shapes["output_number"].number(42)
        if self.model.output is OutputKind.TOKENS:
            return self._tokens(math.inf)
        urls = self.file_urls()
        if "output_foreign" in self.shapes:
            urls[:1] = [str(self.shapes["output_foreign"].value or FOREIGN_URL)]
        if "output_data" in self.shapes:
            urls = [data_url(self.prompt, self.seed, n) for n in range(len(urls))]
        if "output_object" in self.shapes:
            return {"images": urls}
        if self.model.output is OutputKind.SINGLE or "output_single" in self.shapes:
            return urls[0] if urls else None
        return urls

    def logs(self, now: float) -> str:
        """What it has logged so far."""
        if now < self.starts:
            return ""
        ended = self.ending()[0]
        until = min(now, ended)
        share = 1.0 if math.isinf(self.starts) else (until - self.starts) / max(self.ends - self.starts, 0.001)
        lines = progress.lines(self.model.steps_for(self.given), min(share, 1.0), until - self.starts)
        return f"Using seed: {self.seed}\n{lines}{self.extra_logs if now >= ended else ''}"

    def _tokens(self, now: float) -> list[str]:
        """What a language model has said by then."""
        return self.tokens if math.isinf(now) else self.tokens[: int((now - self.starts) * TOKENS_PER_SECOND)]
