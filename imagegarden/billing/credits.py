"""The Credits page: every movement of a person's credits, and what they are for."""

from collections.abc import Sequence
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.billing import bp
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import generations, statements, welcomes
from imagegarden.domain.statements import Line
from imagegarden.web.cursors import read_number
from imagegarden.web.guards import signed_in

PAGE = 30


@bp.get("/credits")
def credit_history() -> ResponseReturnValue:
    """The person's ledger, the newest first."""
    session, moment, user_id = db.session(), now(), signed_in().id
    standing = statements.standing(session, user_id=user_id, now=moment)
    before = read_number(request.args.get("before"))
    found = statements.list_lines(session, user_id=user_id, limit=PAGE + 1, before=before)
    lines = found[:PAGE]
    return render_template(
        "billing/credits.html",
        standing=standing,
        meter=statements.meter(session, user_id=user_id, period=standing.period, now=moment),
        welcome=welcomes.find_waiting(session, user_id=user_id),
        lines=lines,
        pictures=_pictures(lines),
        older=lines[-1].id if len(found) > PAGE else None,
        is_first_page=before is None,
    )


def _pictures(lines: Sequence[Line]) -> dict[UUID, UUID]:
    """The first picture that is there of each generation that a line is about."""
    asked = list({line.generation for line in lines if line.generation is not None})
    made = generations.list_these(db.session(), user_id=signed_in().id, uuids=asked)
    return {one.uuid: one.media[0].uuid for one in made if one.media}
