"""One person: what they have, what they did, what was done to them; and what the staff can do."""

from collections.abc import Callable
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting
from imagegarden.clock import now
from imagegarden.current import allowances
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, audit, generations, payments, people, plans, statements
from imagegarden.domain.errors import Conflict, InsufficientCredits, InvalidRequest
from imagegarden.domain.permissions import Permission
from imagegarden.models import PlanKey, Role, User, UserStatus
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed, signed_in

LINES = 20
MOST_CREDITS = 1_000_000
MOST_DAYS = 3660


class CreditsForm(ActForm):
    """So many credits more or less."""

    delta = StringField("Credits")


class PremiumForm(ActForm):
    """So many days of Premium more; none ends it."""

    days = StringField("Days")


class RoleForm(ActForm):
    """Another role."""

    role = RadioField("Role", choices=[(role.value, role.value.capitalize()) for role in Role], validate_choice=False)


FORMS: dict[str, type[ActForm]] = {
    "credits": CreditsForm,
    "premium": PremiumForm,
    "role": RoleForm,
    "status": ActForm,
    "sessions": ActForm,
    "prompts": ActForm,
}


@bp.get("/users/<int:user_id>")
@allowed(Permission.SEE_USERS)
def show_person(user_id: int) -> ResponseReturnValue:
    """Everything about a person but what is private."""
    return _page(user_id)


def _page(user_id: int, tried: str | None = None, form: ActForm | None = None, prompts: bool = False) -> str:
    session, moment = db.session(), now()
    user = accounts.get(session, user_id=user_id)
    forms = {name: kind(formdata=None, request_key=uuid4().hex) for name, kind in FORMS.items()}
    forms["role"].role.data = user.role.value  # type: ignore[attr-defined]
    if tried is not None and form is not None:
        forms[tried] = form
    return render_template(
        "admin/person.html",
        user=user,
        facts=people.facts_of(session, user, now=moment),
        standing=statements.standing(session, user_id=user.id, now=moment),
        made=generations.list_recent(session, user_id=user.id, limit=LINES, with_words=True),
        lines=statements.list_lines(session, user_id=user.id, limit=LINES),
        payments=payments.list_of(session, user_id=user.id, limit=LINES),
        keys=people.list_keys(session, user_id=user.id),
        sessions=people.list_sessions(session, user_id=user.id),
        acts=audit.list_entries(session, limit=LINES, subject_id=user.id),
        forms=forms,
        tried=tried,
        shows_prompts=prompts,
        is_self=user.id == signed_in().id,
    )


def _act(user_id: int, name: str, act: Callable[[ActForm, Acting], str]) -> ResponseReturnValue:
    """Do what a form asks for, and say so; what is wrong stands beside its field, and what was typed stays."""
    form = FORMS[name]()
    try:
        done = act(form, form.acting())
    except InvalidRequest as error:
        show_faults(form, error)
        return _page(user_id, name, form), status_of(error)
    except (Conflict, InsufficientCredits) as error:
        form.form_errors.append(error.message)
        return _page(user_id, name, form), status_of(error)
    flash(done)
    return redirect(url_for("admin.show_person", user_id=user_id, _anchor=name), 303)


@bp.post("/users/<int:user_id>/credits")
@allowed(Permission.CHANGE_CREDITS)
def change_credits(user_id: int) -> ResponseReturnValue:
    """Give or take credits."""

    def act(form: ActForm, by: Acting) -> str:
        delta = _number(form, "delta", -MOST_CREDITS, MOST_CREDITS)
        if delta == 0:
            raise InvalidRequest({"delta": "0 changes nothing."})
        reference = f"adjust:{user_id}:{form.request_key.data or uuid4().hex}"
        with transaction() as session:
            accounts.adjust_credits(session, user_id=user_id, delta=delta, reference=reference, now=now(), **by)
        return f"{abs(delta):,} {'credit' if abs(delta) == 1 else 'credits'} {'given' if delta > 0 else 'taken'}."

    return _act(user_id, "credits", act)


@bp.post("/users/<int:user_id>/premium")
@allowed(Permission.CHANGE_PLAN)
def change_premium(user_id: int) -> ResponseReturnValue:
    """Give days of Premium, or end it."""

    def act(form: ActForm, by: Acting) -> str:
        days = _number(form, "days", 0, MOST_DAYS)
        with transaction() as session:
            credits_each = plans.current(session, PlanKey.PASS, now=now()).credits if days else 0
            until = accounts.extend_premium(
                session,
                user_id=user_id,
                days=days,
                credits_each=credits_each,
                allowances=allowances(),
                now=now(),
                **by,
            )
        return f"Premium until {until:%-d %b %Y}." if until else "Premium has ended."

    return _act(user_id, "premium", act)


@bp.post("/users/<int:user_id>/role")
@allowed(Permission.CHANGE_ROLE)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give another role."""

    def act(form: ActForm, by: Acting) -> str:
        asked = request.form.get("role", "")
        if asked not in set(Role):
            raise InvalidRequest({"role": "Choose a role."})
        with transaction() as session:
            user = accounts.set_role(session, user_id=user_id, role=Role(asked), now=now(), **by)
        return f"{user.email} has been made {user.role}."

    return _act(user_id, "role", act)


@bp.post("/users/<int:user_id>/suspend")
@allowed(Permission.CHANGE_STATUS)
def suspend(user_id: int) -> ResponseReturnValue:
    """Sign a person out everywhere and keep them out."""
    return _set_status(user_id, UserStatus.SUSPENDED, "{} is suspended.")


@bp.post("/users/<int:user_id>/reinstate")
@allowed(Permission.CHANGE_STATUS)
def reinstate(user_id: int) -> ResponseReturnValue:
    """Let a person in again."""
    return _set_status(user_id, UserStatus.ACTIVE, "{} may log in again.")


def _set_status(user_id: int, status: UserStatus, said: str) -> ResponseReturnValue:
    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            user = accounts.set_status(session, user_id=user_id, status=status, now=now(), **by)
        return said.format(user.email)

    return _act(user_id, "status", act)


@bp.post("/users/<int:user_id>/sign-out")
@allowed(Permission.END_SESSIONS)
def sign_out(user_id: int) -> ResponseReturnValue:
    """Sign a person out everywhere."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            user = accounts.end_sessions(session, user_id=user_id, now=now(), **by)
        return f"{user.email} is signed out everywhere."

    return _act(user_id, "sessions", act)


@bp.post("/users/<int:user_id>/prompts")
@allowed(Permission.READ_PROMPTS)
def read_prompts(user_id: int) -> ResponseReturnValue:
    """Show what a person wrote. It is private: whoever reads it says why, and that is written down."""
    form = ActForm()
    try:
        by = form.acting()
        with transaction() as session:
            user: User = accounts.get(session, user_id=user_id)
            audit.record(session, action="user.read_prompts", subject_id=user.id, now=now(), **by)
    except InvalidRequest as error:
        show_faults(form, error)
        return _page(user_id, "prompts", form), status_of(error)
    return _page(user_id, prompts=True)


def _number(form: ActForm, name: str, lowest: int, highest: int) -> int:
    text = (form[name].data or "").strip().replace(",", "").replace("−", "-")
    if not text.lstrip("+-").isdecimal() or len(text) > 9 or not lowest <= int(text) <= highest:
        raise InvalidRequest({name: f"Say a whole number from {lowest:,} to {highest:,}."})
    return int(text)
