"""Buying: from the click until the gateway takes the money, and what it takes until somebody has to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, periods, plans
from imagegarden.domain.errors import AlreadySubscribed, NotFound
from imagegarden.models import (
    LIVE_SUBSCRIPTION,
    Payment,
    PaymentEvent,
    PaymentState,
    Plan,
    PlanKey,
    Purchase,
    PurchaseState,
    Subscription,
    SubscriptionState,
    User,
)
from imagegarden.queue import defer

# The job that asks the gateway, and records what it says.
TASK = "ask_gateway"
# A click on Buy again within this time goes on with the same purchase.
REUSABLE = timedelta(hours=12)
# What nobody told us of is asked for: first after this time, then ever less often, until it is given up.
FIRST_CHECK = timedelta(minutes=10)
# What somebody told us of is asked for at once; and after this time, should that come to nothing.
SOON_CHECK = timedelta(minutes=1)
QUICK_TRIES = 4
# As long as a payment that the browser brought back is likely to show up.
CONFIRMING = timedelta(hours=1)
# As long as the gateway may turn a failed payment into a late one.
PAYABLE = timedelta(days=3)


def begin(session: Session, *, user_id: int, key: PlanKey, vendor: str, now: datetime) -> Purchase:
    """Begin to buy a plan, or go on with what was begun: two tabs and a double click are one purchase.

    Raises AlreadySubscribed when the days would be paid twice, and NotFound when the plan is not sold.
    """
    credits.lock_account(session, user_id)
    plan = plans.current(session, key, now=now)
    if not plan.price_paise:
        raise NotFound
    live = find_live(session, user_id=user_id)
    tier = plans.tier_of(session, user_id=user_id, now=now)
    if live is not None and (key == PlanKey.SUBSCRIPTION or pays_coming_days(live, tier)):
        raise AlreadySubscribed
    begun = _reusable(session, user_id=user_id, plan=plan, vendor=vendor, now=now)
    if begun is not None:
        return begun
    purchase = Purchase(user_id=user_id, plan=plan, vendor=vendor, created_at=now)
    session.add(purchase)
    session.flush()
    if purchase.renews:
        starts_at = periods.paid_until(session, user_id=user_id, now=now)
        session.add(Subscription(purchase_id=purchase.id, user_id=user_id, starts_at=starts_at))
    ask(session, purchase, now=now)
    return purchase


def is_owner_here(session: Session, purchase: Purchase) -> bool:
    """Whether the person whose purchase it is can use what they buy: neither kept out nor about to leave."""
    return bool(session.scalar(select(User.is_here).where(User.id == purchase.user_id)))


def pays_coming_days(subscription: Subscription, tier: plans.Tier) -> bool:
    """Whether a subscription pays for the days that its owner, who is on this tier, might buy otherwise.

    One that goes on after its days were over, with another card say, does so at its next charge alone.
    """
    is_begun = tier == plans.Tier.PREMIUM or subscription.state == SubscriptionState.AUTHENTICATED
    return subscription.goes_on and is_begun


def _reusable(session: Session, *, user_id: int, plan: Plan, vendor: str, now: datetime) -> Purchase | None:
    """The purchase of a plan that a person has begun and can go on with."""
    begun = session.scalar(
        select(Purchase)
        .where(
            Purchase.user_id == user_id,
            Purchase.plan_id == plan.id,
            Purchase.vendor == vendor,
            Purchase.state.in_([PurchaseState.NEW, PurchaseState.OPEN]),
            Purchase.created_at > now - REUSABLE,
            or_(Purchase.confirmed_at.is_(None), Purchase.confirmed_at > now - CONFIRMING),
        )
        .order_by(Purchase.id.desc())
        .limit(1)
    )
    subscription = subscription_of(session, begun) if begun is not None else None
    if subscription is not None and subscription.starts_at is not None and subscription.starts_at <= now:
        # It was to begin meanwhile: the vendor takes no money for it any more.
        return None
    return begun


def find_live(session: Session, *, user_id: int) -> Subscription | None:
    """The person's subscription that is under way; the latest, where there are several."""
    return next(iter(list_live(session, user_id=user_id)), None)


def list_live(session: Session, *, user_id: int) -> Sequence[Subscription]:
    """The person's subscriptions that are under way, the latest first. It should be one at most."""
    return session.scalars(
        select(Subscription)
        .where(Subscription.user_id == user_id, Subscription.state.in_(LIVE_SUBSCRIPTION))
        .order_by(Subscription.purchase_id.desc())
    ).all()


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


