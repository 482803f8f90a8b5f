"""Where the site is set so, the staff works with a second factor only."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.current import steering
from imagegarden.db import db
from imagegarden.domain import second_factor
from imagegarden.domain.errors import NotAllowed
from imagegarden.web.guards import permission_of, signed_in

WORDS = "The staff of this site needs a second factor: set yours up first."


@bp.before_request
def require_second_factor() -> ResponseReturnValue | None:
    """Before every page of administration: lead who has no second factor to set one up. Raises NotAllowed."""
    if permission_of(request.endpoint) is None or not steering().switches.staff_second_factor:
        return None
    if second_factor.is_on(db.session(), user_id=signed_in().id):
        return None
    if request.method not in ("GET", "HEAD"):
        raise NotAllowed(WORDS)
    flash(WORDS)
    return redirect(url_for("auth.security"), 303)
