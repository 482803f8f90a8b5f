"""What only a test gateway offers: paying with pretend money, and renewals on request."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import payment_events, purchases
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound
from imagegarden.payments.base import GatewayRefused, Outcome, PretendMoney
from imagegarden.web.guards import signed_in


@bp.post("/test-gateway/pay")
def pretend_to_pay() -> ResponseReturnValue:
    """Pay a purchase with pretend money, or let that fail; the answer is what the gateway's script hands on."""
    gateway = _gateway()
    outcome, uuid = _outcome(), request.form.get("purchase", type=UUID)
    if uuid is None:
        raise NotFound
    purchase = purchases.get(db.session(), uuid=uuid, user_id=signed_in().id)
    release_connection()
    if purchase.vendor_id is None:
        raise Conflict("This purchase is not ready to be paid yet.")
    try:
        payment_id, signature, reports = gateway.pay(purchase.vendor_id, outcome)
    except GatewayRefused as error:
        raise Conflict(str(error)) from None
    with transaction() as session:
        payment_events.send_pretended(session, reports)
    paid_for = "razorpay_subscription_id" if purchase.renews else "razorpay_order_id"
    return {"razorpay_payment_id": payment_id, "razorpay_signature": signature, paid_for: purchase.vendor_id}


@bp.post("/billing/test/renew")
def pretend_to_renew() -> ResponseReturnValue:
    """Let the person's subscription be renewed now, or let that fail."""
    gateway, outcome = _gateway(), _outcome()
    subscription = purchases.find_live(db.session(), user_id=signed_in().id)
    release_connection()
    if subscription is None or subscription.purchase.vendor_id is None:
        raise NotFound("There is no subscription to renew.")
    try:
        reports = gateway.renew(subscription.purchase.vendor_id, outcome)
    except GatewayRefused as error:
        raise Conflict(str(error)) from None
    with transaction() as session:
        payment_events.send_pretended(session, reports)
    flash("The test gateway sends its report now. Reload this page in a second to see what came of it.")
    return redirect(url_for("billing.billing"), 303)


def _gateway() -> PretendMoney:
    gateway = adapters().gateway
    if not isinstance(gateway, PretendMoney):
        raise NotFound
    return gateway


def _outcome() -> Outcome:
    asked = request.form.get("outcome", "")
    if asked not in list(Outcome):
        raise InvalidRequest({"outcome": "Choose paid or failed."})
    return Outcome(asked)
