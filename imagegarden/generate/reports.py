"""Where providers report to. A report is verified and noted; what it is about is done by a job."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import transaction
from imagegarden.domain import reports
from imagegarden.domain.errors import NotFound
from imagegarden.extensions import csrf
from imagegarden.generate import bp
from imagegarden.providers.base import BadReport, Reporter
from imagegarden.web.guards import public
from imagegarden.web.maintenance import always_open

# A report repeats what was asked for and everything that the model logged.
MAX_REPORT_BYTES = 8 * 1024 * 1024


@bp.post("/webhooks/<vendor>/<uuid:attempt_uuid>/<token>")
@public
@always_open
@csrf.exempt
def report(vendor: str, attempt_uuid: UUID, token: str) -> ResponseReturnValue:
    """Take a provider's report: 200 whether or not there was anything new in it, 401 when it is not genuine."""
    request.max_content_length = MAX_REPORT_BYTES
    provider = adapters().providers.get(vendor)
    if not isinstance(provider, Reporter):
        raise NotFound
    try:
        heard = provider.read_report(request.headers, request.get_data())
    except BadReport:
        return {"code": "bad_report"}, 401
    with transaction() as session:
        reports.receive(session, vendor=vendor, report=heard, attempt_uuid=attempt_uuid, token=token, now=now())
    return {"status": "received"}
