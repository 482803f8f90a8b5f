"""What can be made to go wrong, by rule or by words in a prompt.

A rule names a fault, how probable it is, how many times it still happens, and which part of a prompt or which model it
is meant for.
In a prompt, `fault:NAME`, `fault:NAME=VALUE` and `fault:NAME=VALUE*TIMES` do the same for that prompt alone.
A model without a prompt is reached by rules for its name; an upload by a part of the file's name.
"""

import functools
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OPERATIONS = ("create", "read", "list", "cancel", "upload")
STATUSES = (401, 402, 404, 429, 500, 502, 503, 504)
# Done to any request of an operation; `latency`, `hang`, `reset`, `dropped`, or a status instead of an answer.
REQUEST_FAULTS = {
    f"{operation}_{what}" for operation in OPERATIONS for what in ("latency", "hang", "reset", "dropped", *STATUSES)
}
# Decided when a prediction is created: how it goes.
COURSE_FAULTS = {"fail", "nsfw", "sensitive", "oom", "start_timeout", "stuck_starting", "never_finish", "aborted"} | {
    "unknown_status",
    "flagged",
    "unlisted",
}
# Decided when a prediction is created: what its output looks like.
SHAPE_FAULTS = {
    f"output_{what}" for what in ("empty", "null", "number", "object", "single", "fewer", "foreign", "data")
}
# Decided when a prediction of a language model is created: what its answer is like. `answer_exact` has it as its value.
ANSWER_FAULTS = {f"answer_{what}" for what in ("empty", "exact", "long", "markdown", "preamble", "quotes", "refusal")}
# Decided at every request for an output file.
FILE_FAULTS = {
    f"output_{what}" for what in ("404", "500", "slow", "stall", "truncated", "cut", "html", "wrong_type")
} | {
    "output_huge",
    "output_redirect",
    "output_reset",
    "output_hang",
}
# Decided for every webhook event, and kept for its retries.
WEBHOOK_FAULTS = {f"webhook_{what}" for what in ("drop", "duplicate", "delay", "shuffle", "bad_signature", "stale")} | {
    "webhook_oversize",
    "webhook_unknown",
}
# Other names for the same, with the value that makes them different.
ALIASES: dict[str, tuple[str, Any]] = {
    **{f"status_{status}": (f"create_{status}", None) for status in STATUSES},
    "retry_after_huge": ("create_429", 3600),
}
NAMES = REQUEST_FAULTS | COURSE_FAULTS | SHAPE_FAULTS | ANSWER_FAULTS | FILE_FAULTS | WEBHOOK_FAULTS | set(ALIASES)
# A prompt may stand in a longer one: what closes its sentence, or its quotes, is no part of a value.
MARKER = re.compile(r"\bfault:(?P<name>\w+)(?:=(?P<value>\S+?))?(?:\*(?P<times>\d+))?(?=[\"'`”’).,;:!?]*(?:\s|$)|<)")
# How long a prediction takes in all.
TAKES = re.compile(r"\btakes=(\d+(?:\.\d+)?)")


class UnknownFault(ValueError):
    """A fault by this name does not exist; a misspelled one would make a test prove nothing."""


@dataclass
class Rule:
    """One thing that goes wrong."""

    fault: str
    probability: float = 1.0
    times: int | None = None
    match: str | None = None
    model: str | None = None
    value: Any = None

    def __post_init__(self) -> None:
        if self.fault not in NAMES:
            raise UnknownFault(self.fault)
        name, value = ALIASES.get(self.fault, (self.fault, None))
        self.fault, self.value = name, value if self.value is None else self.value


@dataclass(frozen=True)
class Drawn:
    """A fault that happens now."""

    value: Any = None

    def number(self, default: float) -> float:
        """Its value as a number."""
        return default if self.value is None else float(self.value)


class Faults:
    """The rules of this moment."""

    def __init__(self, seed: int = 0) -> None:
        self._rules: defaultdict[str, list[Rule]] = defaultdict(list)
        self._happened: Counter[tuple[str, str]] = Counter()
        self._random = random.Random(seed)

    def add(self, rules: list[Mapping[str, Any]]) -> None:
        """More rules; all of them or none."""
        for rule in [Rule(**rule) for rule in rules]:
            self._rules[rule.fault].append(rule)

    def clear(self) -> None:
        """No rules; prompts count anew."""
        self._rules.clear()
        self._happened.clear()

    def seed(self, seed: int) -> None:
        """Draw from here on as from this seed."""
        self._random.seed(seed)

    def seconds(self, drawn: Drawn) -> float:
        """The time that a fault takes: its value, or by chance between two, or one second."""
        return self._random.uniform(*drawn.value) if isinstance(drawn.value, list) else drawn.number(1)

    def listed(self) -> list[dict[str, Any]]:
        """The rules with what is left of them."""
        return [asdict(rule) for rules in self._rules.values() for rule in rules]

    def draw(self, fault: str, prompt: str = "", model: str = "") -> Drawn | None:
        """Whether this happens now. What happens a number of times has happened once more."""
        for rule in markers(prompt):
            key = (prompt, fault)
            if rule.fault == fault and (rule.times is None or self._happened[key] < rule.times):
                if rule.times is not None:
                    self._happened[key] += 1
                return Drawn(rule.value)
        for rule in self._rules.get(fault, ()):
            if rule.times == 0 or (rule.match is not None and rule.match not in prompt):
                continue
            if rule.model not in (None, model):
                continue
            if rule.probability < 1 and self._random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            return Drawn(rule.value)
        return None

    def draw_any(self, faults: set[str], prompt: str, model: str) -> dict[str, Drawn]:
        """All of these that happen now."""
        if not self._rules and "fault:" not in prompt:
            return {}
        drawn = {fault: self.draw(fault, prompt, model) for fault in sorted(faults)}
        return {fault: found for fault, found in drawn.items() if found is not None}


def markers(prompt: str) -> tuple[Rule, ...]:
    """The faults that a prompt asks for."""
    return _read_markers(prompt) if "fault:" in prompt else ()


@functools.lru_cache(maxsize=4096)
def _read_markers(prompt: str) -> tuple[Rule, ...]:
    found = []
    for marker in MARKER.finditer(prompt):
        times = None if marker["times"] is None else int(marker["times"])
        found.append(Rule(marker["name"], times=times, value=_read_value(marker["value"])))
    return tuple(found)


def _read_value(written: str | None) -> Any:
    try:
        return None if written is None else json.loads(written)
    except ValueError:
        return written and written.strip("\"'")
