"""What the staff does to a person. Each act has a reason, and is written down in its own transaction."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import FORMS, ActForm, Acting, CreditsForm, PremiumForm, RoleForm
from imagegarden.admin.doing import do, within_reach
from imagegarden.admin.person import person_page
from imagegarden.clock import now
from imagegarden.current import allowances
from imagegarden.db import transaction
from imagegarden.domain import accounts, api_keys, audit, factor_changes, giving, plans
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.permissions import Permission
from imagegarden.models import PlanKey, Role, UserStatus
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed


def _act(user_id: int, place: str, act: Callable[[ActForm, Acting], str]) -> ResponseReturnValue:
    return do(
        FORMS[place](),
        act,
        page=lambda form: person_page(user_id, tried=place, form=form),
        then=url_for("admin.show_person", user_id=user_id),
        subject=within_reach(user_id),
    )


@bp.post("/users/<int:user_id>/credits")
@allowed(Permission.CHANGE_CREDITS)
def change_credits(user_id: int) -> ResponseReturnValue:
    """Give or take credits."""

    def act(sent: ActForm, by: Acting) -> str:
        form = cast(CreditsForm, sent)
        delta = form.count()
        with transaction() as session:
            giving.adjust_credits(session, user_id=user_id, delta=delta, request_key=form.key(), now=now(), **by)
        return f"{abs(delta):,} {'credit' if abs(delta) == 1 else 'credits'} {'given' if delta > 0 else 'taken'}."

    return _act(user_id, "credits", act)


@bp.post("/users/<int:user_id>/premium")
@allowed(Permission.CHANGE_PLAN)
def change_premium(user_id: int) -> ResponseReturnValue:
    """Give days of Premium, or end it."""

    def act(sent: ActForm, by: Acting) -> str:
        form = cast(PremiumForm, sent)
        days = form.count()
        with transaction() as session:
            until = giving.extend_premium(
                session,
                user_id=user_id,
                days=days,
                credits_each=plans.current(session, PlanKey.PASS, now=now()).credits if days else 0,
                allowances=allowances(),
                request_key=form.key(),
                now=now(),
                **by,
            )
        return f"Premium until {until:%-d %b %Y}." if until else "Premium has ended."

    return _act(user_id, "premium", act)


@bp.post("/users/<int:user_id>/role")
@allowed(Permission.CHANGE_ROLE)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give another role."""

    def act(sent: ActForm, by: Acting) -> str:
        role = cast(RoleForm, sent).chosen()
        with transaction() as session:
            user = accounts.set_role(session, user_id=user_id, role=role, now=now(), **by)
        verb = "promoted to" if user.role == Role.ADMIN else "made"
        return f"{user.email} has been {verb} {user.role}."

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

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            user = accounts.end_sessions(session, user_id=user_id, request_key=form.key(), now=now(), **by)
        return f"{user.email} is signed out everywhere."

    return _act(user_id, "sessions", act)


@bp.post("/users/<int:user_id>/second-factor/reset")
@allowed(Permission.RESET_SECOND_FACTOR)
def reset_second_factor(user_id: int) -> ResponseReturnValue:
    """Take the second factor of a person away, who has lost it."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            factor_changes.reset(session, user_id=user_id, request_key=form.key(), now=now(), **by)
        return "Their second factor is gone. A letter tells them."

    return _act(user_id, "second-factor", act)


@bp.post("/users/<int:user_id>/keys/<uuid:key_uuid>/revoke")
@allowed(Permission.END_SESSIONS)
def revoke_key(user_id: int, key_uuid: UUID) -> ResponseReturnValue:
    """Withdraw one of a person's keys, at once."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            key = api_keys.revoke(session, user_id=user_id, uuid=key_uuid, now=now(), **by)
        return f"“{key.name}” is revoked."

    return _act(user_id, "keys", act)


@bp.post("/users/<int:user_id>/delete")
@allowed(Permission.DELETE_USERS)
def delete(user_id: int) -> ResponseReturnValue:
    """End an account for good, once its address was typed."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            accounts.delete(session, user_id=user_id, now=now(), **by)
        return f"Account {user_id} is deleted. Its pictures are being removed."

    return _act(user_id, "delete", act)


@bp.post("/users/<int:user_id>/prompts")
@allowed(Permission.READ_PROMPTS)
def read_prompts(user_id: int) -> ResponseReturnValue:
    """Show what a person wrote. It is private: whoever reads it says why, and that is written down."""
    subject = within_reach(user_id)
    form = ActForm()
    try:
        by = form.acting(subject)
        with transaction() as session:
            audit.record(session, action="user.read_prompts", subject_id=user_id, now=now(), **by)
    except InvalidRequest as error:
        show_faults(form, error)
        return person_page(user_id, tried="prompts", form=form), status_of(error)
    return person_page(user_id, shows_prompts=True)
