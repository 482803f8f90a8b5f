"""Signing up, signing in and out, what keeps an account safe, and the local outbox."""

from flask import Blueprint

bp = Blueprint("auth", __name__)

from imagegarden.auth import (  # noqa: E402
    data,  # noqa: F401
    email_change,  # noqa: F401
    forgotten_password,  # noqa: F401
    leaving,  # noqa: F401
    logging_in,  # noqa: F401
    outbox,  # noqa: F401
    profile,  # noqa: F401
    security,  # noqa: F401
    signing_up,  # noqa: F401
    two_factors,  # noqa: F401
)
