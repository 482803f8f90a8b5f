"""The Billing page: what a person has, what they paid, and how it goes on."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import payments, plans, statements, subscriptions
from imagegarden.domain.errors import Conflict
from imagegarden.payments.base import PretendMoney
from imagegarden.web.cursors import read_number
from imagegarden.web.errors import status_of
from imagegarden.web.guards import signed_in

PAGE = 12


@bp.get("/billing")
def billing() -> ResponseReturnValue:
    """The person's plan and payments."""
    return _page()


@bp.post("/billing/cancel")
def cancel() -> ResponseReturnValue:
    """Let the subscription end with the days that are paid."""
    with transaction() as session:
        subscriptions.wish_cancel(session, user_id=signed_in().id, now=now())
    flash("Your subscription is canceled. What you paid for stays yours.")
    return redirect(url_for("billing.billing"), 303)


@bp.post("/billing/keep")
def keep() -> ResponseReturnValue:
    """Take that back, while it can be."""
    try:
        with transaction() as session:
            subscriptions.keep(session, user_id=signed_in().id)
    except Conflict as error:
        return _page(error.message), status_of(error)
    flash("Your subscription goes on.")
    return redirect(url_for("billing.billing"), 303)


def _page(refusal: str | None = None) -> str:
    session, moment, user_id = db.session(), now(), signed_in().id
    standing = statements.standing(session, user_id=user_id, now=moment)
    before = read_number(request.args.get("before"))
    # One more than is shown says whether there are others.
    found = payments.list_of(session, user_id=user_id, limit=PAGE + 1, before=before)
    return render_template(
        "billing/billing.html",
        standing=standing,
        meter=statements.meter(session, user_id=user_id, period=standing.period, now=moment),
        plans=plans.list_current(session, now=moment),
        payments=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        is_first_page=before is None,
        is_pretended=isinstance(adapters().gateway, PretendMoney),
        now=moment,
        refusal=refusal,
    )
