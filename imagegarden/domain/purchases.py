"""Buying: from the click until the gateway takes the money, and what it takes until somebody has to look again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, periods, plans
from imagegarden.domain.errors import AlreadySubscribed, NotFound
from imagegarden.models import (
    LIVE_SUBSCRIPTION,
    RENEWING_SUBSCRIPTION,
    Payment,
    PaymentEvent,
    PaymentState,
    PlanKey,
    Purchase,
    PurchaseState,
    Subscription,
)
from imagegarden.queue import defer

# The job that asks the gateway, and records what it says.
TASK = "ask_gateway"
# A click on Buy again within this time goes on with the same purchase.
REUSABLE = timedelta(hours=12)
# What nobody told us of is asked for: first after this time, then ever less often, until it is given up.
FIRST_CHECK = timedelta(minutes=10)
UNPLACED_CHECK = timedelta(minutes=1)
CONFIRMED_CHECK = timedelta(minutes=1)
# As long as the gateway may turn a failed payment into a late one.
PAYABLE = timedelta(days=3)
PUT_OFF = timedelta(hours=6)


def begin(session: Session, *, user_id: int, key: PlanKey, vendor: str, now: datetime) -> Purchase:
    """Begin to buy a plan, or go on with what was begun: two tabs and a double click are one purchase.

    Raises AlreadySubscribed when the days would be paid twice, and NotFound when the plan is not sold.
    """
    credits.lock_account(session, user_id)
    plan = plans.current(session, key, now=now)
    if not plan.price_paise:
        raise NotFound
    if find_live(session, user_id=user_id, renewing_only=key == PlanKey.PASS) is not None:
        raise AlreadySubscribed
    begun = session.scalar(
        select(Purchase)
        .where(
            Purchase.user_id == user_id,
            Purchase.plan_id == plan.id,
            Purchase.vendor == vendor,
            Purchase.state.in_([PurchaseState.NEW, PurchaseState.OPEN]),
            Purchase.created_at > now - REUSABLE,
        )
        .order_by(Purchase.id.desc())
        .limit(1)
    )
    if begun is not None:
        return begun
    purchase = Purchase(user_id=user_id, plan=plan, vendor=vendor, created_at=now, next_check_at=now + UNPLACED_CHECK)
    session.add(purchase)
    session.flush()
    if purchase.renews:
        starts_at = periods.paid_until(session, user_id=user_id, now=now)
        session.add(Subscription(purchase_id=purchase.id, user_id=user_id, starts_at=starts_at))
    ask(session, purchase)
    return purchase


def find_live(session: Session, *, user_id: int, renewing_only: bool = False) -> Subscription | None:
    """The person's subscription that is under way; `renewing_only` leaves out one that will not pay more days."""
    query = select(Subscription).where(Subscription.user_id == user_id, Subscription.state.in_(LIVE_SUBSCRIPTION))
    if renewing_only:
        query = query.where(Subscription.cancel_wished_at.is_(None), Subscription.state.in_(RENEWING_SUBSCRIPTION))
    return session.scalars(query.order_by(Subscription.purchase_id.desc()).limit(1)).first()


def get(session: Session, *, uuid: UUID, user_id: int | None = None) -> Purchase:
    """A purchase, of this person where one is said. Raises NotFound."""
    query = select(Purchase).where(Purchase.uuid == uuid)
    purchase = session.scalar(query if user_id is None else query.where(Purchase.user_id == user_id))
    if purchase is None:
        raise NotFound
    return purchase


def subscription_of(session: Session, purchase: Purchase) -> Subscription | None:
    """What a purchase renews by; None where it is paid once."""
    return session.get(Subscription, purchase.id) if purchase.renews else None


def lock(session: Session, purchase_id: int) -> Purchase:
    """A purchase, locked: whatever is recorded of it is recorded one at a time. Raises NotFound."""
    purchase = session.scalar(
        select(Purchase)
        .where(Purchase.id == purchase_id)
        .with_for_update(of=Purchase)
        .execution_options(populate_existing=True)
    )
    if purchase is None:
        raise NotFound
    return purchase


