"""Bringing pictures along."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.bringing import bring_picture
from imagegarden.current import settings
from imagegarden.domain.errors import InvalidRequest, StorageFull
from imagegarden.extensions import limiter
from imagegarden.generate import bp
from imagegarden.imaging.limits import MAX_UPLOAD_BODY
from imagegarden.web.errors import status_of, wants_fragment
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.requests import takes_large_bodies

# Where one goes on with the picture, by what the form says.
THEN = {"edit": "generate.edit_first", "create": "generate.create_page", "video": "generate.film_page"}


@bp.post("/uploads")
@takes_large_bodies(MAX_UPLOAD_BODY)
@limiter.shared_limit(lambda: settings().upload_limit, scope="uploads", key_func=account_key)
def upload() -> ResponseReturnValue:
    """Keep a picture of the person's own, and go on with it where they wanted to."""
    sent = request.files.get("file")
    try:
        picture = bring_picture(
            signed_in().id, sent.read() if sent is not None else b"", (sent.filename or "") if sent is not None else ""
        )
    except (InvalidRequest, StorageFull) as error:
        message = error.fields["file"] if isinstance(error, InvalidRequest) else error.message
        template = "generate/_upload_refused.html" if wants_fragment() else "generate/upload_refused.html"
        return render_template(template, message=message, then=_then()), status_of(error)
    target = _target(picture.uuid)
    if wants_fragment():
        return "", 200, {"HX-Redirect": target}
    return redirect(target, 303)


def _then() -> str:
    asked = request.form.get("then", "")
    return asked if asked in THEN else "edit"


def _target(uuid: UUID) -> str:
    then = _then()
    if then == "edit":
        return url_for(THEN[then], media_uuid=uuid)
    return url_for(THEN[then], image=uuid)
