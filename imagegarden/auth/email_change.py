"""Another e-mail address: a code goes to the new one, and whoever brings it back has shown that it is theirs."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from imagegarden.auth import bp
from imagegarden.auth.forms import CodeForm, EmailForm
from imagegarden.auth.mailed_codes import new_address, send_again, without_spaces, wrong_code
from imagegarden.auth.security import security_page
from imagegarden.auth.sign_in import stay_in
from imagegarden.auth.throttling import count_code_of_person
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys
from imagegarden.db import transaction
from imagegarden.domain import codes, email_changes
from imagegarden.domain.errors import InvalidRequest, TooManyCodes
from imagegarden.extensions import DEVICE, limiter
from imagegarden.web import security_log
from imagegarden.web.confirming import confirmed
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.security_log import Happening

TOKEN = "email_token"
EMAIL = "email_wanted"


@bp.post("/profile/security/email")
@confirmed
def request_email() -> ResponseReturnValue:
    """Mail a code to the new address. What is answered does not say whether it has an account."""
    form = EmailForm()
    if not form.validate_on_submit():
        return security_page(email_form=form), 422
    try:
        email = new_address(form.email.data)
        count_code_of_person()
        with transaction() as database:
            token = email_changes.request(database, user_id=signed_in().id, email=email, now=now())
    except InvalidRequest as error:
        show_faults(form, error)
        return security_page(email_form=form), status_of(error)
    except TooManyCodes as error:
        form.email.errors = [error.message]
        return security_page(email_form=form), status_of(error), {"Retry-After": str(error.retry_after)}
    session[TOKEN], session[EMAIL] = token, email
    return redirect(url_for("auth.email_code"), 303)


@bp.get("/profile/security/email")
def email_code() -> ResponseReturnValue:
    """Ask for the code of the mail."""
    if TOKEN not in session:
        return redirect(url_for("auth.security"), 303)
    return _page(CodeForm())


def _page(form: CodeForm) -> str:
    form.code.data = None
    return render_template("auth/email_code.html", form=form, email=session.get(EMAIL, ""))


@bp.post("/profile/security/email/code")
@limiter.limit(lambda: settings().code_limit, key_func=account_key)
def complete_email() -> ResponseReturnValue:
    """Use up a try at the code; the right one changes the address and signs the person out everywhere else."""
    token = session.get(TOKEN)
    if token is None:
        return redirect(url_for("auth.security"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    code = without_spaces(form.code.data)
    with transaction() as database:
        verdict = email_changes.complete(
            database,
            user_id=signed_in().id,
            token=token,
            code=code,
            keys=signing_keys(),
            device_id=session.get(DEVICE),
            address=request.remote_addr,
            now=now(),
        )
    if verdict.user is None:
        security_log.note(Happening.WRONG_MAILED_CODE)
        form.code.errors = [wrong_code(verdict.tries_left)]
        return _page(form), 422
    session.pop(TOKEN)
    session.pop(EMAIL, None)
    # The password was asked for when the change began, and not now.
    stay_in(verdict.user, proved=False)
    security_log.note(Happening.EMAIL_CHANGED)
    flash("Your e-mail address is changed. Every other device is signed out.")
    return redirect(url_for("auth.security"), 303)


@bp.post("/profile/security/email/resend")
def resend_email() -> ResponseReturnValue:
    """Mail another code in place of the last one."""
    return send_again(
        TOKEN,
        CodeForm(formdata=None),
        again=lambda database, token, vouched: codes.resend(database, token=token, now=now(), vouched=vouched),
        count=count_code_of_person,
        page=_page,
        here="auth.email_code",
        start="auth.security",
    )
