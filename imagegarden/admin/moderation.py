"""The queue of the moderators: what waits for a decision, what was decided last, and the files to decide by."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.asking import chosen
from imagegarden.admin.decision_form import DecisionForm
from imagegarden.db import db
from imagegarden.domain import media_reports, moderation_queue
from imagegarden.domain.decision_reasons import REASONS
from imagegarden.domain.media import TRASH_KEEPS
from imagegarden.domain.moderation_queue import Card, Tab
from imagegarden.domain.permissions import Permission, is_staff, may_act_on
from imagegarden.models import DecisionAction
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.files import file_response
from imagegarden.web.guards import allowed, signed_in

PAGE = 24
TABS = {Tab.WAITING: "Waiting", Tab.REMOVED: "Removed", Tab.APPROVED: "Approved"}
# What can be decided about what stands in a tab.
ACTS = {
    Tab.WAITING: (DecisionAction.APPROVE, DecisionAction.REMOVE, DecisionAction.BAN),
    Tab.REMOVED: (DecisionAction.RESTORE,),
    Tab.APPROVED: (DecisionAction.REMOVE, DecisionAction.BAN),
}
# What one moderator sees is kept nowhere on the way.
NOT_KEPT = "no-store"


@dataclass(frozen=True)
class Tried:
    """A decision that could not be taken as its form was filled in."""

    media_uuid: UUID
    action: DecisionAction
    form: DecisionForm


@bp.get("/moderation")
@allowed(Permission.MODERATE)
def moderation() -> ResponseReturnValue:
    """What waits, unless something else is asked for."""
    return queue_page(chosen(Tab, "show", Tab.WAITING), request.args.get("after"))


def queue_page(tab: Tab, after: str | None, *, tried: Tried | None = None, alert: str | None = None) -> str:
    """A page of the queue; with what went wrong, beside its form or above everything."""
    cursor = read_cursor(after)
    # One more than is shown says whether there are others.
    cards = moderation_queue.list_cards(db.session(), tab=tab, limit=PAGE + 1, after=cursor)
    if tried and not _has_form(cards[:PAGE], tab, tried):
        faults = " ".join(str(fault) for faults in tried.form.errors.values() for fault in faults)
        alert = f"Nothing was done. {faults}"
    return render_template(
        "admin/moderation.html",
        cards=cards[:PAGE],
        tab=tab,
        tabs=TABS,
        acts=ACTS[tab],
        reasons=REASONS,
        report_reasons=media_reports.REASONS,
        after=after if cursor else None,
        older=write_cursor(cards[PAGE - 1].place) if len(cards) > PAGE else None,
        tried=tried,
        alert=alert,
        is_staff=is_staff,
        is_within_reach=lambda role: may_act_on(signed_in().role, role),
        new_key=lambda: uuid4().hex,
        keeps=TRASH_KEEPS,
    )


def _has_form(cards: Sequence[Card], tab: Tab, tried: Tried) -> bool:
    """Whether the page still has the form that was filled in: its card may be gone meanwhile."""
    return tried.action in ACTS[tab] and any(card.media.uuid == tried.media_uuid for card in cards)


@bp.get("/moderation/<uuid:media_uuid>/<role>")
@allowed(Permission.MODERATE)
def moderated_file(media_uuid: UUID, role: str) -> ResponseReturnValue:
    """A file of what is or was in the queue, and of nothing else."""
    found = moderation_queue.get_file(db.session(), uuid=media_uuid, role=role)
    return file_response(found, media_uuid, is_download=False, cache=NOT_KEPT)
