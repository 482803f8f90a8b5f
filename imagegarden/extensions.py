"""The Flask extensions, unbound: app.py binds them. Nothing of ours is imported here."""

from flask import Response, current_app, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, decode_cookie, encode_cookie
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect


class StrictLoginManager(LoginManager):
    """Flask-Login that deletes a `__Host-` cookie the way browsers accept, and forgets a broken one."""

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

    def _signed_anew(self, cookie: str) -> str:
        """The cookie under the present key, if it was signed by an earlier one: then the browser is given it, too."""
        if decode_cookie(cookie) is None:
            for key in current_app.config["SECRET_KEY_FALLBACKS"]:
                payload = decode_cookie(cookie, key=key)
                if payload is not None:
                    session["_remember"] = "set"
                    return str(encode_cookie(payload))
        return cookie

    def _load_user_from_remember_cookie(self, cookie: str) -> object:
        try:
            return super()._load_user_from_remember_cookie(self._signed_anew(cookie))
        except (TypeError, ValueError):
            # Nobody could have been given this: it was broken or made up.
            session["_remember"] = "clear"
            return None


csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
login = StrictLoginManager()
mail = Mail()
migrate = Migrate()
