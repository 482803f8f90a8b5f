"""What can go wrong between a request and its answer."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.razorpay import lies, problems
from tests.fakes.razorpay.bank import BANK
from tests.fakes.razorpay.faults import AFTER_FAULTS, ANSWER_FAULTS, BEFORE_FAULTS, About, Drawn
from tests.fakes.razorpay.webhooks import POSTMAN

LONG = 3600.0
CHECKOUT = ("/v1/checkout.js", "/__fake__/pay")
# With SO_LINGER at zero, closing a connection resets it.
RESET = struct.pack("ii", 1, 0)

REFUSED: dict[str, Callable[[], web.Response]] = {
    "gateway_error": problems.gateway,
    "status_401": problems.unauthenticated,
    "status_429": problems.throttled,
    "status_500": lambda: problems.broken(500),
    "status_502": lambda: problems.edge_page(502, "Bad Gateway"),
    "status_503": lambda: problems.broken(503),
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the handler answers, unless a fault comes before it, or between it and the one who asked.

    What is late, or dropped, has been done: who gives up waiting for it does not know.
    """
    about = About(
        path=request.path, method=request.method, text=await request.text(), needs_path=request.path in CHECKOUT
    )
    # What a browser asks first, whether it may ask, is no request of anybody's.
    is_faulty = (request.path.startswith("/v1/") or about.needs_path) and request.method != "OPTIONS"
    faults = request.app[BANK].faults
    before = faults.draw_any(BEFORE_FAULTS, about) if is_faulty else {}
    if before:
        return await _refuse(request, before)
    response = await handler(request)
    sent = request.app[POSTMAN].flush()
    if sent and faults.draw("webhook_first", About(path=request.path, method=request.method)):
        await asyncio.wait(sent)
    if not is_faulty:
        return response
    if isinstance(response, web.Response) and response.text:
        response.text = lies.told(response.text, faults.draw_any(ANSWER_FAULTS, about))
    return await _bring(request, response, faults.draw_any(AFTER_FAULTS, about))


def reset(request: web.Request) -> web.Response:
    """End the connection as a machine does that has crashed; what is returned reaches nobody."""
    connection: Any = request.transport
    if connection is not None:
        connection.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.abort()
    return _unheard(request)


def drop(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.close()
    return _unheard(request)


async def _refuse(request: web.Request, faults: dict[str, Drawn]) -> web.StreamResponse:
    if "hang" in faults:
        await asyncio.sleep(faults["hang"].number(LONG))
        return reset(request)
    if "reset" in faults:
        return reset(request)
    return REFUSED[min(faults)]()


async def _bring(request: web.Request, response: web.StreamResponse, faults: dict[str, Drawn]) -> web.StreamResponse:
    if "latency" in faults:
        await asyncio.sleep(request.app[BANK].faults.seconds(faults["latency"]))
    if "timeout" in faults:
        await asyncio.sleep(faults["timeout"].number(LONG))
        return reset(request)
    return drop(request) if "dropped" in faults else response


def _unheard(request: web.Request) -> web.Response:
    request["unheard"] = True
    return web.Response()
