"""Money that arrived: recorded forward only, and given its days and credits at most once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from imagegarden.domain import alarms, audit, periods, purchases, steps
from imagegarden.domain.errors import NotFound
from imagegarden.domain.plans import GRACE, Allowances, Tier
from imagegarden.models import (
    DisputeState,
    Payment,
    PaymentEvent,
    PaymentFault,
    PaymentState,
    Period,
    Purchase,
    Refund,
    Subscription,
    User,
)
from imagegarden.payments.base import VendorPayment
from imagegarden.queue import defer

logger = logging.getLogger(__name__)

REFUND_TASK = "refund_payment"
# From one try at a refund until the next: the one before has long come to something by then.
REFUND_PAUSE = timedelta(minutes=10)
WRONG_MONEY = "wrong_money"
# A failed payment can still be captured; what was captured never fails.
ORDER = {
    PaymentState.CREATED: 0,
    PaymentState.AUTHORIZED: 1,
    PaymentState.FAILED: 2,
    PaymentState.CAPTURED: 3,
    PaymentState.REFUNDED: 4,
}
# Paid twice by accident, or for days that its owner cannot use.
BACK_BY_ITSELF = (PaymentFault.SURPLUS, PaymentFault.ABSENT)
MOVED = (PaymentState.CAPTURED, PaymentState.REFUNDED)
DISPUTES = "payment.dispute."


def record(
    session: Session,
    purchase: Purchase,
    told: VendorPayment,
    *,
    starts_at: datetime | None = None,
    allowances: Allowances,
    now: datetime,
) -> Payment:
    """Record what the gateway says of a payment for a locked purchase, and do what follows from it.

    Captured money gives a period, from `starts_at` or now, once; money that came back takes it away. The amount and
    the plan are those of our purchase: other money gives nothing and is told to the operators. Twice is once.
    """
    payment = _note(session, purchase, told, now)
    if payment.state == PaymentState.CAPTURED:
        _accept(session, purchase, payment, starts_at or now, allowances, now)
    _apply_disputes(session, payment, now)
    if payment.state == PaymentState.REFUNDED or payment.dispute == DisputeState.LOST:
        payment.refund_next_at = None
        _take_back(session, payment, now)
    return payment


def _note(session: Session, purchase: Purchase, told: VendorPayment, now: datetime) -> Payment:
    payment = session.scalar(
        select(Payment)
        .where(Payment.vendor == purchase.vendor, Payment.vendor_id == told.id)
        .with_for_update(of=Payment)
        .execution_options(populate_existing=True)
    )
    if payment is None:
        payment = Payment(
            purchase_id=purchase.id,
            user_id=purchase.user_id,
            vendor=purchase.vendor,
            vendor_id=told.id,
            amount_paise=told.amount_paise,
            currency=told.currency,
            state=told.state,
            refunded_paise=0,
            created_at=now,
        )
        session.add(payment)
        session.flush()
        session.execute(
            update(PaymentEvent)
            .where(
                PaymentEvent.vendor == purchase.vendor,
                PaymentEvent.payment_id == told.id,
                PaymentEvent.purchase_id.is_(None),
            )
            .values(purchase_id=purchase.id)
        )
    if payment.purchase_id != purchase.id:
        raise ValueError(f"payment {payment.id} belongs to another purchase")
    if ORDER[told.state] > ORDER[payment.state]:
        payment.state = told.state
    payment.method = told.method or payment.method
    _note_refund(session, payment, told.refunded_paise, now)
    if payment.state == PaymentState.CAPTURED and payment.refunded_paise >= payment.amount_paise > 0:
        payment.state = PaymentState.REFUNDED
    return payment


def _note_refund(session: Session, payment: Payment, refunded_paise: int, now: datetime) -> None:
    """What the gateway says has been refunded by now is more than it was, or the same."""
    more = refunded_paise - payment.refunded_paise
    if more > 0:
        payment.refunded_paise += more
        # After a chargeback, nothing is left to go back.
        if payment.dispute != DisputeState.LOST:
            _note_back(session, payment, more, now)


def _note_back(session: Session, payment: Payment, amount_paise: int, now: datetime) -> None:
    if amount_paise > 0:
        session.add(Refund(payment_id=payment.id, amount_paise=amount_paise, created_at=now))


def _accept(
    session: Session, purchase: Purchase, payment: Payment, starts_at: datetime, allowances: Allowances, now: datetime
) -> None:
    if payment.fault is not None or periods.of_payment(session, payment) is not None:
        return
    payment.captured_at = payment.captured_at or now
    payment.fault = _fault(session, purchase, payment)
    if payment.fault in BACK_BY_ITSELF:
        wish_refund(session, payment, now=now)
    elif payment.fault is not None:
        detail = f"Payment {payment.vendor_id} of {payment.amount_paise} {payment.currency} is not what was to be paid."
        alarms.raise_alarm(session, code=WRONG_MONEY, detail=detail, now=now)
    else:
        assert purchase.plan.days is not None
        periods.add(
            session,
            user_id=purchase.user_id,
            payment_id=payment.id,
            days=purchase.plan.days,
            credits_each=purchase.plan.credits,
            # Days that were over before they were paid have been of no use.
            starts_at=max(starts_at, now - GRACE),
            now=now,
        )
        steps.let_in_next(session, user_id=purchase.user_id, now=now, times=allowances[Tier.PREMIUM].at_once)
        logger.info("a payment was credited", extra={"payment": payment.id})


def _fault(session: Session, purchase: Purchase, payment: Payment) -> PaymentFault | None:
    if payment.currency != purchase.plan.currency:
        return PaymentFault.CURRENCY
    if payment.amount_paise != purchase.plan.price_paise:
        return PaymentFault.AMOUNT
    paid_already = select(Period.id).join(Payment, Payment.id == Period.payment_id)
    if not purchase.renews and session.scalar(paid_already.where(Payment.purchase_id == purchase.id).limit(1)):
        return PaymentFault.SURPLUS
    if not purchases.is_owner_here(session, purchase):
        return PaymentFault.ABSENT
    return None


def _apply_disputes(session: Session, payment: Payment, now: datetime) -> None:
    kinds = set(
        session.scalars(
            select(PaymentEvent.kind).where(
                PaymentEvent.vendor == payment.vendor,
                PaymentEvent.payment_id == payment.vendor_id,
                PaymentEvent.kind.startswith(DISPUTES),
            )
        )
    )
    # The end of a dispute counts, in whatever order its reports came.
    for state, ends in ((DisputeState.LOST, "lost"), (DisputeState.WON, "won")):
        if f"{DISPUTES}{ends}" in kinds:
            if state == DisputeState.LOST and payment.dispute != state:
                _note_back(session, payment, payment.amount_paise - payment.refunded_paise, now)
            payment.dispute = state
            return
    if kinds:
        payment.dispute = DisputeState.WON if f"{DISPUTES}closed" in kinds else DisputeState.OPEN


def _take_back(session: Session, payment: Payment, now: datetime) -> None:
    period = periods.of_payment(session, payment)
    if period is not None:
        reason = "chargeback" if payment.dispute == DisputeState.LOST else "refund"
        periods.end(session, period, reason=reason, now=now)
        session.execute(
            update(User).where(User.id == payment.user_id, User.flagged_at.is_(None)).values(flagged_at=now)
        )
    if payment.dispute == DisputeState.LOST:
        session.execute(
            update(Subscription)
            .where(Subscription.purchase_id == payment.purchase_id, Subscription.cancel_wished_at.is_(None))
            .values(cancel_wished_at=now)
        )


def wish_refund(session: Session, payment: Payment, *, now: datetime) -> None:
    """Have all of a locked payment's money given back, and tried again until that is done. Twice is once."""
    payment.refund_wished_at = payment.refund_wished_at or now
    payment.refund_next_at = now + REFUND_PAUSE
    defer(session, REFUND_TASK, once=f"refund:{payment.id}", payment_id=payment.id)


