"""Jobs that talk to the payment gateway: place what is to be bought, ask what became of it, cancel, give back."""

import logging
from collections.abc import Callable
from datetime import timedelta

import httpx

from imagegarden.clock import now
from imagegarden.current import adapters, allowances, settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import alarms, payments, periods, purchases, subscriptions
from imagegarden.models import Payment, Purchase, PurchaseState, Subscription, SubscriptionState
from imagegarden.payments.base import Gateway, GatewayRefused, GatewayUnavailable, PretendMoney, RenewingTerms, Terms

logger = logging.getLogger(__name__)

GATEWAY_ALARM = "gateway_refused"
# A beginning as near as this would be over before the person has paid.
SOON = timedelta(hours=1)
# Until it is asked again what it refused to say, and what a gateway was to be asked that is not set up any more.
REFUSED_PAUSE = timedelta(minutes=10)
GONE_PAUSE = timedelta(days=1)


def ask_gateway(purchase_id: int) -> None:
    """Place a purchase that the gateway does not know of; else ask what became of it and record that.

    Raises GatewayUnavailable.
    """
    purchase = db.session().get(Purchase, purchase_id)
    gateway = _gateway_of(purchase)
    if purchase is None:
        return
    if gateway is None:
        with transaction() as session:
            purchases.put_off(session, purchase_id, now=now(), pause=GONE_PAUSE)
        return
    if purchase.vendor_id is None:
        _place(gateway, purchase)
        return
    try:
        if purchase.renews:
            _record_subscription(gateway, purchase)
        else:
            _record_order(gateway, purchase)
    except GatewayRefused as error:
        with transaction() as session:
            purchases.put_off(session, purchase_id, now=now(), pause=REFUSED_PAUSE)
            alarms.raise_alarm(session, code=GATEWAY_ALARM, detail=str(error), now=now())


def _gateway_of(purchase: Purchase | None) -> Gateway | None:
    """The gateway at which it was bought, if it is still the one in use."""
    gateway = adapters().gateway
    if purchase is None or gateway is None or gateway.name != purchase.vendor:
        logger.warning("a purchase belongs to a gateway that is not set up any more")
        return None
    return gateway


def _place(gateway: Gateway, purchase: Purchase) -> None:
    subscription = purchases.subscription_of(db.session(), purchase)
    release_connection()
    if purchase.state != PurchaseState.NEW:
        return
    try:
        vendor_id = _create(gateway, purchase, subscription)
    except GatewayRefused as error:
        with transaction() as session:
            purchases.record_refused(session, purchases.lock(session, purchase.id), error_code="gateway_refused")
            alarms.raise_alarm(session, code=GATEWAY_ALARM, detail=str(error), now=now())
        return
    with transaction() as session:
        locked = purchases.lock(session, purchase.id)
        # Of two that were made, nobody hears of the second, and so nobody pays it.
        if locked.vendor_id is None:
            purchases.record_placed(session, locked, vendor_id=vendor_id, now=now())


def _create(gateway: Gateway, purchase: Purchase, subscription: Subscription | None) -> str:
    plan = purchase.plan
    description = f"Premium, {plan.days} days"
    if subscription is None:
        return gateway.create_order(Terms(purchase.uuid, plan.price_paise, plan.currency, description))
    assert plan.days is not None
    starts_at = subscription.starts_at
    if starts_at is not None and starts_at <= now() + SOON:
        # No day is lost by it: a period begins after those that are paid.
        starts_at = None
    return gateway.create_subscription(
        RenewingTerms(purchase.uuid, plan.price_paise, plan.currency, description, plan.days, starts_at)
    )


def _record_order(gateway: Gateway, purchase: Purchase) -> None:
    assert purchase.vendor_id is not None
    order_id = purchase.vendor_id
    release_connection()
    told = gateway.payments_of_order(order_id)
    with transaction() as session:
        moment = now()
        locked = purchases.lock(session, purchase.id)
        recorded = [
            payments.record(session, locked, payment, allowances=allowances(), now=moment)
            for payment in told
            if _is_for(payment.order_id, order_id)
        ]
        is_paid = any(periods.of_payment(session, payment) is not None for payment in recorded)
        purchases.plan_next_check(locked, paid=is_paid, now=moment)


def _is_for(order_id: str | None, asked: str) -> bool:
    if order_id == asked:
        return True
    logger.error("the gateway told of a payment for another order")
    return False


