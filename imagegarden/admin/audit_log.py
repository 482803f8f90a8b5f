"""The audit log: who did what to whom, and why."""

import csv
import io
from collections.abc import Sequence

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.db import db
from imagegarden.domain import audit
from imagegarden.domain.audit import Entry
from imagegarden.domain.permissions import Permission
from imagegarden.web.cursors import read_number
from imagegarden.web.guards import allowed

PAGE = 50
MOST_ROWS = 10_000


@bp.get("/audit")
@allowed(Permission.SEE_AUDIT)
def audit_log() -> ResponseReturnValue:
    """The newest acts, narrowed by what was done and by whom or to whom."""
    entries = _entries(PAGE, before=read_number(request.args.get("before")))
    return render_template(
        "admin/audit_log.html",
        entries=entries,
        action=request.args.get("action", ""),
        who=request.args.get("who", ""),
        actions=audit.list_actions(db.session()),
        older=entries[-1].id if len(entries) == PAGE else None,
    )


@bp.get("/audit.csv")
@allowed(Permission.SEE_AUDIT)
def audit_csv() -> ResponseReturnValue:
    """The same as a table for a spreadsheet."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["time", "action", "by", "to", "what", "reason", "address"])
    for entry in _entries(MOST_ROWS):
        row = [
            entry.at.isoformat(),
            entry.action,
            entry.actor,
            entry.subject,
            entry.target,
            entry.reason,
            entry.address,
        ]
        table.writerow([harmless(cell or "") for cell in row])
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(written.getvalue(), mimetype="text/csv", headers=headers)


def _entries(limit: int, before: int | None = None) -> Sequence[Entry]:
    return audit.list_entries(
        db.session(),
        limit=limit,
        before=before,
        action=request.args.get("action") or None,
        who=request.args.get("who") or None,
    )
