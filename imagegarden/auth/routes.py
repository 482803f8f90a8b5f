"""Sign-up in two steps, log-in and log-out."""

from http import HTTPStatus
from typing import TypedDict

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from flask_login import current_user

from imagegarden.auth import bp
from imagegarden.auth.forms import CodeForm, LogInForm, SignUpForm
from imagegarden.auth.sign_in import let_in, let_out
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys, steering
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, codes, invitations, plans, sign_ups
from imagegarden.domain.errors import InvalidRequest, NotFound, SignUpsClosed, TooSoon
from imagegarden.domain.passwords import require_strong
from imagegarden.domain.switches import SignUps
from imagegarden.extensions import limiter
from imagegarden.models import PlanKey, UserStatus
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import open_while_leaving, public, signed_in
from imagegarden.web.maintenance import always_open
from imagegarden.web.passwords import hash_password, is_right
from imagegarden.web.redirects import safe_path

SIGN_UP_TOKEN = "sign_up_token"
SIGN_UP_EMAIL = "sign_up_email"
INVITATION = "invitation"
LONGEST_INVITATION = 100


class Entry(TypedDict):
    """What an operation is told of whoever wants to come in."""

    sign_ups: SignUps
    invitation: str | None


def _posted_email() -> str:
    """The address of the form as it would be kept; what is none has no account."""
    try:
        return accounts.normalize_email(request.form.get("email", ""))
    except InvalidRequest:
        return "nobody"


def _was_done(response: Response) -> bool:
    """Whether a request came through: refused ones do not count."""
    return response.status_code == HTTPStatus.SEE_OTHER


def _posted_email_and_address() -> str:
    return f"{_posted_email()} {get_remote_address()}"


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
@limiter.limit(lambda: settings().signup_address_limit, deduct_when=_was_done)
@limiter.limit(lambda: settings().signup_limit, key_func=_posted_email, deduct_when=_was_done)
def request_sign_up() -> ResponseReturnValue:
    """Take an address and a password and mail a code. The answer is the same for known and unknown addresses."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    form = SignUpForm()
    email = _checked_sign_up(form)
    if email is None:
        return render_template("auth/sign_up.html", form=form), 422
    password_hash = hash_password(form.password.data)
    try:
        with transaction() as database:
            token = sign_ups.request(database, email=email, password_hash=password_hash, now=now(), **_entry())
    except SignUpsClosed as error:
        return _closed(error)
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
            email = accounts.normalize_email(email)
    except InvalidRequest as error:
        show_faults(form, error)
        is_complete = False
    try:
        if form.password.data:
            require_strong(form.password.data, email=email)
    except InvalidRequest as error:
        show_faults(form, error)
        is_complete = False
    return email if is_complete else None


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
                code="".join(form.code.data.split()),
                keys=signing_keys(),
                sign_up_credits=plans.current(database, PlanKey.FREE, now=now()).credits,
                now=now(),
                **_entry(),
            )
    except SignUpsClosed as error:
        return _closed(error)
    if verdict.user is None:
        form.code.errors = [_wrong_code(verdict.tries_left)]
        return _verify_page(form), 422
    session.pop(SIGN_UP_TOKEN, None)
    session.pop(SIGN_UP_EMAIL, None)
    session.pop(INVITATION, None)
    flash("Account created successfully. Please log in.")
    return redirect(url_for("auth.log_in"), 303)


def _wrong_code(tries_left: int) -> str:
    if tries_left:
        return f"That is not the code. You have {tries_left} {'try' if tries_left == 1 else 'tries'} left."
    return "That code does not work any more. Please ask for a new one."


@bp.post("/signup/resend")
@public
@limiter.limit(lambda: settings().signup_address_limit, deduct_when=_was_done)
@limiter.limit(
    lambda: settings().signup_limit, key_func=lambda: session.get(SIGN_UP_EMAIL, "nobody"), deduct_when=_was_done
)
def resend_code() -> ResponseReturnValue:
    """Mail another code in place of the last one."""
    token = session.get(SIGN_UP_TOKEN)
    if token is None:
        return redirect(url_for("auth.sign_up"), 303)
    try:
        with transaction() as database:
            session[SIGN_UP_TOKEN] = codes.resend(database, token=token, now=now())
    except TooSoon as error:
        form = CodeForm(formdata=None)
        form.code.errors = [error.message]
        return _verify_page(form), 429, {"Retry-After": str(error.retry_after)}
    except NotFound:
        return redirect(url_for("auth.sign_up"), 303)
    flash("A new code is on its way. The earlier one does not work any more.")
    return redirect(url_for("auth.verify"), 303)


@bp.get("/login")
@public
@always_open
def log_in() -> ResponseReturnValue:
    """Show the log-in form."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    return render_template("auth/log_in.html", form=LogInForm())


@bp.post("/login")
@public
@always_open
@limiter.limit(lambda: settings().login_address_limit)
@limiter.limit(lambda: settings().login_limit, key_func=_posted_email_and_address)
def check_log_in() -> ResponseReturnValue:
    """Let a person in who knows the password."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    form = LogInForm()
    if not form.validate_on_submit():
        return render_template("auth/log_in.html", form=form), 422
    user = accounts.find_by_email(db.session(), _posted_email())
    release_connection()
    if not is_right(user.password_hash if user else None, form.password.data) or user is None:
        form.password.errors = ["Invalid e-mail or password."]
        return render_template("auth/log_in.html", form=form), 422
    if user.status != UserStatus.ACTIVE:
        form.email.errors = ["This account is suspended. Please write to the operator of this site."]
        return render_template("auth/log_in.html", form=form), 403
    let_in(user, remember=form.remember.data)
    return redirect(safe_path(request.args.get("next"), fallback=url_for("generate.create_page")), 303)


@bp.post("/logout")
@always_open
@open_while_leaving
def log_out() -> ResponseReturnValue:
    """Sign out on this device."""
    let_out(signed_in())
    flash("You have been logged out successfully.")
    return redirect(url_for("auth.log_in"), 303)
