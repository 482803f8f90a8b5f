"""POST of predictions."""

import asyncio
import json
import re
from typing import Any

from aiohttp import web

from tests.fakes.replicate import problems, schema
from tests.fakes.replicate.cloud import CLOUD, Cloud
from tests.fakes.replicate.connections import answer_under_faults
from tests.fakes.replicate.faults import UnknownFault, markers
from tests.fakes.replicate.fields import Model
from tests.fakes.replicate.gathering import gather
from tests.fakes.replicate.models import BY_SLUG, model_of_version
from tests.fakes.replicate.predictions import Prediction
from tests.fakes.replicate.views import answer, prediction_view
from tests.fakes.replicate.webhooks import POSTMAN

WAIT = re.compile(r"^wait(?:=([1-9]|[1-5][0-9]|60))?$")
LONGEST_WAIT = 60.0
DURATION = re.compile(r"^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$")
# `webhook_completed` is from before the filter, and the client still knows it.
WITHOUT_VERSION = ("input", "webhook", "webhook_events_filter", "webhook_completed", "stream")
WITH_VERSION = ("version", *WITHOUT_VERSION)


async def create_by_version(request: web.Request) -> web.StreamResponse:
    """POST /v1/predictions: any model, by its version; official ones by name, too."""
    return await _create(request, WITH_VERSION, None)


async def create_by_model(request: web.Request) -> web.StreamResponse:
    """POST /v1/models/{owner}/{name}/predictions: official models alone."""
    model = BY_SLUG.get(f"{request.match_info['owner']}/{request.match_info['name']}")
    if model is None or not model.is_official:
        return problems.not_found()
    return await _create(request, WITHOUT_VERSION, model)


async def _create(request: web.Request, allowed: tuple[str, ...], model: Model | None) -> web.StreamResponse:
    try:
        body = json.loads(await request.text())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return problems.problem(400, "The request body is not a JSON object.", title="Bad request")
    if model is None:
        model = model_of_version(str(body.get("version")))
    given = body.get("input")
    prompt = given.get("prompt") if isinstance(given, dict) else None
    prompt = prompt if isinstance(prompt, str) else ""
    try:
        markers(prompt)
    except UnknownFault as unknown:
        return problems.problem(422, f"There is no such fault: {unknown}", title="Misspelled test")

    async def act() -> web.StreamResponse:
        return await _act(request, body, allowed, model)

    return await answer_under_faults(request, "create", prompt, model.slug if model else "", act)


async def _act(
    request: web.Request, body: dict[str, Any], allowed: tuple[str, ...], model: Model | None
) -> web.StreamResponse:
    cloud = request.app[CLOUD]
    if request["token"] == "r8_nocredit":
        return problems.insufficient_credit()
    wrong = schema.body_problems(body, allowed)
    if wrong:
        return problems.invalid_input(wrong)
    if model is None:
        return problems.invalid_version()
    request["model"] = model.slug
    wrong = schema.input_problems(model, body["input"])
    if wrong:
        return problems.invalid_input(wrong)
    prefer, cancel_after = request.headers.get("Prefer"), request.headers.get("Cancel-After")
    held = _seconds_to_hold(prefer)
    if prefer is not None and held is None:
        return problems.invalid_input([schema.invalid("pattern", "Prefer", "Does not match pattern '^wait(=n)?$'")])
    lifetime = None if cancel_after is None else parse_duration(cancel_after)
    if cancel_after is not None and (lifetime is None or lifetime < cloud.settings.cancel_after_minimum):
        message = f"Must be a duration of at least {cloud.settings.cancel_after_minimum:g} seconds"
        return problems.invalid_input([schema.invalid("format", "Cancel-After", message)])

    inputs, trouble = await gather(cloud, model, body["input"])
    made = cloud.create(
        model,
        body["input"],
        inputs=inputs,
        trouble=trouble,
        webhook=body.get("webhook"),
        events=body.get("webhook_events_filter"),
        cancel_after=lifetime,
    )
    if cloud.settings.renders_ahead and made.outcome == "succeeded":
        cloud.renderer.make_ahead(made, cloud.settings.output_scale, delay=(made.ends - cloud.now()) / 2)
    request["prediction"] = made.id
    if made.webhook:
        request.app[POSTMAN].follow(made)
    headers = _headers(cloud, made)
    if held is None:
        return answer(prediction_view(cloud, made, cloud.now()), 201, headers)
    await _hold(cloud, made, held)
    now = cloud.now()
    status = 201 if made.has_ended(now) else cloud.settings.unfinished_status
    return answer(prediction_view(cloud, made, now, is_held=True), status, {**headers, "Preference-Applied": "wait"})


def parse_duration(written: str) -> float | None:
    """The seconds of `30`, `90s`, `5m` or `1h30m45s`; None when it is none of these."""
    parts = DURATION.fullmatch(written.strip())
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _seconds_to_hold(prefer: str | None) -> float | None:
    found = WAIT.match(prefer or "")
    return None if found is None else float(found[1] or LONGEST_WAIT)


async def _hold(cloud: Cloud, prediction: Prediction, seconds: float) -> None:
    until = cloud.now() + seconds
    while True:
        left = min(prediction.ending()[0], until) - cloud.now()
        if left <= 0:
            return
        prediction.moved.clear()
        try:
            async with asyncio.timeout(left):
                await prediction.moved.wait()
        except TimeoutError:
            continue


def _headers(cloud: Cloud, prediction: Prediction) -> dict[str, str]:
    creates = cloud.creates
    return {
        "Location": f"{cloud.url}/v1/predictions/{prediction.id}",
        "ratelimit-remaining": str(creates.remaining if creates.every else 599),
        "ratelimit-reset": str(max(1, round(creates.every))),
    }
