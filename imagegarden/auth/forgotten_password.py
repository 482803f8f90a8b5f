"""A new password for whoever has forgotten theirs, by a code that is mailed to the account's address.

Nobody learns here which addresses have an account: what is asked and answered is the same for all.
"""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.auth import bp, known_devices
from imagegarden.auth.forms import ForgottenForm, ResetForm, has_strong_password
from imagegarden.auth.mailed_codes import send_again, without_spaces, wrong_code
from imagegarden.auth.sign_in import begin_anew
from imagegarden.auth.throttling import count_code
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, codes, password_changes
from imagegarden.domain.errors import InvalidRequest, TooManyCodes
from imagegarden.extensions import limiter
from imagegarden.web import security_log
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import public
from imagegarden.web.maintenance import always_open
from imagegarden.web.passwords import hash_password
from imagegarden.web.security_log import Happening

TOKEN = "reset_token"
EMAIL = "reset_email"


def _count(email: str) -> bool:
    """Count that a code is asked for; True where this browser is known to the account, which strangers cannot be."""
    user = accounts.find_by_email(db.session(), email)
    release_connection()
    return count_code(email, user)


def _id_of_session() -> int | None:
    """Whose password somebody wants to set here: who guesses at codes is written down with the account."""
    user = accounts.find_by_email(db.session(), str(session.get(EMAIL, "")))
    return user.id if user else None


@bp.get("/password/forgotten")
@public
@always_open
def forgotten() -> ResponseReturnValue:
    """Ask for the address of the account."""
    if current_user.is_authenticated:
        return redirect(url_for("auth.security"), 303)
    return render_template("auth/forgotten.html", form=ForgottenForm())


@bp.post("/password/forgotten")
@public
@always_open
def request_reset() -> ResponseReturnValue:
    """Have a code mailed, if there is an account. The answer is the same in any case."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("auth/forgotten.html", form=form), 422
    try:
        email = accounts.normalize_email(form.email.data)
    except InvalidRequest as error:
        show_faults(form, error)
        return render_template("auth/forgotten.html", form=form), status_of(error)
    vouched = _count(email)
    try:
        with transaction() as database:
            session[TOKEN] = password_changes.request_reset(database, email=email, now=now(), vouched=vouched)
    except TooManyCodes as error:
        form.email.errors = [error.message]
        page = render_template("auth/forgotten.html", form=form)
        return page, status_of(error), {"Retry-After": str(error.retry_after)}
    session[EMAIL] = email
    return redirect(url_for("auth.reset"), 303)


@bp.get("/password/reset")
@public
@always_open
def reset() -> ResponseReturnValue:
    """Ask for the code of the mail and a new password."""
    if current_user.is_authenticated:
        return redirect(url_for("auth.security"), 303)
    if TOKEN not in session:
        return redirect(url_for("auth.forgotten"), 303)
    return _page(ResetForm())


def _page(form: ResetForm) -> str:
    # A code is typed from the mail again: it stands in no answer.
    form.code.data = None
    return render_template("auth/reset.html", form=form, email=session.get(EMAIL, ""))


@bp.post("/password/reset")
@public
@always_open
@limiter.limit(lambda: settings().code_limit)
def complete_reset() -> ResponseReturnValue:
    """Set the new password for whoever brings the code of the mail back. A weak one costs no try."""
    token = session.get(TOKEN)
    if token is None:
        return redirect(url_for("auth.forgotten"), 303)
    form = ResetForm()
    code = without_spaces(form.code.data or "")
    is_complete = form.validate_on_submit()
    if not (has_strong_password(form, email=session.get(EMAIL, "")) and is_complete):
        return _page(form), 422
    new_hash = hash_password(form.password.data)
    with transaction() as database:
        verdict = password_changes.reset(
            database,
            token=token,
            code=code,
            new_hash=new_hash,
            keys=signing_keys(),
            address=request.remote_addr,
            now=now(),
        )
    if verdict.user is None:
        security_log.note(Happening.WRONG_MAILED_CODE, user_id=_id_of_session())
        form.code.errors = [wrong_code(verdict.tries_left)]
        return _page(form), 422
    begin_anew()
    known_devices.note(verdict.user)
    security_log.note(Happening.PASSWORD_CHANGED, user_id=verdict.user.id)
    flash("Your password is changed, and every device is signed out. Please log in with the new one.")
    return redirect(url_for("auth.log_in"), 303)


@bp.post("/password/resend")
@public
@always_open
def resend_reset() -> ResponseReturnValue:
    """Mail another code in place of the last one."""
    return send_again(
        TOKEN,
        ResetForm(formdata=None),
        again=lambda database, token, vouched: codes.resend(database, token=token, now=now(), vouched=vouched),
        count=lambda: _count(session.get(EMAIL, "")),
        page=_page,
        here="auth.reset",
        start="auth.forgotten",
    )