def _record_subscription(gateway: Gateway, purchase: Purchase) -> None:
    assert purchase.vendor_id is not None
    vendor_id = purchase.vendor_id
    asked_at = now()
    known = purchases.knowledge(db.session(), purchase)
    release_connection()
    told = gateway.look_up_subscription(vendor_id, known=known.settled, hints=known.reported)
    with transaction() as session:
        moment = now()
        locked = purchases.lock(session, purchase.id)
        for charge in told.charges:
            payments.record(
                session, locked, charge.payment, starts_at=charge.starts_at, allowances=allowances(), now=moment
            )
        locked.seen_event_id = max(locked.seen_event_id or 0, known.last_event_id)
        subscriptions.record(session, locked, told, asked_at=asked_at, now=moment)


def cancel_subscription(purchase_id: int) -> None:
    """Tell the gateway that a subscription ends. Raises GatewayUnavailable; the clock tries again."""
    purchase = db.session().get(Purchase, purchase_id)
    subscription = db.session().get(Subscription, purchase_id)
    gateway = _gateway_of(purchase)
    release_connection()
    if gateway is None or purchase is None or purchase.vendor_id is None or subscription is None:
        return
    if subscription.cancel_sent_at is None:
        # What is paid is used up; where nothing is, there is no end to wait for.
        at_end = subscription.state == SubscriptionState.ACTIVE
        refusal = None
        try:
            gateway.cancel_subscription(purchase.vendor_id, at_period_end=at_end)
        except GatewayRefused as error:
            refusal = str(error)
        with transaction() as session:
            # First the purchase, then its subscription: in the order in which answers are recorded.
            purchases.ask(session, purchases.lock(session, purchase_id), now=now())
            if refusal is None:
                subscriptions.record_cancellation_sent(session, purchase_id=purchase_id, now=now())
            else:
                # It may stand otherwise than we know. The clock tries again; somebody has to look if that goes on.
                alarms.raise_alarm(session, code=GATEWAY_ALARM, detail=refusal, now=now())


def refund_payment(payment_id: int) -> None:
    """Give a payment's money back. Raises GatewayUnavailable; the clock tries again under the same key."""
    payment = db.session().get(Payment, payment_id)
    gateway = _gateway_of(payment.purchase if payment else None)
    release_connection()
    if payment is None or gateway is None or payment.refunded_paise >= payment.amount_paise:
        return
    try:
        left = payment.amount_paise - payment.refunded_paise
        gateway.refund(payment.vendor_id, amount_paise=left, key=f"refund-{payment.uuid}")
    except GatewayRefused as error:
        # The gateway may have been faster and have refunded by itself: what is true is asked now.
        with transaction() as session:
            alarms.raise_alarm(session, code=GATEWAY_ALARM, detail=str(error), now=now())
    with transaction() as session:
        purchases.ask(session, purchases.lock(session, payment.purchase_id), now=now())


def send_pretended_report(body: str) -> None:
    """Send a report of the test gateway, as the real one would: over HTTP. Raises GatewayUnavailable."""
    gateway = adapters().gateway
    if not isinstance(gateway, PretendMoney):
        return
    url = f"{settings().public_url.rstrip('/')}/webhooks/razorpay"
    try:
        answer = httpx.post(url, content=body.encode(), headers=gateway.sign_event(body.encode()), timeout=5)
    except httpx.HTTPError as error:
        raise GatewayUnavailable(f"the site did not take a test report: {type(error).__name__}") from None
    if not answer.is_success:
        raise GatewayUnavailable(f"the site answered {answer.status_code} to a test report")


def ask_until_answered(purchase_id: int, attempt: int = 0) -> None:
    """Ask the gateway, and again when it is away.

    Not by the engine's own retries: a report may have queued the same question meanwhile, and one is enough.
    """
    try:
        ask_gateway(purchase_id)
    except GatewayUnavailable as error:
        logger.warning("the gateway did not answer", extra={"detail": str(error)})
        with transaction() as session:
            purchases.record_unanswered(session, purchase_id, attempt=attempt, now=now())


JOBS: dict[str, Callable[..., None]] = {
    purchases.TASK: ask_until_answered,
    subscriptions.CANCEL_TASK: cancel_subscription,
    payments.REFUND_TASK: refund_payment,
}
