"""The front page."""

from collections.abc import Callable
from typing import TypeVar

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import OperationalError, TimeoutError

from imagegarden.clock import now
from imagegarden.current import offered_models
from imagegarden.db import db
from imagegarden.domain import plans, showcase
from imagegarden.generate import bp
from imagegarden.web.guards import public

Found = TypeVar("Found")
# Of people's pictures.
SHOWN = 12


@bp.get("/")
@public
def landing() -> ResponseReturnValue:
    """What this is, for a stranger; the studio, for somebody who is signed in."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.create_page"), 303)
    return render_template(
        "generate/landing.html",
        models=offered_models(),
        plans=_read(lambda: plans.list_current(db.session(), now=now())),
        showcase=_read(lambda: showcase.list_newest(db.session(), limit=SHOWN)) or [],
    )


def _read(read: Callable[[], Found]) -> Found | None:
    """What there is; None while the database is away, without which this page can do."""
    try:
        return read()
    except (OperationalError, TimeoutError):
        db.session.rollback()
        return None
