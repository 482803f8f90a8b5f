"""A blueprint of the API: what holds for each of its operations is written into the document by itself."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import marshmallow
from flask import Request, Response, current_app, jsonify, make_response, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from imagegarden.api.limits import CALLS, tell_limits
from imagegarden.current import settings
from imagegarden.domain.errors import InvalidRequest
from imagegarden.extensions import csrf, limiter
from imagegarden.web.callers import limit_key
from imagegarden.web.guards import account_key

View = TypeVar("View", bound=Callable[..., object])
# What any operation may answer, by the names under which the document describes it.
EVERYWHERE = ("Unauthorized", "Forbidden", "TooManyRequests", "Unavailable")
STATUS_OF = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "PaymentRequired": 402,
    "Forbidden": 403,
    "NotFound": 404,
    "Conflict": 409,
    "TooLarge": 413,
    "UnsupportedMediaType": 415,
    "Invalid": 422,
    "TooManyRequests": 429,
    "Failed": 500,
    "Unavailable": 503,
    "StorageFull": 507,
}


class Arguments(FlaskParser):
    """Reads arguments, and refuses them as everything else is refused."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": marshmallow.RAISE}

    def handle_error(
        self, error: marshmallow.ValidationError, req: Request, schema: marshmallow.Schema, **_: Any
    ) -> NoReturn:
        """Raise InvalidRequest with a message for each field."""
        faults: dict[str, str] = {}
        for of_location in error.normalized_messages().values():
            for name, messages in of_location.items():
                faults[name] = " ".join(messages) if isinstance(messages, list) else str(messages)
        raise InvalidRequest(faults)


class ApiBlueprint(Blueprint):
    """Operations that ask for a key, count against its limit, and say so in the document.

    The refusals are described under their names with `refusals_of` before them: each door has a form of its own.
    """

    ARGUMENTS_PARSER = Arguments()

    def __init__(
        self, name: str, import_name: str, *, url_prefix: str, description: str, refusals_of: str = ""
    ) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, description=description)
        self._refusals_of = refusals_of
        self._prepare_doc_cbks.append(self._prepare_refusals)
        csrf.exempt(self)
        # Both of the blueprint, so that they are asked before the guard: a limit of a view would take their place.
        limiter.shared_limit(lambda: settings().api_limit, scope=CALLS, key_func=limit_key)(self)
        limiter.shared_limit(
            lambda: settings().upload_limit, scope="uploads", key_func=account_key, exempt_when=_brings_nothing
        )(self)
        self.after_request(tell_limits)
        self.after_request(_make_conditional)

    def response(self, status_code: int, schema: Any = None, **described: Any) -> Any:
        """Say what an operation answers. What it returns is sent as it is: a test holds it against the document."""
        document = super().response(status_code, schema, **described)

        def answer(view: Any) -> Any:
            @wraps(view)
            def answered(*args: Any, **values: Any) -> Any:
                found = view(*args, **values)
                return make_response(jsonify(found), status_code) if isinstance(found, dict) else found

            return document(answered)

        return answer

    def refuses(self, *names: str) -> Any:
        """Say what else an operation may answer: names of STATUS_OF."""

        def mark(view: Any) -> Any:
            view._apidoc = {**getattr(view, "_apidoc", {}), "refusals": names}
            return view

        return mark

    def _prepare_refusals(self, doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
        answers = doc.setdefault("responses", {})
        for name in (*doc_info.get("refusals", ()), *EVERYWHERE):
            answers[str(STATUS_OF[name])] = self._refusals_of + name
        # Described by name above; the library's own words for them would not fit.
        answers.pop(422, None)
        answers.pop("default", None)
        doc["security"] = [{"key": []}]
        return doc

    def _store_endpoint_docs(self, endpoint: str, *args: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, *args, **options)
        # Links and programs made from the document call operations by these names.
        for method, of_method in self._docs[endpoint].items():
            if method != "parameters":
                of_method.setdefault("manual_doc", {})["operationId"] = endpoint


def brings_along(view: View) -> View:
    """Count this view against the limit of uploads, which pages and programs share."""
    view.brings_along = True  # type: ignore[attr-defined]
    return view


def _brings_nothing() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return not getattr(view, "brings_along", False)


def leads_to(**operations: str) -> dict[str, Any]:
    """What can be done next with the `id` of an answer: operations, and the names of their parameters."""
    links = {
        name: {"operationId": name, "parameters": {parameter: "$response.body#/id"}}
        for name, parameter in operations.items()
    }
    return {"links": links}


def _make_conditional(response: Response) -> Response:
    """Let callers ask whether what they have is still so: by the ETag of what was answered."""
    if request.method == "GET" and response.status_code == 200 and response.is_json:
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        response.make_conditional(request)
    return response


def listed(example: dict[str, Any]) -> dict[str, Any]:
    """An example of a list with one thing in it."""
    return {"items": [example], "next": None}
