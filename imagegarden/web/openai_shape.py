"""Refusals and faults as OpenAI's clients read them: under `/v1`, whatever goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask import Response, g, jsonify, request

from imagegarden.domain.errors import DomainError

REQUEST, PERMISSION, SERVER = "invalid_request_error", "permission_error", "server_error"
QUOTA = "insufficient_quota"
# A client that is told to wait for longer had better tell its person. A limit by the minute counts a little longer.
LONGEST_WAIT = 65


@dataclass(frozen=True)
class Shape:
    """What one of our codes becomes: a status and OpenAI's words. `may_repeat` unless asking again is of no use."""

    status: int
    type: str
    code: str
    may_repeat: bool = True


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "invalid_request": Shape(400, REQUEST, "invalid_value"),
        "prompt_blocked": Shape(400, REQUEST, "content_policy_violation"),
        "storage_full": Shape(400, REQUEST, "storage_full"),
        # OpenAI's clients ask again after 409, unless they are told not to.
        "request_key_reused": Shape(409, REQUEST, "request_key_reused", may_repeat=False),
        "insufficient_credits": Shape(429, QUOTA, QUOTA, may_repeat=False),
        "key_cap_reached": Shape(429, QUOTA, QUOTA, may_repeat=False),
        "rate_limited": Shape(429, "requests", "rate_limit_exceeded"),
        "model_unavailable": Shape(503, SERVER, "model_unavailable", may_repeat=False),
    }
)
# Our fields by the names that OpenAI has for them; None where it has none.
PARAMS: Mapping[str, str | None] = MappingProxyType(
    {"count": "n", "aspect_ratio": "size", "kind": "model", "file": "image", "body": None}
)


class OpenAIRefusal(DomainError):
    """A refusal that only OpenAI's clients meet. `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int = 400,
        param: str | None = None,
        may_repeat: bool = True,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.shape = Shape(status, _type_of(status), code, may_repeat)
        self.param = param
        self.retry_after = retry_after


def is_spoken() -> bool:
    """Whether the request came to the door for OpenAI's clients."""
    return request.path.startswith("/v1/")


def note_taken() -> None:
    """From here on the work may be under way: a client that met a fault and asked again would pay twice."""
    g.is_taken = True


def is_named() -> bool:
    """Whether the caller named the request, so that it can be sent again without being done again."""
    return "Idempotency-Key" in request.headers


def refusal(error: OpenAIRefusal) -> Response:
    """The answer to a refusal of this door's own."""
    return _answer(error.shape, error.message, error.param, error.retry_after)


def fault(
    status: int, *, code: str, message: str, retry_after: int | None, fields: Mapping[str, str] | None
) -> Response:
    """The answer to what is refused, or goes wrong, at any door."""
    shape = SHAPES.get(code) or Shape(status, _type_of(status), code)
    param = None
    if fields:
        name, message = next(iter(fields.items()))
        param = PARAMS.get(name, name)
    return _answer(shape, message, param, retry_after)


def _answer(shape: Shape, message: str, param: str | None, retry_after: int | None) -> Response:
    response = jsonify(error={"message": message, "type": shape.type, "param": param, "code": shape.code})
    response.status_code = shape.status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if not _may_repeat(shape, retry_after):
        response.headers["x-should-retry"] = "false"
    return response


def _may_repeat(shape: Shape, retry_after: int | None) -> bool:
    if shape.status >= 500 and g.get("is_taken", False) and not is_named():
        return False
    return shape.may_repeat and (retry_after is None or retry_after <= LONGEST_WAIT)


def _type_of(status: int) -> str:
    if status >= 500:
        return SERVER
    return PERMISSION if status == 403 else REQUEST
