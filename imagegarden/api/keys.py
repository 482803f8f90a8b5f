"""The page of keys: making one, seeing what each is used for, withdrawing it."""

from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.api import bp
from imagegarden.api.forms import SCOPES, KeyForm
from imagegarden.api.snippets import snippets
from imagegarden.clock import now
from imagegarden.current import settings
from imagegarden.db import db, transaction
from imagegarden.domain import api_keys
from imagegarden.domain.api_keys import NewKey
from imagegarden.domain.errors import InvalidRequest
from imagegarden.web.confirming import refuse_password
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import signed_in


@bp.get("/keys")
def keys() -> ResponseReturnValue:
    """The person's keys."""
    return _page(KeyForm())


@bp.post("/keys")
def make_key() -> ResponseReturnValue:
    """Make a key for whoever knows the password, and show it this once."""
    form = KeyForm()
    if not form.validate_on_submit():
        return _page(form), 422
    refusal = refuse_password(form.password.data)
    if refusal is not None:
        form.password.errors = [refusal.words]
        return _page(form), refusal.status, refusal.headers
    moment = now()
    try:
        with transaction() as session:
            made = api_keys.create(
                session,
                user_id=signed_in().id,
                name=form.name.data or "",
                scopes=form.scopes.data or [],
                expires_at=form.last_moment(moment),
                credit_cap=form.cap(),
                actor_id=signed_in().id,
                now=moment,
            )
    except InvalidRequest as error:
        show_faults(form, error)
        return _page(form), 422
    # The answer itself, and no redirect: nothing keeps the key until another request could show it.
    return _page(KeyForm(formdata=None), made), 201


@bp.post("/keys/<uuid:key_uuid>/revoke")
def revoke_key(key_uuid: UUID) -> ResponseReturnValue:
    """Withdraw a key, at once."""
    person_id = signed_in().id
    with transaction() as session:
        key = api_keys.revoke(session, user_id=person_id, uuid=key_uuid, actor_id=person_id, now=now())
    flash(f"“{key.name}” is revoked. Whatever uses it is refused from now on.")
    return redirect(url_for("api.keys"), 303)


def _page(form: KeyForm, made: NewKey | None = None) -> Response:
    session, user_id = db.session(), signed_in().id
    page = render_template(
        "api/keys.html",
        form=form,
        scopes=SCOPES,
        keys=api_keys.list_keys(session, user_id=user_id),
        spent=api_keys.spent_by_key(session, user_id=user_id),
        made=made,
        snippets=snippets(settings().public_url, made.secret) if made else (),
        now=now(),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
