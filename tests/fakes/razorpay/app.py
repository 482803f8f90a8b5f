"""The application: its paths, and what every request passes."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from tests.fakes.razorpay import admin, checkout, orders_api, problems, subscriptions_api
from tests.fakes.razorpay.bank import BANK, Bank
from tests.fakes.razorpay.connections import Handler, misbehave
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.webhooks import POSTMAN, Postman

# What the log says of a request whose connection was cut by us, or by who asked.
CUT, GIVEN_UP = 0, 499
OPEN_PATH = "/v1/checkout.js"


def make_app(bank: Bank) -> web.Application:
    """The application on this state."""
    app = web.Application(middlewares=[_log, misbehave, _refuse, _authenticate])
    app[BANK] = bank
    app.cleanup_ctx.append(_postman)
    orders_api.add_routes(app)
    subscriptions_api.add_routes(app)
    checkout.add_routes(app)
    admin.add_routes(app)
    return app


async def _postman(app: web.Application) -> AsyncIterator[None]:
    postman = app[POSTMAN] = Postman(app[BANK])
    ticking = asyncio.create_task(app[BANK].clock.tick(postman.flush))
    yield
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    await postman.close()


@web.middleware
async def _log(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write down what was asked and how it was answered; what tests set and read is not written down."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    bank, status = request.app[BANK], GIVEN_UP
    arrived = bank.clock.now()
    try:
        response = await handler(request)
        status = CUT if "unheard" in request else response.status
        return response
    except ConnectionError:
        # Who asked has gone in the middle of the answer; this one reaches nobody.
        return web.Response()
    except Exception:
        status = 500
        raise
    finally:
        bank.busy_keys.discard(request.get("busy_key", ""))
        bank.requests.append(
            {
                "at": arrived,
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "body": await request.text(),
                "status": status,
                "idempotency": request.headers.get(orders_api.IDEMPOTENCY),
                "user_agent": request.headers.get("User-Agent"),
            }
        )


@web.middleware
async def _refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals, in Razorpay's form."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPNotFound:
        return problems.unknown_url()


@web.middleware
async def _authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take keys of the test mode with their secret."""
    if not request.path.startswith("/v1/") or request.path == OPEN_PATH:
        return await handler(request)
    name, _, secret = _credentials(request.headers.get("Authorization", "")).partition(":")
    if not name.startswith("rzp_test_") or secret != request.app[BANK].settings.key_secret:
        return problems.unauthenticated()
    return await handler(request)


def _credentials(header: str) -> str:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
