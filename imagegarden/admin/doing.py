"""From a form to an act: what is wrong stands beside its field, what was typed stays, what was done is said."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from imagegarden.admin.acting import ActForm, Acting, Form
from imagegarden.db import db
from imagegarden.domain import accounts
from imagegarden.domain.errors import Conflict, InsufficientCredits, InvalidRequest, NotAllowed, RequestKeyReused
from imagegarden.domain.permissions import may_act_on
from imagegarden.models import User
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in


def do(
    form: Form,
    act: Callable[[Form, Acting], str],
    *,
    page: Callable[[ActForm], str],
    then: str,
    subject: User | None = None,
) -> ResponseReturnValue:
    """Do what a form asks for, say so, and go on to `then`; what is refused shows the `page` with the form again."""
    try:
        done = act(form, form.acting(subject))
    except InvalidRequest as error:
        show_faults(form, error)
        return page(form), status_of(error)
    except (Conflict, InsufficientCredits) as error:
        if isinstance(error, RequestKeyReused):
            form.renew_key()
        form.form_errors.append(_words(error))
        return page(form), status_of(error)
    flash(done)
    return redirect(then, 303)


def within_reach(user_id: int) -> User:
    """A person. The staff does nothing to each other: only who gives roles may. Raises NotAllowed and NotFound."""
    subject = accounts.get(db.session(), user_id=user_id)
    if not may_act_on(signed_in().role, subject.role):
        raise NotAllowed
    return subject


def _words(error: Conflict | InsufficientCredits) -> str:
    if isinstance(error, InsufficientCredits):
        return f"They have {error.available:,} to take."
    if isinstance(error, RequestKeyReused):
        return "This form was sent before, with something else in it. See what has changed, then send it again."
    return error.message
