"""The list of people: searched, narrowed, sorted, and paged by key."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.asking import asked, chosen
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import people
from imagegarden.domain.people import Group, Order
from imagegarden.domain.permissions import Permission
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.guards import allowed

PAGE = 50
GROUPS = {
    Group.ALL: "Everybody",
    Group.PREMIUM: "Premium",
    Group.FREE: "Free",
    Group.STAFF: "Staff",
    Group.SUSPENDED: "Suspended",
    Group.FLAGGED: "Flagged",
    Group.DELETED: "Deleted",
}
ORDERS = {Order.NEWEST: "Newest first", Order.OLDEST: "Oldest first"}


@bp.get("/users")
@allowed(Permission.SEE_USERS)
def list_people() -> ResponseReturnValue:
    """People, the newest first unless asked otherwise."""
    text, group, order = asked("q"), chosen(Group, "show", Group.ALL), chosen(Order, "order", Order.NEWEST)
    after = read_cursor(request.args.get("after"))
    # One more than is shown says whether there are others.
    found = people.list_people(
        db.session(), now=now(), limit=PAGE + 1, text=text, group=group, order=order, after=after
    )
    return render_template(
        "admin/people.html",
        people=found[:PAGE],
        text=text,
        group=group,
        groups=GROUPS,
        order=order,
        orders=ORDERS,
        after=write_cursor(found[PAGE - 1].user) if len(found) > PAGE else None,
        is_first_page=after is None,
    )
