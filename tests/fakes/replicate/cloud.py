"""Everything that the fake knows, in memory, and how a prediction comes into it."""

import asyncio
import hashlib
import math
import random
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.replicate.buckets import TokenBucket
from tests.fakes.replicate.faults import ANSWER_FAULTS, COURSE_FAULTS, SHAPE_FAULTS, TAKES, Drawn, Faults
from tests.fakes.replicate.fields import Model, OutputKind
from tests.fakes.replicate.inputs import Inputs
from tests.fakes.replicate.making import answering
from tests.fakes.replicate.predictions import Prediction
from tests.fakes.replicate.rendering import Renderer
from tests.fakes.replicate.settings import Settings

ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MOST_LOGGED = 200_000
DEFAULT_EVENTS = frozenset({"output", "completed"})
FAILURES = {
    "fail": "Prediction failed",
    "nsfw": "NSFW content detected. Try running it again, or try a different prompt.",
    "sensitive": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "oom": "CUDA out of memory. Tried to allocate 20.00 MiB (E1001)",
    "start_timeout": "Director: the model took too long to start (E6716)",
}


@dataclass
class Cloud:
    """The state of the fake."""

    url: str
    initial: Settings
    settings: Settings = field(init=False)
    faults: Faults = field(default_factory=Faults)
    renderer: Renderer = field(default_factory=Renderer)
    predictions: dict[str, Prediction] = field(default_factory=dict)
    in_order: list[Prediction] = field(default_factory=list)
    by_token: dict[str, Prediction] = field(default_factory=dict)
    uploads: dict[str, Any] = field(default_factory=dict)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_LOGGED))
    deliveries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_LOGGED))
    webhook_tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ids = random.SystemRandom()
        self.configure(self.initial)

    def configure(self, settings: Settings) -> None:
        """Other settings; chance begins anew where its seed is another."""
        if not hasattr(self, "settings") or self.settings.seed != settings.seed:
            self._chance = random.Random(settings.seed)
            self.faults.seed(settings.seed)
        self.settings = settings
        self.creates = TokenBucket.per_minute(settings.create_per_minute, settings.create_burst)
        self.reads = TokenBucket.per_minute(settings.read_per_minute, settings.read_burst)

    def reset(self) -> None:
        """As at the beginning."""
        for task in self.webhook_tasks:
            task.cancel()
        for kept in (self.faults, self.predictions, self.in_order, self.by_token, self.uploads):
            kept.clear()
        self.requests.clear()
        self.deliveries.clear()
        self.renderer.forget()
        del self.settings
        self.configure(self.initial)

    def now(self) -> float:
        """The time, as it is written into predictions."""
        return time.time()

    def new_id(self) -> str:
        """26 letters and digits."""
        return "".join(self._ids.choices(ID_ALPHABET, k=26))

    def create(
        self,
        model: Model,
        given: dict[str, Any],
        *,
        inputs: Inputs,
        trouble: str | None,
        webhook: str | None,
        events: Any,
        cancel_after: float | None,
    ) -> Prediction:
        """A new prediction. What will go wrong with it is decided now; `trouble` is what its input makes go wrong."""
        filled = model.filled(given)
        said = filled.get("prompt", "")
        prompt = said if isinstance(said, str) else ""
        now = self.now()
        course = self.faults.draw_any(COURSE_FAULTS, prompt, model.slug)
        starting, processing = self._times(model, prompt)
        starts, ends, outcome, error = _course(course, trouble, now + starting, now + starting + processing)
        speaks = model.output is OutputKind.TOKENS
        shapes = self.faults.draw_any(SHAPE_FAULTS | ANSWER_FAULTS if speaks else SHAPE_FAULTS, prompt, model.slug)
        answer_faults = {fault: drawn for fault, drawn in shapes.items() if fault in ANSWER_FAULTS}
        made = Prediction(
            id=self.new_id(),
            seq=len(self.in_order) + 1,
            model=model,
            given=given,
            prompt=prompt,
            seed=0,
            created=now,
            starts=starts,
            ends=ends,
            outcome=outcome,
            error=error,
            token=secrets.token_urlsafe(24),
            output_base=self.settings.output_base or self.url,
            webhook=webhook,
            events=DEFAULT_EVENTS if events is None else frozenset(events),
            deadline=None if cancel_after is None else now + cancel_after,
            is_listed="unlisted" not in course,
            shapes=shapes,
            extra_logs=_flags(course.get("flagged")),
            inputs=inputs,
            tokens=answering.tokens(prompt, filled, answer_faults) if speaks else [],
        )
        seed = filled.get("seed")
        made.seed = int(seed) if seed is not None else int(hashlib.sha256(made.id.encode()).hexdigest()[:8], 16)
        self.predictions[made.id] = self.by_token[made.token] = made
        self.in_order.append(made)
        return made

    def _times(self, model: Model, prompt: str) -> tuple[float, float]:
        settings = self.settings
        own = settings.model_times.get(model.slug, {})
        starting = own.get("starting", settings.starting)
        processing = own.get("processing", settings.processing)
        takes = TAKES.search(prompt)
        if takes:
            total = float(takes[1])
            starting = min(starting, total / 2)
            return starting, total - starting
        spread = (self._chance.uniform(1 - settings.jitter, 1 + settings.jitter) for _ in range(2))
        return starting * next(spread), processing * next(spread)


def _course(
    course: dict[str, Drawn], trouble: str | None, starts: float, ends: float
) -> tuple[float, float, str, str | None]:
    for fault, message in FAILURES.items():
        if fault in course:
            error = message if course[fault].value is None else str(course[fault].value)
            return math.inf if fault == "start_timeout" else starts, ends, "failed", error
    if "aborted" in course:
        return math.inf, starts, "aborted", None
    if "stuck_starting" in course:
        return math.inf, math.inf, "succeeded", None
    if "never_finish" in course:
        return starts, math.inf, "succeeded", None
    if "unknown_status" in course:
        return starts, ends, str(course["unknown_status"].value or "hibernating"), None
    return starts, ends, "succeeded" if trouble is None else "failed", trouble


def _flags(drawn: Drawn | None) -> str:
    if drawn is None:
        return ""
    flagged = drawn.value if isinstance(drawn.value, list) else [drawn.value or 1]
    return "".join(f"NSFW content detected in image {n}\n" for n in flagged)


CLOUD = web.AppKey("cloud", Cloud)
