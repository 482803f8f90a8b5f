"""What is done to all pictures of a request at once, where they stand in the feed."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import generations, selections
from imagegarden.generate import bp
from imagegarden.generate.looking import chosen_ids
from imagegarden.models import Generation
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in
from imagegarden.web.templating import plural


@bp.post("/create/<uuid:generation_uuid>/delete")
def delete_batch(generation_uuid: UUID) -> ResponseReturnValue:
    """Put the pictures of a request into the trash; a message offers to take them back."""
    with transaction() as session:
        ids = selections.trash_request(session, user_id=signed_in().id, uuid=generation_uuid, now=now())
    return _show(generation_uuid, f"{plural(len(ids), 'picture')} moved to the trash.", ids)


@bp.post("/create/<uuid:generation_uuid>/restore")
def restore_batch(generation_uuid: UUID) -> ResponseReturnValue:
    """Take back those that the message names."""
    _own(generation_uuid)
    with transaction() as session:
        selections.restore(session, user_id=signed_in().id, uuids=chosen_ids(), now=now())
    return _show(generation_uuid)


def _show(uuid: UUID, words: str = "", ids: list[UUID] | None = None) -> ResponseReturnValue:
    """The batch as it is now."""
    generation = _own(uuid)
    if wants_fragment():
        return render_template("generate/_deleted.html", generation=generation, words=words, ids=ids or [])
    if words:
        flash(words)
    return redirect(url_for("generate.create_page"), 303)


def _own(uuid: UUID) -> Generation:
    """The person's request. Raises NotFound."""
    return generations.get(db.session(), user_id=signed_in().id, uuid=uuid)
