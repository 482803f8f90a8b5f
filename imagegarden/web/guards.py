"""Who may come in. Every route asks for a signed-in person unless its view is marked `public` or `keyed`.

Where a view is marked `allowed`, the person's role has to be one that may do that.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.domain.api_keys import Caller
from imagegarden.domain.errors import NotAllowed
from imagegarden.domain.permissions import Permission, may
from imagegarden.extensions import login
from imagegarden.models import User
from imagegarden.web.callers import find_caller, require_caller, scopes_of

View = TypeVar("View", bound=Callable[..., object])
# The blueprints of the site's pages.
PAGES = {"auth", "generate", "billing", "api", "admin"}


def public(view: View) -> View:
    """Let anybody use this view."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(endpoint: str | None) -> bool:
    """Whether anybody may use the view behind this endpoint."""
    if endpoint is None or endpoint.rpartition(".")[2] == "static":
        return True
    return getattr(current_app.view_functions[endpoint], "is_public", False)


def open_while_leaving(view: View) -> View:
    """Let this view answer somebody whose account is going to be deleted: nothing else does."""
    view.is_open_while_leaving = True  # type: ignore[attr-defined]
    return view


def allowed(permission: Permission) -> Callable[[View], View]:
    """Let only those use this view whose role may do that."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(endpoint: str | None) -> Permission | None:
    """What the view behind this endpoint asks for; None when it asks for nothing special."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "permission", None)


def is_known() -> bool:
    """Whether somebody who may use the view at hand is behind this request: by a key where that is asked for."""
    if scopes_of(request.endpoint) is not None:
        return isinstance(find_caller(), Caller)
    return bool(current_user.is_authenticated)


def identify_caller() -> None:
    """Before every request: read the key that came with it, where the view asks for one."""
    if scopes_of(request.endpoint) is not None:
        find_caller()


def account_key() -> str:
    """Whom a limit counts: the account behind the request. Strangers do not get that far, and share one."""
    if scopes_of(request.endpoint) is not None:
        found = find_caller()
        return f"account:{found.user_id if isinstance(found, Caller) else None}"
    return f"account:{getattr(current_user, 'id', None)}"


def require_sign_in() -> ResponseReturnValue | None:
    """Before every request: send strangers to the log-in page, unless the view is public or there is none.

    Where a view asks for a key, the key decides, and nothing that a browser holds.
    """
    scopes = scopes_of(request.endpoint)
    if scopes is not None:
        require_caller(scopes)
        return None
    if _is_shut_by_leaving():
        return _to_leaving_page()
    if is_public(request.endpoint):
        return None
    if not current_user.is_authenticated:
        refused: ResponseReturnValue = login.unauthorized()
        return refused
    permission = permission_of(request.endpoint)
    if permission is not None and not may(signed_in().role, permission):
        raise NotAllowed
    return None


def _is_shut_by_leaving() -> bool:
    """Whether somebody who is leaving asks for a page; what is no page of a person's asks for nobody."""
    if request.blueprint not in PAGES or getattr(
        current_app.view_functions[request.endpoint or ""], "is_open_while_leaving", False
    ):
        return False
    return getattr(current_user, "leaves_at", None) is not None


def _to_leaving_page() -> ResponseReturnValue:
    target = url_for("auth.leaving")
    if request.headers.get("HX-Request") == "true":
        return "", HTTPStatus.FORBIDDEN, {"HX-Redirect": target}
    return redirect(target, HTTPStatus.SEE_OTHER)


def signed_in() -> User:
    """The person behind this request. Only for views that are not public."""
    user: User = current_user._get_current_object()
    return user


def install(app: Flask) -> None:
    """Guard every route of the application."""
    app.before_request(require_sign_in)