def send_due_refunds(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Have the refunds tried again that are not done yet. Returns how many. Twice is once."""
    due = session.scalars(
        select(Payment)
        .where(Payment.refund_next_at <= now)
        .order_by(Payment.refund_next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Payment)
    ).all()
    for payment in due:
        wish_refund(session, payment, now=now)
    return len(due)


def refund(
    session: Session,
    *,
    vendor_id: str,
    reason: str,
    actor_id: int | None,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Payment:
    """Give a payment's money back, on behalf of the operator. Raises NotFound when there is none to give back."""
    payment = session.scalar(select(Payment).where(Payment.vendor_id == vendor_id).with_for_update(of=Payment))
    if payment is None or payment.state != PaymentState.CAPTURED:
        raise NotFound("There is no captured payment of this name.")
    audit.record(
        session,
        actor_id=actor_id,
        action="payment.refund",
        subject_id=payment.user_id,
        target=payment.vendor_id,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    wish_refund(session, payment, now=now)
    return payment


def get(session: Session, *, uuid: UUID, user_id: int) -> Payment:
    """One of the person's payments that moved money. Raises NotFound."""
    payment = session.scalar(
        select(Payment).where(Payment.uuid == uuid, Payment.user_id == user_id, Payment.state.in_(MOVED))
    )
    if payment is None:
        raise NotFound
    return payment


def list_of(session: Session, *, user_id: int, limit: int, before: int | None = None) -> Sequence[Payment]:
    """A person's payments that moved money, the newest first."""
    query = select(Payment).where(Payment.user_id == user_id, Payment.state.in_(MOVED))
    if before is not None:
        query = query.where(Payment.id < before)
    return session.scalars(query.order_by(Payment.id.desc()).limit(limit)).all()
