"""The stored files of a person's pictures."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from imagegarden.db import db
from imagegarden.domain import media
from imagegarden.domain.errors import NotFound
from imagegarden.generate import bp
from imagegarden.models import FileRole
from imagegarden.web.files import file_response
from imagegarden.web.guards import signed_in


@bp.get("/media/<uuid:media_uuid>/<role>")
def file(media_uuid: UUID, role: str) -> ResponseReturnValue:
    """A file of one of the person's pictures; `?download` offers it for saving."""
    if role not in set(FileRole):
        raise NotFound
    found = media.get_file(db.session(), user_id=signed_in().id, uuid=media_uuid, role=FileRole(role))
    return file_response(found, media_uuid, is_download="download" in request.args)
