"""GET and cancel of predictions."""

import base64
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime

from aiohttp import web

from tests.fakes.replicate import problems
from tests.fakes.replicate.cloud import CLOUD, Cloud
from tests.fakes.replicate.connections import answer_under_faults
from tests.fakes.replicate.predictions import Prediction
from tests.fakes.replicate.views import answer, prediction_view


async def get(request: web.Request) -> web.StreamResponse:
    """GET /v1/predictions/{id}."""
    cloud = request.app[CLOUD]
    found = cloud.predictions.get(request.match_info["id"])

    async def act() -> web.StreamResponse:
        if found is None:
            return problems.not_found()
        request["model"], request["prediction"] = found.model.slug, found.id
        return answer(prediction_view(cloud, found, cloud.now()))

    return await answer_under_faults(request, "read", *_about(found), act)


async def cancel(request: web.Request) -> web.StreamResponse:
    """POST /v1/predictions/{id}/cancel: it says so a little later."""
    cloud = request.app[CLOUD]
    found = cloud.predictions.get(request.match_info["id"])

    async def act() -> web.StreamResponse:
        if found is None:
            return problems.not_found()
        request["model"], request["prediction"] = found.model.slug, found.id
        now = cloud.now()
        if not found.has_ended(now):
            found.cancel(now + cloud.settings.cancel_lag)
        return answer(prediction_view(cloud, found, now))

    return await answer_under_faults(request, "cancel", *_about(found), act)


async def list_newest_first(request: web.Request) -> web.StreamResponse:
    """GET /v1/predictions."""

    async def act() -> web.StreamResponse:
        try:
            return answer(_page(request.app[CLOUD], dict(request.query)))
        except ValueError as unreadable:
            return problems.problem(400, str(unreadable), title="Bad request")

    return await answer_under_faults(request, "list", "", "", act)


def _about(found: Prediction | None) -> tuple[str, str]:
    """What faults may be meant for."""
    return (found.prompt, found.model.slug) if found else ("", "")


def _page(cloud: Cloud, query: dict[str, str]) -> dict[str, object]:
    after, before = (_time(query.get(name)) for name in ("created_after", "created_before"))

    def matching(numbers: Iterator[int] | range) -> Iterator[Prediction]:
        for number in numbers:
            one = cloud.in_order[number - 1]
            is_in_time = (after is None or one.created >= after) and (before is None or one.created < before)
            if one.is_listed and is_in_time:
                yield one

    def address(direction: str, seq: int) -> str:
        cursor = base64.urlsafe_b64encode(f"{direction}={seq}".encode()).decode()
        return f"{cloud.url}/v1/predictions?{urllib.parse.urlencode({**query, 'cursor': cursor})}"

    size, last = cloud.settings.page_size, len(cloud.in_order)
    direction, seq = _cursor(query.get("cursor")) if "cursor" in query else ("older", last + 1)
    if direction == "newer":
        results = [one for one, _ in zip(matching(range(seq + 1, last + 1)), range(size), strict=False)][::-1]
    else:
        results = [one for one, _ in zip(matching(range(min(seq, last + 1) - 1, 0, -1)), range(size), strict=False)]
    first_seq, last_seq = (results[0].seq, results[-1].seq) if results else (last, 1)
    has_older = any(True for _ in matching(range(last_seq - 1, 0, -1)))
    has_newer = any(True for _ in matching(range(first_seq + 1, last + 1)))
    now = cloud.now()
    return {
        "next": address("older", last_seq) if has_older else None,
        "previous": address("newer", first_seq) if has_newer else None,
        "results": [prediction_view(cloud, one, now, with_logs=False) for one in results],
    }


def _cursor(written: str | None) -> tuple[str, int]:
    direction, _, seq = base64.urlsafe_b64decode((written or "").encode()).decode().partition("=")
    return direction, int(seq)


def _time(written: str | None) -> float | None:
    if written is None:
        return None
    # An unescaped plus arrives as a space.
    at = datetime.fromisoformat(written.replace(" ", "+"))
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
