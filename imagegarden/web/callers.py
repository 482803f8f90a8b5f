"""Who calls the API: the key that came with a request, and what may be done with it."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, request

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import api_keys
from imagegarden.domain.api_keys import Caller
from imagegarden.domain.errors import AccountUnavailable, DomainError, KeyRefused, ScopeMissing
from imagegarden.extensions import household
from imagegarden.models import Scope

View = TypeVar("View", bound=Callable[..., object])
MISSING = "Send your API key in the header Authorization: Bearer ig_..."


def keyed(*scopes: Scope) -> Callable[[View], View]:
    """Let those use this view who bring a key with one of these scopes; with any scope, where none is named."""

    def mark(view: View) -> View:
        view.scopes = scopes  # type: ignore[attr-defined]
        return view

    return mark


def scopes_of(endpoint: str | None) -> tuple[Scope, ...] | None:
    """One of which scopes the view behind this endpoint asks for; None when it asks for no key."""
    view = current_app.view_functions.get(endpoint or "")
    return getattr(view, "scopes", None)


def find_caller() -> Caller | DomainError:
    """Who calls, or why they may not. Asked once per request; what a browser holds counts for nothing here."""
    if "caller" not in g:
        g.caller = _read_caller()
    found: Caller | DomainError = g.caller
    return found


def _read_caller() -> Caller | DomainError:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return KeyRefused(MISSING)
    try:
        return api_keys.find_caller(db.session(), secret=secret.strip(), now=now())
    except (KeyRefused, AccountUnavailable) as error:
        return error


def require_caller(scopes: tuple[Scope, ...]) -> None:
    """See that the caller may use a view of these scopes. Raises KeyRefused, AccountUnavailable, ScopeMissing."""
    found = find_caller()
    if isinstance(found, DomainError):
        raise found
    if scopes and not found.scopes & set(scopes):
        raise ScopeMissing(scopes[0])


def caller() -> Caller:
    """Who calls. Only for views that ask for a key."""
    found = find_caller()
    assert isinstance(found, Caller)
    return found


def limit_key() -> str:
    """Whom the API's limit counts: the key; who brings none that is good, by their address."""
    found = find_caller()
    return f"key:{found.key_id}" if isinstance(found, Caller) else f"address:{household()}"
