"""What every page has in common on which a code from a mail is asked for and entered."""

from collections.abc import Callable
from typing import TypeVar

from flask import flash, redirect, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from imagegarden.auth.forms import CodeForm, ResetForm
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, codes, mailboxes
from imagegarden.domain.errors import NotFound, TooSoon
from imagegarden.web.errors import status_of

Form = TypeVar("Form", CodeForm, ResetForm)


def new_address(typed: str) -> str:
    """An address that is to become an account's, in the one form under which it is kept. Raises InvalidRequest."""
    email = accounts.normalize_email(typed)
    mailboxes.require_kept(email, trusted_hosts=frozenset(settings().trusted_mail_hosts))
    return email


def without_spaces(typed: str) -> str:
    """A code as it was meant."""
    return "".join(typed.split())


def wrong_code(tries_left: int) -> str:
    """What stands beside a code that was not right."""
    if tries_left:
        return f"That is not the code. You have {tries_left} {'try' if tries_left == 1 else 'tries'} left."
    return "That code does not work any more. Please ask for a new one."


def send_again(
    name: str,
    form: Form,
    *,
    again: Callable[[Session, str, bool], str],
    count: Callable[[], bool],
    page: Callable[[Form], str],
    here: str,
    start: str,
) -> ResponseReturnValue:
    """Mail another code in place of the one whose token the session keeps under this name.

    `count` counts it, once it is not too soon, and says whether the owner of the address asks; `again` is told that
    and the token, and returns the new one. `here` is the view that asks for the code, on whose `page` it stands when it
    is too soon; `start` is where one begins who has asked for none, or long ago.
    """
    try:
        codes.require_replaceable(db.session(), token=session.get(name, ""), now=now())
        release_connection()
        vouched = count()
        with transaction() as database:
            session[name] = again(database, session.get(name, ""), vouched)
    except TooSoon as error:
        form.code.errors = [error.message]
        return page(form), status_of(error), {"Retry-After": str(error.retry_after)}
    except NotFound:
        session.pop(name, None)
        return redirect(url_for(start), 303)
    flash("A new code is on its way. The earlier one does not work any more.")
    return redirect(url_for(here), 303)
