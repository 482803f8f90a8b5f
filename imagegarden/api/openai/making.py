"""Having something made while the caller holds the line."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from imagegarden.api.once import claim_named, given_up_on_faults, keep, request_key
from imagegarden.api.waiting import a_place, wait_in_place
from imagegarden.db import db
from imagegarden.domain import generations
from imagegarden.domain.idempotency import Answer
from imagegarden.models import Generation, GenerationStatus
from imagegarden.web.callers import caller
from imagegarden.web.failures import failure_of
from imagegarden.web.openai_shape import OpenAIRefusal, is_named, note_taken

# Clients of OpenAI's give up after ten minutes; proxies in between, earlier.
DEADLINE_SECONDS = 180.0
# Of these the provider or the store was the cause: 503 instead of 500.
AWAY = {"provider_unavailable", "provider_unpaid", "provider_unauthorized", "provider_error", "storage_unavailable"}

Submit = Callable[[str], Generation]


def make(contents: object, submit: Submit, answer: Callable[[Generation], dict[str, Any]]) -> dict[str, Any]:
    """The `answer` to a request of these contents: `submit` queues it under the key that it gets.

    Whoever waits takes a place first: where none is free, nothing is asked for and nothing charged. Raises
    Overloaded, and OpenAIRefusal where nothing was delivered, or not in time.
    """
    with a_place():
        generation = wait_in_place(_taken(contents, submit), seconds=DEADLINE_SECONDS)
        _refuse_unless_delivered(generation)
        # Still in the place: pictures may have to be converted.
        return answer(generation)


def _taken(contents: object, submit: Submit) -> Generation:
    """The generation of the request at hand: a new one, or the one that was begun under the same name."""
    claim = claim_named(contents)
    note_taken()
    if claim is None:
        return submit(uuid4().hex)
    user_id = caller().user_id
    if isinstance(claim, Answer):
        return generations.get(db.session(), user_id=user_id, uuid=UUID(claim.body))
    key = request_key(claim)
    with given_up_on_faults(claim):
        # Whoever had the name before may have died between asking and writing it down.
        found = generations.find_named(db.session(), user_id=user_id, request_key=key) or submit(key)
        # Kept at once, and not the pictures: who sends it again waits for the same work, and its answer is read anew.
        keep(claim, Answer(200, None, str(found.uuid)))
    return found


def _refuse_unless_delivered(generation: Generation) -> None:
    if not generation.is_finished:
        raise OpenAIRefusal(
            f"This is still being made. It goes on as generation {generation.uuid}, and will be in your gallery; GET "
            f"/api/v1/generations/{generation.uuid} says how it goes.",
            code="still_being_made",
            status=503,
            # Under its name it can be asked for again; without one, it would be another.
            may_repeat=is_named(),
        )
    if generation.media:
        return
    if generation.status == GenerationStatus.CANCELED:
        raise OpenAIRefusal("This was stopped.", code="canceled", status=409, may_repeat=False)
    if generation.status == GenerationStatus.SUCCEEDED:
        raise OpenAIRefusal("These pictures are in the trash.", code="not_found", status=404)
    raise _failed(generation.error_code)


def _failed(error_code: str | None) -> OpenAIRefusal:
    failure = failure_of(error_code)
    message = f"{failure.what} {failure.advice}. Nothing was charged."
    if error_code == "content_refused":
        return OpenAIRefusal(message, code="content_policy_violation", param="prompt")
    status = 503 if error_code in AWAY else 500
    return OpenAIRefusal(message, code=error_code or "failed", status=status, may_repeat=False)
