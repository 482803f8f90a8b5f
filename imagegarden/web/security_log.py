"""What tells of attacks and of mistakes of ours: who came in, and who was refused, as lines of the log.

A line names an account by its id, never by an address that somebody typed.
"""

import logging
from enum import StrEnum

from flask import request

from imagegarden.web.requests import who

logger = logging.getLogger("imagegarden.security")


class Happening(StrEnum):
    """What is written down."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    WRONG_PASSWORD = "a wrong password"
    WRONG_CODE = "a wrong second factor"
    WRONG_MAILED_CODE = "a wrong code of a mail"
    PASSWORD_CHANGED = "a password changed"
    EMAIL_CHANGED = "an address changed"
    SECOND_FACTOR_CHANGED = "a second factor changed"
    NOT_ALLOWED = "not allowed"
    FORGED = "a form without its token"
    WRONG_KEY = "a wrong API key"
    LIMITED = "too many tries"


USUAL = frozenset(
    {
        Happening.SIGNED_IN,
        Happening.SIGNED_OUT,
        Happening.PASSWORD_CHANGED,
        Happening.EMAIL_CHANGED,
        Happening.SECOND_FACTOR_CHANGED,
    }
)


def note(happening: Happening, *, user_id: int | None = None) -> None:
    """Write down what happened in the request at hand, and to which account; whoever is known, unless it is said."""
    whom = who() if user_id is None else {"user_id": user_id}
    logger.log(
        logging.INFO if happening in USUAL else logging.WARNING,
        happening.value,
        extra={**whom, "endpoint": request.endpoint, "address": request.remote_addr},
    )
