"""What can go wrong between a request and its answer."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.fakes.replicate import problems
from tests.fakes.replicate.cloud import CLOUD
from tests.fakes.replicate.faults import STATUSES, Drawn

LONG = 3600.0
# With SO_LINGER at zero, closing a connection resets it.
RESET = struct.pack("ii", 1, 0)

Act = Callable[[], Awaitable[web.StreamResponse]]


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


async def hang(request: web.Request, seconds: float) -> web.Response:
    """Say nothing for so long, then reset."""
    await asyncio.sleep(seconds)
    return reset(request)


async def answer_under_faults(
    request: web.Request, operation: str, prompt: str, model: str, act: Act
) -> web.StreamResponse:
    """What `act` answers, unless a fault comes before it, or between it and the one who asked.

    What is late, or dropped, has been done: who gives up waiting for it does not know.
    """
    faults = request.app[CLOUD].faults
    draw = faults.draw
    hanging = draw(f"{operation}_hang", prompt, model)
    if hanging is not None:
        return await hang(request, hanging.number(LONG))
    if draw(f"{operation}_reset", prompt, model) is not None:
        return reset(request)
    for status in STATUSES:
        drawn = draw(f"{operation}_{status}", prompt, model)
        if drawn is not None:
            return _refusal(status, drawn)
    response = await act()
    late = draw(f"{operation}_latency", prompt, model)
    if late is not None:
        await asyncio.sleep(faults.seconds(late))
    if draw(f"{operation}_dropped", prompt, model) is not None:
        return drop(request)
    return response


def _refusal(status: int, drawn: Drawn) -> web.Response:
    if status == 429:
        return problems.throttled(drawn.number(30))
    known = {401: problems.unauthenticated, 402: problems.insufficient_credit, 404: problems.not_found}
    return known[status]() if status in known else problems.failure(status)


def _unheard(request: web.Request) -> web.Response:
    request["unheard"] = True
    return web.Response()
