"""Who may come in. Every route asks for a signed-in person unless its view is marked `public`."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.extensions import login
from imagegarden.models import User

View = TypeVar("View", bound=Callable[..., object])


def public(view: View) -> View:
    """Let anybody use this view."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(endpoint: str | None) -> bool:
    """Whether anybody may use the view behind this endpoint."""
    if endpoint is None or endpoint.rpartition(".")[2] == "static":
        return True
    return getattr(current_app.view_functions[endpoint], "is_public", False)


def require_sign_in() -> ResponseReturnValue | None:
    """Before every request: send strangers to the log-in page, unless the view is public or there is none."""
    if is_public(request.endpoint) or current_user.is_authenticated:
        return None
    refused: ResponseReturnValue = login.unauthorized()
    return refused


def signed_in() -> User:
    """The person behind this request. Only for views that are not public."""
    user: User = current_user._get_current_object()
    return user


def install(app: Flask) -> None:
    """Guard every route of the application."""
    app.before_request(require_sign_in)
