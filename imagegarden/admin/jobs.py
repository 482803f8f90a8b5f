"""The list of jobs: generations as they fare, narrowed and paged by key. What was asked for is not shown."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.asking import asked, chosen
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import jobs
from imagegarden.domain.jobs import Group, Wanted
from imagegarden.domain.permissions import Permission
from imagegarden.models import GenerationKind
from imagegarden.providers import catalogue
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.failures import FAILURES
from imagegarden.web.guards import allowed

PAGE = 50
GROUPS = {
    Group.ALL: "Any state",
    Group.UNFINISHED: "Unfinished",
    Group.STUCK: "Stuck",
    Group.QUEUED: "Queued",
    Group.STARTING: "Starting",
    Group.RUNNING: "Running",
    Group.STORING: "Storing",
    Group.SUCCEEDED: "Succeeded",
    Group.FAILED: "Failed",
    Group.CANCELED: "Canceled",
}


@bp.get("/jobs")
@allowed(Permission.SEE_JOBS)
def list_jobs() -> ResponseReturnValue:
    """Jobs, the newest first."""
    session, moment = db.session(), now()
    wanted = _wanted()
    after = read_cursor(request.args.get("after"))
    # One more than is shown says whether there are others.
    found = jobs.list_jobs(session, wanted, now=moment, limit=PAGE + 1, after=after)
    return render_template(
        "admin/jobs.html",
        jobs=found[:PAGE],
        wanted=wanted,
        asked={name: value for name, value in request.args.items() if name in _FIELDS and value},
        stuck=jobs.count_stuck(session, now=moment),
        groups=GROUPS,
        kinds=list(GenerationKind),
        failures=FAILURES,
        after=write_cursor(found[PAGE - 1]) if len(found) > PAGE else None,
        is_first_page=after is None,
        now=moment,
    )


_FIELDS = ("state", "model", "kind", "error", "q", "person")


def _wanted() -> Wanted:
    kind, model, error = asked("kind"), asked("model"), asked("error")
    return Wanted(
        group=chosen(Group, "state", Group.ALL),
        model=model if model in catalogue.MODELS else "",
        kind=GenerationKind(kind) if kind in set(GenerationKind) else None,
        error_code=error if error in FAILURES else "",
        name=asked("q"),
        person=asked("person"),
    )
