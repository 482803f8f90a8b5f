"""The API's document, OpenAPI 3.1, made from the operations themselves."""

from typing import Any

from flask import Flask, current_app
from flask_smorest import Api, Blueprint

from imagegarden.current import settings
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.models import Scope

TITLE = "Image Garden"
VERSION = "1.0"
ABOUT = """Pictures and films from words, by one HTTP call.

Send your key as `Authorization: Bearer ig_...`. Errors are `application/problem+json` with a stable `code`; under
`/v1` they have OpenAI's shape. Every answer says how much of your limit is left, in the headers `RateLimit` and
`RateLimit-Policy`."""
REFUSALS = {
    "BadRequest": "It cannot be read: no JSON, say.",
    "Unauthorized": "No key came along, or one that opens nothing any more.",
    "PaymentRequired": "The credits, or what this key may spend, do not cover the price.",
    "Forbidden": "The key lacks the scope, the plan does not include it, or the account is suspended.",
    "NotFound": "There is no such thing, or it is not yours.",
    "Conflict": "It has changed in the meantime, or the same request is under way.",
    "TooLarge": "Too many bytes.",
    "UnsupportedMediaType": "Send `application/json`.",
    "Invalid": "Something in it is wrong: `errors` says what, by field.",
    "TooManyRequests": "Too many calls, or too many generations an hour. `Retry-After` says when to come again.",
    "Unavailable": "A part that this needs is away, or the model rests. What was not taken is not charged.",
    "StorageFull": "There is no room left for pictures of your own.",
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: programs may rely on it."},
        "detail": {"type": "string", "description": "For people."},
        "request_id": {"type": "string", "description": "Tell it to the operator."},
        "errors": {
            "type": "object",
            "description": "What is wrong, by field.",
            "additionalProperties": {"type": "string"},
        },
    },
    "example": {
        "type": "about:blank",
        "title": "Payment Required",
        "status": 402,
        "code": "insufficient_credits",
        "detail": "This costs 2 credits and you have 1.",
        "request_id": "5f2b8c1d9e4a4f6cb7a1d2e3f4a5b6c7",
    },
}
OPENAI_REFUSALS = {
    "BadRequest": "Something in it is wrong: `param` says which field, `code` what of it.",
    "Unauthorized": REFUSALS["Unauthorized"],
    "Forbidden": REFUSALS["Forbidden"],
    "NotFound": "There is no such model (`model_not_found`), or this is not made here (`unsupported`).",
    "Conflict": "The same request is under way, another one had this `Idempotency-Key`, or its owner stopped it.",
    "TooLarge": REFUSALS["TooLarge"],
    "UnsupportedMediaType": "Send what this takes: JSON, or a form with files.",
    "TooManyRequests": "Too many calls (`rate_limit_exceeded`), or too few credits (`insufficient_quota`).",
    "Failed": "The model failed. Nothing is charged for what was not delivered.",
    "Unavailable": "Too many wait (`overloaded`), it goes on for too long (`still_being_made`), or a part is away.",
}
OPENAI_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong, in OpenAI's shape.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "For people."},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"], "description": "The field that is wrong."},
                "code": {"type": "string", "description": "Stable: programs may rely on it."},
            },
        }
    },
    "example": {
        "error": {
            "message": "This costs 2 credits and you have 1.",
            "type": "insufficient_quota",
            "param": None,
            "code": "insufficient_quota",
        }
    },
}


def describe(app: Flask, blueprints: list[Blueprint]) -> None:
    """Register these operations, and describe them."""
    app.config |= {"API_TITLE": TITLE, "API_VERSION": VERSION, "OPENAPI_VERSION": "3.1.0"}
    api = Api(app, spec_kwargs={"info": {"description": ABOUT}})
    components = api.spec.components
    components.security_scheme(
        "key",
        {
            "type": "http",
            "scheme": "bearer",
            "description": f"A key of yours. Its scopes, of {', '.join(Scope)}, say what it may be used for.",
        },
    )
    for name, schema in _request_schemas().items():
        components.schema(name, schema)
    components.schema("Problem", PROBLEM)
    components.schema("OpenAIError", OPENAI_ERROR)
    _describe_refusals(api, "", REFUSALS, "application/problem+json", "Problem")
    _describe_refusals(api, "OpenAI", OPENAI_REFUSALS, "application/json", "OpenAIError")
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    # The library's own, which nothing here refers to.
    for name in ("Error", "PaginationMetadata"):
        components.schemas.pop(name)
    app.extensions["api_spec"] = api.spec


def _describe_refusals(api: Api, prefix: str, refusals: dict[str, str], mime: str, schema: str) -> None:
    for name, description in refusals.items():
        content = {mime: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        api.spec.components.response(prefix + name, {"description": description, "content": content})


def _request_schemas() -> dict[str, Any]:
    """What a request may hold: the limits of GenerationSpec, which stand there alone."""
    schema = GenerationSpec.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions: dict[str, Any] = schema.pop("$defs")
    # Where none is named, the first of the kind is taken.
    schema.pop("required")
    schema["description"] = "What is asked for. What is left out, the model decides."
    for name, about in FIELDS.items():
        schema["properties"][name]["description"] = about
        schema["properties"][name].pop("title", None)
    return {"GenerationRequest": schema, **definitions}


FIELDS = {
    "kind": "What is made: `GET /models` says which models make it.",
    "prompt": "What is to be seen, in any language.",
    "style": "Of models with looks.",
    "color": "Of models with looks.",
    "model": "Its id; the first of the kind where none is named.",
    "aspect_ratio": "Width to height.",
    "count": "How many pictures.",
    "seed": "The same seed gives the same picture again.",
    "negative_prompt": "What is not to be seen.",
    "image": "The picture to start from: the id of an upload, or of anything in the gallery.",
    "mask": "White where the picture is painted anew: the id of an upload.",
    "strength": "How far a variation goes.",
    "scale": "How many times as large.",
    "faces": "Whether faces are cared for.",
    "expand": "Where a picture goes on beyond its edge.",
    "duration": "Of a film, in seconds.",
    "resolution": "Of a film.",
    "steps": "How many steps the model takes.",
    "guidance": "How closely the model keeps to the words.",
}


def document() -> dict[str, Any]:
    """The document, as it is served."""
    found: dict[str, Any] = current_app.extensions["api_spec"].to_dict()
    return {**found, "servers": [{"url": settings().public_url}]}
