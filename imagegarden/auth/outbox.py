"""The mails that this machine wrote instead of sending: for a laptop, and for nobody but its owner."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.auth import bp
from imagegarden.current import adapters, settings
from imagegarden.domain.errors import NotFound
from imagegarden.mail import Outbox
from imagegarden.web.guards import public


@bp.get("/outbox")
@public
def outbox() -> ResponseReturnValue:
    """Show the newest mails."""
    mailer = adapters().mailer
    # HOST is loopback here; the second check keeps a tunnel or a proxy on this machine out.
    if not (settings().has_local_conveniences and isinstance(mailer, Outbox) and _is_from_here()):
        raise NotFound
    return render_template("auth/outbox.html", letters=mailer.letters())


def _is_from_here() -> bool:
    return request.remote_addr in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers
