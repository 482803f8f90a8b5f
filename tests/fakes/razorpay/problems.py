"""Refusals, as Razorpay words them."""

import json
from typing import Any

from aiohttp import web

BAD_REQUEST = "BAD_REQUEST_ERROR"
UNKNOWN_ID = "The id provided does not exist"
EDGE_PAGE = (
    "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class Refusal(Exception):
    """What was asked for is not done."""

    def __init__(self, description: str, *, field: str | None = None, status: int = 400, **more: Any) -> None:
        super().__init__(description)
        self.status = status
        self.error: dict[str, Any] = {
            "code": BAD_REQUEST,
            "description": description,
            "source": "business",
            "step": "payment_initiation",
            "reason": "input_validation_failed",
            "metadata": {},
            **({"field": field} if field else {}),
            **more,
        }

    def response(self) -> web.Response:
        """The answer."""
        return problem(self.status, self.error)


def unknown_id() -> Refusal:
    """Nothing has this id: not a 404."""
    return Refusal(UNKNOWN_ID, source="NA", step="NA", reason="NA")


def problem(status: int, error: dict[str, Any]) -> web.Response:
    """A refusal as JSON."""
    return web.Response(text=json.dumps({"error": error}), status=status, content_type="application/json")


def unauthenticated() -> web.Response:
    """401: the code is that of any bad request."""
    return problem(401, {"code": BAD_REQUEST, "description": "Authentication failed"})


def unknown_url() -> web.Response:
    """An address that does not exist."""
    return problem(404, {"code": BAD_REQUEST, "description": "The requested URL was not found on the server."})


def throttled() -> web.Response:
    """429."""
    return problem(429, {"code": "TOO_MANY_REQUESTS", "description": "Request failed. Please try after sometime."})


def gateway() -> web.Response:
    """The bank has not answered."""
    return problem(
        502,
        {
            "code": "GATEWAY_ERROR",
            "description": "Payment processing failed due to error at bank or wallet gateway",
            "source": "gateway",
            "step": "payment_authorization",
            "reason": "gateway_technical_error",
            "metadata": {},
        },
    )


def broken(status: int) -> web.Response:
    """500 and 503."""
    return problem(
        status,
        {
            "code": "SERVER_ERROR",
            "description": "We are facing some trouble completing your request at the moment. Please try again.",
        },
    )


def edge_page(status: int, title: str) -> web.Response:
    """What stands before the API answers in HTML."""
    return web.Response(text=EDGE_PAGE.format(status=status, title=title), status=status, content_type="text/html")
