"""/v1/orders and /v1/payments and /v1/refunds."""

import re
from typing import Any

from aiohttp import web

from tests.fakes.razorpay import checking, listing, orders, paying, refunding
from tests.fakes.razorpay.bank import BANK, Bank
from tests.fakes.razorpay.problems import Refusal, unknown_id
from tests.fakes.razorpay.views import Entity, answer, collection

IDEMPOTENCY = "X-Refund-Idempotency"
KEY = re.compile(r"^[A-Za-z0-9_-]{10,}$")
# `payment_capture` is from before accounts were set up to capture.
ORDER_FIELDS = ("amount", "currency", "receipt", "notes", "partial_payment", "payment_capture", "payment")
SPEEDS = ("normal", "optimum")


def add_routes(app: web.Application) -> None:
    """The paths of what is paid once."""
    app.router.add_post("/v1/orders", create_order)
    app.router.add_get("/v1/orders", list_orders)
    app.router.add_get("/v1/orders/{id}", get_order)
    app.router.add_patch("/v1/orders/{id}", edit_order)
    app.router.add_get("/v1/orders/{id}/payments", list_order_payments)
    app.router.add_get("/v1/payments", list_payments)
    app.router.add_get("/v1/payments/{id}", get_payment)
    app.router.add_post("/v1/payments/{id}/capture", capture)
    app.router.add_post("/v1/payments/{id}/refund", refund)
    app.router.add_get("/v1/payments/{id}/refunds", list_payment_refunds)
    app.router.add_get("/v1/refunds", list_refunds)
    app.router.add_get("/v1/refunds/{id}", get_refund)


async def create_order(request: web.Request) -> web.Response:
    """POST /v1/orders."""
    bank, body = request.app[BANK], await checking.body_of(request)
    checking.only(body, *ORDER_FIELDS)
    amount, currency = checking.amount(body), checking.currency(body)
    receipt, notes = checking.text(body, "receipt", checking.LONGEST_RECEIPT), checking.notes(body)
    taken = receipt is not None and any(order["receipt"] == receipt for order in bank.orders.values())
    if bank.settings.unique_receipts and taken:
        raise Refusal("The receipt has already been taken.", field="receipt")
    order = orders.make(amount, currency, bank.clock.stamp(), receipt=receipt, notes=notes)
    bank.orders[order["id"]] = order
    return answer(order)


async def list_orders(request: web.Request) -> web.Response:
    """GET /v1/orders."""
    return listing.page(request, request.app[BANK].orders.values(), "receipt")


async def get_order(request: web.Request) -> web.Response:
    """GET /v1/orders/{id}."""
    return answer(request.app[BANK].order(request.match_info["id"]))


async def edit_order(request: web.Request) -> web.Response:
    """PATCH /v1/orders/{id}: its notes alone."""
    order, body = request.app[BANK].order(request.match_info["id"]), await checking.body_of(request)
    checking.only(body, "notes")
    checking.required(body, "notes")
    order["notes"] = checking.notes(body)
    return answer(order)


async def list_order_payments(request: web.Request) -> web.Response:
    """GET /v1/orders/{id}/payments."""
    bank = request.app[BANK]
    order = bank.order(request.match_info["id"])
    found = [one.entity for one in bank.payments.values() if one.entity["order_id"] == order["id"]]
    return answer(collection(reversed(found)))


async def list_payments(request: web.Request) -> web.Response:
    """GET /v1/payments."""
    return listing.page(request, [one.entity for one in request.app[BANK].payments.values()])


async def get_payment(request: web.Request) -> web.Response:
    """GET /v1/payments/{id}."""
    return answer(request.app[BANK].payment(request.match_info["id"]).entity)


async def capture(request: web.Request) -> web.Response:
    """POST /v1/payments/{id}/capture."""
    bank, body = request.app[BANK], await checking.body_of(request)
    payment = bank.payment(request.match_info["id"])
    amount, currency = checking.amount(body), checking.currency(body)
    paying.capture_as_asked(bank, payment, amount, currency)
    return answer(payment.entity)


async def refund(request: web.Request) -> web.Response:
    """POST /v1/payments/{id}/refund: once for each key of idempotency."""
    bank, body = request.app[BANK], await checking.body_of(request)
    key, asked = request.headers.get(IDEMPOTENCY), (request.match_info["id"], body)
    if key is None:
        return answer(_refund(bank, *asked))
    if not KEY.fullmatch(key):
        raise Refusal("The idempotency key must have at least 10 letters, digits, hyphens or underscores.")
    if key in bank.busy_keys:
        raise Refusal("A request with the same idempotency key is in progress.", status=409)
    if key in bank.refund_keys:
        first, made = bank.refund_keys[key]
        if first != asked:
            raise Refusal("Different request body sent for the same idempotency key.")
        return answer(made)
    made = _refund(bank, *asked)
    bank.refund_keys[key] = (asked, made)
    # Until it is answered.
    bank.busy_keys.add(key)
    request["busy_key"] = key
    return answer(made)


async def list_payment_refunds(request: web.Request) -> web.Response:
    """GET /v1/payments/{id}/refunds."""
    bank = request.app[BANK]
    payment = bank.payment(request.match_info["id"])
    return listing.page(request, [one for one in bank.refunds.values() if one["payment_id"] == payment.id])


async def list_refunds(request: web.Request) -> web.Response:
    """GET /v1/refunds."""
    return listing.page(request, request.app[BANK].refunds.values())


async def get_refund(request: web.Request) -> web.Response:
    """GET /v1/refunds/{id}."""
    found = request.app[BANK].refunds.get(request.match_info["id"])
    if found is None:
        raise unknown_id()
    return answer(found)


def _refund(bank: Bank, payment_id: str, body: dict[str, Any]) -> Entity:
    payment = bank.payment(payment_id)
    amount = None if body.get("amount") is None else checking.amount(body)
    speed = body.get("speed", "normal")
    if speed not in SPEEDS:
        raise Refusal("The selected speed is invalid.", field="speed")
    receipt = checking.text(body, "receipt", checking.LONGEST_RECEIPT)
    return refunding.refund(bank, payment, amount, speed=speed, notes=checking.notes(body), receipt=receipt)
