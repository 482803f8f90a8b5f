"""What moderators do about a picture. Each decision has a reason, and is written down in its own transaction."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.decision_form import DecisionForm
from imagegarden.admin.doing import within_reach
from imagegarden.admin.moderation import Tried, queue_page
from imagegarden.db import db, transaction
from imagegarden.domain import media_decisions
from imagegarden.domain.errors import Conflict, InvalidRequest
from imagegarden.domain.moderation_queue import Tab
from imagegarden.domain.permissions import Permission
from imagegarden.models import DecisionAction, Media
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed


@bp.post("/moderation/<uuid:media_uuid>/decisions/approve")
@allowed(Permission.MODERATE)
def approve_media(media_uuid: UUID) -> ResponseReturnValue:
    """Say that it is all right."""
    approve = partial(media_decisions.approve, to_showcase=DecisionForm().to_showcase.data)
    return _decide(media_uuid, DecisionAction.APPROVE, approve, "Approved.")


@bp.post("/moderation/<uuid:media_uuid>/decisions/remove")
@allowed(Permission.MODERATE)
def remove_media(media_uuid: UUID) -> ResponseReturnValue:
    """Take it down."""
    return _decide(media_uuid, DecisionAction.REMOVE, media_decisions.remove, "Removed. Its owner is told why.")


@bp.post("/moderation/<uuid:media_uuid>/decisions/ban")
@allowed(Permission.CHANGE_STATUS)
def ban_owner(media_uuid: UUID) -> ResponseReturnValue:
    """Take it down, and suspend its owner."""
    said = "Removed, and its owner is suspended. They are told why."
    return _decide(media_uuid, DecisionAction.BAN, media_decisions.ban, said)


@bp.post("/moderation/<uuid:media_uuid>/decisions/restore")
@allowed(Permission.MODERATE)
def restore_media(media_uuid: UUID) -> ResponseReturnValue:
    """Bring back what was taken down."""
    return _decide(media_uuid, DecisionAction.RESTORE, media_decisions.restore, "Restored. Its owner is told.")


def _decide(media_uuid: UUID, action: DecisionAction, decide: Callable[..., Media], said: str) -> ResponseReturnValue:
    """Do what a form asks for, say so, and go on with the next card."""
    form = DecisionForm()
    within_reach(media_decisions.owner_of(db.session(), uuid=media_uuid))
    tab = Tab(form.show.data) if form.show.data in set(Tab) else Tab.WAITING
    after = form.after.data or None
    try:
        with transaction() as session:
            decide(session, uuid=media_uuid, **form.deciding(action))
    except InvalidRequest as error:
        show_faults(form, error)
        return queue_page(tab, after, tried=Tried(media_uuid, action, form)), status_of(error)
    except Conflict as error:
        return queue_page(tab, after, alert=f"Nothing was done. {error.message}"), status_of(error)
    flash(said)
    goal = url_for("admin.moderation", show=tab, after=after, _anchor=form.next_card())
    return redirect(goal, 303)
