"""Where the staff comes in, and what others are told."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.domain.errors import NotAllowed, NotFound
from imagegarden.domain.permissions import Permission, is_staff, may
from imagegarden.models import Role
from imagegarden.web.errors import refused, wants_fragment, wants_problem
from imagegarden.web.guards import allowed, signed_in

NO_ENTRY = "You do not have permission to access the admin dashboard."
# The pages by what they ask for, in the order of the menu.
PAGES = (
    ("admin.overview_page", "Overview", Permission.SEE_FIGURES),
    ("admin.list_people", "People", Permission.SEE_USERS),
    ("admin.list_jobs", "Jobs", Permission.SEE_JOBS),
    ("admin.list_payments", "Payments", Permission.SEE_PAYMENTS),
    ("admin.moderation", "Moderation", Permission.MODERATE),
    ("admin.list_rules", "Rules", Permission.CHANGE_RULES),
    ("admin.list_models", "Models", Permission.CHANGE_MODELS),
    ("admin.health_page", "Health", Permission.SEE_HEALTH),
    ("admin.switches_page", "Switches", Permission.CHANGE_SWITCHES),
    ("admin.audit_log", "Audit log", Permission.SEE_AUDIT),
)
# What the database takes for the number of a row.
MOST = 2**63 - 1


@bp.get("/")
@allowed(Permission.SEE_USERS)
def home() -> ResponseReturnValue:
    """The first page that this person may see."""
    return redirect(url_for(_pages()[0][0]), 303)


def _pages() -> list[tuple[str, str, Permission]]:
    return [page for page in PAGES if may(_role(), page[2])]


def _role() -> Role:
    # Of nobody, where a page says that something went wrong before anybody signed in.
    role: Role = getattr(signed_in(), "role", Role.MEMBER)
    return role


@bp.context_processor
def _menu() -> dict[str, object]:
    return {"admin_pages": _pages(), "can": _can}


def _can(name: str) -> bool:
    """Whether the person at hand may do that: what they may not is not offered."""
    return may(_role(), Permission(name))


@bp.url_value_preprocessor
def _refuse_impossible_ids(endpoint: str | None, values: dict[str, Any] | None) -> None:
    if any(isinstance(value, int) and value > MOST for value in (values or {}).values()):
        raise NotFound


@bp.errorhandler(NotAllowed)
def turn_away(error: NotAllowed) -> ResponseReturnValue:
    """Send people who have nothing to do here to where they make pictures."""
    if request.method == "GET" and not is_staff(_role()) and not wants_problem() and not wants_fragment():
        flash(NO_ENTRY)
        return redirect(url_for("generate.create_page"), 303)
    return refused(error)
