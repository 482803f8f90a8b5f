"""From rows to what the API answers."""

from typing import Any
from uuid import UUID

from imagegarden.api.addresses import address
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import waiting
from imagegarden.domain.media import Picture
from imagegarden.domain.usage import Counts
from imagegarden.domain.waiting import Place
from imagegarden.models import Generation, Media, Outcome
from imagegarden.web.failures import failure_of


def output(media: Media) -> dict[str, Any]:
    """A picture or a film."""
    return {
        "id": media.uuid,
        "kind": media.kind,
        "origin": media.origin,
        "width": media.width,
        "height": media.height,
        "duration": media.duration_seconds,
        "flagged": media.safety == "flagged",
        "sha256": media.sha256,
        "created_at": media.created_at,
        "url": address("v1.media_content", media_uuid=media.uuid),
        "page": address("generate.picture", media_uuid=media.uuid),
    }


def media_item(picture: Picture) -> dict[str, Any]:
    """A picture or a film, with where it came from."""
    made = picture.generation
    return {**output(picture.media), "title": picture.title, "generation": made.uuid if made else None}


def generation_item(generation: Generation) -> dict[str, Any]:
    """A request, and what came of it."""
    return generation_items([generation])[0]


def generation_items(generations: list[Generation]) -> list[dict[str, Any]]:
    """Requests with their places in the queue: one query for all of them, if any waits."""
    places = waiting.places(db.session(), generations, now=now())
    return [_item(generation, places.get(generation.id)) for generation in generations]


def _item(generation: Generation, place: Place | None) -> dict[str, Any]:
    params = generation.params
    return {
        "id": generation.uuid,
        "kind": generation.kind,
        "status": generation.status,
        "prompt": generation.prompt,
        "model": generation.model,
        "style": generation.style,
        "color": generation.color,
        "aspect_ratio": params.get("aspect_ratio"),
        "count": generation.count,
        "seed": params.get("seed"),
        "image": UUID(params["image"]) if "image" in params else None,
        "price": generation.price,
        "charged": generation.charged,
        "progress": generation.progress,
        "queue_position": place.number if place else None,
        "expected_in": place.seconds if place else None,
        "notice": generation.notice,
        "text": generation.result_text,
        "error": fault(generation),
        "outputs": [output(media) for media in generation.media],
        "created_at": generation.created_at,
        "started_at": generation.started_at,
        "finished_at": generation.finished_at,
    }


def fault(generation: Generation) -> dict[str, str] | None:
    """Why nothing came of it, or not everything; None where all is well."""
    if generation.error_code is None:
        return None
    failure = failure_of(generation.error_code)
    return {"code": generation.error_code, "message": f"{failure.what} {failure.advice}."}


def counts(found: Counts) -> dict[str, int]:
    """Calls by how they ended, and what was asked for with them."""
    return {
        "calls": found.calls,
        "errors": found.errors,
        **{outcome.value: found.outcomes[outcome] for outcome in Outcome},
        "generations": found.generations,
        "credits": found.credits,
    }