def ask(session: Session, purchase: Purchase) -> None:
    """Have the gateway asked about a purchase, soon and once."""
    defer(session, TASK, once=f"purchase:{purchase.id}", purchase_id=purchase.id)


def record_placed(session: Session, purchase: Purchase, *, vendor_id: str, now: datetime) -> None:
    """The gateway made what a locked purchase is paid by. Reports that came before are about it from now on."""
    purchase.vendor_id = vendor_id
    purchase.state = PurchaseState.OPEN
    purchase.next_check_at = now + FIRST_CHECK
    for event in session.scalars(
        select(PaymentEvent).where(PaymentEvent.subject_id == vendor_id, PaymentEvent.purchase_id.is_(None))
    ):
        event.purchase_id = purchase.id


def record_refused(session: Session, purchase: Purchase, *, error_code: str) -> None:
    """The gateway will not sell this: a locked purchase ends."""
    purchase.state = PurchaseState.FAILED
    purchase.error_code = error_code
    purchase.next_check_at = None


def confirm(session: Session, *, purchase_id: int, payment_id: str, now: datetime) -> None:
    """The browser came back with a genuine word of a payment. Whether money moved is asked of the gateway."""
    purchase = lock(session, purchase_id)
    if purchase.confirmed_payment_id == payment_id:
        return
    purchase.confirmed_at = now
    purchase.confirmed_payment_id = payment_id
    purchase.next_check_at = now + CONFIRMED_CHECK
    ask(session, purchase)


def plan_next_check(purchase: Purchase, *, paid: bool, now: datetime) -> None:
    """Say when the gateway is to be asked about a locked order if nobody tells us anything."""
    purchase.asked_at = now
    if paid or purchase.state == PurchaseState.PAID:
        purchase.state = PurchaseState.PAID
        purchase.next_check_at = None
    elif now - purchase.created_at > PAYABLE:
        purchase.state = PurchaseState.EXPIRED
        purchase.next_check_at = None
    elif purchase.confirmed_at is not None and now - purchase.confirmed_at < FIRST_CHECK:
        purchase.next_check_at = now + CONFIRMED_CHECK
    else:
        # At twice its age: few questions, and none is late by more than the time that has passed.
        purchase.next_check_at = now + max(FIRST_CHECK, now - purchase.created_at)


def put_off(session: Session, purchase_id: int, *, now: datetime) -> None:
    """The gateway does not want to speak of it: it is asked again much later."""
    lock(session, purchase_id).next_check_at = now + PUT_OFF


def ask_due(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Have the gateway asked about what was due to be told and was not. Returns how many. Twice is once."""
    due = session.scalars(
        select(Purchase)
        .where(Purchase.next_check_at <= now)
        .order_by(Purchase.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Purchase)
    ).all()
    for purchase in due:
        # Should the job be lost, it is due again.
        purchase.next_check_at = now + UNPLACED_CHECK
        ask(session, purchase)
    return len(due)


def ask_all(session: Session, *, user_id: int) -> int:
    """Have the gateway asked about everything that a person began to buy. Returns how many."""
    found = session.scalars(select(Purchase).where(Purchase.user_id == user_id).with_for_update(of=Purchase)).all()
    for purchase in found:
        ask(session, purchase)
    return len(found)


def known_payments(session: Session, purchase: Purchase) -> Sequence[str]:
    """The payments of a purchase whose money is here: nothing new is to be heard of them but by a report."""
    return session.scalars(
        select(Payment.vendor_id).where(
            Payment.purchase_id == purchase.id, Payment.state.in_([PaymentState.CAPTURED, PaymentState.REFUNDED])
        )
    ).all()


def reported_payments(session: Session, purchase: Purchase) -> Sequence[str]:
    """The payments of a purchase that something was reported of since the gateway was asked last."""
    query = select(PaymentEvent.payment_id).where(
        PaymentEvent.purchase_id == purchase.id, PaymentEvent.payment_id.is_not(None)
    )
    if purchase.asked_at is not None:
        query = query.where(PaymentEvent.received_at >= purchase.asked_at)
    reported = [*session.scalars(query.order_by(PaymentEvent.id)), purchase.confirmed_payment_id]
    return list(dict.fromkeys(payment_id for payment_id in reported if payment_id is not None))
