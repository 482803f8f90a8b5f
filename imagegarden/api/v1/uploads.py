"""Bringing pictures along."""

from typing import Any

from flask import request

from imagegarden.api.blueprint import brings_along, leads_to
from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.schemas import MediaItem, Upload
from imagegarden.api.v1.shown import media_item
from imagegarden.bringing import bring_picture
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.media import Picture
from imagegarden.imaging.limits import MAX_UPLOAD_BODY
from imagegarden.models import Scope
from imagegarden.web.callers import caller, keyed
from imagegarden.web.requests import takes_large_bodies


@bp.route("/uploads", methods=["POST"], tags=["Media"])
@brings_along
@keyed(Scope.GENERATE)
@takes_large_bodies(MAX_UPLOAD_BODY)
@bp.refuses("BadRequest", "TooLarge", "Invalid", "StorageFull")
@bp.arguments(Upload, location="files")
@bp.response(201, MediaItem, example=examples.UPLOAD)
@bp.doc(responses={201: leads_to(get_media="media_uuid", media_content="media_uuid", delete_media="media_uuid")})
def upload(sent: dict[str, Any]) -> dict[str, Any]:
    """Bring a picture along

    A PNG, JPEG or WebP, as the part `file` of a form. Its id goes as `image` or `mask` into a request; of a mask,
    what is white is painted anew. What the file says about place and camera is not kept.
    """
    if request.form:
        raise InvalidRequest(dict.fromkeys(sorted(request.form), "There is no such field."))
    file = sent["file"]
    return media_item(Picture(bring_picture(caller().user_id, file.read(), file.filename or ""), None))
