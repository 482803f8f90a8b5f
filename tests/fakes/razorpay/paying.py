"""What becomes of a payment: it fails, is authorized, is captured, or comes late."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from tests.fakes.razorpay import payments
from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.faults import PAY_FAULTS, About
from tests.fakes.razorpay.payments import Payment
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.refunding import give_back
from tests.fakes.razorpay.views import Entity

ORDER_IS_PAID = "Your payment has been declined as the order is already paid"
NOT_AUTHORIZED = "Only payments which have been authorized and not yet captured can be captured"
WRONG_AMOUNT = "Capture amount must be equal to the amount authorized"
WRONG_CURRENCY = "Capture currency must be equal to the currency authorized"
# When a bank is late that nobody says of how late it is.
LATE_SECONDS = 600.0


class Outcome(StrEnum):
    """What becomes of a payment at first."""

    CAPTURED = "captured"
    FAILED = "failed"
    # Authorized, and captured later, or by the API, or never.
    AUTHORIZED = "authorized"
    # Failed, and authorized and captured later: the bank answered late.
    LATE = "late"


def outcome_under_faults(bank: Bank, order: Entity, later: float | None) -> tuple[Outcome, float | None]:
    """What becomes of a payment that would be captured."""
    about = About(path=f"/v1/orders/{order['id']}", text=f"{order['id']} {order['receipt']}")
    for fault, drawn in bank.faults.draw_any(PAY_FAULTS, about).items():
        return Outcome(fault.removeprefix("pay_")), later if drawn.value is None else bank.faults.seconds(drawn)
    return Outcome.CAPTURED, later


def attempt(
    bank: Bank,
    order: Entity,
    outcome: Outcome,
    *,
    later: float | None = None,
    method: str = "card",
    scope: str | None = None,
    captures: bool | None = None,
    on_captured: Callable[[Payment], None] = lambda payment: None,
    **more: Any,
) -> Payment:
    """A payment of an order. `later` is when, in seconds, one that is not captured at once will be."""
    order["attempts"] += 1
    if order["status"] == "created":
        order["status"] = "attempted"
    entity = payments.describe(order, method, bank.clock.stamp(), **more)
    payment = Payment(entity, scope or order["id"], on_captured)
    bank.payments[payment.id] = payment
    if outcome in (Outcome.FAILED, Outcome.LATE):
        _fail(bank, payment)
    else:
        _authorize(bank, payment)
    captures = bank.settings.auto_capture if captures is None else captures
    later = LATE_SECONDS if later is None and outcome is Outcome.LATE else later
    if outcome is Outcome.CAPTURED and captures:
        capture(bank, payment)
    elif outcome in (Outcome.AUTHORIZED, Outcome.LATE) and later is not None:
        bank.clock.at(bank.clock.now() + later, lambda: _come_late(bank, payment))
    if payment.entity["status"] == "authorized":
        _expect_capture(bank, payment)
    return payment


def capture(bank: Bank, payment: Payment) -> None:
    """Take the money of a payment; that of an order that is paid already is given back."""
    entity, order = payment.entity, bank.orders[payment.entity["order_id"]]
    if order["status"] == "paid":
        give_back(bank, payment)
        return
    entity["status"], entity["captured"] = "captured", True
    entity["fee"], entity["tax"] = payments.fee(entity["amount"])
    bank.emit("payment.captured", payment.scope, payment=entity)
    order["status"], order["amount_paid"], order["amount_due"] = "paid", order["amount"], 0
    bank.emit("order.paid", payment.scope, payment=entity, order=order)
    payment.on_captured(payment)


def capture_as_asked(bank: Bank, payment: Payment, amount: int, currency: str) -> None:
    """Capture what was authorized, neither more nor less. Raises Refusal."""
    entity, order = payment.entity, bank.orders[payment.entity["order_id"]]
    if entity["status"] == "captured" or (entity["status"] == "authorized" and order["status"] == "paid"):
        raise Refusal(ORDER_IS_PAID)
    if entity["status"] != "authorized":
        raise Refusal(NOT_AUTHORIZED)
    if amount != entity["amount"]:
        raise Refusal(WRONG_AMOUNT, field="amount")
    if currency != entity["currency"]:
        raise Refusal(WRONG_CURRENCY, field="currency")
    capture(bank, payment)


def _authorize(bank: Bank, payment: Payment) -> None:
    payment.entity.update(payments.NO_ERROR, status="authorized")
    payment.entity["acquirer_data"] = {"auth_code": "064381"} if payment.entity["method"] == "card" else {}
    bank.emit("payment.authorized", payment.scope, payment=payment.entity)


def _fail(bank: Bank, payment: Payment) -> None:
    payment.entity.update(payments.FAILURE, status="failed")
    bank.emit("payment.failed", payment.scope, payment=payment.entity)


def _come_late(bank: Bank, payment: Payment) -> None:
    if payment.entity["status"] == "failed":
        _authorize(bank, payment)
    if payment.entity["status"] == "authorized":
        capture(bank, payment)


def _expect_capture(bank: Bank, payment: Payment) -> None:
    """Give a payment back that nobody captures in time; at once if its order is paid already."""

    def give_back_uncaptured() -> None:
        if payment.entity["status"] == "authorized":
            give_back(bank, payment)

    if bank.orders[payment.entity["order_id"]]["status"] == "paid":
        give_back_uncaptured()
    else:
        bank.clock.at(bank.clock.now() + bank.settings.uncaptured_seconds, give_back_uncaptured)
