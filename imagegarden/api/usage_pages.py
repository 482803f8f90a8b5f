"""The page of usage: what was called with a person's keys, and the same as a table for spreadsheets."""

from uuid import UUID

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.api import bp
from imagegarden.api.bars import chart
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import api_keys, usage
from imagegarden.domain.errors import NotFound
from imagegarden.models import ApiKey, Via
from imagegarden.web.guards import signed_in
from imagegarden.web.tables import csv_file

PERIODS = (7, 30, 90)
USUAL = 30
COLUMNS = ("date", "key", "prefix", "endpoint", "outcome", "count")
SOURCES = {Via.WEB: "Pages", Via.API: "API", Via.CLI: "Commands"}


@bp.get("/usage")
def usage_page() -> ResponseReturnValue:
    """What was called, by day, key and operation."""
    days, key = _days(), _key()
    found = usage.of_person(
        db.session(), user_id=signed_in().id, days=days, now=now(), key_id=key.id if key is not None else None
    )
    return render_template(
        "api/usage.html",
        usage=found,
        chart=chart(list(found.days), found.keys),
        days=days,
        periods=PERIODS,
        key=key,
        sources=SOURCES,
        name_of=name_of,
    )


@bp.get("/usage.csv")
def usage_table() -> Response:
    """The same as rows: a day, a key, an operation, an outcome, and how often."""
    days, key = _days(), _key()
    rows = usage.list_counts(
        db.session(), user_id=signed_in().id, days=days, now=now(), key_id=key.id if key is not None else None
    )
    cells = ((row.day.isoformat(), row.key, row.prefix, row.endpoint, row.outcome.value, row.count) for row in rows)
    return csv_file(f"image-garden-usage-{days}-days.csv", COLUMNS, cells)


def name_of(endpoint: str) -> str:
    """What an operation does, in words; one that is not there any more keeps the name it had."""
    view = current_app.view_functions.get(endpoint)
    return ((view.__doc__ if view else None) or endpoint).strip().splitlines()[0].rstrip(".")


def _days() -> int:
    asked = request.args.get("days", type=int)
    return asked if asked in PERIODS else USUAL


def _key() -> ApiKey | None:
    """The key that is asked about, if one is. Raises NotFound when it is not the person's."""
    asked = request.args.get("key")
    if not asked:
        return None
    try:
        uuid = UUID(asked)
    except ValueError:
        raise NotFound from None
    return api_keys.get_own(db.session(), user_id=signed_in().id, uuid=uuid)
