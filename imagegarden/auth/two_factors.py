"""Setting a second factor up, doing without it again, and new recovery codes."""

import segno
from flask import Response, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from imagegarden.auth import bp
from imagegarden.auth.forms import SecondStepForm, TurnOffForm
from imagegarden.auth.logging_in import wrong_code
from imagegarden.auth.security import security_page
from imagegarden.clock import now
from imagegarden.current import settings, signing_keys
from imagegarden.db import db, transaction
from imagegarden.domain import sealing, second_factor
from imagegarden.domain.errors import Conflict, TooManyTries
from imagegarden.extensions import limiter
from imagegarden.web.confirming import GOOD_SECONDS, confirmed, knows_password
from imagegarden.web.errors import status_of
from imagegarden.web.guards import account_key, signed_in

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
    """Turn it on once the app shows the right code; the recovery codes are shown this once."""
    secret = _secret()
    if secret is None:
        return redirect(url_for("auth.security"), 303)
    form = SecondStepForm()
    if not form.validate_on_submit():
        return _set_up_page(form, secret), 422
    try:
        with transaction() as database:
            codes = second_factor.turn_on(
                database,
                user_id=signed_in().id,
                secret=secret,
                code=form.code.data,
                keys=signing_keys(),
                now=now(),
            )
    except Conflict as error:
        flash(error.message)
        return redirect(url_for("auth.security"), 303)
    if codes is None:
        form.code.errors = ["That is not the code that the app shows now. Is the clock of your device right?"]
        return _set_up_page(form, secret), 422
    session.pop(SECRET)
    return _codes_page(codes, is_new=True)


@bp.post("/profile/security/second-factor/off")
def turn_off_second_factor() -> ResponseReturnValue:
    """Do without it, for whoever has shown both: the password and a code."""
    form = TurnOffForm()
    is_complete = form.validate_on_submit()
    if is_complete and not knows_password(form.off_password.data):
        form.off_password.errors = ["That is not your password."]
        is_complete = False
    if not is_complete:
        return security_page(off_form=form), 422
    try:
        with transaction() as database:
            verdict = second_factor.turn_off(
                database, user_id=signed_in().id, code=form.code.data, keys=signing_keys(), now=now()
            )
    except TooManyTries as error:
        form.code.errors = [error.message]
        return security_page(off_form=form), status_of(error), {"Retry-After": str(error.retry_after)}
    except Conflict:
        return redirect(url_for("auth.security"), 303)
    if not verdict.is_right:
        form.code.errors = [wrong_code(verdict.tries_left)]
        return security_page(off_form=form), 422
    flash("The second factor is off.")
    return redirect(url_for("auth.security"), 303)


@bp.post("/profile/security/recovery-codes")
@confirmed
def make_recovery_codes() -> ResponseReturnValue:
    """New recovery codes in place of the earlier ones; shown this once."""
    try:
        with transaction() as database:
            codes = second_factor.renew_recovery_codes(database, user_id=signed_in().id, now=now())
    except Conflict as error:
        flash(error.message)
        return redirect(url_for("auth.security"), 303)
    return _codes_page(codes, is_new=False)


def _codes_page(codes: list[str], *, is_new: bool) -> Response:
    """The answer itself, and no redirect: nothing keeps the codes until another request could show them."""
    response = make_response(render_template("auth/recovery_codes.html", codes=codes, is_new=is_new))
    response.headers["Cache-Control"] = "no-store"
    return response
