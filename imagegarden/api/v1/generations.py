"""Asking for something to be made, looking how it goes, stopping it."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from imagegarden.api.addresses import address
from imagegarden.api.blueprint import leads_to, listed
from imagegarden.api.bodies import read_object
from imagegarden.api.masks import without_own_mask
from imagegarden.api.once import PARAMETER as IDEMPOTENCY_KEY
from imagegarden.api.once import once
from imagegarden.api.submitting import submit
from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.lists import after, next_of
from imagegarden.api.v1.schemas import GenerationItem, GenerationPage, GenerationsQuery, Price, SubmitQuery
from imagegarden.api.v1.shown import generation_item, generation_items
from imagegarden.api.waiting import PREFER, preferred_seconds, wait_for
from imagegarden.clock import now
from imagegarden.current import allowances, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import credits, generations, specs
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.models import Generation, GenerationKind, Scope, Via
from imagegarden.web.blocked_prompts import blocks_recorded
from imagegarden.web.callers import caller, keyed

NEXT = leads_to(
    get_generation="generation_uuid", cancel_generation="generation_uuid", retry_generation="generation_uuid"
)
REQUEST_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/GenerationRequest"},
            "examples": examples.REQUESTS,
        }
    },
}


@bp.route("/generations", methods=["POST"], tags=["Generations"])
@keyed(Scope.GENERATE)
@bp.refuses("BadRequest", "PaymentRequired", "Conflict", "TooLarge", "UnsupportedMediaType", "Invalid", "StorageFull")
@bp.arguments(SubmitQuery, location="query")
@bp.response(202, GenerationItem, example=examples.QUEUED, description="It is taken, and its price is held.")
@bp.alt_response(201, schema=GenerationItem, example=examples.SUCCEEDED, success=True, description="It ended already.")
@bp.alt_response(200, schema=Price, example=examples.PRICE, success=True, description="The price alone.")
@bp.doc(requestBody=REQUEST_BODY, parameters=[IDEMPOTENCY_KEY, PREFER], responses={201: NEXT, 202: NEXT})
def submit_generation(query: dict[str, Any]) -> Response:
    """Ask for something to be made

    Which fields mean something depends on the model: `GET /models` says what each can do, and what a model has one
    answer for need not be said. The price is held at once and charged for what is delivered. With `Prefer: wait=N`
    the answer comes when everything is made, or after N seconds.
    """
    sent = read_object()
    if query["dry_run"]:
        return _priced(_spec(sent))
    return once(sent, lambda key: _submitted(sent, key))


def _spec(sent: dict[str, Any]) -> GenerationSpec:
    unknown = set(sent) - set(GenerationSpec.model_fields)
    if unknown:
        raise InvalidRequest(dict.fromkeys(sorted(unknown), "There is no such field."))
    return specs.parse(models=offered_models(None), strict=True, **sent)


def _priced(spec: GenerationSpec) -> Response:
    user_id = caller().user_id
    spec = without_own_mask(user_id, spec)
    quote = generations.quote(db.session(), user_id=user_id, spec=spec, allowances=allowances(), now=now())
    available = credits.balance(db.session(), user_id, now=now()).available
    return jsonify(price=quote.credits, available=available, is_affordable=available >= quote.credits)


def _submitted(sent: dict[str, Any], request_key: str) -> Response:
    # First: what was begun under this name is gone on with, whatever has become of the request meanwhile.
    begun = generations.find_named(db.session(), user_id=caller().user_id, request_key=request_key)
    generation = begun or submit(_spec(sent), request_key)
    return _shown(wait_for(generation, seconds=preferred_seconds()))


def _shown(generation: Generation) -> Response:
    response = jsonify(generation_item(generation))
    response.status_code = 201 if generation.is_finished else 202
    response.headers["Location"] = address("v1.get_generation", generation_uuid=generation.uuid)
    return response


@bp.route("/generations", methods=["GET"], tags=["Generations"])
@keyed(Scope.READ)
@bp.refuses("Invalid")
@bp.arguments(GenerationsQuery, location="query")
@bp.response(200, GenerationPage, example=listed(examples.SUCCEEDED))
def list_generations(query: dict[str, Any]) -> dict[str, Any]:
    """List your requests, the newest first"""
    kind = query.get("kind")
    found = generations.list_recent(
        db.session(),
        user_id=caller().user_id,
        limit=query["limit"],
        after=after(query),
        kind=GenerationKind(kind) if kind else None,
        with_words=True,
    )
    return {"items": generation_items(found), "next": next_of(found, query)}


@bp.route("/generations/<uuid:generation_uuid>", methods=["GET"], tags=["Generations"])
@keyed(Scope.READ, Scope.GENERATE)
@bp.refuses("NotFound")
@bp.response(200, GenerationItem, example=examples.SUCCEEDED)
@bp.doc(parameters=[PREFER])
def get_generation(generation_uuid: UUID) -> dict[str, Any]:
    """See how a request goes

    With `Prefer: wait=N` the answer comes when it has ended, or after N seconds; at once, where too many wait already.
    """
    found = generations.get(db.session(), user_id=caller().user_id, uuid=generation_uuid)
    return generation_item(wait_for(found, seconds=preferred_seconds()))


@bp.route("/generations/<uuid:generation_uuid>/cancel", methods=["POST"], tags=["Generations"])
@keyed(Scope.GENERATE)
@bp.refuses("NotFound")
@bp.response(200, GenerationItem, example=examples.CANCELED)
def cancel_generation(generation_uuid: UUID) -> dict[str, Any]:
    """Stop a request

    What was delivered before is kept and charged, the rest is given back. One that has ended stays as it is.
    """
    user_id = caller().user_id
    with transaction() as session:
        generations.cancel(session, user_id=user_id, uuid=generation_uuid, now=now())
    return generation_item(generations.get(db.session(), user_id=user_id, uuid=generation_uuid))


@bp.route("/generations/<uuid:generation_uuid>/retry", methods=["POST"], tags=["Generations"])
@keyed(Scope.GENERATE)
@bp.refuses("NotFound", "PaymentRequired", "Conflict", "Invalid")
@bp.response(202, GenerationItem, example=examples.QUEUED)
def retry_generation(generation_uuid: UUID) -> Response:
    """Ask once more for what failed

    At the price of today. Asked twice, it is one request.
    """
    who = caller()
    with blocks_recorded(who.user_id), transaction() as session:
        submitted = generations.retry(
            session,
            user_id=who.user_id,
            uuid=generation_uuid,
            models=offered_models(None),
            via=Via.API,
            allowances=allowances(),
            now=now(),
            api_key_id=who.key_id,
        )
    response = _shown(generations.get(db.session(), user_id=who.user_id, uuid=submitted.uuid))
    response.status_code = 202
    return response
