"""The lists about money: payments, purchases that wait, and reports about nothing that we know of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, fresh
from imagegarden.admin.asking import asked, chosen
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import payment_events, payment_lists
from imagegarden.domain.payment_lists import Group, Paid, Wanted
from imagegarden.domain.permissions import Permission
from imagegarden.web.cursors import read_cursor, read_number, write_cursor
from imagegarden.web.guards import allowed
from imagegarden.web.tables import csv_file

PAGE = 50
MOST_ROWS = 10_000
MOST_REPORTS = 200
# What the cards count where no dates are chosen.
USUAL_DAYS = 30
GROUPS = {
    Group.ALL: "Any state",
    Group.CREATED: "Created",
    Group.AUTHORIZED: "Authorized",
    Group.FAILED: "Failed",
    Group.CAPTURED: "Captured",
    Group.REFUNDED: "Refunded",
    Group.UNMATCHED: "Unmatched",
    Group.DISPUTED: "In dispute, or was",
}
COLUMNS = (
    *("time", "captured", "person", "plan", "amount", "currency", "state"),
    *("refunded", "fault", "dispute", "method", "payment", "order"),
)
_FIELDS = ("state", "person", "q", "from", "to")


@bp.get("/payments")
@allowed(Permission.SEE_PAYMENTS)
def list_payments() -> ResponseReturnValue:
    """Payments, the newest first, and what those of a time came to."""
    session, moment = db.session(), now()
    wanted = _wanted()
    after = read_cursor(request.args.get("after"))
    # One more than is shown says whether there are others.
    found = payment_lists.list_payments(session, wanted, limit=PAGE + 1, after=after)
    since = wanted.since or (wanted.until or moment) - timedelta(days=USUAL_DAYS)
    until = wanted.until or moment
    return render_template(
        "admin/payments.html",
        rows=found[:PAGE],
        wanted=wanted,
        asked={name: value for name, value in request.args.items() if name in _FIELDS and value},
        sums=payment_lists.sums(session, since=since, until=until),
        since=since,
        until=until,
        has_dates=bool(wanted.since or wanted.until),
        usual_days=USUAL_DAYS,
        groups=GROUPS,
        after=write_cursor(found[PAGE - 1].payment) if len(found) > PAGE else None,
        is_first_page=after is None,
    )


@bp.get("/payments.csv")
@allowed(Permission.SEE_PAYMENTS)
def payments_csv() -> Response:
    """The same as a table for a spreadsheet."""
    found = payment_lists.list_payments(db.session(), _wanted(), limit=MOST_ROWS)
    return csv_file("payments.csv", COLUMNS, [_row(one) for one in found])


def _row(paid: Paid) -> Sequence[str | int | None]:
    one = paid.payment
    return (
        one.created_at.isoformat(),
        one.captured_at.isoformat() if one.captured_at else None,
        paid.email,
        one.purchase.plan.key,
        _decimal(one.amount_paise),
        one.currency,
        one.state,
        _decimal(one.refunded_paise),
        one.fault,
        one.dispute,
        one.method,
        one.vendor_id,
        one.purchase.vendor_id,
    )


def _decimal(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02}"


@bp.get("/payments/waiting")
@allowed(Permission.SEE_PAYMENTS)
def list_waiting() -> ResponseReturnValue:
    """Purchases that wait to be paid."""
    return waiting_page()


def waiting_page(*, form: ActForm | None = None) -> str:
    """The page, with the form as it was filled in."""
    before = read_number(request.args.get("before"))
    found = payment_lists.list_waiting(db.session(), limit=PAGE + 1, before=before)
    return render_template(
        "admin/payments_waiting.html",
        rows=found[:PAGE],
        form=form or fresh(ActForm),
        tried=form is not None,
        older=found[PAGE - 1].purchase.id if len(found) > PAGE else None,
        is_first_page=before is None,
    )


@bp.get("/payments/reports")
@allowed(Permission.SEE_PAYMENTS)
def list_reports() -> ResponseReturnValue:
    """Reports of the gateway about nothing that we know of."""
    found = payment_events.list_unmatched(db.session(), limit=MOST_REPORTS)
    return render_template("admin/payments_reports.html", events=found, most=MOST_REPORTS)


def _wanted() -> Wanted:
    until = _day("to")
    return Wanted(
        group=chosen(Group, "state", Group.ALL),
        person=asked("person"),
        name=asked("q"),
        since=_day("from"),
        until=until + timedelta(days=1) if until else None,
    )


def _day(name: str) -> datetime | None:
    """The beginning of a day of UTC that the address names; None for anything that is no day people live in."""
    try:
        day = date.fromisoformat(asked(name))
    except ValueError:
        return None
    return datetime.combine(day, time(), UTC) if 2000 <= day.year < 3000 else None
