"""Receipts: one page for each payment, made to be printed."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.db import db
from imagegarden.domain import payments, periods
from imagegarden.web.guards import signed_in

# What the test gateway calls itself on its payments.
TEST = "test"


@bp.get("/billing/receipts/<uuid:payment_uuid>")
def receipt(payment_uuid: UUID) -> ResponseReturnValue:
    """The receipt of a payment."""
    payment = payments.get(db.session(), uuid=payment_uuid, user_id=signed_in().id)
    return render_template(
        "billing/receipt.html",
        payment=payment,
        period=periods.of_payment(db.session(), payment),
        is_pretended=payment.vendor == TEST,
    )
