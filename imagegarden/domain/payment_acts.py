"""What the staff does about money: have the gateway asked, and have a payment given back.

Neither is done here: a job talks to the gateway, and what it says is recorded as always.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import audit, payments, purchases
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.models import DisputeState, Payment, PaymentState, Purchase, PurchaseState

REFUND = "payment.refund"
RECONCILE = "purchase.reconcile"
RECONCILE_ALL = "purchase.reconcile_all"
EVERYTHING = "all that wait"
WAITING = (PurchaseState.NEW, PurchaseState.OPEN)
# Any number will do, as long as nothing else locks by it.
LOCK = 0x1A6E_4EC0
MOST_ASKED = 500


def refund(
    session: Session,
    *,
    uuid: UUID,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Payment:
    """Have all of a payment's money given back; its days, and what is left of its credits, go when that is done.

    Under the same request key, once. Raises NotFound, RequestKeyReused, and Conflict where there is nothing to give
    back or it is on its way.
    """
    payment = session.scalar(
        select(Payment)
        .where(Payment.uuid == uuid)
        .with_for_update(of=Payment)
        .execution_options(populate_existing=True)
    )
    if payment is None:
        raise NotFound
    if audit.is_done(session, request_key, action=REFUND, subject_id=payment.user_id, target=payment.vendor_id):
        return payment
    if payment.state == PaymentState.REFUNDED:
        raise Conflict("It was refunded already.")
    if payment.dispute == DisputeState.LOST:
        raise Conflict("It was charged back: its money went already.")
    if payment.state != PaymentState.CAPTURED:
        raise Conflict("No money of it is here: only what was captured can go back.")
    if payment.refund_wished_at is not None:
        raise Conflict("Its refund is on its way already.")
    return payments.refund(
        session,
        vendor_id=payment.vendor_id,
        reason=reason,
        actor_id=actor_id,
        now=now,
        address=address,
        request_key=request_key,
    )


def reconcile(
    session: Session,
    *,
    uuid: UUID,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> Purchase:
    """Have the gateway asked now about everything that was paid for a purchase.

    Under the same request key, once. Raises NotFound, RequestKeyReused, and Conflict where the gateway never took it.
    """
    found = session.scalar(select(Purchase.id).where(Purchase.uuid == uuid))
    if found is None:
        raise NotFound
    purchase = purchases.lock(session, found)
    target = str(uuid)
    if audit.is_done(session, request_key, action=RECONCILE, subject_id=purchase.user_id, target=target):
        return purchase
    if purchase.state == PurchaseState.FAILED and purchase.vendor_id is None:
        raise Conflict("The gateway refused to make it: there is nothing to ask about.")
    purchase.seen_event_id = None
    purchases.ask(session, purchase, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action=RECONCILE,
        subject_id=purchase.user_id,
        target=target,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    return purchase


def reconcile_all(
    session: Session,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> int:
    """Have the gateway asked now about what waits to be paid, those that were due first. Returns about how many.

    Under the same request key, once: then none. Raises RequestKeyReused.
    """
    # There is no row that stands for all: whoever asks twice at once comes one after the other.
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if audit.is_done(session, request_key, action=RECONCILE_ALL, subject_id=None, target=EVERYTHING):
        return 0
    waiting = session.scalars(
        select(Purchase)
        .where(Purchase.state.in_(WAITING), Purchase.next_check_at.is_not(None))
        .order_by(Purchase.next_check_at)
        .limit(MOST_ASKED)
        .with_for_update(skip_locked=True, of=Purchase)
    ).all()
    for purchase in waiting:
        purchases.ask(session, purchase, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action=RECONCILE_ALL,
        subject_id=None,
        target=EVERYTHING,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    return len(waiting)
