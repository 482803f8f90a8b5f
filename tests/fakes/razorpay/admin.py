"""What tests set and read: what is under /__fake__ and has nothing to do with payments."""

import dataclasses
import json
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fakes.razorpay import doings
from tests.fakes.razorpay.bank import BANK
from tests.fakes.razorpay.faults import UnknownFault
from tests.fakes.razorpay.views import answer


def add_routes(app: web.Application) -> None:
    """The paths under /__fake__."""
    app.router.add_get("/__fake__/settings", read_settings)
    app.router.add_post("/__fake__/settings", change_settings)
    app.router.add_get("/__fake__/faults", list_faults)
    app.router.add_post("/__fake__/faults", add_faults)
    app.router.add_delete("/__fake__/faults", clear_faults)
    app.router.add_get("/__fake__/clock", read_clock)
    app.router.add_post("/__fake__/clock", set_clock)
    app.router.add_post("/__fake__/advance", advance)
    app.router.add_get("/__fake__/requests", list_requests)
    app.router.add_get("/__fake__/deliveries", list_deliveries)
    app.router.add_get("/__fake__/events", list_events)
    app.router.add_get("/__fake__/entities/{kind}", list_entities)
    app.router.add_get("/__fake__/counts", count)
    app.router.add_post("/__fake__/reset", reset)
    doings.add_routes(app)


async def read_settings(request: web.Request) -> web.Response:
    """All settings."""
    return answer(dataclasses.asdict(request.app[BANK].settings))


async def change_settings(request: web.Request) -> web.Response:
    """Some settings."""
    bank = request.app[BANK]
    try:
        bank.configure(bank.settings.updated(await request.json()))
    except (ValueError, TypeError) as wrong:
        return answer({"error": str(wrong)}, 400)
    return answer(dataclasses.asdict(bank.settings))


async def list_faults(request: web.Request) -> web.Response:
    """The rules, with what is left of their times."""
    return answer(request.app[BANK].faults.listed())


async def add_faults(request: web.Request) -> web.Response:
    """More rules."""
    faults = request.app[BANK].faults
    try:
        rules = json.loads(await request.text())
        faults.add([rules] if isinstance(rules, dict) else rules)
    except UnknownFault as unknown:
        return answer({"error": f"no such fault: {unknown}"}, 400)
    except (ValueError, TypeError) as wrong:
        return answer({"error": str(wrong)}, 400)
    return answer(faults.listed())


async def clear_faults(request: web.Request) -> web.Response:
    """No rules."""
    request.app[BANK].faults.clear()
    return answer([])


async def read_clock(request: web.Request) -> web.Response:
    """What time it is."""
    return answer({"now": request.app[BANK].clock.now()})


async def set_clock(request: web.Request) -> web.Response:
    """Be at the time `now`, in the past too; on the way forward, what is due happens."""
    request.app[BANK].clock.move(float((await request.json())["now"]))
    return await read_clock(request)


async def advance(request: web.Request) -> web.Response:
    """Go forward `to` a time, or by `seconds`; what is due until then happens, each at its own time."""
    clock, given = request.app[BANK].clock, {**request.query, **json.loads(await request.text() or "{}")}
    to = float(given["to"]) if "to" in given else clock.now() + float(given["seconds"])
    if to < clock.now():
        return answer({"error": "that is in the past"}, 400)
    clock.move(to)
    return await read_clock(request)


async def list_requests(request: web.Request) -> web.Response:
    """The requests that were answered, oldest first; those whose path begins with `path_prefix`."""
    prefix = request.query.get("path_prefix", "")
    return answer([one for one in request.app[BANK].requests if one["path"].startswith(prefix)])


async def list_deliveries(request: web.Request) -> web.Response:
    """Each attempt to deliver a webhook, oldest first."""
    return answer(list(request.app[BANK].deliveries))


async def list_events(request: web.Request) -> web.Response:
    """What has happened, oldest first, whether it was sent or not."""
    found = request.app[BANK].events.values()
    return answer([{**dataclasses.asdict(one), "body": json.loads(one.body)} for one in found])


async def list_entities(request: web.Request) -> web.Response:
    """All orders, payments, refunds, plans, subscriptions, invoices or disputes, oldest first."""
    bank, kind = request.app[BANK], request.match_info["kind"]
    if kind not in ("orders", "payments", "refunds", "plans", "subscriptions", "invoices", "disputes"):
        return answer({"error": f"there are no {kind}"}, 404)
    kept = getattr(bank, kind).values()
    return answer([one if isinstance(one, dict) else one.entity for one in kept])


async def count(request: web.Request) -> web.Response:
    """How much there is, for those who do not need it all."""
    bank = request.app[BANK]
    found: dict[str, Any] = {
        "orders": Counter(order["status"] for order in bank.orders.values()),
        "payments": Counter(payment.entity["status"] for payment in bank.payments.values()),
        "subscriptions": Counter(one.status for one in bank.subscriptions.values()),
        "requests": len(bank.requests),
        "events": len(bank.events),
        "held": len(bank.held),
        "deliveries": len(bank.deliveries),
        "webhook_tasks": len(bank.webhook_tasks),
        "webhook_is_disabled": bank.webhook_is_disabled,
    }
    return answer(found)


async def reset(request: web.Request) -> web.Response:
    """As at the beginning."""
    request.app[BANK].reset()
    return answer({})
