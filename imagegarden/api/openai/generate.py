"""Pictures from words, for OpenAI's clients."""

from typing import Any

from flask import Response, jsonify

from imagegarden.api.bodies import read_object
from imagegarden.api.once import PARAMETER as IDEMPOTENCY_KEY
from imagegarden.api.openai import bp, examples
from imagegarden.api.openai.answers import images_of
from imagegarden.api.openai.asked import GenerateRequest, read
from imagegarden.api.openai.choosing import choose, to_spec
from imagegarden.api.openai.making import make
from imagegarden.api.openai.schemas import Images
from imagegarden.api.submitting import submit
from imagegarden.current import offered_models
from imagegarden.models import Scope
from imagegarden.providers.catalogue import Takes
from imagegarden.web.callers import keyed

REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": GenerateRequest.model_json_schema(), "examples": examples.GENERATE},
    },
}
NONE_FITS = "Pictures from words are made by the models of the kind `image`."


@bp.route("/images/generations", methods=["POST"])
@keyed(Scope.GENERATE)
@bp.refuses("BadRequest", "NotFound", "Conflict", "TooLarge", "UnsupportedMediaType", "Failed")
@bp.response(200, Images, example=examples.IMAGES)
@bp.doc(requestBody=REQUEST_BODY, parameters=[IDEMPOTENCY_KEY])
def generate_images() -> Response:
    """Make pictures from words

    The answer comes when they are made, after three minutes at most: what takes longer goes on, and 503 names it.
    """
    sent = read_object()
    asked = read(GenerateRequest, sent)
    from_words = [model for model in offered_models() if model.image != Takes.MUST]
    spec = to_spec(asked, choose(asked.model, from_words, otherwise=NONE_FITS))
    return jsonify(make(sent, lambda key: submit(spec, key), lambda made: images_of(made, asked)))