def ask(session: Session, purchase: Purchase, *, now: datetime) -> None:
    """Have the gateway asked about a locked purchase, soon and once; should that come to nothing, the clock asks."""
    soon = now + SOON_CHECK
    purchase.next_check_at = min(purchase.next_check_at or soon, soon)
    defer(session, TASK, once=f"purchase:{purchase.id}", purchase_id=purchase.id)


def record_unanswered(session: Session, purchase_id: int, *, attempt: int, now: datetime) -> None:
    """The gateway did not answer: it is asked again within seconds, a few times, and then when the clock finds it due.

    `attempt` counts how often that was tried in a row.
    """
    lock(session, purchase_id).next_check_at = now + SOON_CHECK
    if attempt < QUICK_TRIES:
        at = now + timedelta(seconds=2 ** (attempt + 1))
        defer(session, TASK, at=at, once=f"purchase:{purchase_id}", purchase_id=purchase_id, attempt=attempt + 1)


def record_placed(session: Session, purchase: Purchase, *, vendor_id: str, now: datetime) -> None:
    """The gateway made what a locked purchase is paid by. Reports that came before are about it from now on."""
    purchase.vendor_id = vendor_id
    purchase.state = PurchaseState.OPEN
    purchase.next_check_at = now + FIRST_CHECK
    for event in session.scalars(
        select(PaymentEvent).where(
            PaymentEvent.vendor == purchase.vendor,
            PaymentEvent.subject_id == vendor_id,
            PaymentEvent.purchase_id.is_(None),
        )
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
    ask(session, purchase, now=now)


def plan_next_check(purchase: Purchase, *, paid: bool, now: datetime) -> None:
    """Say when the gateway is to be asked about a locked order if nobody tells us anything."""
    purchase.asked_at = now
    since = max(purchase.created_at, purchase.confirmed_at or purchase.created_at)
    if paid or purchase.state == PurchaseState.PAID:
        purchase.state = PurchaseState.PAID
        purchase.next_check_at = None
    elif now - since > PAYABLE:
        purchase.state = PurchaseState.EXPIRED
        purchase.next_check_at = None
    elif purchase.confirmed_at is not None and now - purchase.confirmed_at < CONFIRMING:
        purchase.next_check_at = now + SOON_CHECK
    else:
        # At twice its age: few questions, and none is late by more than the time that has passed.
        purchase.next_check_at = now + max(FIRST_CHECK, now - since)


def put_off(session: Session, purchase_id: int, *, now: datetime, pause: timedelta) -> None:
    """The gateway cannot be asked now: it is after a while."""
    lock(session, purchase_id).next_check_at = now + pause


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
        # Should its job be lost, it is due again.
        purchase.next_check_at = None
        ask(session, purchase, now=now)
    return len(due)


def ask_all(session: Session, *, user_id: int, now: datetime) -> int:
    """Have the gateway asked about everything that a person began to buy, from the beginning. Returns how many."""
    found = session.scalars(select(Purchase).where(Purchase.user_id == user_id).with_for_update(of=Purchase)).all()
    for purchase in found:
        purchase.seen_event_id = None
        ask(session, purchase, now=now)
    return len(found)


@dataclass(frozen=True)
class Knowledge:
    """What is known of a purchase's payments before the gateway is asked.

    Nothing new is to be heard of the `settled` ones, but of the `reported` ones. `last_event_id` is the last report
    that this counts in.
    """

    settled: Sequence[str]
    reported: Sequence[str]
    last_event_id: int


def knowledge(session: Session, purchase: Purchase) -> Knowledge:
    """What is known of a purchase's payments, and what was reported since the gateway was asked last."""
    payments = session.scalars(select(Payment).where(Payment.purchase_id == purchase.id)).all()
    events = session.execute(
        select(PaymentEvent.id, PaymentEvent.payment_id)
        .where(PaymentEvent.purchase_id == purchase.id, PaymentEvent.id > (purchase.seen_event_id or 0))
        .order_by(PaymentEvent.id)
    ).all()
    recorded = {payment.vendor_id for payment in payments}
    reported = [payment_id for _, payment_id in events if payment_id is not None]
    if purchase.confirmed_payment_id is not None and purchase.confirmed_payment_id not in recorded:
        reported.append(purchase.confirmed_payment_id)
    is_from_the_beginning = purchase.seen_event_id is None
    settled = [
        payment.vendor_id
        for payment in payments
        if payment.state == PaymentState.REFUNDED
        or (payment.state == PaymentState.CAPTURED and payment.refund_wished_at is None)
    ]
    return Knowledge(
        settled=[] if is_from_the_beginning else settled,
        reported=list(dict.fromkeys(reported)),
        last_event_id=events[-1][0] if events else purchase.seen_event_id or 0,
    )
