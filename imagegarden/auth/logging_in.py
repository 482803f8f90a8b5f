"""Log-in, in one step or two, and log-out."""

from typing import TypedDict

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from imagegarden.auth import bp, known_devices
from imagegarden.auth.forms import LogInForm, SecondStepForm, factor_fault
from imagegarden.auth.sign_in import begin_anew, let_in, let_out
from imagegarden.auth.throttling import count_try, posted_email
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import accounts, second_factor
from imagegarden.domain.errors import Conflict, TooManyTries
from imagegarden.extensions import limiter
from imagegarden.models import User, UserStatus
from imagegarden.web import security_log
from imagegarden.web.contact import whom_to_write_to
from imagegarden.web.errors import status_of
from imagegarden.web.guards import open_while_leaving, public, signed_in
from imagegarden.web.maintenance import always_open
from imagegarden.web.passwords import is_right
from imagegarden.web.redirects import safe_path
from imagegarden.web.security_log import Happening

# In the session between the two steps. It lets nobody in by itself.
PENDING = "second_step"
PENDING_SECONDS = 10 * 60


class Pending(TypedDict):
    """Who has given the right password, when, and how they want to come in."""

    user_id: int
    session_version: int
    at: float
    remember: bool
    next: str


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
def check_log_in() -> ResponseReturnValue:
    """Let a person in who knows the password; where they have a second factor, ask for it next."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    form = LogInForm()
    if not form.validate_on_submit():
        return render_template("auth/log_in.html", form=form), 422
    user = accounts.find_by_email(db.session(), posted_email())
    has_second_factor = second_factor.is_on(db.session(), user_id=user.id if user else 0)
    release_connection()
    count_try(user)
    if not is_right(user.password_hash if user else None, form.password.data) or user is None:
        security_log.note(Happening.WRONG_PASSWORD, user_id=user.id if user else None)
        form.password.errors = ["Invalid e-mail or password."]
        return render_template("auth/log_in.html", form=form), 422
    if user.status != UserStatus.ACTIVE:
        form.email.errors = [f"This account is suspended. {whom_to_write_to()}".rstrip()]
        return render_template("auth/log_in.html", form=form), 403
    target = safe_path(request.args.get("next"), fallback=url_for("generate.create_page"))
    if has_second_factor:
        begin_anew()
        session[PENDING] = Pending(
            user_id=user.id,
            session_version=user.session_version,
            at=now().timestamp(),
            remember=form.remember.data,
            next=target,
        )
        return redirect(url_for("auth.second_step"), 303)
    let_in(user, remember=form.remember.data)
    return redirect(target, 303)


def _pending() -> Pending | None:
    """Who is between the two steps."""
    pending: Pending | None = session.get(PENDING)
    if pending is not None and now().timestamp() - pending["at"] < PENDING_SECONDS:
        return pending
    return None


def _start_again() -> ResponseReturnValue:
    session.pop(PENDING, None)
    flash("That took a while. Please log in again.")
    return redirect(url_for("auth.log_in"), 303)


@bp.get("/login/code")
@public
@always_open
def second_step() -> ResponseReturnValue:
    """Ask for the code of the app."""
    if current_user.is_authenticated:
        return redirect(url_for("generate.landing"), 303)
    if PENDING not in session:
        return redirect(url_for("auth.log_in"), 303)
    return render_template("auth/second_step.html", form=SecondStepForm()) if _pending() else _start_again()


@bp.post("/login/code")
@public
@always_open
@limiter.limit(lambda: settings().code_limit)
def check_second_step() -> ResponseReturnValue:
    """Let a person in who has shown both: the password before, and the app's code now."""
    if PENDING not in session:
        return redirect(url_for("auth.log_in"), 303)
    pending = _pending()
    user = _pending_user(pending) if pending else None
    if pending is None or user is None:
        return _start_again()
    form = SecondStepForm()
    if not form.validate_on_submit():
        return _second_step_page(form), 422
    factor = second_factor.find(db.session(), user_id=user.id)
    try:
        with transaction() as database:
            verdict = second_factor.check(
                database,
                user_id=user.id,
                code=form.code.data,
                keys=signing_keys(),
                browser=known_devices.showed(factor) if factor else None,
                now=now(),
            )
    except TooManyTries as error:
        form.code.errors = [error.message]
        return _second_step_page(form), status_of(error), {"Retry-After": str(error.retry_after)}
    except Conflict:
        # It was taken away meanwhile: the password is asked for once more.
        return _start_again()
    if not verdict.is_right:
        security_log.note(Happening.WRONG_CODE, user_id=user.id)
        form.code.errors = [factor_fault(verdict)]
        return _second_step_page(form), 422
    let_in(user, remember=pending["remember"], factor=factor)
    return redirect(safe_path(pending["next"], fallback=url_for("generate.create_page")), 303)


def _pending_user(pending: Pending) -> User | None:
    """The person between the steps, unless their sessions were ended or they may not come in any more."""
    user = db.session.get(User, pending["user_id"], populate_existing=True)
    is_same = user is not None and user.is_active and user.session_version == pending["session_version"]
    return user if is_same else None


def _second_step_page(form: SecondStepForm) -> str:
    return render_template("auth/second_step.html", form=form)


@bp.post("/logout")
@always_open
@open_while_leaving
def log_out() -> ResponseReturnValue:
    """Sign out on this device."""
    let_out(signed_in())
    flash("You have been logged out successfully.")
    return redirect(url_for("auth.log_in"), 303)
