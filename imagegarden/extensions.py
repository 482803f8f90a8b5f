"""The Flask extensions, unbound: app.py binds them. Nothing of the product is known here."""

from collections.abc import Callable

import redis
from flask import Response, current_app, request, session
from flask_limiter import Limiter
from flask_login import LoginManager, decode_cookie, encode_cookie
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from imagegarden.addresses import network_of, read_address

# Where a session names the device that it is of.
DEVICE = "user_session_id"


class StrictLoginManager(LoginManager):
    """Flask-Login whose remember-me cookie names a device, and is good under earlier keys, too."""

    # Whom a cookie lets in, by what it names.
    come_back: Callable[[str], object] | None = None

    def _set_cookie(self, response: Response) -> None:
        config = current_app.config
        response.set_cookie(
            config["REMEMBER_COOKIE_NAME"],
            encode_cookie(f"{session['_user_id']}.{session[DEVICE]}"),
            max_age=config["REMEMBER_COOKIE_DURATION"],
            path="/",
            secure=config["REMEMBER_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )

    def _clear_cookie(self, response: Response) -> None:
        config = current_app.config
        # Without Secure, a browser ignores every word about a __Host- cookie, its deletion included.
        response.delete_cookie(
            config["REMEMBER_COOKIE_NAME"],
            path="/",
            secure=config["REMEMBER_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )

    def _load_user_from_remember_cookie(self, cookie: str) -> object:
        keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
        try:
            signed = next(((name, key) for key in keys if (name := decode_cookie(cookie, key=key))), None)
        except (TypeError, ValueError):
            # Nobody could have been given this: it was broken or made up.
            signed = None
        user = self.come_back(signed[0]) if signed and self.come_back else None
        if user is None:
            session["_remember"] = "clear"
        elif signed and signed[1] != keys[0]:
            session["_remember"] = "set"
        return user


def household() -> str:
    """From which address a request came; of IPv6, where one household has as many as it likes, from which /64."""
    return _network(of_four=32, of_six=64)


def neighborhood() -> str:
    """From which network a request came, as one that rents addresses has them: a /24, or a /48 of IPv6."""
    return _network(of_four=24, of_six=48)


def _network(*, of_four: int, of_six: int) -> str:
    address = read_address(request.remote_addr)
    return "nowhere" if address is None else str(network_of(address, of_four=of_four, of_six=of_six))


class SteadyLimiter(Limiter):
    """Flask-Limiter that counts by memory for everybody who finds that Redis is away: the first alone is not enough."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        was_dead = self._storage_dead
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except redis.RedisError:
            if was_dead or not self._storage_dead:
                raise
            # Somebody else found it out while this one waited.
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)


csrf = CSRFProtect()
limiter = SteadyLimiter(household)
login = StrictLoginManager()
mail = Mail()
migrate = Migrate()
