"""Where the payment gateway reports to. A report is verified and noted; what it is about is done by a job."""

from flask import request
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import transaction
from imagegarden.domain import payment_events
from imagegarden.domain.errors import NotFound
from imagegarden.extensions import csrf
from imagegarden.payments.base import BadSignature
from imagegarden.web.guards import public
from imagegarden.web.maintenance import always_open


@bp.post("/webhooks/razorpay")
@public
@always_open
@csrf.exempt
def report() -> ResponseReturnValue:
    """Take the gateway's report: 200 whether or not there was anything new in it, 401 when it is not genuine."""
    gateway = adapters().gateway
    if gateway is None:
        raise NotFound
    try:
        event = gateway.read_event(dict(request.headers), request.get_data())
    except BadSignature:
        return {"code": "bad_report"}, 401
    with transaction() as session:
        payment_events.receive(session, vendor=gateway.name, event=event, now=now())
    return {"status": "received"}
