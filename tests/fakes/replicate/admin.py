"""What tests set and read: everything under /__fake__."""

import dataclasses
import json
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fakes.replicate.cloud import CLOUD
from tests.fakes.replicate.faults import UnknownFault
from tests.fakes.replicate.views import answer, record


def add_routes(app: web.Application) -> None:
    """The paths under /__fake__."""
    app.router.add_get("/__fake__/settings", read_settings)
    app.router.add_post("/__fake__/settings", change_settings)
    app.router.add_get("/__fake__/faults", list_faults)
    app.router.add_post("/__fake__/faults", add_faults)
    app.router.add_delete("/__fake__/faults", clear_faults)
    app.router.add_get("/__fake__/predictions", list_predictions)
    app.router.add_get("/__fake__/requests", list_requests)
    app.router.add_get("/__fake__/deliveries", list_deliveries)
    app.router.add_get("/__fake__/counts", count)
    app.router.add_post("/__fake__/reset", reset)


async def read_settings(request: web.Request) -> web.StreamResponse:
    """All settings."""
    return answer(dataclasses.asdict(request.app[CLOUD].settings))


async def change_settings(request: web.Request) -> web.StreamResponse:
    """Some settings."""
    cloud = request.app[CLOUD]
    try:
        cloud.configure(cloud.settings.updated(await request.json()))
    except (ValueError, TypeError) as wrong:
        return answer({"error": str(wrong)}, 400)
    return answer(dataclasses.asdict(cloud.settings))


async def list_faults(request: web.Request) -> web.StreamResponse:
    """The rules, with what is left of their times."""
    return answer(request.app[CLOUD].faults.listed())


async def add_faults(request: web.Request) -> web.StreamResponse:
    """More rules."""
    faults = request.app[CLOUD].faults
    try:
        rules = json.loads(await request.text())
        faults.add([rules] if isinstance(rules, dict) else rules)
    except UnknownFault as unknown:
        return answer({"error": f"no such fault: {unknown}"}, 400)
    except (ValueError, TypeError) as wrong:
        return answer({"error": str(wrong)}, 400)
    return answer(faults.listed())


async def clear_faults(request: web.Request) -> web.StreamResponse:
    """No rules."""
    request.app[CLOUD].faults.clear()
    return answer([])


async def list_predictions(request: web.Request) -> web.StreamResponse:
    """All predictions in the order of their creation, or those after the number `after`."""
    cloud = request.app[CLOUD]
    now, ttl = cloud.now(), cloud.settings.ttl
    after = int(request.query.get("after", 0))
    return answer([record(one, now, ttl) for one in cloud.in_order[after:]])


async def list_requests(request: web.Request) -> web.StreamResponse:
    """The requests that were answered, oldest first; those whose path begins with `path_prefix`."""
    prefix = request.query.get("path_prefix", "")
    return answer([one for one in request.app[CLOUD].requests if one["path"].startswith(prefix)])


async def list_deliveries(request: web.Request) -> web.StreamResponse:
    """Each attempt to deliver a webhook, oldest first."""
    return answer(list(request.app[CLOUD].deliveries))


async def count(request: web.Request) -> web.StreamResponse:
    """How much there is, for those who do not need it all."""
    cloud = request.app[CLOUD]
    now = cloud.now()
    found: dict[str, Any] = {
        "predictions": len(cloud.in_order),
        "statuses": Counter(one.status(now) for one in cloud.in_order),
        "requests": len(cloud.requests),
        "deliveries": len(cloud.deliveries),
        "webhook_tasks": len(cloud.webhook_tasks),
    }
    return answer(found)


async def reset(request: web.Request) -> web.StreamResponse:
    """As at the beginning."""
    request.app[CLOUD].reset()
    return answer({})
