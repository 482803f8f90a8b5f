"""From refusals and faults to answers: the one table of statuses, and the form that fits who asked."""

import logging
import math
import time
from http import HTTPStatus

import redis
import sqlalchemy.exc
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from imagegarden.db import db
from imagegarden.domain import errors
from imagegarden.extensions import limiter, login
from imagegarden.storage import FileGone, StorageError
from imagegarden.web import openai_shape, security_log
from imagegarden.web.guards import is_public
from imagegarden.web.money import shortage
from imagegarden.web.openai_shape import OpenAIRefusal
from imagegarden.web.security_log import Happening

logger = logging.getLogger(__name__)

STATUS = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.RequestKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.KeyRefused: HTTPStatus.UNAUTHORIZED,
    errors.ScopeMissing: HTTPStatus.FORBIDDEN,
    errors.KeyCapReached: HTTPStatus.PAYMENT_REQUIRED,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.InsufficientCredits: HTTPStatus.PAYMENT_REQUIRED,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooSoon: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    errors.PremiumRequired: HTTPStatus.FORBIDDEN,
    errors.PromptBlocked: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.AccountUnavailable: HTTPStatus.FORBIDDEN,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.EmailTaken: HTTPStatus.CONFLICT,
    errors.SignUpsClosed: HTTPStatus.FORBIDDEN,
    errors.SiteClosed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.NetworkBlocked: HTTPStatus.FORBIDDEN,
    errors.PaymentsClosed: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.SelectionTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}

# What a person reads where nothing better is known: a title and a next step.
PAGES = {
    400: ("That request was not complete", "Go back, reload the page and try again."),
    403: ("This page is not yours", "You do not have permission to see it."),
    404: ("Nothing grows here", "The page does not exist, or it belongs to somebody else."),
    405: ("That does not work here", "Go back and try again."),
    409: ("Something changed in the meantime", "Reload the page to see how it is now."),
    410: ("This link has ended", "It was good for an hour. Ask for the picture again, or find it in your gallery."),
    413: ("That is too large", "Try a smaller file or a shorter text."),
    507: ("Your storage is full", "Delete uploads that you do not need any more, then try again."),
    429: ("That was a little fast", "Please wait a moment, then try again."),
    500: ("Something broke on our side", "You were not charged for anything that did not arrive. Please try again."),
    503: ("We will be right back", "A part of the garden is resting. Nothing is lost; please try again in a minute."),
}

# A part that we stand on is down or too slow.
AWAY = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.TimeoutError, redis.RedisError, StorageError)


def status_of(error: errors.DomainError) -> int:
    """The HTTP status that a refusal has."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return int(STATUS[kind])
    return int(HTTPStatus.BAD_REQUEST)


def wants_problem() -> bool:
    """Whether a program asked: it gets application/problem+json (RFC 9457)."""
    return request.path.startswith(("/api/", "/v1/")) or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def wants_fragment() -> bool:
    """Whether a part of a page asked: it gets a piece of page."""
    return request.headers.get("HX-Request") == "true"


def answer(
    status: int,
    *,
    code: str,
    message: str | None = None,
    retry_after: int | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    """An error in the form that fits who asked, with the request's id."""
    title, advice = PAGES.get(status, PAGES[400] if status < 500 else PAGES[500])
    if status >= 500:
        _ask_nobody_who_is_there()
    request_id = g.get("request_id", "")
    if openai_shape.is_spoken():
        response = openai_shape.fault(
            status, code=code, message=message or advice, retry_after=retry_after, fields=fields
        )
        status = response.status_code
    elif wants_problem():
        problem = {"type": "about:blank", "title": title, "status": status, "code": code, "request_id": request_id}
        problem["detail"] = message or advice
        if fields:
            problem["errors"] = fields
        response = jsonify(problem)
        response.mimetype = "application/problem+json"
    elif wants_fragment():
        response = make_response(render_template("errors/fragment.html", message=message or title))
        # htmx puts it where errors are shown, not where the answer would have gone.
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    else:
        page = {"status": status, "title": title, "advice": message or advice, "request_id": request_id}
        if status >= 500:
            response = make_response(render_template("errors/bare.html", **page))
        else:
            try:
                response = make_response(render_template("errors/page.html", **page))
            except AWAY as error:
                # The frame around the page asks the database who is there.
                return _away(error)
    response.status_code = status
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Image Garden"'
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _ask_nobody_who_is_there() -> None:
    """Every template is told who is there; where that is not known yet, it is the database that cannot say."""
    if "_login_user" not in g:
        g._login_user = login.anonymous_user()


def install(app: Flask) -> None:
    """Answer every refusal and fault of this application in our own form."""
    app.register_error_handler(errors.DomainError, refused)
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(FileGone, _file_gone)
    for away in AWAY:
        app.register_error_handler(away, _away)
    app.register_error_handler(Exception, _broken)


def refused(error: errors.DomainError) -> ResponseReturnValue:
    """The answer to a refusal."""
    if isinstance(error, errors.NotAllowed | errors.ScopeMissing):
        security_log.note(Happening.NOT_ALLOWED)
    elif isinstance(error, errors.KeyRefused):
        security_log.note(Happening.WRONG_KEY)
    if isinstance(error, OpenAIRefusal):
        return openai_shape.refusal(error)
    return answer(
        status_of(error),
        code=error.code,
        message=_words(error),
        retry_after=getattr(error, "retry_after", None),
        fields=getattr(error, "fields", None),
    )


def _words(error: errors.DomainError) -> str:
    """What a person reads of a refusal: of too few credits also what helps, of a form what is wrong with it."""
    if isinstance(error, errors.InsufficientCredits) and not wants_problem():
        return shortage(error)
    if isinstance(error, errors.InvalidRequest) and not wants_problem():
        # No form stands on the page that these could be said beside.
        return " ".join(error.fields.values())
    return error.message


def note_limited() -> tuple[int, str]:
    """Write down that a limit was reached in the request at hand; after how many seconds it is over, and in words."""
    security_log.note(Happening.LIMITED)
    breached = limiter.current_limit
    seconds = max(1, math.ceil(breached.reset_at - time.time())) if breached else 60
    return seconds, f"Too many tries. Please try again {errors.in_a_while(seconds)}."


def _limited(error: RateLimitExceeded) -> ResponseReturnValue:
    seconds, message = note_limited()
    return answer(429, code="rate_limited", message=message, retry_after=seconds)


def _forged(error: CSRFError) -> ResponseReturnValue:
    if not (is_public(request.endpoint) or current_user.is_authenticated):
        # The session has ended, and its token with it: logging in is what helps.
        asked: ResponseReturnValue = login.unauthorized()
        return asked
    security_log.note(Happening.FORGED)
    return answer(
        400, code="csrf_failed", message="This form was open for too long. Reload the page and send it again."
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    code = HTTPStatus(status).phrase.lower().replace(" ", "_").replace("-", "_").replace("'", "")
    response = answer(status, code=code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"{error.units} */{error.length}"
    return response


def _file_gone(error: FileGone) -> ResponseReturnValue:
    logger.error("a file that a row names is not in the store", extra={"key": str(error)})
    return answer(404, code="not_found")


def _away(error: Exception) -> Response:
    logger.error("a dependency is away", exc_info=error)
    db.session.rollback()
    return answer(503, code="unavailable", retry_after=5)


def _broken(error: Exception) -> ResponseReturnValue:
    logger.error("unexpected error", exc_info=error)
    db.session.rollback()
    return answer(500, code="internal_error")
