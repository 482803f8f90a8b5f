"""What can be set while the fake runs."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.razorpay import KEY_SECRET, WEBHOOK_SECRET


@dataclass
class Settings:
    """Times are in seconds of the fake's clock, unless they are said to be real ones."""

    # Any `rzp_test_...` goes with it.
    key_secret: str = KEY_SECRET
    # Where events are sent to; they are sent nowhere if None.
    webhook_url: str | None = None
    webhook_secret: str = WEBHOOK_SECRET
    # From a delivery that failed until the next one; each further one takes twice as long, until the event is too old.
    webhook_first_pause: float = 60.0
    webhook_lifetime: float = 24 * 3600.0
    # How many real seconds one second between two deliveries takes: 0.001 makes a day a minute and a half.
    webhook_scale: float = 1.0
    # Real seconds within which a delivery has to be answered.
    webhook_timeout: float = 5.0
    # How many are under way at the same time; read at the start.
    webhook_at_once: int = 32
    # What the clock says at the beginning; the real time if None.
    clock: float | None = None
    # Payments are captured when they are authorized, as accounts are set up to; by the API alone if not.
    auto_capture: bool = True
    # A payment that nobody captures is refunded then.
    uncaptured_seconds: float = 3 * 24 * 3600.0
    # From a refund until it is processed.
    refund_seconds: float = 0.0
    # Billing cycles end at midnight in India, as the real ones do; after exactly a period if not.
    aligns_cycles: bool = True
    # What is charged, and given back, to see whether a card is good.
    authentication_amount: int = 500
    # An order with the receipt of another is refused, as accounts can ask for.
    unique_receipts: bool = False
    # The seed of all that is drawn by chance.
    seed: int = 0

    def updated(self, values: Mapping[str, Any]) -> "Settings":
        """Settings with some others; a name that does not exist is a ValueError."""
        unknown = set(values) - {known.name for known in dataclasses.fields(self)}
        if unknown:
            raise ValueError(f"no such settings: {', '.join(sorted(unknown))}")
        return dataclasses.replace(self, **values)
