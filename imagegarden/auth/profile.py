"""The Profile page: what a person is called, what stands for them, what they have, and which letters they want."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField

from imagegarden.auth import bp
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import profiles, statements
from imagegarden.domain.errors import InvalidRequest
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in
from imagegarden.web.ids import read_id

FACES = 24


class NameForm(FlaskForm):
    """What a person wants to be called."""

    username = StringField("What you are called")


class LettersForm(FlaskForm):
    """Which letters a person wants."""

    premium_ends = BooleanField("A few days before my Premium ends")


@bp.get("/profile")
def profile() -> ResponseReturnValue:
    """The person's own page."""
    return _page(NameForm(username=signed_in().username))


@bp.post("/profile/name")
def rename() -> ResponseReturnValue:
    """Call the person otherwise."""
    form = NameForm()
    try:
        with transaction() as session:
            profiles.rename(session, user_id=signed_in().id, username=form.username.data or "")
    except InvalidRequest as error:
        show_faults(form, error)
        return _page(form), status_of(error)
    flash("Saved.")
    return redirect(url_for("auth.profile"), 303)


@bp.post("/profile/face")
def choose_face() -> ResponseReturnValue:
    """Let a picture stand for the person, or the first letter of their name."""
    asked = request.form.get("face", "")
    chosen = read_id(asked) if asked else None
    with transaction() as session:
        profiles.choose_face(session, user_id=signed_in().id, media_uuid=chosen)
    flash("Saved.")
    return redirect(url_for("auth.profile"), 303)


@bp.post("/profile/letters")
def choose_letters() -> ResponseReturnValue:
    """Write the person only what they want to read."""
    with transaction() as session:
        profiles.want_letters(session, user_id=signed_in().id, premium_ends=LettersForm().premium_ends.data)
    flash("Saved.")
    return redirect(url_for("auth.profile"), 303)


def _page(form: NameForm) -> str:
    session, moment, user = db.session(), now(), signed_in()
    standing = statements.standing(session, user_id=user.id, now=moment)
    return render_template(
        "auth/profile.html",
        form=form,
        letters=LettersForm(premium_ends=user.wants_end_letter),
        standing=standing,
        meter=statements.meter(session, user_id=user.id, period=standing.period, now=moment),
        stock=profiles.stock(session, user_id=user.id),
        faces=profiles.list_faces(session, user_id=user.id, limit=FACES),
    )
