"""What is sensitive asks for the password again, when it was last given more than half an hour ago.

A view says so by `confirmed`; every change by the staff does without saying it. What was sent is kept meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from flask import Flask, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_login import current_user

from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import release_connection
from imagegarden.extensions import limiter
from imagegarden.web import security_log
from imagegarden.web.errors import note_limited
from imagegarden.web.guards import account_key, permission_of, signed_in
from imagegarden.web.passwords import is_right
from imagegarden.web.security_log import Happening
from imagegarden.web.sessions import PASSWORD_AT

GOOD_SECONDS = 30 * 60
FIELD = "confirm_password"
View = TypeVar("View", bound=Callable[..., object])


def confirmed(view: View) -> View:
    """Let nobody send something to this view who has not given the password lately."""
    view.is_confirmed = True  # type: ignore[attr-defined]
    return view


def is_confirmed(endpoint: str | None) -> bool:
    """Whether what is sent to the view behind this endpoint needs the password."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "is_confirmed", False) or permission_of(endpoint) is not None


def ask_password() -> ResponseReturnValue | None:
    """Before something is sent: see that the password was given lately; else ask for it, and keep what was sent."""
    if request.method in ("GET", "HEAD", "OPTIONS") or not is_confirmed(request.endpoint):
        return None
    if not current_user.is_authenticated or now().timestamp() - session.get(PASSWORD_AT, 0) < GOOD_SECONDS:
        return None
    if FIELD not in request.form:
        return _page(), 401
    refusal = refuse_password(request.form[FIELD])
    if refusal is not None:
        return _page(refusal.words), refusal.status, refusal.headers
    session[PASSWORD_AT] = now().timestamp()
    return None


@dataclass(frozen=True)
class Refusal:
    """Why a password was not taken: what stands beside its field, and how the page is sent that keeps the rest."""

    words: str
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY
    headers: dict[str, str] = field(default_factory=dict)


def refuse_password(typed: str) -> Refusal | None:
    """What speaks against this password of the person behind the request; None where it is right.

    Tries are counted by account, wherever it is asked for.
    """
    try:
        with limiter.shared_limit(lambda: settings().login_limit, "password asked again", key_func=account_key):
            password_hash = signed_in().password_hash
            release_connection()
            if is_right(password_hash, typed):
                return None
    except RateLimitExceeded:
        seconds, words = note_limited()
        return Refusal(words, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})
    security_log.note(Happening.WRONG_PASSWORD)
    return Refusal("That is not your password.")


def _page(fault: str | None = None) -> str:
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, "csrf_token")]
    leave = url_for("admin.home" if request.blueprint == "admin" else "auth.profile")
    return render_template("confirm.html", fault=fault, field=FIELD, sent=sent, leave=leave)


def install(app: Flask) -> None:
    """Ask before every view of the application that needs it."""
    app.before_request(ask_password)
