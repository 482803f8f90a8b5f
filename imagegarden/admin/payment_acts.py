"""What the staff does about money. No gateway is called here: a job does that, once the act is written down."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting
from imagegarden.admin.payment import payment_page, purchase_page
from imagegarden.admin.payments import waiting_page
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, payment_acts, payment_lists, purchases
from imagegarden.domain.errors import Conflict, InvalidRequest, NotAllowed, RequestKeyReused
from imagegarden.domain.permissions import Permission, may_act_on
from imagegarden.models import User
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed, signed_in

ASKED = "Asked; reload in a moment."


def _act(
    subject: User, act: Callable[[ActForm, Acting], str], page: Callable[[ActForm], str], done_at: str
) -> ResponseReturnValue:
    """Do what a form asks for, and say so; what is wrong stands in the form, and what was typed stays."""
    form = ActForm()
    try:
        done = act(form, form.acting(subject))
    except InvalidRequest as error:
        show_faults(form, error)
        return page(form), status_of(error)
    except Conflict as error:
        if isinstance(error, RequestKeyReused):
            form.renew_key()
        form.form_errors.append(error.message)
        return page(form), status_of(error)
    flash(done)
    return redirect(done_at, 303)


def _within_reach(user_id: int) -> User:
    """Whose money it is. The staff does nothing to each other: only who gives roles may. Raises NotAllowed."""
    owner = accounts.get(db.session(), user_id=user_id)
    if not may_act_on(signed_in().role, owner.role):
        raise NotAllowed
    return owner


@bp.post("/payments/<uuid:payment_uuid>/refund")
@allowed(Permission.REFUND)
def refund_payment(payment_uuid: UUID) -> ResponseReturnValue:
    """Have a payment given back."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.refund(session, uuid=payment_uuid, request_key=form.key(), now=now(), **by)
        return "The refund is on its way; reload in a moment."

    owner = _within_reach(payment_lists.get(db.session(), uuid=payment_uuid).user_id)
    there = url_for("admin.show_payment", payment_uuid=payment_uuid)
    return _act(owner, act, lambda form: payment_page(payment_uuid, form=form), there)


@bp.post("/payments/purchases/<uuid:purchase_uuid>/reconcile")
@allowed(Permission.REFUND)
def reconcile_purchase(purchase_uuid: UUID) -> ResponseReturnValue:
    """Have the gateway asked about a purchase now."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.reconcile(session, uuid=purchase_uuid, request_key=form.key(), now=now(), **by)
        return ASKED

    owner = _within_reach(purchases.get(db.session(), uuid=purchase_uuid).user_id)
    there = url_for("admin.show_purchase", purchase_uuid=purchase_uuid)
    return _act(owner, act, lambda form: purchase_page(purchase_uuid, form=form), there)


@bp.post("/payments/waiting/reconcile")
@allowed(Permission.REFUND)
def reconcile_all() -> ResponseReturnValue:
    """Have the gateway asked about everything that waits."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            payment_acts.reconcile_all(session, request_key=form.key(), now=now(), **by)
        return ASKED

    # It is done to nobody: whoever acts stands for the person that other forms look at.
    return _act(signed_in(), act, lambda form: waiting_page(form=form), url_for("admin.list_waiting"))
