"""What renews by itself: as the gateway says it stands, and as its owner wishes it to end."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from imagegarden.domain import purchases
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.models import (
    LIVE_SUBSCRIPTION,
    Payment,
    PaymentState,
    Period,
    Purchase,
    PurchaseState,
    Subscription,
    SubscriptionState,
)
from imagegarden.payments.base import VendorSubscription
from imagegarden.queue import defer

logger = logging.getLogger(__name__)

CANCEL_TASK = "cancel_subscription"
FINAL = frozenset({SubscriptionState.CANCELED, SubscriptionState.COMPLETED, SubscriptionState.EXPIRED})
TROUBLED = frozenset({SubscriptionState.PENDING, SubscriptionState.HALTED})
# A canceled subscription cannot be revived at the gateway: the wish stays with us until so long before the period ends.
LAST_CALL = timedelta(hours=24)
# A renewal is reported within seconds; what is not is asked for.
RENEWAL_CHECK = timedelta(minutes=10)
TROUBLED_CHECK = timedelta(hours=6)


def record(
    session: Session, purchase: Purchase, told: VendorSubscription, *, asked_at: datetime, now: datetime
) -> None:
    """Record how the subscription of a locked purchase stands, once its payments are recorded.

    An answer older than what is known changes nothing.
    """
    subscription = _of(session, purchase.id)
    if purchase.asked_at is not None and asked_at < purchase.asked_at:
        return
    purchase.asked_at = asked_at
    before = subscription.state
    if before not in FINAL:
        subscription.state = told.state
    # By the payments that are here, not by what the vendor expects.
    subscription.paid_until = _paid_until(session, purchase)
    subscription.renews_at = told.paid_until
    if subscription.state in FINAL and subscription.ended_at is None:
        subscription.ended_at = now
    if before == SubscriptionState.CREATED and subscription.state in LIVE_SUBSCRIPTION:
        _end_second(session, subscription, now)
        _end_absent(session, purchase, subscription, now)
    if subscription.state in FINAL and subscription.paid_until is None:
        purchase.state = PurchaseState.EXPIRED
    elif subscription.state != SubscriptionState.CREATED:
        purchase.state = PurchaseState.PAID
    if subscription.state not in TROUBLED:
        subscription.told_state = None
    _plan_next_check(purchase, subscription, now)


def _paid_until(session: Session, purchase: Purchase) -> datetime | None:
    return session.scalar(
        select(func.max(Period.ends_at))
        .join(Payment, Payment.id == Period.payment_id)
        .where(Payment.purchase_id == purchase.id, Payment.state == PaymentState.CAPTURED)
    )


def _end_second(session: Session, subscription: Subscription, now: datetime) -> None:
    """Nobody is to pay twice for the same days: of two that were authorized, the later one ends with what it paid."""
    others = purchases.list_live(session, user_id=subscription.user_id)
    if any(other.purchase_id != subscription.purchase_id and other.cancel_wished_at is None for other in others):
        logger.warning("a second subscription of one person ends")
        subscription.cancel_wished_at = now


def _end_absent(session: Session, purchase: Purchase, subscription: Subscription, now: datetime) -> None:
    """Whoever left, or was kept out, with the checkout still open pays for nothing that they cannot end any more."""
    if not purchases.is_owner_here(session, purchase):
        logger.warning("a subscription of somebody who is not here ends", extra={"user_id": subscription.user_id})
        subscription.cancel_wished_at = subscription.cancel_wished_at or now


def _plan_next_check(purchase: Purchase, subscription: Subscription, now: datetime) -> None:
    if subscription.state == SubscriptionState.CREATED:
        purchases.plan_next_check(purchase, paid=False, now=now)
    elif subscription.state in FINAL:
        purchase.next_check_at = None
    elif subscription.state in TROUBLED:
        purchase.next_check_at = now + TROUBLED_CHECK
    else:
        known = [moment for moment in (subscription.paid_until, subscription.renews_at) if moment is not None]
        due = min(known, default=subscription.starts_at or now)
        # The longer nothing is heard of it, the less often.
        pause = min(max(now - due, RENEWAL_CHECK), TROUBLED_CHECK)
        purchase.next_check_at = max(due + RENEWAL_CHECK, now + pause)


def wish_cancel(session: Session, *, user_id: int, now: datetime) -> Subscription:
    """Let the person's subscription end with the days that are paid. Raises NotFound."""
    subscriptions = _live_of(session, user_id)
    for subscription in subscriptions:
        if subscription.cancel_wished_at is None:
            subscription.cancel_wished_at = now
            if _is_last_call(subscription, now):
                _send(session, subscription, now)
    return subscriptions[0]


def keep(session: Session, *, user_id: int) -> Subscription:
    """Take the wish to cancel back. Raises NotFound, and Conflict when the gateway is being told already."""
    subscription = _live_of(session, user_id)[0]
    if subscription.cancel_decided_at is not None:
        raise Conflict(
            "The cancellation is on its way and cannot be undone any more. You can subscribe again afterwards."
        )
    subscription.cancel_wished_at = None
    return subscription


def send_due_cancellations(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Send the wishes to cancel whose time has come. Returns how many. Twice is once."""
    due = session.scalars(
        select(Subscription)
        .where(
            Subscription.cancel_wished_at.is_not(None),
            Subscription.cancel_sent_at.is_(None),
            Subscription.state.in_(LIVE_SUBSCRIPTION),
            func.coalesce(Subscription.renews_at, Subscription.paid_until, now) <= now + LAST_CALL,
        )
        .limit(limit)
        .with_for_update(skip_locked=True, of=Subscription)
    ).all()
    for subscription in due:
        _send(session, subscription, now)
    return len(due)


def record_cancellation_sent(session: Session, *, purchase_id: int, now: datetime) -> None:
    """The gateway was told to end it."""
    subscription = _of(session, purchase_id)
    subscription.cancel_sent_at = subscription.cancel_sent_at or now


def list_to_tell(session: Session, *, limit: int) -> Sequence[Subscription]:
    """Subscriptions in trouble whose owner was not told of it. Locked."""
    return session.scalars(
        select(Subscription)
        .where(
            Subscription.state.in_(TROUBLED),
            or_(Subscription.told_state.is_(None), Subscription.told_state != Subscription.state),
        )
        .limit(limit)
        .with_for_update(skip_locked=True, of=Subscription)
    ).all()


def _of(session: Session, purchase_id: int) -> Subscription:
    subscription = session.scalar(
        select(Subscription)
        .where(Subscription.purchase_id == purchase_id)
        .with_for_update(of=Subscription)
        .execution_options(populate_existing=True)
    )
    if subscription is None:
        raise NotFound
    return subscription


def _live_of(session: Session, user_id: int) -> Sequence[Subscription]:
    """The person's subscriptions that are under way, locked, the latest first. Raises NotFound when there is none."""
    found = [_of(session, live.purchase_id) for live in purchases.list_live(session, user_id=user_id)]
    if not found:
        raise NotFound("There is no subscription to change.")
    return found


def _is_last_call(subscription: Subscription, now: datetime) -> bool:
    renews_at = subscription.renews_at or subscription.paid_until
    return renews_at is None or renews_at <= now + LAST_CALL


def _send(session: Session, subscription: Subscription, now: datetime) -> None:
    # From here on it cannot be taken back, however long the gateway is away.
    subscription.cancel_decided_at = subscription.cancel_decided_at or now
    defer(session, CANCEL_TASK, once=f"cancel:{subscription.purchase_id}", purchase_id=subscription.purchase_id)
