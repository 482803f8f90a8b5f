"""The gallery: looking at it, fetching files, throwing away, taking back."""

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from imagegarden.api.blueprint import listed
from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.lists import after, next_of
from imagegarden.api.v1.schemas import ContentQuery, MediaItem, MediaPage, MediaQuery
from imagegarden.api.v1.shown import media_item
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import media
from imagegarden.domain.media import Shelf
from imagegarden.models import FileRole, Scope
from imagegarden.web.callers import caller, keyed
from imagegarden.web.files import EXTENSIONS, file_response

ROLES = {
    "original": FileRole.ORIGINAL,
    "large": FileRole.THUMB_LARGE,
    "small": FileRole.THUMB_SMALL,
    "svg": FileRole.SVG,
    "poster": FileRole.POSTER,
}
BINARY = {"schema": {"type": "string", "format": "binary"}}
CONTENT = {
    "responses": {
        "200": {"description": "The file.", "content": dict.fromkeys(EXTENSIONS, BINARY)},
        "206": {"description": "The part that `Range` asked for.", "content": dict.fromkeys(EXTENSIONS, BINARY)},
        "416": {"description": "The file has no such part."},
    }
}


@bp.route("/media", methods=["GET"], tags=["Media"])
@keyed(Scope.READ)
@bp.refuses("Invalid")
@bp.arguments(MediaQuery, location="query")
@bp.response(200, MediaPage, example=listed(examples.MEDIA))
def list_media(query: dict[str, Any]) -> dict[str, Any]:
    """List your pictures and films, the newest first"""
    found = media.list_newest(
        db.session(), user_id=caller().user_id, limit=query["limit"], after=after(query), shelf=Shelf(query["show"])
    )
    return {"items": [media_item(one) for one in found], "next": next_of([one.media for one in found], query)}


@bp.route("/media/<uuid:media_uuid>", methods=["GET"], tags=["Media"])
@keyed(Scope.READ, Scope.GENERATE)
@bp.refuses("NotFound")
@bp.response(200, MediaItem, example=examples.MEDIA)
def get_media(media_uuid: UUID) -> dict[str, Any]:
    """See a picture or a film"""
    return media_item(media.get(db.session(), user_id=caller().user_id, uuid=media_uuid))


@bp.route("/media/<uuid:media_uuid>/content", methods=["GET"], tags=["Media"])
@keyed(Scope.READ, Scope.GENERATE)
@bp.refuses("NotFound", "Invalid")
@bp.arguments(ContentQuery, location="query")
@bp.doc(**CONTENT)
def media_content(query: dict[str, Any], media_uuid: UUID) -> ResponseReturnValue:
    """Fetch its file

    It never changes: keep it, or ask with `If-None-Match`. Parts can be asked for with `Range`.
    """
    found = media.get_file(db.session(), user_id=caller().user_id, uuid=media_uuid, role=ROLES[query["size"]])
    return file_response(found, media_uuid, is_download=False)


@bp.route("/media/<uuid:media_uuid>", methods=["DELETE"], tags=["Media"])
@keyed(Scope.GENERATE)
@bp.refuses("NotFound")
@bp.response(204, description="It is in the trash.")
def delete_media(media_uuid: UUID) -> None:
    """Put it into the trash

    It can be taken back for 30 days. Twice is harmless.
    """
    with transaction() as session:
        media.trash(session, user_id=caller().user_id, uuid=media_uuid, now=now())


@bp.route("/media/<uuid:media_uuid>/restore", methods=["POST"], tags=["Media"])
@keyed(Scope.GENERATE)
@bp.refuses("NotFound")
@bp.response(200, MediaItem, example=examples.MEDIA)
def restore_media(media_uuid: UUID) -> dict[str, Any]:
    """Take it back out of the trash"""
    user_id = caller().user_id
    with transaction() as session:
        media.restore(session, user_id=user_id, uuid=media_uuid, now=now())
    return media_item(media.get(db.session(), user_id=user_id, uuid=media_uuid))
