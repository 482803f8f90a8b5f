"""What can be made to go wrong, by rule.

A rule names a fault, how probable it is, how many times it still happens, and what it is meant for: a path (a regular
expression that is found in it), a method, an event, or a part of the body. One that names none of them is for all.
"""

import random
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Instead of an answer, with nothing done.
REFUSALS = ("status_401", "status_429", "status_500", "status_502", "status_503", "gateway_error")
BEFORE_FAULTS = {"hang", "reset", *REFUSALS}
# Between what has been done and its answer: late, cut off, silent for long and then cut off.
AFTER_FAULTS = {"latency", "dropped", "timeout"}
# Answers lie about payments: about their amount, their currency, and the order that they are of.
ANSWER_FAULTS = {"answer_amount", "answer_currency", "answer_order"}
# The answer waits until the webhooks of what was done have been taken.
ORDER_FAULTS = {"webhook_first"}
# What becomes of payments that would have been captured: `value` is the time until the capture.
PAY_FAULTS = {"pay_failed", "pay_authorized", "pay_late"}
RENEWAL_FAULTS = {"renewal_failed"}
REFUND_FAULTS = {"refund_failed", "refund_slower"}
# Decided for every event, and kept for its retries.
WEBHOOK_FAULTS = {
    f"webhook_{what}"
    for what in ("drop", "duplicate", "duplicate_new_id", "delay", "last", "bad_signature", "old_secret", "unsigned")
} | {"webhook_amount", "webhook_currency", "webhook_order"}
NAMES = BEFORE_FAULTS | AFTER_FAULTS | ANSWER_FAULTS | ORDER_FAULTS | PAY_FAULTS | RENEWAL_FAULTS
NAMES = NAMES | REFUND_FAULTS | WEBHOOK_FAULTS


class UnknownFault(ValueError):
    """A fault by this name does not exist; a misspelled one would make a test prove nothing."""


@dataclass
class Rule:
    """One thing that goes wrong."""

    fault: str
    probability: float = 1.0
    times: int | None = None
    path: str | None = None
    method: str | None = None
    event: str | None = None
    match: str | None = None
    value: Any = None

    def __post_init__(self) -> None:
        if self.fault not in NAMES:
            raise UnknownFault(self.fault)


@dataclass(frozen=True)
class Drawn:
    """A fault that happens now."""

    value: Any = None

    def number(self, default: float) -> float:
        """Its value as a number."""
        return default if self.value is None else float(self.value)


@dataclass(frozen=True)
class About:
    """What something could go wrong with."""

    path: str = ""
    method: str = ""
    event: str = ""
    text: str = ""
    # Whether a rule has to name its path to be meant for it.
    needs_path: bool = False

    def is_meant_by(self, rule: Rule) -> bool:
        """Whether a rule is meant for this."""
        if self.needs_path and rule.path is None:
            return False
        return (
            (rule.path is None or re.search(rule.path, self.path) is not None)
            and rule.method in (None, self.method)
            and rule.event in (None, self.event)
            and (rule.match is None or rule.match in self.text)
        )


class Faults:
    """The rules of this moment."""

    def __init__(self, seed: int = 0) -> None:
        self._rules: defaultdict[str, list[Rule]] = defaultdict(list)
        self.random = random.Random(seed)

    def add(self, rules: list[Mapping[str, Any]]) -> None:
        """More rules; all of them or none."""
        for rule in [Rule(**rule) for rule in rules]:
            self._rules[rule.fault].append(rule)

    def clear(self) -> None:
        """No rules."""
        self._rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The rules with what is left of them."""
        return [asdict(rule) for rules in self._rules.values() for rule in rules]

    def seconds(self, drawn: Drawn, default: float = 1.0) -> float:
        """The time that a fault takes: its value, or by chance between two."""
        return self.random.uniform(*drawn.value) if isinstance(drawn.value, list) else drawn.number(default)

    def draw(self, fault: str, about: About) -> Drawn | None:
        """Whether this happens now. What happens a number of times has happened once more."""
        for rule in self._rules.get(fault, ()):
            if rule.times == 0 or not about.is_meant_by(rule):
                continue
            if rule.probability < 1 and self.random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            return Drawn(rule.value)
        return None

    def draw_any(self, faults: set[str], about: About) -> dict[str, Drawn]:
        """All of these that happen now."""
        drawn = {fault: self.draw(fault, about) for fault in sorted(faults & set(self._rules))}
        return {fault: found for fault, found in drawn.items() if found is not None}
