"""What tests do: what banks, people and the merchant do elsewhere than at the API and the checkout."""

import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.razorpay import dashboard, disputes, refunding
from tests.fakes.razorpay.bank import BANK, Bank
from tests.fakes.razorpay.events import Event
from tests.fakes.razorpay.faults import Drawn
from tests.fakes.razorpay.ids import new_token
from tests.fakes.razorpay.paying import Outcome, attempt
from tests.fakes.razorpay.views import answer
from tests.fakes.razorpay.webhooks import POSTMAN

# How an event of a test's own is signed.
SIGNATURES: dict[str, dict[str, Drawn]] = {
    "good": {},
    "bad": {"webhook_bad_signature": Drawn()},
    "previous": {"webhook_old_secret": Drawn()},
    "none": {"webhook_unsigned": Drawn()},
}

Body = dict[str, Any]


def add_routes(app: web.Application) -> None:
    """The paths of what tests do."""
    app.router.add_post("/__fake__/pay_many", _taking(pay_many))
    app.router.add_post("/__fake__/refund", _taking(refund))
    app.router.add_post("/__fake__/cancel", _taking(cancel))
    app.router.add_post("/__fake__/fail_renewals", _taking(fail_renewals))
    app.router.add_post("/__fake__/dispute", _taking(dispute))
    app.router.add_post("/__fake__/decide", _taking(decide))
    app.router.add_post("/__fake__/rotate_secret", _taking(rotate_secret))
    app.router.add_post("/__fake__/enable_webhook", _taking(enable_webhook))
    app.router.add_post("/__fake__/hold", _taking(hold))
    app.router.add_post("/__fake__/release", release)
    app.router.add_post("/__fake__/resend", resend)
    app.router.add_post("/__fake__/send", send)


def pay_many(bank: Bank, body: Body) -> list[str]:
    """Pay these orders, as at the checkout; the ids of the payments."""
    outcome = Outcome(body.get("outcome", "captured"))
    return [attempt(bank, bank.order(id_), outcome).id for id_ in body["order_ids"]]


def refund(bank: Bank, body: Body) -> Body:
    """Give money back on the dashboard."""
    return refunding.refund(bank, bank.payment(body["payment_id"]), body.get("amount"))


def cancel(bank: Bank, body: Body) -> Body:
    """Cancel a subscription on the dashboard."""
    subscription = bank.subscription(body["subscription_id"])
    dashboard.cancel(bank, subscription, at_cycle_end=body.get("at_cycle_end", False))
    return subscription.entity


def fail_renewals(bank: Bank, body: Body) -> Body:
    """Let the next charges of a subscription fail; its retries are charges, too."""
    subscription = bank.subscription(body["subscription_id"])
    subscription.failing = int(body.get("times", 1))
    return subscription.entity


def dispute(bank: Bank, body: Body) -> Body:
    """Let a customer's bank ask for a payment back."""
    return disputes.create(bank, bank.payment(body["payment_id"]), body.get("amount"))


def decide(bank: Bank, body: Body) -> Body:
    """Go on with a dispute."""
    return disputes.decide(bank, bank.disputes[body["dispute_id"]], body["status"])


def rotate_secret(bank: Bank, body: Body) -> Body:
    """Sign new events with another secret; those that have happened keep theirs."""
    secret = body.get("secret") or new_token()
    bank.configure(bank.settings.updated({"webhook_secret": secret}))
    return {"secret": secret, "previous": bank.previous_secret}


def enable_webhook(bank: Bank, body: Body) -> Body:
    """Send events again, after they were not taken for a day."""
    bank.webhook_is_disabled = False
    return {}


def hold(bank: Bank, body: Body) -> Body:
    """Keep events until they are released."""
    bank.is_holding = True
    return {}


async def release(request: web.Request) -> web.Response:
    """Send the events that were kept: shuffled, or more than once, if that is asked for."""
    body = await _body(request)
    sent = request.app[POSTMAN].release(
        copies=body.get("copies", 1), is_shuffled=body.get("shuffle", False), with_new_ids=body.get("new_ids", False)
    )
    return answer({"sent": sent})


async def resend(request: web.Request) -> web.Response:
    """Send an event again, under its id or another; how it was answered."""
    body = await _body(request)
    event = request.app[BANK].events[body["event_id"]]
    if body.get("new_id"):
        event = dataclasses.replace(event, id=new_token())
    return answer(await request.app[POSTMAN].send_now(event, {}))


async def send(request: web.Request) -> web.Response:
    """Send any body; how it was answered."""
    bank, body = request.app[BANK], await _body(request)
    said = body["body"]
    event = Event(
        id=body.get("event_id") or new_token(),
        name=str(said.get("event")) if isinstance(said, dict) else "",
        scope="",
        body=said if isinstance(said, str) else json.dumps(said),
        secret=bank.settings.webhook_secret,
        at=bank.clock.now(),
    )
    return answer(await request.app[POSTMAN].send_now(event, SIGNATURES[body.get("signature", "good")]))


def _taking(act: Callable[[Bank, Body], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return answer(act(request.app[BANK], await _body(request)))

    return handle


async def _body(request: web.Request) -> Body:
    found: Body = json.loads(await request.text() or "{}")
    return found
