"""The security page: password, e-mail address, second factor, and the devices that a person is signed in on."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from imagegarden.auth import bp
from imagegarden.auth.forms import BothForm, EmailForm, PasswordForm, has_strong_password
from imagegarden.auth.sign_in import stay_in
from imagegarden.clock import now
from imagegarden.current import lifetimes, settings, steering
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, devices, password_changes, recovery_codes, second_factor
from imagegarden.domain.device_names import device_words
from imagegarden.domain.errors import Conflict
from imagegarden.domain.permissions import is_staff
from imagegarden.extensions import DEVICE, limiter
from imagegarden.web import security_log
from imagegarden.web.confirming import refuse_password
from imagegarden.web.cursors import read_number
from imagegarden.web.errors import status_of
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.passwords import hash_password
from imagegarden.web.security_log import Happening

AT_ONCE = 20
# Two forms of one kind stand on the page: their fields have names of their own.
OFF, RENEW = "off_", "renew_"


@bp.get("/profile/security")
def security() -> ResponseReturnValue:
    """Everything that keeps the account safe."""
    return security_page()


def security_page(
    *,
    password_form: PasswordForm | None = None,
    email_form: EmailForm | None = None,
    off_form: BothForm | None = None,
    renew_form: BothForm | None = None,
) -> str:
    """The page, with the form that was tried as it was filled in, but for passwords and codes."""
    database, user, moment = db.session(), signed_in(), now()
    before = read_number(request.args.get("before"))
    found = devices.list_open(
        database, user_id=user.id, now=moment, lifetimes=lifetimes(), limit=AT_ONCE + 1, before=before
    )
    factor = second_factor.find(database, user_id=user.id)
    return render_template(
        "auth/security.html",
        password_form=password_form or PasswordForm(formdata=None),
        email_form=email_form or EmailForm(formdata=None),
        off_form=off_form or BothForm(formdata=None, prefix=OFF),
        is_off_tried=off_form is not None,
        renew_form=renew_form or BothForm(formdata=None, prefix=RENEW),
        is_renew_tried=renew_form is not None,
        factor=factor,
        codes_left=recovery_codes.count_left(database, user_id=user.id) if factor else 0,
        must_have_factor=steering().switches.staff_second_factor and is_staff(user.role),
        devices=found[:AT_ONCE],
        after=found[AT_ONCE - 1].id if len(found) > AT_ONCE else None,
        this_device=session.get(DEVICE),
    )


@bp.post("/profile/security/password")
@limiter.limit(lambda: settings().code_limit, key_func=account_key)
def change_password() -> ResponseReturnValue:
    """Another password, for whoever knows the old one; every other device is signed out."""
    form = PasswordForm()
    user = signed_in()
    is_complete = form.validate_on_submit()
    is_complete = has_strong_password(form, email=user.email) and is_complete
    if not is_complete:
        return security_page(password_form=form), 422
    refusal = refuse_password(form.old_password.data)
    if refusal is not None:
        form.old_password.errors = [refusal.words]
        return security_page(password_form=form), refusal.status, refusal.headers
    old_hash, new_hash = user.password_hash, hash_password(form.password.data)
    try:
        with transaction() as database:
            changed = password_changes.change(
                database,
                user_id=user.id,
                old_hash=old_hash,
                new_hash=new_hash,
                device_id=session.get(DEVICE),
                address=request.remote_addr,
                now=now(),
            )
    except Conflict as error:
        form.old_password.errors = [error.message]
        return security_page(password_form=form), status_of(error)
    stay_in(changed)
    security_log.note(Happening.PASSWORD_CHANGED)
    flash("Your password is changed. Every other device is signed out.")
    return redirect(url_for("auth.security"), 303)


@bp.post("/profile/security/devices/<int:device_id>/end")
def end_device(device_id: int) -> ResponseReturnValue:
    """Sign out on one device. Its session and its remember-me cookie are worth nothing from now on."""
    with transaction() as database:
        ended = devices.end(database, device_id=device_id, user_id=signed_in().id, now=now())
    flash(f"{device_words(ended.device)} is signed out.")
    return redirect(url_for("auth.security"), 303)


@bp.post("/profile/security/devices/end-others")
def end_other_devices() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    with transaction() as database:
        user = accounts.lock(database, signed_in().id)
        devices.end_all(database, user, now=now(), but=session.get(DEVICE))
    stay_in(user, proved=False)
    flash("Every other device is signed out.")
    return redirect(url_for("auth.security"), 303)
