"""Sign-up in two steps."""

from typing import TypedDict

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.auth import bp, known_devices
from imagegarden.auth.forms import CodeForm, SignUpForm, has_strong_password
from imagegarden.auth.mailed_codes import new_address, send_again, without_spaces, wrong_code
from imagegarden.auth.throttling import count_code, count_sign_up
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys, steering
from imagegarden.db import db, transaction
from imagegarden.domain import invitations, plans, sign_ups
from imagegarden.domain.errors import InvalidRequest, SignUpsClosed, TooManyCodes
from imagegarden.domain.switches import SignUps
from imagegarden.domain.welcomes import Reception
from imagegarden.extensions import limiter, neighborhood
from imagegarden.models import PlanKey
from imagegarden.web import security_log
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import public
from imagegarden.web.passwords import hash_password
from imagegarden.web.security_log import Happening

SIGN_UP_TOKEN = "sign_up_token"
SIGN_UP_EMAIL = "sign_up_email"
INVITATION = "invitation"
LONGEST_INVITATION = 100
RECEPTIONS: dict[Reception | None, str] = {
    Reception.LATER: (
        " Many accounts were made from your network: your free credits come later. The page “Credits” says when."
    ),
    Reception.HAD_BEFORE: " Your mailbox had its free credits with an earlier account.",
}


class Entry(TypedDict):
    """What an operation is told of whoever wants to come in."""

    sign_ups: SignUps
    invitation: str | None


@bp.get("/signup")
@public
def sign_up() -> ResponseReturnValue:
    """Show the sign-up form, where people may sign up; whoever was invited came by a link that says so."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    if "invitation" in request.args:
        session[INVITATION] = request.args["invitation"].replace("\0", "")[:LONGEST_INVITATION]
        return redirect(url_for("auth.sign_up"), 303)
    try:
        invitations.require_open(db.session(), now=now(), **_entry())
    except SignUpsClosed as error:
        return _closed(error)
    return render_template("auth/sign_up.html", form=SignUpForm())


def _entry() -> Entry:
    """What decides whether somebody may sign up."""
    return Entry(sign_ups=steering().switches.sign_ups, invitation=session.get(INVITATION))


def _closed(error: SignUpsClosed) -> ResponseReturnValue:
    return render_template("auth/closed.html", error=error), status_of(error)


@bp.post("/signup")
@public
@limiter.limit(lambda: settings().signup_try_limit)
def request_sign_up() -> ResponseReturnValue:
    """Take an address and a password and mail a code. The answer is the same for known and unknown addresses."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    form = SignUpForm()
    email = _checked_sign_up(form)
    if email is None:
        return render_template("auth/sign_up.html", form=form), 422
    count_sign_up(email)
    password_hash = hash_password(form.password.data)
    try:
        with transaction() as database:
            token = sign_ups.request(database, email=email, password_hash=password_hash, now=now(), **_entry())
    except SignUpsClosed as error:
        return _closed(error)
    except TooManyCodes as error:
        form.email.errors = [error.message]
        page = render_template("auth/sign_up.html", form=form)
        return page, status_of(error), {"Retry-After": str(error.retry_after)}
    session[SIGN_UP_TOKEN] = token
    session[SIGN_UP_EMAIL] = email
    flash(
        "We sent a code to your e-mail address. Please enter it to complete the sign-up; it may be in the spam folder."
    )
    return redirect(url_for("auth.verify"), 303)


def _checked_sign_up(form: SignUpForm) -> str | None:
    """The normalized address, or None with every fault beside its field."""
    is_complete = form.validate_on_submit()
    email = (form.email.data or "").strip()
    try:
        if email:
            email = new_address(email)
    except InvalidRequest as error:
        show_faults(form, error)
        is_complete = False
    is_strong = has_strong_password(form, email=email)
    return email if is_complete and is_strong else None


@bp.get("/signup/verify")
@public
def verify() -> ResponseReturnValue:
    """Ask for the code of the mail."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    if SIGN_UP_TOKEN not in session:
        return redirect(url_for("auth.sign_up"), 303)
    return _verify_page(CodeForm())


def _verify_page(form: CodeForm) -> str:
    return render_template("auth/verify.html", form=form, email=session.get(SIGN_UP_EMAIL))


@bp.post("/signup/verify")
@public
@limiter.limit(lambda: settings().code_limit)
def complete_sign_up() -> ResponseReturnValue:
    """Use up a try at the code; the right one makes the account."""
    token = session.get(SIGN_UP_TOKEN)
    if token is None:
        return redirect(url_for("auth.sign_up"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _verify_page(form), 422
    try:
        with transaction() as database:
            verdict = sign_ups.complete(
                database,
                token=token,
                code=without_spaces(form.code.data),
                keys=signing_keys(),
                sign_up_credits=plans.current(database, PlanKey.FREE, now=now()).credits,
                network=neighborhood(),
                most_of_network=settings().welcomes_per_network,
                now=now(),
                **_entry(),
            )
    except SignUpsClosed as error:
        return _closed(error)
    if verdict.user is None:
        security_log.note(Happening.WRONG_MAILED_CODE)
        form.code.errors = [wrong_code(verdict.tries_left)]
        return _verify_page(form), 422
    session.pop(SIGN_UP_TOKEN, None)
    session.pop(SIGN_UP_EMAIL, None)
    session.pop(INVITATION, None)
    known_devices.note(verdict.user)
    flash(f"Account created successfully. Please log in.{RECEPTIONS.get(verdict.reception, '')}")
    return redirect(url_for("auth.log_in"), 303)


@bp.post("/signup/resend")
@public
def resend_code() -> ResponseReturnValue:
    """Mail another code in place of the last one, while people may sign up."""
    try:
        return send_again(
            SIGN_UP_TOKEN,
            CodeForm(formdata=None),
            again=lambda database, token, _: sign_ups.resend(database, token=token, now=now(), **_entry()),
            count=lambda: count_code(session.get(SIGN_UP_EMAIL, "")),
            page=_verify_page,
            here="auth.verify",
            start="auth.sign_up",
        )
    except SignUpsClosed as error:
        return _closed(error)
