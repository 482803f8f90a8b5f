"""Setting a second factor up, doing without it again, and new recovery codes."""

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

import segno
from flask import Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from imagegarden.auth import bp, known_devices
from imagegarden.auth.forms import BothForm, SecondStepForm, factor_fault
from imagegarden.auth.security import OFF, RENEW, security_page
from imagegarden.auth.sign_in import stay_in
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys
from imagegarden.db import db, transaction
from imagegarden.domain import factor_changes, sealing, second_factor
from imagegarden.domain.errors import Conflict, TooManyTries
from imagegarden.domain.second_factor import Verdict
from imagegarden.extensions import DEVICE, limiter
from imagegarden.models import SecondFactor
from imagegarden.web import security_log
from imagegarden.web.confirming import GOOD_SECONDS, confirmed, refuse_password
from imagegarden.web.errors import status_of
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.security_log import Happening

# The secret of the app that is being set up, sealed: nothing else is kept of it before its code was right.
SECRET = "second_factor_secret"


@bp.post("/profile/security/second-factor/begin")
@confirmed
def begin_second_factor() -> ResponseReturnValue:
    """Draw a secret for an app, and show it."""
    if not second_factor.is_on(db.session(), user_id=signed_in().id):
        session[SECRET] = [sealing.seal(second_factor.draw(), signing_keys()), now().timestamp()]
    return redirect(url_for("auth.second_factor_page"), 303)


@bp.get("/profile/security/second-factor")
def second_factor_page() -> ResponseReturnValue:
    """The secret as a QR code and as text, and a field for the app's first code."""
    secret = _secret()
    if secret is None:
        return redirect(url_for("auth.security"), 303)
    return _set_up_page(SecondStepForm(), secret)


def _secret() -> str | None:
    """What was drawn lately for the person, who gave their password for it."""
    sealed, drawn_at = session.get(SECRET, ("", 0))
    if now().timestamp() - drawn_at >= GOOD_SECONDS:
        return None
    try:
        return sealing.unseal(sealed, signing_keys())
    except sealing.Unreadable:
        return None


def _set_up_page(form: SecondStepForm, secret: str) -> str:
    form.code.data = None
    address = second_factor.address_for_app(secret, email=signed_in().email)
    drawing = segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2, svgclass="qr-code")
    groups = [secret[place : place + 4] for place in range(0, len(secret), 4)]
    # The library writes the drawing from numbers; nothing that anybody typed stands in it.
    return render_template("auth/second_factor.html", form=form, drawing=Markup(drawing), groups=groups)  # noqa: S704  # nosec B704


@bp.post("/profile/security/second-factor")
@limiter.limit(lambda: settings().code_limit, key_func=account_key)
def turn_on_second_factor() -> ResponseReturnValue:
    """Turn it on once the app shows the right code, and sign out everywhere else; the recovery codes are shown once."""
    user, secret = signed_in(), _secret()
    if secret is None:
        return redirect(url_for("auth.security"), 303)
    form = SecondStepForm()
    if not form.validate_on_submit():
        return _set_up_page(form, secret), 422
    try:
        with transaction() as database:
            codes = factor_changes.turn_on(
                database,
                user_id=user.id,
                secret=secret,
                code=form.code.data,
                keys=signing_keys(),
                device_id=session.get(DEVICE),
                address=request.remote_addr,
                now=now(),
            )
    except Conflict as error:
        flash(error.message)
        return redirect(url_for("auth.security"), 303)
    if codes is None:
        form.code.errors = ["That is not the code that the app shows now. Is the clock of your device right?"]
        return _set_up_page(form, secret), 422
    session.pop(SECRET)
    stay_in(user, proved=False)
    known_devices.note(user, second_factor.find(db.session(), user_id=user.id))
    security_log.note(Happening.SECOND_FACTOR_CHANGED)
    return _codes_page(codes, is_new=True)


@bp.post("/profile/security/second-factor/off")
def turn_off_second_factor() -> ResponseReturnValue:
    """Do without it, for whoever has shown both: the password and a code."""

    def turn_off(factor: SecondFactor, code: str) -> tuple[Verdict, list[str]]:
        with transaction() as database:
            return factor_changes.turn_off(database, code=code, **_by_owner(factor)), []

    form = BothForm(prefix=OFF)
    done = _with_both(form, lambda: security_page(off_form=form), turn_off)
    if isinstance(done, list):
        flash("The second factor is off.")
        return redirect(url_for("auth.security"), 303)
    return done


@bp.post("/profile/security/recovery-codes")
def make_recovery_codes() -> ResponseReturnValue:
    """New recovery codes in place of the earlier ones, for whoever has shown both; shown this once."""

    def renew(factor: SecondFactor, code: str) -> tuple[Verdict, list[str]]:
        with transaction() as database:
            return factor_changes.renew_recovery_codes(database, code=code, **_by_owner(factor))

    form = BothForm(prefix=RENEW)
    done = _with_both(form, lambda: security_page(renew_form=form), renew)
    return _codes_page(done, is_new=False) if isinstance(done, list) else done


class ByOwner(TypedDict):
    """What a change is told of whoever asks for it."""

    user_id: int
    keys: list[bytes]
    browser: str | None
    address: str | None
    now: datetime


def _by_owner(factor: SecondFactor) -> ByOwner:
    return ByOwner(
        user_id=factor.user_id,
        keys=signing_keys(),
        browser=known_devices.showed(factor),
        address=request.remote_addr,
        now=now(),
    )


def _with_both(
    form: BothForm,
    page: Callable[[], str],
    change: Callable[[SecondFactor, str], tuple[Verdict, list[str]]],
) -> list[str] | ResponseReturnValue:
    """Make a change if the password and the code are right: what it gave. Else the page that says what is wrong."""
    factor = second_factor.find(db.session(), user_id=signed_in().id)
    if factor is None:
        return redirect(url_for("auth.security"), 303)
    if not form.validate_on_submit():
        return page(), 422
    refusal = refuse_password(form.password.data)
    if refusal is not None:
        form.password.errors = [refusal.words]
        return page(), refusal.status, refusal.headers
    try:
        verdict, given = change(factor, form.code.data)
    except TooManyTries as error:
        form.code.errors = [error.message]
        return page(), status_of(error), {"Retry-After": str(error.retry_after)}
    except Conflict:
        return redirect(url_for("auth.security"), 303)
    if not verdict.is_right:
        security_log.note(Happening.WRONG_CODE)
        form.code.errors = [factor_fault(verdict)]
        return page(), 422
    security_log.note(Happening.SECOND_FACTOR_CHANGED)
    return given


def _codes_page(codes: list[str], *, is_new: bool) -> Response:
    """The answer itself, and no redirect: nothing keeps the codes until another request could show them."""
    response = make_response(render_template("auth/recovery_codes.html", codes=codes, is_new=is_new))
    response.headers["Cache-Control"] = "no-store"
    return response
