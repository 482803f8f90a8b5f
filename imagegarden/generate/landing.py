"""The front page."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import OperationalError, TimeoutError

from imagegarden.clock import now
from imagegarden.current import offered_models
from imagegarden.db import db
from imagegarden.domain import plans, showcase
from imagegarden.domain.media import Picture
from imagegarden.generate import bp
from imagegarden.models import Plan, PlanKey
from imagegarden.web.guards import public

# Of people's pictures.
SHOWN = 12


@bp.get("/")
@public
def landing() -> ResponseReturnValue:
    """What this is, for a stranger; the studio, for somebody who is signed in."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.create_page"), 303)
    return render_template("generate/landing.html", models=offered_models(), plans=_plans(), showcase=_showcase())


def _showcase() -> list[Picture]:
    """Pictures of people here; none while the database is away."""
    try:
        return showcase.list_newest(db.session(), limit=SHOWN)
    except (OperationalError, TimeoutError):
        db.session.rollback()
        return []


def _plans() -> dict[PlanKey, Plan] | None:
    """What can be had; None while the database is away, without which this page can do."""
    try:
        return plans.list_current(db.session(), now=now())
    except (OperationalError, TimeoutError):
        db.session.rollback()
        return None
