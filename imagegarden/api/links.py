"""Links to pictures that open without a key, for an hour: programs hand them to whatever fetches pictures."""

from uuid import UUID

from flask import Response, abort, request
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from imagegarden.api import bp
from imagegarden.api.addresses import address
from imagegarden.api.waiting import a_place
from imagegarden.current import settings, signing_keys
from imagegarden.db import db
from imagegarden.domain import media
from imagegarden.domain.errors import NotFound
from imagegarden.extensions import limiter
from imagegarden.imaging.formats import FORMATS
from imagegarden.models import FileRole, MediaFile
from imagegarden.web.files import FILE_POLICY, file_response
from imagegarden.web.guards import public
from imagegarden.web.picture_forms import Form, read_in

GOOD_FOR_SECONDS = 3600
SALT = "picture link"


def link_to(media_uuid: UUID, form: Form) -> str:
    """An address under which anybody can fetch this picture in this form, for an hour."""
    return address("api.show_linked", token=_signer().dumps([media_uuid.hex, form.format, form.quality]))


@bp.get("/shown/<token>")
@public
@limiter.limit(lambda: settings().link_limit)
def show_linked(token: str) -> Response:
    """Show the picture of a link, to whoever has it."""
    media_uuid, form = _read(token)
    found = media.get_file_of_anybody(db.session(), uuid=media_uuid, role=FileRole.ORIGINAL)
    if form.is_that_of(found):
        response = file_response(found, media_uuid, is_download=False)
    else:
        response = _converted(found, form)
    response.headers["Cache-Control"] = f"private, max-age={GOOD_FOR_SECONDS}"
    # Made to be shown elsewhere: in the window of a chat, say.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _converted(found: MediaFile, form: Form) -> Response:
    name = form.of(found)
    response = Response(mimetype=FORMATS[name])
    response.set_etag(f"{found.sha256}-{name}-{form.quality}")
    response.headers["Content-Security-Policy"] = FILE_POLICY
    # Asked first: what the caller has already is not made once more.
    if request.if_none_match.contains(f"{found.sha256}-{name}-{form.quality}"):
        response.status_code = 304
        return response
    # Whoever has something converted takes the place of one who waits: the other threads go on answering.
    with a_place():
        response.set_data(read_in(form, found))
    return response


def _read(token: str) -> tuple[UUID, Form]:
    try:
        media_hex, format_, quality = _signer().loads(token, max_age=GOOD_FOR_SECONDS)
    except SignatureExpired:
        abort(410)
    except BadData:
        raise NotFound from None
    return UUID(media_hex), Form(format_, quality)


def _signer() -> URLSafeTimedSerializer:
    # The library signs with the last one, and accepts any.
    return URLSafeTimedSerializer(signing_keys()[::-1], salt=SALT)
