"""Who is behind a request: loading the person, opening and ending sessions."""

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user
from werkzeug.exceptions import Unauthorized

from imagegarden.clock import now
from imagegarden.current import known_people
from imagegarden.db import db, transaction
from imagegarden.domain import accounts
from imagegarden.extensions import login
from imagegarden.models import User
from imagegarden.web import sessions
from imagegarden.web.errors import wants_fragment, wants_problem
from imagegarden.web.guards import permission_of

SESSION_ID = "user_session_id"


def install(app: Flask) -> None:
    """Load people for this application."""
    login.init_app(app)
    login.user_loader(_load)
    login.unauthorized_handler(_ask_to_log_in)


def _load(name: str) -> User | None:
    number, _, version = name.partition(".")
    if not (number.isdecimal() and version.isdecimal()):
        return None
    user_id, session_version = int(number), int(version)
    if request.method not in ("GET", "HEAD") or permission_of(request.endpoint) is not None:
        # What they may do is asked in the moment in which they do it.
        return accounts.load_signed_in(db.session(), user_id=user_id, session_version=session_version)
    return known_people().get(user_id, f"session {session_version}", lambda: _read(user_id, session_version))


def _read(user_id: int, session_version: int) -> User | None:
    """The person, apart from the session that loaded them: other requests will see them, too."""
    user = accounts.load_signed_in(db.session(), user_id=user_id, session_version=session_version)
    if user is not None:
        db.session.expunge(user)
    return user


def _ask_to_log_in() -> ResponseReturnValue:
    if wants_problem():
        raise Unauthorized
    target = url_for("auth.log_in", next=_page_to_come_back_to())
    if wants_fragment():
        return "", 401, {"HX-Redirect": target}
    return redirect(target, 303)


def _page_to_come_back_to() -> str | None:
    """The page that was asked for, or the one from which something was sent."""
    if wants_fragment():
        page = request.headers.get("HX-Current-URL", "")
    elif request.method == "GET":
        page = request.full_path.rstrip("?")
    else:
        page = request.referrer or ""
    try:
        parts = urlsplit(page)
    except ValueError:
        return None
    return urlunsplit(("", "", parts.path, parts.query, "")) or None


def let_in(user: User, *, remember: bool) -> None:
    """Sign a person in on this device, under a new session id."""
    with transaction() as database:
        opened = accounts.open_session(
            database,
            user_id=user.id,
            device=request.user_agent.string,
            address=request.remote_addr or "",
            now=now(),
        )
    # Nothing of the time before comes along: neither a known id nor what a stranger may have put in.
    sessions.renew_id()
    session.clear()
    session[SESSION_ID] = opened.id
    session[sessions.PASSWORD_AT] = now().timestamp()
    login_user(user, remember=remember)


def let_out(user: User) -> None:
    """Sign a person out on this device."""
    session_id = session.get(SESSION_ID)
    if session_id is not None:
        with transaction() as database:
            accounts.end_session(database, session_id=session_id, user_id=user.id, now=now())
    logout_user()
    sessions.renew_id()
    # What tells the browser to drop the remember-me cookie has to survive the clearing.
    forget = session.get("_remember")
    session.clear()
    if forget is not None:
        session["_remember"] = forget
