"""One subscription as it is kept and shown, and the days on which it is charged."""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from tests.fakes.razorpay.views import Entity

INDIA = timezone(timedelta(hours=5, minutes=30))
PERIODS = ("daily", "weekly", "monthly", "quarterly", "yearly")
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
ENDED = frozenset({"cancelled", "completed", "expired"})


@dataclass(eq=False)
class Subscription:
    """A subscription, and what is not shown of it."""

    entity: Entity
    plan: Entity
    addons: list[dict[str, Any]] = field(default_factory=list)
    # When its first cycle began; how many cycles have been invoiced.
    anchor: float | None = None
    cycles: int = 0
    # How many of the next charges fail.
    failing: int = 0
    is_canceled_at_end: bool = False
    token_id: str | None = None
    # The invoice of the cycle that is being charged.
    invoice: Entity | None = None
    # Its latest payment.
    latest: Entity | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.entity["id"])

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.entity["status"])

    @property
    def price(self) -> int:
        """What a cycle costs."""
        return int(self.plan["item"]["amount"] * self.entity["quantity"])

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen with it any more."""
        return self.status in ENDED

    def boundary(self, cycles: int, *, is_aligned: bool) -> int:
        """When so many cycles have ended: at midnight in India, or at the time of day of the beginning."""
        assert self.anchor is not None
        if not cycles:
            return int(self.anchor)
        began = datetime.fromtimestamp(self.anchor, INDIA)
        day = _later(began.date(), self.plan["period"], self.plan["interval"] * cycles)
        moment = datetime.combine(day, datetime.min.time() if is_aligned else began.time(), INDIA)
        return int(moment.astimezone(UTC).timestamp())

    def begin(self, at: float, *, is_aligned: bool) -> None:
        """Let the first cycle begin."""
        self.anchor = at
        self.entity["start_at"] = int(at)
        self.entity["end_at"] = self.boundary(self.entity["total_count"], is_aligned=is_aligned)

    def count_cycle(self) -> None:
        """One more cycle has been invoiced."""
        self.cycles += 1
        self.entity["remaining_count"] = self.entity["total_count"] - self.cycles


def _later(day: date, period: str, count: int) -> date:
    if period not in MONTHS:
        return day + timedelta(days=count * (7 if period == "weekly" else 1))
    months = day.month - 1 + count * MONTHS[period]
    year, month = day.year + months // 12, months % 12 + 1
    # A month that has no such day ends with its last.
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
