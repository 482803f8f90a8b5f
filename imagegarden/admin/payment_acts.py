"""What the staff does about money. No gateway is called here: a job does that, once the act is written down."""

from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting
from imagegarden.admin.doing import do, within_reach
from imagegarden.admin.payment import payment_page, purchase_page
from imagegarden.admin.payments import waiting_page
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import payment_acts, payment_lists, purchases
from imagegarden.domain.permissions import Permission
from imagegarden.web.guards import allowed

ASKED = "Asked; reload in a moment."


@bp.post("/payments/<uuid:payment_uuid>/refund")
@allowed(Permission.REFUND)
def refund_payment(payment_uuid: UUID) -> ResponseReturnValue:
    """Have a payment given back."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.refund(session, uuid=payment_uuid, request_key=form.key(), now=now(), **by)
        return "The refund is on its way; reload in a moment."

    return do(
        ActForm(),
        act,
        page=lambda form: payment_page(payment_uuid, form=form),
        then=url_for("admin.show_payment", payment_uuid=payment_uuid),
        subject=within_reach(payment_lists.get(db.session(), uuid=payment_uuid).user_id),
    )


@bp.post("/payments/purchases/<uuid:purchase_uuid>/reconcile")
@allowed(Permission.REFUND)
def reconcile_purchase(purchase_uuid: UUID) -> ResponseReturnValue:
    """Have the gateway asked about a purchase now."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.reconcile(session, uuid=purchase_uuid, request_key=form.key(), now=now(), **by)
        return ASKED

    return do(
        ActForm(),
        act,
        page=lambda form: purchase_page(purchase_uuid, form=form),
        then=url_for("admin.show_purchase", purchase_uuid=purchase_uuid),
        subject=within_reach(purchases.get(db.session(), uuid=purchase_uuid).user_id),
    )


@bp.post("/payments/waiting/reconcile")
@allowed(Permission.REFUND)
def reconcile_all() -> ResponseReturnValue:
    """Have the gateway asked about everything that waits."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.reconcile_all(session, request_key=form.key(), now=now(), **by)
        return ASKED

    return do(ActForm(), act, page=lambda form: waiting_page(form=form), then=url_for("admin.list_waiting"))
