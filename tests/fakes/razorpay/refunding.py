"""Money that goes back."""

from typing import Any

from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.faults import REFUND_FAULTS, About
from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.payments import Payment
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.views import Entity

NOT_CAPTURED = "The payment status should be captured for action to be taken"
IS_REFUNDED = "The payment has been fully refunded already"
TOO_MUCH = "The total refund amount is greater than the refund payment amount"


def refund(
    bank: Bank,
    payment: Payment,
    amount: int | None = None,
    *,
    speed: str = "normal",
    notes: Any = None,
    receipt: str | None = None,
) -> Entity:
    """Give back some of a captured payment, or all that is left of it. Raises Refusal."""
    entity = payment.entity
    left = entity["amount"] - entity["amount_refunded"]
    if entity["status"] == "refunded" or (entity["status"] == "captured" and not left):
        raise Refusal(IS_REFUNDED)
    if entity["status"] != "captured":
        raise Refusal(NOT_CAPTURED)
    if amount is not None and amount > left:
        raise Refusal(TOO_MUCH, field="amount")
    return _begin(bank, payment, left if amount is None else amount, speed, notes or [], receipt)


def give_back(bank: Bank, payment: Payment) -> Entity:
    """Give all of a payment back by ourselves, captured or not."""
    return _begin(bank, payment, payment.entity["amount"] - payment.entity["amount_refunded"], "normal", [], None)


def _begin(bank: Bank, payment: Payment, amount: int, speed: str, notes: Any, receipt: str | None) -> Entity:
    made: Entity = {
        "id": new_id("rfnd"),
        "entity": "refund",
        "amount": amount,
        "currency": payment.entity["currency"],
        "payment_id": payment.id,
        "notes": notes,
        "receipt": receipt,
        "acquirer_data": {"arn": None},
        "created_at": bank.clock.stamp(),
        "batch_id": None,
        "status": "pending",
        "speed_processed": "normal" if speed == "normal" else "instant",
        "speed_requested": speed,
    }
    bank.refunds[made["id"]] = made
    _count(payment.entity, amount)
    bank.emit("refund.created", payment.scope, refund=made, payment=payment.entity)
    faults = bank.faults.draw_any(REFUND_FAULTS, About(path=f"/v1/payments/{payment.id}/refund"))
    if "refund_slower" in faults:
        made["speed_processed"] = "normal"
        bank.emit("refund.speed_changed", payment.scope, refund=made, payment=payment.entity)

    def end() -> None:
        _fail(bank, payment, made) if "refund_failed" in faults else _process(bank, payment, made)

    if bank.settings.refund_seconds:
        bank.clock.at(bank.clock.now() + bank.settings.refund_seconds, end)
    else:
        end()
    return made


def _process(bank: Bank, payment: Payment, made: Entity) -> None:
    made["status"] = "processed"
    made["acquirer_data"] = {"arn": "10000000000000"}
    bank.emit("refund.processed", payment.scope, refund=made, payment=payment.entity)


def _fail(bank: Bank, payment: Payment, made: Entity) -> None:
    made["status"] = "failed"
    _count(payment.entity, -made["amount"])
    bank.emit("refund.failed", payment.scope, refund=made, payment=payment.entity)


def _count(payment: Entity, amount: int) -> None:
    payment["amount_refunded"] += amount
    is_full = payment["amount_refunded"] == payment["amount"]
    payment["refund_status"] = "full" if is_full else "partial" if payment["amount_refunded"] else None
    if is_full:
        payment["status"] = "refunded"
    elif payment["status"] == "refunded":
        payment["status"] = "captured" if payment["captured"] else "authorized"
