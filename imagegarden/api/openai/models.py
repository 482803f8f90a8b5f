"""The models that make pictures, for OpenAI's clients."""

from typing import Any

from flask import Response, jsonify

from imagegarden.api.openai import bp, choosing, examples
from imagegarden.api.openai.schemas import OpenAIModel, OpenAIModels
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import pricing
from imagegarden.web.callers import keyed


@bp.route("/models", methods=["GET"])
@keyed()
@bp.response(200, OpenAIModels, example=examples.MODELS)
def list_openai_models() -> Response:
    """List the models that make pictures

    `GET /api/v1/models` says what each can do and costs.
    """
    return jsonify(object="list", data=_offered())


@bp.route("/models/<model_id>", methods=["GET"])
@keyed()
@bp.refuses("NotFound")
@bp.response(200, OpenAIModel, example=examples.MODEL)
def get_openai_model(model_id: str) -> Response:
    """See a model"""
    found = next((one for one in _offered() if one["id"] == model_id), None)
    if found is None:
        raise choosing.not_found(model_id)
    return jsonify(found)


def _offered() -> list[dict[str, Any]]:
    models = choosing.models()
    prices = pricing.list_current(db.session(), models=[model.key for model in models], now=now())
    return [
        {
            "id": model.key,
            "object": "model",
            "created": int(prices[model.key].valid_from.timestamp()),
            "owned_by": model.source.partition("/")[0],
        }
        for model in models
        if model.key in prices
    ]
