"""Who is behind a request: loading the person, opening and ending sessions.

A session names its person, by id and version, and its device; so does a remember-me cookie. In those of the release
before, the device may be missing: it is added when they are used.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from werkzeug.exceptions import Unauthorized

from imagegarden.auth import known_devices
from imagegarden.clock import now
from imagegarden.current import known_people, lifetimes
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, devices, security_letters
from imagegarden.domain.security_letters import SecurityNotice
from imagegarden.extensions import DEVICE, login
from imagegarden.models import SecondFactor, User
from imagegarden.web import own_changes, security_log, sessions
from imagegarden.web.errors import wants_fragment, wants_problem
from imagegarden.web.guards import permission_of
from imagegarden.web.security_log import Happening

SEEN_AT = "seen_at"
NAME = re.compile(r"(\d{1,18})\.(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)


@dataclass(frozen=True)
class Named:
    """Whom and what a session or a cookie names."""

    user_id: int
    session_version: int
    device_id: int | None


def install(app: Flask) -> None:
    """Load people for this application."""
    login.init_app(app)
    login.user_loader(_load)
    login.come_back = _come_back
    login.unauthorized_handler(_ask_to_log_in)
    app.before_request(note_use)


def _read_name(name: str) -> Named | None:
    found = NAME.fullmatch(name)
    if found is None:
        return None
    user_id, version, device = found.groups()
    return Named(int(user_id), int(version), int(device) if device else None)


def _load(name: str) -> User | None:
    """The person of the session at hand."""
    named = _read_name(name)
    if named is None:
        return None
    if named.device_id is not None and DEVICE not in session:
        # A process of the release before took this over from a cookie of ours, and did not understand it.
        session["_user_id"], session[DEVICE] = f"{named.user_id}.{named.session_version}", named.device_id
    device_id = session.get(DEVICE)
    if device_id is None:
        return _give_device(named)
    named = Named(named.user_id, named.session_version, device_id)
    if request.method not in ("GET", "HEAD") or permission_of(request.endpoint) is not None:
        # What they may do is asked in the moment in which they do it.
        return _read(named)
    if own_changes.are_recent():
        known_people().forget(named.user_id)
    place = f"session {named.session_version} {device_id}"
    return known_people().get(named.user_id, place, lambda: _read_apart(named))


def _read(named: Named) -> User | None:
    return accounts.load_signed_in(
        db.session(),
        user_id=named.user_id,
        session_version=named.session_version,
        device_id=named.device_id,
        lifetimes=lifetimes(),
        now=now(),
    )


def _read_apart(named: Named) -> User | None:
    """The person, apart from the session that loaded them: other requests will see them, too."""
    user = _read(named)
    if user is not None:
        db.session.expunge(user)
    return user


def _give_device(named: Named) -> User | None:
    """The person of a session that the release before let in by a cookie: it names its device from now on."""
    user = _read(named)
    if user is not None:
        is_remembered = current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies
        _note_device(_open_device(user, remembered=is_remembered))
        if is_remembered:
            session["_remember"] = "set"
    return user


def _come_back(name: str) -> User | None:
    """The person whom a remember-me cookie names, in a new session of the same device."""
    named = _read_name(name)
    user = _read(named) if named is not None else None
    if named is None or user is None:
        return None
    # An id that somebody else put into this browser meanwhile is worth nothing now.
    sessions.renew_id()
    session.clear()
    session["_user_id"] = user.get_id()
    session["_fresh"] = False
    if named.device_id is None:
        _note_device(_open_device(user, remembered=True))
        session["_remember"] = "set"
    else:
        session[DEVICE] = named.device_id
    return user


def _open_device(user: User, *, remembered: bool, is_news: bool = False) -> int:
    with transaction() as database:
        opened = devices.open_device(
            database,
            user_id=user.id,
            device=request.user_agent.string,
            address=request.remote_addr or "",
            remembered=remembered,
            lifetimes=lifetimes(),
            now=now(),
        )
        if is_news:
            security_letters.write(
                database,
                user_id=user.id,
                notice=SecurityNotice.NEW_DEVICE,
                device=opened.device,
                address=opened.address,
                now=now(),
            )
    return opened.id


def _note_device(device_id: int) -> None:
    session[DEVICE] = device_id
    session[SEEN_AT] = now().timestamp()


def note_use() -> None:
    """Before every request: write down now and then that the device is used. It also keeps the session alive."""
    is_somebody = DEVICE in session or current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies
    if not is_somebody or not getattr(session, "sid", "") or wants_fragment() or not current_user.is_authenticated:
        return
    device_id, moment = session[DEVICE], now()
    if moment.timestamp() - session.get(SEEN_AT, 0) < devices.SEEN_EVERY.total_seconds():
        return
    with transaction() as database:
        devices.see(
            database,
            device_id=device_id,
            user_id=current_user.id,
            device=request.user_agent.string,
            address=request.remote_addr or "",
            lifetimes=lifetimes(),
            now=moment,
        )
    session[SEEN_AT] = moment.timestamp()


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


def begin_anew() -> None:
    """Let nothing of the time before come along: neither a known id nor what a stranger may have put in."""
    sessions.renew_id()
    session.clear()


def let_in(user: User, *, remember: bool, factor: SecondFactor | None = None) -> None:
    """Sign a person in on this device, under a new session id. Where the device is new to them, a letter says so.

    `factor` is the second one that they have shown.
    """
    # Whoever has never been here has nothing to compare it with. A thief who came in with an earlier password has a
    # cookie, too: known is what vouches for the password of today.
    is_news = user.last_seen_at is not None and known_devices.vouched_for(user) is None
    device_id = _open_device(user, remembered=remember, is_news=is_news)
    begin_anew()
    _note_device(device_id)
    session[sessions.PASSWORD_AT] = now().timestamp()
    login_user(user, remember=remember)
    known_devices.note(user, factor)
    security_log.note(Happening.SIGNED_IN, user_id=user.id)


def stay_in(user: User, *, proved: bool = True) -> None:
    """Keep a person signed in here whose other sessions have just ended: under a new id, with a new cookie.

    `proved` says that they have just shown that it is them.
    """
    sessions.renew_id()
    session["_user_id"] = user.get_id()
    if proved:
        session[sessions.PASSWORD_AT] = now().timestamp()
        known_devices.note(user)
    if current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies:
        session["_remember"] = "set"


def let_out(user: User) -> None:
    """Sign a person out on this device."""
    device_id = session.get(DEVICE)
    if device_id is not None:
        with transaction() as database:
            devices.end(database, device_id=device_id, user_id=user.id, now=now())
    security_log.note(Happening.SIGNED_OUT, user_id=user.id)
    logout_user()
    sessions.renew_id()
    # What tells the browser to drop the remember-me cookie has to survive the clearing.
    forget = session.get("_remember")
    session.clear()
    if forget is not None:
        session["_remember"] = forget
