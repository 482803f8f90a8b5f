"""The checkout: its script, what the script asks, and a page to try it on."""

from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.razorpay import billing, checking, payments
from tests.fakes.razorpay.bank import BANK, Bank
from tests.fakes.razorpay.events import sign
from tests.fakes.razorpay.paying import ORDER_IS_PAID, Outcome, attempt, outcome_under_faults
from tests.fakes.razorpay.payments import METHODS, Payment
from tests.fakes.razorpay.problems import Refusal, problem
from tests.fakes.razorpay.views import Entity, answer

BROWSER = Path(__file__).parent / "browser"
# What a merchant's page with this checkout may have at most; here, the fake's own is the page's own.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action *"
)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Allow-Methods": "GET, POST",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
TYPES = {".js": "text/javascript", ".html": "text/html"}


def add_routes(app: web.Application) -> None:
    """The paths of the checkout."""
    app.router.add_get("/v1/checkout.js", script)
    app.router.add_get("/__fake__/page", page)
    app.router.add_get("/__fake__/page.js", page_script)
    app.router.add_get("/__fake__/checkout", show)
    app.router.add_post("/__fake__/pay", pay)
    app.router.add_route("OPTIONS", "/__fake__/{name}", allow)


async def script(request: web.Request) -> web.Response:
    """GET /v1/checkout.js."""
    return _file("checkout.js")


async def page(request: web.Request) -> web.Response:
    """A page that opens a checkout with the options that are in its fragment, as JSON."""
    return _file("page.html")


async def page_script(request: web.Request) -> web.Response:
    """What that page does."""
    return _file("page.js")


async def allow(request: web.Request) -> web.Response:
    """Pages of any merchant may ask."""
    return web.Response(status=204, headers=CORS)


async def show(request: web.Request) -> web.Response:
    """What there is to be paid."""
    bank, query = request.app[BANK], request.query
    try:
        _check_key(query.get("key"))
        return _open(answer(_due(bank, query)))
    except Refusal as refusal:
        return _open(refusal.response())


async def pay(request: web.Request) -> web.Response:
    """Pay an order or a subscription, as a person does at the checkout, or as a test says."""
    bank, body = request.app[BANK], await checking.body_of(request)
    try:
        _check_key(body.get("key", "rzp_test_"))
        paid = _pay(bank, body)
    except Refusal as refusal:
        return _open(refusal.response())
    if paid.entity["status"] == "failed":
        return _open(problem(400, payments.error_of(paid.entity)))
    return _open(answer(signed(bank, paid, body)))


def signed(bank: Bank, payment: Payment, about: Any) -> Entity:
    """What the merchant's page is told of a payment: signed in one order for orders, in the other for subscriptions."""
    secret = bank.settings.key_secret
    if about.get("subscription_id"):
        name, other = "subscription", about["subscription_id"]
        signature = sign(secret, f"{payment.id}|{other}")
    else:
        name, other = "order", payment.entity["order_id"]
        signature = sign(secret, f"{other}|{payment.id}")
    return {
        "razorpay_payment_id": payment.id,
        f"razorpay_{name}_id": other,
        "razorpay_signature": signature,
    }


def _pay(bank: Bank, body: dict[str, Any]) -> Payment:
    outcome, method, later = Outcome(body.get("outcome", "captured")), body.get("method", "card"), body.get("later")
    if method not in METHODS:
        raise Refusal("The selected method is invalid.", field="method")
    if body.get("subscription_id"):
        return _pay_subscription(bank, body, outcome, later, method)
    order = bank.order(checking.required(body, "order_id"))
    if order["status"] == "paid" and not body.get("again"):
        raise Refusal(ORDER_IS_PAID)
    if outcome is Outcome.CAPTURED:
        outcome, later = outcome_under_faults(bank, order, later)
    return attempt(bank, order, outcome, later=later, method=method, description=body.get("description"))


def _pay_subscription(bank: Bank, body: dict[str, Any], outcome: Outcome, later: float | None, method: str) -> Payment:
    subscription = bank.subscription(body["subscription_id"])
    if outcome is Outcome.CAPTURED:
        outcome, later = outcome_under_faults(bank, {"id": subscription.id, "receipt": None}, later)
    act = billing.change_card if body.get("card_change") else billing.pay_first
    return act(bank, subscription, outcome, later, method)


def _due(bank: Bank, query: Any) -> Entity:
    if query.get("subscription_id"):
        subscription = bank.subscription(query["subscription_id"])
        currency = subscription.plan["item"]["currency"]
        is_trial = query.get("card_change") or subscription.invoice is None
        amount = bank.settings.authentication_amount if is_trial else bank.orders[_invoiced(subscription)]["amount"]
        return {"amount": amount, "currency": currency, "description": subscription.plan["item"]["name"]}
    order = bank.order(query.get("order_id", ""))
    return {"amount": order["amount_due"] or order["amount"], "currency": order["currency"], "description": None}


def _invoiced(subscription: Any) -> str:
    return str(subscription.invoice["order_id"])


def _check_key(key: Any) -> None:
    if not str(key).startswith("rzp_test_"):
        raise Refusal("The api key provided is invalid", source="NA", step="NA", reason="NA")


def _file(name: str) -> web.Response:
    path = BROWSER / name
    headers = {**CORS, "Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return web.Response(text=path.read_text(), content_type=TYPES[path.suffix], charset="utf-8", headers=headers)


def _open(response: web.Response) -> web.Response:
    response.headers.update(CORS)
    return response
