"""Pages of what there is, newest first."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.views import Entity, answer, collection

DEFAULT_COUNT, MOST_COUNT = 10, 100


def page(request: web.Request, entities: Iterable[Entity], *filters: str) -> web.Response:
    """The page that `from`, `to`, `count` and `skip` ask for, of those that have what the filters ask for."""
    since, until = _number(request, "from", 0), _number(request, "to", None)
    count, skip = _number(request, "count", DEFAULT_COUNT), _number(request, "skip", 0)
    if not 1 <= count <= MOST_COUNT:
        raise Refusal(f"The count must be between 1 and {MOST_COUNT}.", field="count")
    wanted = {name: request.query[name] for name in filters if name in request.query}
    found = [
        entity
        for entity in reversed(list(entities))
        if entity["created_at"] >= since
        and (until is None or entity["created_at"] <= until)
        and all(entity.get(name) == value for name, value in wanted.items())
    ]
    return answer(collection(found[skip : skip + count]))


def _number(request: web.Request, name: str, default: Any) -> Any:
    given = request.query.get(name)
    if given is None:
        return default
    if not given.isdigit():
        raise Refusal(f"The {name} must be an integer.", field=name)
    return int(given)
