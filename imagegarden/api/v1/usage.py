"""What was called with the account's keys."""

from typing import Any

from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.schemas import UsageQuery, UsageReport
from imagegarden.api.v1.shown import counts
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import usage
from imagegarden.models import Scope
from imagegarden.web.callers import caller, keyed


@bp.route("/usage", methods=["GET"], tags=["Account"])
@keyed(Scope.ACCOUNT)
@bp.refuses("Invalid")
@bp.arguments(UsageQuery, location="query")
@bp.response(200, UsageReport, example=examples.USAGE)
def get_usage(query: dict[str, Any]) -> dict[str, Any]:
    """See what was called with your keys

    By day, key and operation. Days on which nothing was called are there, too.
    """
    found = usage.of_person(db.session(), user_id=caller().user_id, days=query["days"], now=now())
    return {
        "days": [{"date": day.isoformat(), **counts(of)} for day, of in found.days.items()],
        "keys": [{"id": one.uuid, "name": one.name, "prefix": one.prefix, **counts(one.counts)} for one in found.keys],
        "endpoints": [{"endpoint": name, **counts(of)} for name, of in found.endpoints.items()],
        "sources": [
            {"source": name, "generations": of.generations, "credits": of.credits} for name, of in found.sources.items()
        ],
        "total": counts(found.total),
    }
