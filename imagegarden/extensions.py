"""The Flask extensions, unbound: app.py binds them. Nothing of ours is imported here."""

import ipaddress

from flask import Response, current_app, request, session
from flask_limiter import Limiter
from flask_login import LoginManager
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

    def _load_user_from_remember_cookie(self, cookie: str) -> object:
        try:
            return super()._load_user_from_remember_cookie(cookie)
        except (TypeError, ValueError):
            # Nobody could have been given this: it was broken or made up.
            session["_remember"] = "clear"
            return None


def household() -> str:
    """From which address a request came; of IPv6, where one household has as many as it likes, from which /64."""
    return _network(of_four=32, of_six=64)


def neighborhood() -> str:
    """From which network a request came, as one that rents addresses has them: a /24, or a /48 of IPv6."""
    return _network(of_four=24, of_six=48)


def _network(*, of_four: int, of_six: int) -> str:
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "nowhere"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = of_four if address.version == 4 else of_six
    return str(ipaddress.ip_network((address, bits), strict=False))


csrf = CSRFProtect()
limiter = Limiter(household)
login = StrictLoginManager()
mail = Mail()
migrate = Migrate()
