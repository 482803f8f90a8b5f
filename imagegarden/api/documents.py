"""The API's document."""

from flask import jsonify
from flask.typing import ResponseReturnValue

from imagegarden.api import bp
from imagegarden.api.spec import document
from imagegarden.web.guards import public


@bp.get("/api/v1/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    """The API, for programs that read documents."""
    response = jsonify(document())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
