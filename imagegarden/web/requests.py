"""Each request gets an id and a log line."""

import logging
import re
import time
from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from sqlalchemy import inspect

from imagegarden import logs
from imagegarden.domain.api_keys import Caller
from imagegarden.web import traffic
from imagegarden.web.guards import is_known

logger = logging.getLogger("imagegarden.requests")

View = TypeVar("View", bound=Callable[..., object])
SOUND_ID = re.compile(r"[\w-]{8,64}")
QUIET = {"health.alive", "health.ready", "static"}


def takes_large_bodies(size: int) -> Callable[[View], View]:
    """Let people whom the view knows send it more than is usual: `size` bytes."""

    def mark(view: View) -> View:
        view.max_body = size  # type: ignore[attr-defined]
        return view

    return mark


def allow_large_bodies() -> None:
    """Before anything of the body is read: the limit of the view behind it, for those who may use it."""
    view = current_app.view_functions.get(request.endpoint or "")
    size = getattr(view, "max_body", None)
    if size is not None and is_known():
        request.max_content_length = size


def _loggable_path() -> str:
    """The path of the request; of a link that opens by itself, only its rule."""
    if request.url_rule is not None and "token" in request.url_rule.arguments:
        return request.url_rule.rule
    return request.path


def who() -> dict[str, int | None]:
    """Who is behind the request, as far as that was asked."""
    called = g.get("caller")
    if isinstance(called, Caller):
        return {"user_id": called.user_id, "api_key_id": called.key_id}
    # By what is known of the row: its columns would be read again after a rollback, from a database that may be away.
    known = inspect(g.get("_login_user"), raiseerr=False)
    return {"user_id": known.identity[0] if known is not None and known.identity else None}


def install(app: Flask, *, is_behind_proxy: bool) -> None:
    """Name and log every request of this application."""

    @app.before_request
    def begin() -> None:
        sent = request.headers.get("X-Request-Id", "")
        # A proxy of ours may name the request; what strangers send is not taken over.
        given = sent if is_behind_proxy and SOUND_ID.fullmatch(sent) else uuid4().hex
        logs.request_id.set(given)
        g.request_id = given
        g.started = time.perf_counter()

    @app.teardown_request
    def forget(_: BaseException | None) -> None:
        logs.request_id.set(None)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in QUIET:
            seconds = time.perf_counter() - g.started if "started" in g else 0.0
            traffic.count(
                endpoint=request.endpoint, method=request.method, status=response.status_code, seconds=seconds
            )
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "path": _loggable_path(),
                    "status": response.status_code,
                    "ms": round(1000 * seconds, 1),
                    **who(),
                    "address": request.remote_addr,
                },
            )
        return response
