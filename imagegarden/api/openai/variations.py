"""What OpenAI's clients may ask for and is not made: it says what to ask for instead."""

from typing import NoReturn

from flask import request

from imagegarden.api.openai import bp
from imagegarden.imaging.limits import MAX_UPLOAD_BODY
from imagegarden.models import Scope
from imagegarden.web.callers import keyed
from imagegarden.web.openai_shape import OpenAIRefusal
from imagegarden.web.requests import takes_large_bodies

CHUNK = 64 * 1024
INSTEAD = (
    "Variations are not made here. Send the picture to POST /v1/images/edits with words that say what changes, or to "
    "POST /api/v1/uploads and then POST /api/v1/generations with `image` and `strength`."
)


@bp.route("/images/variations", methods=["POST"])
@keyed(Scope.GENERATE)
@takes_large_bodies(MAX_UPLOAD_BODY)
@bp.refuses("NotFound", "TooLarge")
def vary_image() -> NoReturn:
    """Not offered: always 404

    `POST /v1/images/edits` changes a picture as told.
    """
    # A client that still sends would not read the answer.
    while request.stream.read(CHUNK):
        pass
    raise OpenAIRefusal(INSTEAD, code="unsupported", status=404)
