"""One payment as it is kept and shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.views import Entity

METHODS = ("card", "upi", "netbanking", "wallet")
# Razorpay keeps two percent, and the tax on that.
FEE, TAX = 0.02, 0.18
NO_ERROR: dict[str, Any] = dict.fromkeys(
    ("error_code", "error_description", "error_source", "error_step", "error_reason")
)
FAILURE = {
    "error_code": "BAD_REQUEST_ERROR",
    "error_description": "Your payment could not be completed as it was declined by the bank. Try another method.",
    "error_source": "bank",
    "error_step": "payment_authorization",
    "error_reason": "payment_failed",
}


@dataclass(eq=False)
class Payment:
    """A payment, and what is done when its money has come."""

    entity: Entity
    # What its events have in common with others: its order, or its subscription.
    scope: str
    on_captured: Callable[["Payment"], None]

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.entity["id"])


def describe(order: Entity, method: str, now: int, **more: Any) -> Entity:
    """A payment of an order that has just been begun."""
    found: Entity = {
        "id": new_id("pay"),
        "entity": "payment",
        "amount": order["amount"],
        "currency": order["currency"],
        "status": "created",
        "order_id": order["id"],
        "invoice_id": None,
        "international": False,
        "method": method,
        "amount_refunded": 0,
        "refund_status": None,
        "captured": False,
        "description": None,
        **_instrument(method),
        "email": "asha@example.com",
        "contact": "+919876543210",
        "notes": order["notes"],
        "fee": None,
        "tax": None,
        **NO_ERROR,
        "acquirer_data": {},
        "created_at": now,
    }
    return {**found, **more}


def fee(amount: int) -> tuple[int, int]:
    """What Razorpay keeps of an amount, and the part of it that is tax."""
    tax = round(amount * FEE * TAX)
    return round(amount * FEE) + tax, tax


def error_of(payment: Entity) -> Entity:
    """Why a payment has failed, as the checkout says it."""
    return {
        "code": payment["error_code"],
        "description": payment["error_description"],
        "source": payment["error_source"],
        "step": payment["error_step"],
        "reason": payment["error_reason"],
        "metadata": {"payment_id": payment["id"], "order_id": payment["order_id"]},
    }


def _instrument(method: str) -> Entity:
    empty: Entity = {"card_id": None, "bank": None, "wallet": None, "vpa": None}
    if method == "card":
        card = _card()
        return {**empty, "card_id": card["id"], "card": card}
    filled = {"upi": ("vpa", "asha@okbank"), "netbanking": ("bank", "HDFC"), "wallet": ("wallet", "amazonpay")}
    name, value = filled[method]
    return {**empty, name: value}


def _card() -> Entity:
    return {
        "id": new_id("card"),
        "entity": "card",
        "name": "",
        "last4": "1111",
        "network": "Visa",
        "type": "debit",
        "issuer": "HDFC",
        "international": False,
        "emi": False,
        "sub_type": "consumer",
        "token_iin": None,
    }
