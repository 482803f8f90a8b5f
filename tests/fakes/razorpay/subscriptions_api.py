"""/v1/plans, /v1/subscriptions and /v1/invoices."""

from typing import Any

from aiohttp import web

from tests.fakes.razorpay import billing, checking, dashboard, listing
from tests.fakes.razorpay.bank import BANK, Bank
from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.problems import Refusal, unknown_id
from tests.fakes.razorpay.subscriptions import PERIODS
from tests.fakes.razorpay.views import Entity, answer

LEAST_DAYS = 7
LONGEST_NAME = 255
SUBSCRIPTION_FIELDS = (
    *("plan_id", "total_count", "quantity", "start_at", "expire_by", "customer_notify", "addons", "offer_id"),
    *("notes", "notify_info", "customer_id"),
)


def add_routes(app: web.Application) -> None:
    """The paths of what is paid again and again."""
    app.router.add_post("/v1/plans", create_plan)
    app.router.add_get("/v1/plans", list_plans)
    app.router.add_get("/v1/plans/{id}", get_plan)
    app.router.add_post("/v1/subscriptions", create_subscription)
    app.router.add_get("/v1/subscriptions", list_subscriptions)
    app.router.add_get("/v1/subscriptions/{id}", get_subscription)
    app.router.add_patch("/v1/subscriptions/{id}", update_subscription)
    app.router.add_post("/v1/subscriptions/{id}/cancel", cancel)
    app.router.add_post("/v1/subscriptions/{id}/pause", pause)
    app.router.add_post("/v1/subscriptions/{id}/resume", resume)
    app.router.add_get("/v1/invoices", list_invoices)
    app.router.add_get("/v1/invoices/{id}", get_invoice)


async def create_plan(request: web.Request) -> web.Response:
    """POST /v1/plans."""
    bank, body = request.app[BANK], await checking.body_of(request)
    checking.only(body, "period", "interval", "item", "notes")
    period = checking.required(body, "period")
    if period not in PERIODS:
        raise Refusal("The selected period is invalid.", field="period")
    checking.required(body, "interval")
    interval = checking.integer(body, "interval", least=1)
    if period == "daily" and interval is not None and interval < LEAST_DAYS:
        raise Refusal("For daily plans, the interval must be at least 7.", field="interval")
    plan: Entity = {
        "id": new_id("plan"),
        "entity": "plan",
        "interval": interval,
        "period": period,
        "item": _item(checking.required(body, "item"), "plan", bank.clock.stamp()),
        "notes": checking.notes(body),
        "created_at": bank.clock.stamp(),
    }
    bank.plans[plan["id"]] = plan
    return answer(plan)


async def list_plans(request: web.Request) -> web.Response:
    """GET /v1/plans."""
    return listing.page(request, request.app[BANK].plans.values())


async def get_plan(request: web.Request) -> web.Response:
    """GET /v1/plans/{id}."""
    return answer(_plan(request.app[BANK], request.match_info["id"]))


async def create_subscription(request: web.Request) -> web.Response:
    """POST /v1/subscriptions."""
    bank, body = request.app[BANK], await checking.body_of(request)
    checking.only(body, *SUBSCRIPTION_FIELDS)
    plan = _plan(bank, checking.required(body, "plan_id"))
    checking.required(body, "total_count")
    given: dict[str, Any] = {
        "quantity": checking.integer(body, "quantity", 1, least=1),
        "customer_notify": checking.flag(body, "customer_notify", True),
        "notes": checking.notes(body),
        "addons": _addons(body, bank.clock.stamp()),
        **({"offer_id": body["offer_id"]} if body.get("offer_id") else {}),
        **{name: _moment_to_come(bank, body, name) for name in ("start_at", "expire_by")},
    }
    total_count = checking.integer(body, "total_count", 1, least=1) or 1
    return answer(billing.create(bank, plan, total_count, **given).entity)


async def list_subscriptions(request: web.Request) -> web.Response:
    """GET /v1/subscriptions."""
    return listing.page(request, [one.entity for one in request.app[BANK].subscriptions.values()], "plan_id")


async def get_subscription(request: web.Request) -> web.Response:
    """GET /v1/subscriptions/{id}."""
    return answer(request.app[BANK].subscription(request.match_info["id"]).entity)


