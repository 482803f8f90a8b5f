"""Who has just changed something sees it, also in a process that is told of it a moment later.

A cookie says so for as long as news may be late. Whoever makes one up has the database asked, as without any of this.
"""

from flask import Flask, Response, current_app, request, session

from imagegarden.extensions import DEVICE

NAME = "image_garden_changed"
# Twice as long as a process believes what it knows without having heard that nothing has changed.
LASTS_SECONDS = 2


def install(app: Flask) -> None:
    """Note in a person's browser that they have changed something."""
    app.after_request(_note)


def are_recent() -> bool:
    """Whether this browser has changed something in the last moments."""
    return _name() in request.cookies


def _note(response: Response) -> Response:
    is_change = request.method not in ("GET", "HEAD", "OPTIONS") and response.status_code < 400
    if is_change and DEVICE in session:
        is_https = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(_name(), "1", max_age=LASTS_SECONDS, secure=is_https, httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return f"__Host-{NAME}" if current_app.config["SESSION_COOKIE_SECURE"] else NAME
