"""What renews by itself: as the gateway says it stands, and as its owner wishes it to end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from imagegarden.domain import purchases
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.models import LIVE_SUBSCRIPTION, Purchase, PurchaseState, Subscription, SubscriptionState
from imagegarden.payments.base import VendorSubscription
from imagegarden.queue import defer

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
    """Record how the subscription of a locked purchase stands. An answer older than what is known changes nothing."""
    subscription = _of(session, purchase.id)
    if purchase.asked_at is not None and asked_at < purchase.asked_at:
        return
    purchase.asked_at = asked_at
    if subscription.state not in FINAL:
        subscription.state = told.state
    if told.paid_until is not None:
        subscription.paid_until = max(told.paid_until, subscription.paid_until or told.paid_until)
    if subscription.state in FINAL and subscription.ended_at is None:
        subscription.ended_at = now
    if subscription.state != SubscriptionState.CREATED:
        purchase.state = PurchaseState.PAID
    if subscription.state not in TROUBLED:
        subscription.told_state = None
    _plan_next_check(purchase, subscription, now)


def _plan_next_check(purchase: Purchase, subscription: Subscription, now: datetime) -> None:
    if subscription.state == SubscriptionState.CREATED:
        purchases.plan_next_check(purchase, paid=False, now=now)
    elif subscription.state in FINAL:
        purchase.next_check_at = None
    elif subscription.state in TROUBLED:
        purchase.next_check_at = now + TROUBLED_CHECK
    else:
        due = subscription.paid_until or subscription.starts_at or now
        # The longer nothing is heard of it, the less often.
        pause = min(max(now - due, RENEWAL_CHECK), TROUBLED_CHECK)
        purchase.next_check_at = max(due + RENEWAL_CHECK, now + pause)


def wish_cancel(session: Session, *, user_id: int, now: datetime) -> Subscription:
    """Let the person's subscription end with the days that are paid. Raises NotFound."""
    subscription = _live_of(session, user_id)
    if subscription.cancel_wished_at is None:
        subscription.cancel_wished_at = now
        if _is_last_call(subscription, now):
            _send(session, subscription, now)
    return subscription


def keep(session: Session, *, user_id: int) -> Subscription:
    """Take the wish to cancel back. Raises NotFound, and Conflict when the gateway was told already."""
    subscription = _live_of(session, user_id)
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
            or_(Subscription.paid_until.is_(None), Subscription.paid_until <= now + LAST_CALL),
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


def _live_of(session: Session, user_id: int) -> Subscription:
    found = purchases.find_live(session, user_id=user_id)
    if found is None:
        raise NotFound("There is no subscription to change.")
    return _of(session, found.purchase_id)


def _is_last_call(subscription: Subscription, now: datetime) -> bool:
    return subscription.paid_until is None or subscription.paid_until <= now + LAST_CALL


def _send(session: Session, subscription: Subscription, now: datetime) -> None:
    # From here on it cannot be taken back, however long the gateway is away.
    subscription.cancel_decided_at = subscription.cancel_decided_at or now
    defer(session, CANCEL_TASK, once=f"cancel:{subscription.purchase_id}", purchase_id=subscription.purchase_id)
