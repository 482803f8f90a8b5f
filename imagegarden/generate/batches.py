"""What is done to all pictures of a request at once, where they stand in the feed."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import generations, selections
from imagegarden.domain.errors import NotFound
from imagegarden.generate import bp
from imagegarden.generate.looking import chosen_ids
from imagegarden.models import Generation
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in
from imagegarden.web.templating import plural


@bp.post("/create/<uuid:generation_uuid>/delete")
def delete_batch(generation_uuid: UUID) -> ResponseReturnValue:
    """Put the pictures of a request into the trash; a message offers to take them back."""
    ids = [media.uuid for media in _own(generation_uuid).media]
    if ids:
        with transaction() as session:
            selections.trash(session, user_id=signed_in().id, uuids=ids, now=now())
    words = f"{plural(len(ids), 'picture')} moved to the trash."
    if not wants_fragment():
        flash(words)
        return redirect(url_for("generate.create_page"), 303)
    return render_template("generate/_deleted.html", generation=_own(generation_uuid), words=words, ids=ids)


@bp.post("/create/<uuid:generation_uuid>/restore")
def restore_batch(generation_uuid: UUID) -> ResponseReturnValue:
    """Take them back."""
    _own(generation_uuid)
    try:
        ids = chosen_ids()
    except ValueError as error:
        raise NotFound from error
    with transaction() as session:
        selections.restore(session, user_id=signed_in().id, uuids=ids, now=now())
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    return render_template("generate/_deleted.html", generation=_own(generation_uuid), words="", ids=[])


def _own(uuid: UUID) -> Generation:
    return generations.get(db.session(), user_id=signed_in().id, uuid=uuid)
