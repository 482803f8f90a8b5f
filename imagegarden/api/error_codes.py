"""The codes of errors that the API answers with, read from the refusals themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from imagegarden.domain import errors
from imagegarden.domain.errors import DomainError
from imagegarden.web.errors import STATUS

# Of pages alone: no operation of the API raises them.
OF_PAGES = (
    errors.AlreadySubscribed,
    errors.EmailTaken,
    errors.NotAllowed,
    errors.PaymentsClosed,
    errors.PriceChanged,
    errors.SelectionTooLarge,
    errors.SignUpsClosed,
    errors.TooManyCodes,
    errors.TooManyTries,
    errors.TooSoon,
)


@dataclass(frozen=True)
class ErrorCode:
    """A code, with which status it comes and what it says."""

    code: str
    status: int
    words: str


# What is refused before an operation begins, or breaks in it.
GENERAL = (
    ErrorCode("bad_request", 400, "It cannot be read: the JSON is broken, say."),
    ErrorCode("method_not_allowed", 405, "This address takes another method: `Allow` says which."),
    ErrorCode("request_entity_too_large", 413, "Too many bytes: of a picture, 20 MB are the most."),
    ErrorCode("unsupported_media_type", 415, "Send `application/json`."),
    ErrorCode("requested_range_not_satisfiable", 416, "The file has no such part."),
    ErrorCode("internal_error", 500, "Something broke on our side. Nothing that did not arrive is charged."),
    ErrorCode("unavailable", 503, "A part that this needs is away. `Retry-After` says when to come again."),
)


def error_codes() -> Sequence[ErrorCode]:
    """All codes, by their statuses."""
    found = {
        kind.code: ErrorCode(kind.code, status, _words(kind))
        for kind in _kinds(DomainError)
        if kind not in OF_PAGES and (status := _status(kind)) is not None
    }
    return sorted([*found.values(), *GENERAL], key=lambda one: (one.status, one.code))


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def _status(kind: type[DomainError]) -> int | None:
    return next((int(HTTPStatus(STATUS[one])) for one in kind.__mro__ if one in STATUS), None)


def _words(kind: type[DomainError]) -> str:
    """What it says; where that depends on the case, what it means."""
    if "message" in vars(kind):
        return kind.message
    return (kind.__doc__ or "").split(". ")[0].strip().rstrip(".") + "."
