"""Orders."""

from typing import Any

from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.views import Entity


def make(amount: int, currency: str, now: int, *, receipt: str | None = None, notes: Any = None) -> Entity:
    """A new order."""
    return {
        "id": new_id("order"),
        "entity": "order",
        "amount": amount,
        "amount_paid": 0,
        "amount_due": amount,
        "currency": currency,
        "receipt": receipt,
        "offer_id": None,
        "status": "created",
        "attempts": 0,
        "notes": notes or [],
        "created_at": now,
    }
