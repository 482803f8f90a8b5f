"""Payments that a customer's bank asks back."""

from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.payments import Payment
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.views import Entity

DAYS_TO_RESPOND = 3
DECISIONS = ("under_review", "action_required", "won", "lost", "closed")
DECIDED = ("won", "lost", "closed")


def create(bank: Bank, payment: Payment, amount: int | None = None) -> Entity:
    """A dispute about some of a payment, or all of it."""
    now = bank.clock.stamp()
    made: Entity = {
        "id": new_id("disp"),
        "entity": "dispute",
        "payment_id": payment.id,
        "amount": payment.entity["amount"] if amount is None else amount,
        "currency": payment.entity["currency"],
        "amount_deducted": 0,
        "reason_code": "chargeback",
        "reason_description": "The cardholder claims not to have received what was paid for.",
        "respond_by": now + DAYS_TO_RESPOND * 24 * 3600,
        "status": "open",
        "phase": "chargeback",
        "created_at": now,
    }
    bank.disputes[made["id"]] = made
    bank.emit("payment.dispute.created", payment.scope, payment=payment.entity, dispute=made)
    return made


def decide(bank: Bank, dispute: Entity, status: str) -> Entity:
    """Go on with a dispute; the money of one that is lost is gone. Raises Refusal."""
    if status not in DECISIONS or dispute["status"] in DECIDED:
        raise Refusal(f"A dispute that is {dispute['status']} cannot be {status}.", field="status")
    # Evidence that is not good enough leaves it open.
    dispute["status"] = "open" if status == "action_required" else status
    if status == "lost":
        dispute["amount_deducted"] = dispute["amount"]
    payment = bank.payment(dispute["payment_id"])
    bank.emit(f"payment.dispute.{status}", payment.scope, payment=payment.entity, dispute=dispute)
    return dispute
