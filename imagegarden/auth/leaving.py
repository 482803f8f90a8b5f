"""Deleting one's own account: what it means is said first, the password is asked for, and there are two weeks."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from imagegarden.auth import bp
from imagegarden.auth.data import newest_export
from imagegarden.auth.sign_in import let_out
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import departures
from imagegarden.domain.departures import GRACE
from imagegarden.domain.errors import Conflict
from imagegarden.domain.passwords import LONGEST
from imagegarden.web.confirming import refuse_password
from imagegarden.web.errors import status_of
from imagegarden.web.guards import open_while_leaving, signed_in


class LeaveForm(FlaskForm):
    """Proof that it is the person themselves."""

    password = PasswordField("Your password", [InputRequired("Enter your password."), Length(max=LONGEST)])


@bp.get("/profile/leave")
def leave() -> ResponseReturnValue:
    """Say what is lost, and ask for the password."""
    return _page(LeaveForm())


@bp.post("/profile/leave")
def ask_to_leave() -> ResponseReturnValue:
    """Let the account end in two weeks, and sign the person out everywhere."""
    form, user = LeaveForm(), signed_in()
    if not form.validate_on_submit():
        return _page(form), 422
    refusal = refuse_password(form.password.data)
    if refusal is not None:
        form.password.errors = [refusal.words]
        return _page(form), refusal.status, refusal.headers
    try:
        with transaction() as session:
            leaves_at = departures.ask(session, user_id=user.id, now=now()).leaves_at
    except Conflict as error:
        form.password.errors = [error.message]
        return _page(form), status_of(error)
    let_out(user)
    assert leaves_at is not None
    flash(f"Your account will be deleted on {leaves_at:%-d %b %Y}. Until then you can log in and keep it.")
    return redirect(url_for("auth.log_in"), 303)


@bp.get("/leaving")
@open_while_leaving
def leaving() -> ResponseReturnValue:
    """The one page of somebody whose account is going to be deleted."""
    user = signed_in()
    if user.leaves_at is None:
        return redirect(url_for("auth.profile"), 303)
    return render_template("auth/leaving.html", leaves_at=user.leaves_at, export=newest_export())


@bp.post("/leaving/stay")
@open_while_leaving
def stay() -> ResponseReturnValue:
    """Keep the account: all is as it was."""
    with transaction() as session:
        departures.stay(session, user_id=signed_in().id, now=now())
    flash("Good to have you back. Everything is as it was.")
    return redirect(url_for("generate.create_page"), 303)


def _page(form: LeaveForm) -> str:
    stakes = departures.stakes(db.session(), user_id=signed_in().id, now=now())
    return render_template("auth/leave.html", form=form, stakes=stakes, days=GRACE.days)
