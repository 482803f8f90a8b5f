"""The first page of administration: how the site fares."""

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp, charts
from imagegarden.admin.cards import cards
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import overview
from imagegarden.domain.overview import Overview
from imagegarden.domain.permissions import Permission
from imagegarden.web.guards import allowed
from imagegarden.web.kept import Kept
from imagegarden.web.money import money

PERIODS = (7, 30, 90, 365)
USUAL = 30
# How old figures may be: today's are counted from all that happened today.
SECONDS = 60


@bp.get("/overview")
@allowed(Permission.SEE_FIGURES)
def overview_page() -> ResponseReturnValue:
    """People, money, work and calls of a period, beside the one before."""
    asked = request.args.get("days", type=int)
    days = asked if asked in PERIODS else USUAL
    found = kept().recall(days, lambda: overview.of_days(db.session(), days=days, now=now()))
    return render_template(
        "admin/overview.html",
        found=found,
        cards=cards(found),
        people=charts.people(found),
        generations=charts.generations(found),
        revenue=charts.revenue(found),
        calls=charts.calls(found),
        funnel=charts.funnel(found),
        doors=charts.doors(found),
        day_names=[f"{day:%a, %-d %b}" for day in found.days[:-1]],
        rupees=money,
        days=days,
        periods=PERIODS,
    )


def kept() -> Kept[Overview]:
    """The overviews that this process keeps."""
    found: Kept[Overview] = current_app.extensions.setdefault("kept_overviews", Kept(SECONDS))
    return found
