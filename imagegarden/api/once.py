"""`Idempotency-Key`: a request that is sent again is answered again, and not done again."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from flask import Response, request

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import generations, idempotency
from imagegarden.domain.errors import DomainError, InvalidRequest
from imagegarden.domain.idempotency import LONGEST_KEY, Answer, Claim
from imagegarden.web.callers import caller

HEADER = "Idempotency-Key"
SOUND_KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    "description": (
        "Names this request, for 24 hours: sent again under the same name, it is answered the same and neither made "
        "nor charged again. 409 while the first is under way, 422 when another request has the name."
    ),
}


def once(contents: object, act: Callable[[str], Response]) -> Response:
    """Do a paid request of these contents once: `act` gets a key that names its work and gives the answer.

    Without the header, each request is its own. What is refused is forgotten, and can be sent again.
    """
    claim = claim_named(contents)
    if claim is None:
        return act(uuid4().hex)
    if isinstance(claim, Answer):
        return _replayed(claim)
    with given_up_on_faults(claim):
        response = act(request_key(claim))
    keep(claim, Answer(response.status_code, response.headers.get("Location"), response.get_data(as_text=True)))
    return response


def claim_named(contents: object) -> Claim | Answer | None:
    """The right to do the request at hand, or what it was answered before; None where it has no name.

    Raises RequestKeyReused, RequestInProgress, and InvalidRequest for a name that is none.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not SOUND_KEY.fullmatch(key):
        raise InvalidRequest({HEADER: f"1 to {LONGEST_KEY} characters of ASCII, without spaces."})
    with transaction() as session:
        return idempotency.claim(
            session, user_id=caller().user_id, key=key, fingerprint=_fingerprint(contents), now=now()
        )


def request_key(claim: Claim) -> str:
    """The key under which the work of a named request is known."""
    return f"api-{claim.uuid.hex}"


@contextmanager
def given_up_on_faults(claim: Claim) -> Iterator[None]:
    """Do the request of a claim: what is refused is forgotten, and what breaks can be gone on with."""
    try:
        yield
    except DomainError:
        with transaction() as session:
            # What is under way keeps its name, whatever is refused after it.
            if generations.find_named(session, user_id=caller().user_id, request_key=request_key(claim)) is None:
                idempotency.forget(session, claim=claim)
            else:
                idempotency.release(session, claim=claim, now=now())
        raise
    except Exception:
        # It may have been done: whoever sends it again goes on with the same work.
        with transaction() as session:
            idempotency.release(session, claim=claim, now=now())
        raise


def keep(claim: Claim, answer: Answer) -> None:
    """Keep what was answered, for whoever sends the request again."""
    with transaction() as session:
        idempotency.keep(session, claim=claim, answer=answer)


def _replayed(answer: Answer) -> Response:
    response = Response(answer.body, status=answer.status, mimetype="application/json")
    if answer.location is not None:
        response.headers["Location"] = answer.location
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(contents: object) -> str:
    said = [request.method, request.full_path, contents]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
