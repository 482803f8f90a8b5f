"""Changes ask for the password again, when it was last given more than half an hour ago."""

from flask import render_template, request, session
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import release_connection
from imagegarden.extensions import limiter
from imagegarden.web.guards import account_key, permission_of, signed_in
from imagegarden.web.passwords import is_right
from imagegarden.web.sessions import PASSWORD_AT

GOOD_SECONDS = 30 * 60
FIELD = "confirm_password"


@bp.before_request
def ask_password() -> ResponseReturnValue | None:
    """Before a change: see that the password was given lately; else ask for it, and keep what was sent."""
    if request.method in ("GET", "HEAD", "OPTIONS") or permission_of(request.endpoint) is None:
        return None
    if now().timestamp() - session.get(PASSWORD_AT, 0) < GOOD_SECONDS:
        return None
    if FIELD not in request.form:
        return _page(), 401
    with limiter.limit(lambda: settings().login_limit, key_func=account_key, scope="confirm"):
        password_hash = signed_in().password_hash
        release_connection()
        if not is_right(password_hash, request.form[FIELD]):
            return _page("That is not your password."), 422
    session[PASSWORD_AT] = now().timestamp()
    return None


def _page(fault: str | None = None) -> str:
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, "csrf_token")]
    return render_template("admin/confirm.html", fault=fault, field=FIELD, sent=sent)
