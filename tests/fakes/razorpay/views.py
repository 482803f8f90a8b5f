"""Entities as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web

Entity = dict[str, Any]
# As Razorpay writes it: without spaces.
SEPARATORS = (",", ":")


def written(value: Any) -> str:
    """JSON as Razorpay writes it, with its slashes escaped: who writes it again gets other bytes."""
    return json.dumps(value, separators=SEPARATORS).replace("/", "\\/")


def answer(value: Any, status: int = 200) -> web.Response:
    """JSON as an answer."""
    return web.Response(text=written(value), status=status, content_type="application/json")


def collection(items: Iterable[Entity]) -> Entity:
    """A list as Razorpay has it."""
    listed = list(items)
    return {"entity": "collection", "count": len(listed), "items": listed}
