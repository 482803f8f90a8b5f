"""Purchases moved by hand, through the product's own operations: what the gateway's jobs do, without the gateway."""

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import payments, purchases, subscriptions
from imagegarden.models import (
    CreditLot,
    Payment,
    PaymentState,
    Period,
    PlanKey,
    Purchase,
    Subscription,
    SubscriptionState,
    User,
)
from imagegarden.payments.base import VendorPayment, VendorSubscription
from tests import factories

VENDOR = "test"
PRICE = 50_000
CREDITS = 1600
MONTH = timedelta(days=30)
_numbers = count(1)


def buy(session: Session, user: User, now: datetime, key: PlanKey = PlanKey.PASS) -> Purchase:
    """A purchase that can be paid."""
    purchase = purchases.begin(session, user_id=user.id, key=key, vendor=VENDOR, now=now)
    if purchase.vendor_id is None:
        prefix = "sub" if purchase.renews else "order"
        purchases.record_placed(session, purchase, vendor_id=f"{prefix}_{next(_numbers)}", now=now)
    session.flush()
    return purchase


def told(
    purchase: Purchase,
    payment_id: str | None = None,
    state: PaymentState = PaymentState.CAPTURED,
    *,
    amount: int = PRICE,
    currency: str = "INR",
    refunded: int = 0,
) -> VendorPayment:
    """What the gateway says of a payment."""
    return VendorPayment(
        id=payment_id or f"pay_{next(_numbers)}",
        amount_paise=amount,
        currency=currency,
        state=state,
        refunded_paise=refunded,
        method="card",
        order_id=purchase.vendor_id,
    )


def record(
    session: Session, purchase: Purchase, payment: VendorPayment, now: datetime, *, starts_at: datetime | None = None
) -> Payment:
    """The payment recorded as the job does it."""
    locked = purchases.lock(session, purchase.id)
    found = payments.record(session, locked, payment, starts_at=starts_at, allowances=factories.ALLOWANCES, now=now)
    if not purchase.renews:
        purchases.plan_next_check(locked, paid=found.state == PaymentState.CAPTURED, now=now)
    session.flush()
    return found


def pay(session: Session, purchase: Purchase, now: datetime, *, starts_at: datetime | None = None) -> Payment:
    """A captured payment for it."""
    return record(session, purchase, told(purchase), now, starts_at=starts_at)


def buy_pass(session: Session, user: User, now: datetime) -> Payment:
    """A pass, bought and paid."""
    return pay(session, buy(session, user, now), now)


def stands(
    session: Session,
    purchase: Purchase,
    state: SubscriptionState,
    now: datetime,
    *,
    paid_until: datetime | None = None,
) -> Subscription:
    """The gateway says how a subscription stands."""
    subscriptions.record(
        session,
        purchases.lock(session, purchase.id),
        VendorSubscription(state, paid_until, []),
        asked_at=now,
        now=now,
    )
    session.flush()
    found = session.get(Subscription, purchase.id)
    assert found is not None
    return found


def subscribe(session: Session, user: User, now: datetime) -> Purchase:
    """A subscription whose first period is paid."""
    purchase = buy(session, user, now, PlanKey.SUBSCRIPTION)
    pay(session, purchase, now, starts_at=now)
    stands(session, purchase, SubscriptionState.ACTIVE, now, paid_until=now + MONTH)
    return purchase


def renew(session: Session, purchase: Purchase, now: datetime) -> Payment:
    """The next period is paid, as soon as the last one ends."""
    subscription = session.get(Subscription, purchase.id)
    assert subscription is not None
    assert subscription.paid_until is not None
    begins = subscription.paid_until
    payment = pay(session, purchase, now, starts_at=begins)
    stands(session, purchase, SubscriptionState.ACTIVE, now, paid_until=begins + MONTH)
    return payment


def periods_of(session: Session, user: User) -> list[tuple[datetime, datetime]]:
    """A person's paid days, from and to."""
    found = session.scalars(select(Period).where(Period.user_id == user.id).order_by(Period.starts_at))
    return [(period.starts_at, period.ends_at) for period in found]


def lots_of(session: Session, user: User) -> list[int]:
    """What is left of a person's lots, the oldest first."""
    session.flush()
    return list(session.scalars(select(CreditLot.remaining).where(CreditLot.user_id == user.id).order_by(CreditLot.id)))
