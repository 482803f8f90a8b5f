"""The audit log: who did what to whom, and why."""

from collections.abc import Sequence

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.asking import asked
from imagegarden.db import db
from imagegarden.domain import audit
from imagegarden.domain.audit import Entry
from imagegarden.domain.permissions import Permission
from imagegarden.web.cursors import read_number
from imagegarden.web.guards import allowed
from imagegarden.web.tables import csv_file

PAGE = 50
MOST_ROWS = 10_000
COLUMNS = ("time", "action", "by", "to", "what", "reason", "address")


@bp.get("/audit")
@allowed(Permission.SEE_AUDIT)
def audit_log() -> ResponseReturnValue:
    """The newest acts, narrowed by what was done and by whom or to whom."""
    before = read_number(request.args.get("before"))
    # One more than is shown says whether there are others.
    entries = _entries(PAGE + 1, before)
    return render_template(
        "admin/audit_log.html",
        entries=entries[:PAGE],
        action=asked("action"),
        who=asked("who"),
        actions=audit.list_actions(db.session()),
        older=entries[PAGE - 1].id if len(entries) > PAGE else None,
        is_first_page=before is None,
    )


@bp.get("/audit.csv")
@allowed(Permission.SEE_AUDIT)
def audit_csv() -> Response:
    """The same as a table for a spreadsheet."""
    rows = (
        (entry.at.isoformat(), entry.action, entry.actor, entry.subject, entry.what, entry.reason, entry.address)
        for entry in _entries(MOST_ROWS)
    )
    return csv_file("audit.csv", COLUMNS, rows)


def _entries(limit: int, before: int | None = None) -> Sequence[Entry]:
    return audit.list_entries(
        db.session(), limit=limit, before=before, action=asked("action") or None, who=asked("who") or None
    )
