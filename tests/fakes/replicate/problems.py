"""Refusals, as Replicate words them."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

NO_CREDIT = (
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase "
    "credit. Once you purchase credit, please wait a few minutes before trying again."
)
LOW_CREDIT = (
    "Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you "
    "have less than $5.0 in credit."
)
EDGE_PAGE = (
    "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n"
    "<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
)


def problem(
    status: int, detail: str, *, title: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> web.Response:
    """A refusal as `application/problem+json`."""
    body = {**({"title": title} if title else {}), "detail": detail, "status": status, **more}
    return web.Response(text=json.dumps(body), status=status, content_type="application/problem+json", headers=headers)


def unauthenticated() -> web.Response:
    """401."""
    return problem(401, "You did not pass a valid authentication token", title="Unauthenticated")


def insufficient_credit() -> web.Response:
    """402."""
    return problem(402, NO_CREDIT, title="Insufficient credit")


def not_found() -> web.Response:
    """404."""
    return problem(404, "The requested resource could not be found.")


def throttled(seconds: float, *, has_low_credit: bool = False) -> web.Response:
    """429, with the time to wait in the body and in the header."""
    wait = math.ceil(seconds)
    reason = LOW_CREDIT if has_low_credit else "Request was throttled."
    return problem(
        429,
        f"{reason} Your rate limit resets in ~{wait}s.",
        headers={"Retry-After": str(wait), "ratelimit-remaining": "0", "ratelimit-reset": str(wait)},
        retry_after=wait,
    )


def invalid_input(fields: Iterable[Mapping[str, str]]) -> web.Response:
    """422 for what the schema does not allow."""
    wrong = list(fields)
    detail = "".join(f"- {one['field']}: {one['description']}\n" for one in wrong)
    return problem(422, detail, title="Input validation failed", invalid_fields=wrong)


def invalid_version() -> web.Response:
    """422 for a version that nobody knows."""
    return problem(
        422,
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
        title="Invalid version or not permitted",
    )


def failure(status: int) -> web.Response:
    """A status of the 500s: 502 comes from the edge and is a page, the others come from within."""
    titles = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
    if status == 502:
        page = EDGE_PAGE.format(status=status, title=titles[status])
        return web.Response(text=page, status=status, content_type="text/html")
    return problem(status, titles[status])
