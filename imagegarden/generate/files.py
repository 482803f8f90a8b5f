"""The stored files of a person's pictures."""

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from imagegarden.db import db
from imagegarden.domain import media
from imagegarden.domain.errors import NotFound
from imagegarden.extensions import limiter
from imagegarden.generate import bp
from imagegarden.imaging.formats import FORMATS
from imagegarden.models import FileRole
from imagegarden.web.files import FILE_POLICY, OWNERS_CACHE, file_name, file_response
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.picture_forms import Form, read_in

# By a person.
CONVERSIONS = "60 per minute"


@bp.get("/media/<uuid:media_uuid>/<role>")
def file(media_uuid: UUID, role: str) -> ResponseReturnValue:
    """A file of one of the person's pictures; `?download` offers it for saving."""
    if role not in set(FileRole):
        raise NotFound
    found = media.get_file(db.session(), user_id=signed_in().id, uuid=media_uuid, role=FileRole(role))
    return file_response(found, media_uuid, is_download="download" in request.args)


@bp.get("/media/<uuid:media_uuid>/as/<name>")
@limiter.shared_limit(CONVERSIONS, scope="conversions", key_func=account_key)
def file_as(media_uuid: UUID, name: str) -> ResponseReturnValue:
    """A picture in another format than the one that it was made in, to be saved."""
    session, user_id = db.session(), signed_in().id
    found = media.get(session, user_id=user_id, uuid=media_uuid).media
    if name not in FORMATS or not found.is_light:
        raise NotFound
    original = media.get_file(session, user_id=user_id, uuid=media_uuid, role=FileRole.ORIGINAL)
    response = Response(read_in(Form(name), original), mimetype=FORMATS[name])
    response.headers["Cache-Control"] = OWNERS_CACHE
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(FORMATS[name], media_uuid)}"'
    return response
