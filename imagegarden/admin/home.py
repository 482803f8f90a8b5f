"""Where the staff comes in, and what others are told."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.domain.errors import NotAllowed
from imagegarden.domain.permissions import Permission, is_staff, may
from imagegarden.models import Role
from imagegarden.web.errors import refused
from imagegarden.web.guards import allowed, signed_in

NO_ENTRY = "You do not have permission to access the admin dashboard."
# The pages by what they ask for, in the order of the menu.
PAGES = (
    ("admin.list_people", "People", "users", Permission.SEE_USERS),
    ("admin.audit_log", "Audit log", "scroll-text", Permission.SEE_AUDIT),
)


@bp.get("/")
@allowed(Permission.SEE_USERS)
def home() -> ResponseReturnValue:
    """The first page that this person may see."""
    return redirect(url_for(_pages()[0][0]), 303)


def _pages() -> list[tuple[str, str, str, Permission]]:
    return [page for page in PAGES if may(signed_in().role, page[3])]


@bp.context_processor
def _menu() -> dict[str, object]:
    return {"admin_pages": _pages(), "can": _can, "roles": list(Role)}


def _can(name: str) -> bool:
    """Whether the person at hand may do that: what they may not is not offered."""
    return may(signed_in().role, Permission(name))


@bp.errorhandler(NotAllowed)
def turn_away(error: NotAllowed) -> ResponseReturnValue:
    """Send people who have nothing to do here to where they make pictures."""
    if request.method == "GET" and not is_staff(signed_in().role):
        flash(NO_ENTRY)
        return redirect(url_for("generate.create_page"), 303)
    return refused(error)
