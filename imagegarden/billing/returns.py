"""Where the browser comes back from the gateway, often without our cookie: the gateway's signature is what counts."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import purchases
from imagegarden.extensions import csrf
from imagegarden.models import Purchase
from imagegarden.payments.base import BadSignature
from imagegarden.web.guards import public

# What the checkout page is told after another card was given.
KEPT = "kept"


@bp.post("/premium/checkout/<uuid:purchase_uuid>/return")
@public
@csrf.exempt
def come_back(purchase_uuid: UUID) -> ResponseReturnValue:
    """Take the gateway's word that a payment was made; whether money moved is asked of it by a job.

    The session stays untouched: a browser that brings no cookie would get a new one, and be signed out by it.
    """
    card = 1 if "card" in request.args else None
    purchase = purchases.get(db.session(), uuid=purchase_uuid)
    if any(name.startswith("error[") for name in request.form):
        return redirect(url_for("billing.checkout", purchase_uuid=purchase_uuid, card=card, notice="failed"), 303)
    payment_id = request.form.get("razorpay_payment_id", "")
    if not _is_genuine(purchase, payment_id, request.form.get("razorpay_signature", "")):
        return render_template("billing/return_refused.html", purchase=purchase), 400
    with transaction() as session:
        purchases.confirm(session, purchase_id=purchase.id, payment_id=payment_id, now=now())
    return redirect(url_for("billing.checkout", purchase_uuid=purchase_uuid, card=KEPT if card else None), 303)


def _is_genuine(purchase: Purchase, payment_id: str, signature: str) -> bool:
    """Whether the gateway says that this was paid: for the order that we know of, not for one that was sent along."""
    gateway = adapters().gateway
    if gateway is None or gateway.name != purchase.vendor or purchase.vendor_id is None:
        return False
    try:
        gateway.verify_return(
            vendor_id=purchase.vendor_id, payment_id=payment_id, signature=signature, renews=purchase.renews
        )
    except BadSignature:
        return False
    return True