async def update_subscription(request: web.Request) -> web.Response:
    """PATCH /v1/subscriptions/{id}: now, and not at the end of a cycle."""
    bank, body = request.app[BANK], await checking.body_of(request)
    subscription = bank.subscription(request.match_info["id"])
    checking.only(body, "plan_id", "quantity", "schedule_change_at", "customer_notify")
    if body.get("schedule_change_at", "now") != "now":
        raise Refusal("The fake updates subscriptions at once alone.", field="schedule_change_at")
    plan = _plan(bank, body.get("plan_id", subscription.plan["id"]))
    quantity = checking.integer(body, "quantity", subscription.entity["quantity"], least=1) or 1
    dashboard.update(bank, subscription, plan, quantity)
    return answer(subscription.entity)


async def cancel(request: web.Request) -> web.Response:
    """POST /v1/subscriptions/{id}/cancel: at once, if nothing else is asked for."""
    bank, body = request.app[BANK], await checking.body_of(request)
    subscription = bank.subscription(request.match_info["id"])
    checking.only(body, "cancel_at_cycle_end")
    dashboard.cancel(bank, subscription, at_cycle_end=checking.flag(body, "cancel_at_cycle_end", False))
    return answer(subscription.entity)


async def pause(request: web.Request) -> web.Response:
    """POST /v1/subscriptions/{id}/pause."""
    bank, body = request.app[BANK], await checking.body_of(request)
    subscription = bank.subscription(request.match_info["id"])
    _now_alone(body, "pause_at")
    dashboard.pause(bank, subscription)
    return answer(subscription.entity)


async def resume(request: web.Request) -> web.Response:
    """POST /v1/subscriptions/{id}/resume."""
    bank, body = request.app[BANK], await checking.body_of(request)
    subscription = bank.subscription(request.match_info["id"])
    _now_alone(body, "resume_at")
    dashboard.resume(bank, subscription)
    return answer(subscription.entity)


async def list_invoices(request: web.Request) -> web.Response:
    """GET /v1/invoices: with `subscription_id`, all of a subscription."""
    bank, subscription_id = request.app[BANK], request.query.get("subscription_id")
    if subscription_id is not None:
        bank.subscription(subscription_id)
    return listing.page(request, bank.invoices.values(), "subscription_id")


async def get_invoice(request: web.Request) -> web.Response:
    """GET /v1/invoices/{id}."""
    found = request.app[BANK].invoices.get(request.match_info["id"])
    if found is None:
        raise unknown_id()
    return answer(found)


def _plan(bank: Bank, id_: Any) -> Entity:
    if not isinstance(id_, str) or id_ not in bank.plans:
        raise unknown_id()
    return bank.plans[id_]


def _addons(body: dict[str, Any], now: int) -> list[Entity]:
    found = body.get("addons") or []
    if not isinstance(found, list) or not all(isinstance(addon, dict) for addon in found):
        raise Refusal("The addons must be an array.", field="addons")
    return [_item(addon.get("item"), "addon", now) for addon in found]


def _item(given: Any, kind: str, now: int) -> Entity:
    if not isinstance(given, dict):
        raise Refusal("The item must be an array.", field="item")
    checking.required(given, "name")
    amount = checking.amount(given)
    return {
        "id": new_id("item"),
        "active": True,
        "name": checking.text(given, "name", LONGEST_NAME),
        "description": given.get("description"),
        "amount": amount,
        "unit_amount": amount,
        "currency": checking.currency(given),
        "type": kind,
        "unit": None,
        "tax_inclusive": False,
        "hsn_code": None,
        "sac_code": None,
        "tax_rate": None,
        "tax_id": None,
        "tax_group_id": None,
        "created_at": now,
        "updated_at": now,
    }


def _moment_to_come(bank: Bank, body: dict[str, Any], name: str) -> int | None:
    found = checking.integer(body, name)
    if found is not None and found <= bank.clock.now():
        raise Refusal(f"The {name} should be a timestamp in the future.", field=name)
    return found


def _now_alone(body: dict[str, Any], name: str) -> None:
    checking.only(body, name)
    if body.get(name, "now") != "now":
        raise Refusal(f"The selected {name} is invalid.", field=name)
