"""One person: what they have, what they did, what was done to them; and the forms of what the staff can do."""

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import FORMS, ActForm, fresh
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import accounts, audit, generations, payments, people, second_factor, statements
from imagegarden.domain.permissions import Permission, may, may_act_on
from imagegarden.models import User
from imagegarden.web.guards import allowed, signed_in

LINES = 20


@bp.get("/users/<int:user_id>")
@allowed(Permission.SEE_USERS)
def show_person(user_id: int) -> ResponseReturnValue:
    """Everything about a person but what is private."""
    return person_page(user_id)


def person_page(
    user_id: int, *, tried: str | None = None, form: ActForm | None = None, shows_prompts: bool = False
) -> str:
    """The page, with the form that was `tried` as it was filled in. Raises NotFound."""
    session, moment = db.session(), now()
    user = accounts.get(session, user_id=user_id)
    return render_template(
        "admin/person.html",
        user=user,
        facts=people.facts_of(session, user, now=moment),
        media=people.count_media(session, user_id=user.id),
        standing=statements.standing(session, user_id=user.id, now=moment),
        made=generations.list_recent(session, user_id=user.id, limit=LINES, with_words=True),
        lines=statements.list_lines(session, user_id=user.id, limit=LINES),
        payments=payments.list_of(session, user_id=user.id, limit=LINES) if _may(Permission.SEE_PAYMENTS) else (),
        keys=people.list_keys(session, user_id=user.id),
        second_factor=second_factor.find(session, user_id=user.id),
        sessions=people.list_sessions(session, user_id=user.id, limit=LINES),
        acts=audit.list_entries(session, limit=LINES, subject_id=user.id) if _may(Permission.SEE_AUDIT) else (),
        forms=_forms(user, tried, form),
        blank=fresh(ActForm),
        tried=tried,
        shows_prompts=shows_prompts,
        is_within_reach=may_act_on(signed_in().role, user.role) and user.deleted_at is None,
        now=moment,
    )


def _may(permission: Permission) -> bool:
    return may(signed_in().role, permission)


def _forms(user: User, tried: str | None, form: ActForm | None) -> dict[str, ActForm]:
    forms = {name: fresh(kind) for name, kind in FORMS.items()}
    forms["role"].role.data = user.role.value
    if tried is not None and form is not None:
        forms[tried] = form
    return forms
