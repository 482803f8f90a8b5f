"""How the site is set: open or closed, what every page says, who may sign up, and what plans allow."""

from collections.abc import Callable
from typing import cast

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting, fresh
from imagegarden.admin.doing import do
from imagegarden.admin.switching import (
    FORMS,
    LIMITS,
    SIGN_UPS,
    FreeCreditsForm,
    InvitationForm,
    LimitsForm,
    SecondFactorForm,
    SignUpsForm,
    WordsForm,
)
from imagegarden.clock import now
from imagegarden.current import given_allowances, look_again_at_steering, settings
from imagegarden.db import db, transaction
from imagegarden.domain import invitations, network_blocks, plans, switches
from imagegarden.domain.errors import Conflict, InvalidRequest
from imagegarden.domain.permissions import Permission
from imagegarden.domain.plans import Tier
from imagegarden.models import PlanKey
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed


@bp.get("/switches")
@allowed(Permission.CHANGE_SWITCHES)
def switches_page() -> ResponseReturnValue:
    """How the site is set, with the forms that set it otherwise."""
    look_again_at_steering()
    return switches_form()


def switches_form(
    tried: str | None = None, form: ActForm | None = None, *, ended: int | None = None, link: str | None = None
) -> str:
    """The page with a form that was tried; `ended` is the invitation or the block that it was about."""
    session, moment = db.session(), now()
    known = switches.read(session)
    free_credits = plans.current(session, PlanKey.FREE, now=moment).credits
    forms = {place: fresh(kind) for place, kind in FORMS.items()}
    cast(WordsForm, forms["banner"]).words.data = known.banner
    cast(SignUpsForm, forms["sign-ups"]).sign_ups.data = known.sign_ups.value
    cast(SecondFactorForm, forms["second-factor"]).is_needed.data = known.staff_second_factor
    cast(FreeCreditsForm, forms["free-credits"]).amount.data = str(free_credits)
    cast(LimitsForm, forms["limits"]).show(known)
    if tried is not None and form is not None:
        forms[tried] = form
    cast(LimitsForm, forms["limits"]).usual(given_allowances())
    return render_template(
        "admin/switches.html",
        switches=known,
        free_credits=free_credits,
        invitations=invitations.list_good(session, now=moment),
        blocks=network_blocks.list_current(session, now=moment),
        limits=LIMITS,
        tiers=list(Tier),
        allowed=known.within(given_allowances()),
        sign_up_words=SIGN_UPS,
        forms=forms,
        blank=fresh(ActForm),
        tried=tried,
        ended=ended,
        link=link,
    )


def set_switch(place: str, act: Callable[[ActForm, Acting], str], *, ended: int | None = None) -> ResponseReturnValue:
    """Set something as a form of the page asks, and let this process know of it at once."""

    def done(form: ActForm, by: Acting) -> str:
        said = act(form, by)
        look_again_at_steering()
        return said

    return do(
        FORMS[place](),
        done,
        page=lambda form: switches_form(place, form, ended=ended),
        then=url_for("admin.switches_page"),
    )


@bp.post("/switches/close")
@allowed(Permission.CHANGE_SWITCHES)
def close_site() -> ResponseReturnValue:
    """Close the site to everybody but the staff."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            switches.close_site(session, words=cast(WordsForm, form).words.data or "", now=now(), **by)
        return "The site is closed to everybody but the staff. What is being made is finished."

    return set_switch("closing", act)


@bp.post("/switches/open")
@allowed(Permission.CHANGE_SWITCHES)
def open_site() -> ResponseReturnValue:
    """Open the site again."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            switches.open_site(session, now=now(), **by)
        return "The site is open."

    return set_switch("opening", act)


@bp.post("/switches/banner")
@allowed(Permission.CHANGE_SWITCHES)
def set_banner() -> ResponseReturnValue:
    """Show some words on every page, or none."""

    def act(form: ActForm, by: Acting) -> str:
        words = cast(WordsForm, form).words.data or ""
        with transaction() as session:
            switches.set_banner(session, words=words, now=now(), **by)
        return "Every page says so now." if words.strip() else "The banner is taken down."

    return set_switch("banner", act)


@bp.post("/switches/sign-ups")
@allowed(Permission.CHANGE_SWITCHES)
def set_sign_ups() -> ResponseReturnValue:
    """Say who may sign up."""

    def act(form: ActForm, by: Acting) -> str:
        chosen = cast(SignUpsForm, form).chosen()
        with transaction() as session:
            switches.set_sign_ups(session, sign_ups=chosen, now=now(), **by)
        return f"Who may sign up: {SIGN_UPS[chosen].lower()}."

    return set_switch("sign-ups", act)


@bp.post("/switches/second-factor")
@allowed(Permission.CHANGE_SWITCHES)
def set_staff_second_factor() -> ResponseReturnValue:
    """Say whether the staff needs a second factor."""

    def act(form: ActForm, by: Acting) -> str:
        is_needed = bool(cast(SecondFactorForm, form).is_needed.data)
        with transaction() as session:
            switches.set_staff_second_factor(session, is_needed=is_needed, now=now(), **by)
        return f"The staff {'needs a second factor' if is_needed else 'needs no second factor'} from now on."

    return set_switch("second-factor", act)


@bp.post("/switches/free-credits")
@allowed(Permission.CHANGE_SWITCHES)
def set_free_credits() -> ResponseReturnValue:
    """Say what everybody begins with."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            plan = switches.set_free_credits(session, amount=cast(FreeCreditsForm, form).count(), now=now(), **by)
        return f"Who signs up begins with {plan.credits:,} {'credit' if plan.credits == 1 else 'credits'}."

    return set_switch("free-credits", act)


@bp.post("/switches/limits")
@allowed(Permission.CHANGE_SWITCHES)
def set_limits() -> ResponseReturnValue:
    """Say what each plan allows."""

    def act(form: ActForm, by: Acting) -> str:
        limits = cast(LimitsForm, form).limits()
        with transaction() as session:
            switches.set_limits(session, limits=limits, given=given_allowances(), now=now(), **by)
        return "These limits hold from now on."

    return set_switch("limits", act)


@bp.post("/invitations")
@allowed(Permission.CHANGE_SWITCHES)
def make_invitation() -> ResponseReturnValue:
    """Make a link by which some may sign up. It is shown now, and never again."""
    form = InvitationForm()
    try:
        by = form.acting()
        with transaction() as session:
            _, token = invitations.make(
                session,
                note=form.note.data or "",
                places=form.count_places(),
                days=form.count_days(),
                request_key=form.key(),
                now=now(),
                **by,
            )
    except InvalidRequest as error:
        show_faults(form, error)
        return switches_form("invitation", form), status_of(error)
    except Conflict as error:
        form.form_errors.append(error.message)
        form.renew_key()
        return switches_form("invitation", form), status_of(error)
    return switches_form(link=settings().public_url.rstrip("/") + url_for("auth.sign_up", invitation=token))


@bp.post("/invitations/<int:invitation_id>/revoke")
@allowed(Permission.CHANGE_SWITCHES)
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Let nobody else come by a link."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            invitation = invitations.revoke(session, invitation_id=invitation_id, now=now(), **by)
        return f"The invitation for “{invitation.note}” is revoked."

    return set_switch("revoking", act, ended=invitation_id)
