"""From rows to what the API answers."""

from datetime import datetime
from typing import Any

from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db
from imagegarden.domain import waiting
from imagegarden.domain.media import Picture
from imagegarden.domain.usage import Counts
from imagegarden.domain.waiting import Place
from imagegarden.models import Generation, Media, Outcome
from imagegarden.web.failures import failure_of


def moment(value: datetime | None) -> str | None:
    """A moment as programs read it."""
    return value.isoformat() if value is not None else None


def output(media: Media) -> dict[str, Any]:
    """A picture or a film."""
    # Put together by hand: building an address costs as much as the rest of it, and lists have many.
    site, uuid = settings().public_url.rstrip("/"), str(media.uuid)
    return {
        "id": uuid,
        "kind": media.kind,
        "origin": media.origin,
        "width": media.width,
        "height": media.height,
        "duration": media.duration_seconds,
        "flagged": media.safety == "flagged",
        "sha256": media.sha256,
        "created_at": moment(media.created_at),
        "url": f"{site}/api/v1/media/{uuid}/content",
        "page": f"{site}/i/{uuid}",
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
        "image": params.get("image"),
        "price": generation.price,
        "charged": generation.charged,
        "progress": generation.progress,
        "queue_position": place.number if place else None,
        "expected_in": place.seconds if place else None,
        "notice": generation.notice,
        "text": generation.result_text,
        "error": fault(generation),
        "outputs": [output(media) for media in generation.media],
        "created_at": moment(generation.created_at),
        "started_at": moment(generation.started_at),
        "finished_at": moment(generation.finished_at),
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
