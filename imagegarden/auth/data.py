"""The page of what a person has here: everything that is theirs, as one file, made by a job and kept for a day."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.auth import bp
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import exports
from imagegarden.extensions import limiter
from imagegarden.models import Export
from imagegarden.web.confirming import confirmed
from imagegarden.web.errors import wants_fragment
from imagegarden.web.files import with_content
from imagegarden.web.guards import account_key, open_while_leaving, signed_in


def newest_export() -> Export | None:
    """The person's last export, while it can be fetched or is on its way."""
    return exports.find_newest(db.session(), user_id=signed_in().id, now=now())


@bp.get("/profile/data")
@open_while_leaving
def data() -> ResponseReturnValue:
    """How the person's export stands; somebody who leaves reads it on the page of that."""
    if wants_fragment():
        return render_template("auth/_export.html", export=newest_export())
    if signed_in().leaves_at is not None:
        return redirect(url_for("auth.leaving"), 303)
    return render_template("auth/data.html", export=newest_export())


@bp.post("/profile/data")
@open_while_leaving
@confirmed
@limiter.limit(lambda: settings().export_limit, key_func=account_key)
def export() -> ResponseReturnValue:
    """Have everything packed that is the person's."""
    with transaction() as session:
        exports.ask(session, user_id=signed_in().id, now=now())
    flash("We are packing. You get a letter when it can be fetched.")
    return redirect(url_for("auth.data"), 303)


@bp.get("/profile/data/<uuid:export_uuid>.zip")
@open_while_leaving
def fetch_export(export_uuid: UUID) -> ResponseReturnValue:
    """The file itself, for its owner alone."""
    found = exports.get_ready(db.session(), user_id=signed_in().id, uuid=export_uuid, now=now())
    release_connection()
    response = Response(mimetype="application/zip")
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="image-garden-{found.asked_at:%Y-%m-%d}.zip"'
    response.set_etag(found.uuid.hex)
    if request.if_none_match.contains(found.uuid.hex):
        response.status_code = 304
        return response
    return with_content(response, found.key, size=found.bytes or 0, etag=found.uuid.hex)
