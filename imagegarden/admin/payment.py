"""One payment, or one purchase: all that is known of it, and the forms of what the staff can do about it."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, fresh
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import accounts, audit, payment_lists, purchases
from imagegarden.domain.permissions import Permission, may, may_act_on
from imagegarden.models import DisputeState, Payment, PaymentState, Purchase, User
from imagegarden.web.guards import allowed, signed_in

ACTS = 20


@bp.get("/payments/<uuid:payment_uuid>")
@allowed(Permission.SEE_PAYMENTS)
def show_payment(payment_uuid: UUID) -> ResponseReturnValue:
    """Everything about a payment."""
    return payment_page(payment_uuid)


def payment_page(payment_uuid: UUID, *, form: ActForm | None = None) -> str:
    """The page, with the form of the refund as it was filled in. Raises NotFound."""
    session, moment = db.session(), now()
    payment = payment_lists.get(session, uuid=payment_uuid)
    owner = accounts.get(session, user_id=payment.user_id)
    return render_template(
        "admin/payment.html",
        payment=payment,
        purchase=payment.purchase,
        subscription=purchases.subscription_of(session, payment.purchase),
        lines=payment_lists.lines_of(session, payment, now=moment),
        owner=owner,
        is_refundable=_is_refundable(payment),
        form=form or fresh(ActForm),
        tried="refund" if form is not None else None,
        is_within_reach=_is_within_reach(owner),
        acts=_acts(owner, payment.vendor_id),
        now=moment,
    )


def _is_refundable(payment: Payment) -> bool:
    is_here = payment.state == PaymentState.CAPTURED and payment.dispute != DisputeState.LOST
    return is_here and payment.refund_wished_at is None


@bp.get("/payments/purchases/<uuid:purchase_uuid>")
@allowed(Permission.SEE_PAYMENTS)
def show_purchase(purchase_uuid: UUID) -> ResponseReturnValue:
    """Everything about a purchase."""
    return purchase_page(purchase_uuid)


def purchase_page(purchase_uuid: UUID, *, form: ActForm | None = None) -> str:
    """The page, with the form as it was filled in. Raises NotFound."""
    session, moment = db.session(), now()
    purchase: Purchase = purchases.get(session, uuid=purchase_uuid)
    owner = accounts.get(session, user_id=purchase.user_id)
    return render_template(
        "admin/purchase.html",
        purchase=purchase,
        subscription=purchases.subscription_of(session, purchase),
        payments=payment_lists.list_of_purchase(session, purchase),
        owner=owner,
        form=form or fresh(ActForm),
        tried="reconcile" if form is not None else None,
        is_within_reach=_is_within_reach(owner),
        acts=_acts(owner, str(purchase_uuid)),
        now=moment,
    )


def _is_within_reach(owner: User) -> bool:
    return may_act_on(signed_in().role, owner.role)


def _acts(owner: User, target: str) -> object:
    if not may(signed_in().role, Permission.SEE_AUDIT):
        return ()
    return audit.list_entries(db.session(), limit=ACTS, subject_id=owner.id, target=target)
