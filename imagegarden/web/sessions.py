"""Server-side sessions that fail soundly: with Redis away, nobody is silently signed out."""

import logging
from datetime import timedelta

import redis
from flask import Flask, Request, Response, current_app, session
from flask_session.base import ServerSideSession
from flask_session.redis import RedisSessionInterface
from werkzeug.exceptions import ServiceUnavailable

logger = logging.getLogger(__name__)

KEY_PREFIX = "session:"
# When the person last proved with the password who they are, in seconds of the epoch.
PASSWORD_AT = "password_at"
# What needs no person: it is served whatever Redis does, and costs it nothing.
WITHOUT_SESSION = ("/static/", "/healthz", "/readyz", "/api/", "/v1/")
# What anybody is given who opens a page with a form, as often as they like. Kept as long as the sessions of people, it
# would fill Redis, which evicts nothing: nobody could sign in.
WORTH_LITTLE = frozenset({"_permanent", "csrf_token", "invitation"})
LITTLE = timedelta(hours=2)


class UnavailableSession(ServerSideSession):
    """Stands for a session that exists but cannot be read now."""


class SoundSessionInterface(RedisSessionInterface):
    """Flask-Session on Redis, which answers 503 for a session it cannot read and forgets nothing."""

    def open_session(self, app: Flask, request: Request) -> ServerSideSession:
        """The session of this request; a stand-in when there is one but Redis is away."""
        if request.path.startswith(WITHOUT_SESSION):
            return ServerSideSession(sid="", permanent=False)
        try:
            return super().open_session(app, request)
        except redis.RedisError:
            logger.exception("sessions cannot be read")
            return UnavailableSession(sid="")

    def save_session(self, app: Flask, session: ServerSideSession, response: Response) -> None:
        """Keep the session. With Redis away, no cookie is touched."""
        if isinstance(session, UnavailableSession) or not session.sid:
            return
        try:
            super().save_session(app, session, response)
        except redis.RedisError:
            logger.exception("a session cannot be saved")

    def _upsert_session(self, session_lifetime: timedelta, session: ServerSideSession, store_id: str) -> None:
        """Write a session down; a stranger's in which nothing has happened yet is soon forgotten."""
        lifetime = min(LITTLE, session_lifetime) if WORTH_LITTLE.issuperset(session) else session_lifetime
        super()._upsert_session(lifetime, session, store_id)


def require_readable_session() -> None:
    """Refuse to treat a signed-in person as a stranger. Raises ServiceUnavailable."""
    if isinstance(session._get_current_object(), UnavailableSession):  # type: ignore[attr-defined]
        raise ServiceUnavailable


def install(app: Flask, client: redis.Redis) -> None:
    """Keep this application's sessions in Redis."""
    app.session_interface = SoundSessionInterface(app, client=client, key_prefix=KEY_PREFIX, permanent=True)


def renew_id() -> None:
    """Give the session a new id, so that one known to somebody else before the sign-in is worth nothing after it."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]
