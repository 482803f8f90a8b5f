"""The list of people: searched, narrowed, sorted, and paged by key."""

from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import people
from imagegarden.domain.people import Group, Order
from imagegarden.domain.permissions import Permission
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.guards import allowed

Choice = TypeVar("Choice", Group, Order)
PAGE = 50
LONGEST_SEARCH = 100
GROUPS = {
    Group.ALL: "All",
    Group.PREMIUM: "Premium",
    Group.FREE: "Free",
    Group.STAFF: "Staff",
    Group.SUSPENDED: "Suspended",
    Group.FLAGGED: "Flagged",
}


@bp.get("/users")
@allowed(Permission.SEE_USERS)
def list_people() -> ResponseReturnValue:
    """People, the newest first unless asked otherwise."""
    text = request.args.get("q", "")[:LONGEST_SEARCH]
    group, order = _chosen(Group, "show", Group.ALL), _chosen(Order, "order", Order.NEWEST)
    found = people.list_people(
        db.session(),
        now=now(),
        limit=PAGE,
        text=text,
        group=group,
        order=order,
        after=read_cursor(request.args.get("after")),
    )
    return render_template(
        "admin/people.html",
        people=found,
        text=text,
        group=group,
        groups=GROUPS,
        order=order,
        after=write_cursor(found[-1].user) if len(found) == PAGE else None,
        is_first_page="after" not in request.args,
    )


def _chosen(kind: type[Choice], name: str, otherwise: Choice) -> Choice:
    asked = request.args.get(name, "")
    return kind(asked) if asked in set(kind) else otherwise
