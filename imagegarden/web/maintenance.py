"""While the site is closed nobody comes in but the staff, and what vendors and operators ask for.

The same holds for whoever comes from a blocked network, who cannot log in either.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import OperationalError, TimeoutError

from imagegarden.current import steering
from imagegarden.db import db
from imagegarden.domain.errors import NetworkBlocked, SiteClosed
from imagegarden.domain.permissions import is_staff
from imagegarden.domain.switches import Switches
from imagegarden.models import Role
from imagegarden.steering import Steering, SteeringReader
from imagegarden.web.callers import scopes_of

View = TypeVar("View", bound=Callable[..., object])


def always_open(view: View) -> View:
    """Let this view answer while the site is closed."""
    view.is_always_open = True  # type: ignore[attr-defined]
    return view


def refuse_while_closed() -> None:
    """Before every request: see how the site is set, and that it is not closed to who asks.

    Raises SiteClosed and NetworkBlocked.
    """
    if request.blueprint == "health" or (request.endpoint or "static").rpartition(".")[2] == "static":
        return
    known = _known()
    words, is_blocked = known.switches.maintenance, known.blocks(request.remote_addr)
    if not (words or is_blocked):
        return
    is_open = getattr(current_app.view_functions[request.endpoint or ""], "is_always_open", False)
    if is_open and not (is_blocked and request.blueprint == "auth"):
        return
    if scopes_of(request.endpoint) is None and is_staff(getattr(current_user, "role", Role.MEMBER)):
        return
    raise NetworkBlocked if is_blocked else SiteClosed(words)


def _known() -> Steering:
    """How the site is set; with the database away, as it was last known: what asks for more fails by itself."""
    try:
        return steering()
    except (OperationalError, TimeoutError):
        db.session.rollback()
        reader: SteeringReader = current_app.extensions["steering"]
        known = g.steering = reader.last() or Steering(Switches(), {})
        return known


def banner() -> str:
    """What every page says at its top; nothing where nobody looked, since that may be what fails."""
    known = g.get("steering")
    return known.switches.banner if known is not None else ""


def closed_words() -> str:
    """What people read who are kept out; empty while the site is open."""
    known = g.get("steering")
    return known.switches.maintenance if known is not None else ""
