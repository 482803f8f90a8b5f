"""The Premium page: what there is to have, and the first step towards it."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.clock import now
from imagegarden.current import adapters, allowances, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import plans, purchases, statements
from imagegarden.domain.errors import AlreadySubscribed, NotFound, PaymentsClosed
from imagegarden.models import PlanKey
from imagegarden.web.errors import status_of
from imagegarden.web.guards import signed_in

SOLD = (PlanKey.PASS, PlanKey.SUBSCRIPTION)


@bp.get("/premium")
def premium() -> ResponseReturnValue:
    """What the person has, and what else there is."""
    return _page()


@bp.post("/premium/buy")
def buy() -> ResponseReturnValue:
    """Begin to buy a plan, and go on where it is paid."""
    gateway = adapters().gateway
    if gateway is None:
        raise PaymentsClosed
    key = request.form.get("plan", "")
    if key not in SOLD or (key == PlanKey.SUBSCRIPTION and not gateway.sells_subscriptions):
        raise NotFound("This plan is not sold here.")
    try:
        with transaction() as session:
            purchase = purchases.begin(
                session, user_id=signed_in().id, key=PlanKey(key), vendor=gateway.name, now=now()
            )
    except AlreadySubscribed as error:
        return _page(error.message), status_of(error)
    return redirect(url_for("billing.checkout", purchase_uuid=purchase.uuid), 303)


def _page(refusal: str | None = None) -> str:
    moment = now()
    return render_template(
        "billing/premium.html",
        standing=statements.standing(db.session(), user_id=signed_in().id, now=moment),
        plans=plans.list_current(db.session(), now=moment),
        allowances=allowances(),
        has_premium_models=any(model.is_premium for model in offered_models(None)),
        refusal=refusal,
    )
