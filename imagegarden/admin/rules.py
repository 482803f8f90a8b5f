"""The rules about prompts: in force and out of it, and tried before they count."""

from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting, fresh
from imagegarden.admin.doing import do
from imagegarden.admin.rule_form import RuleForm
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import rules
from imagegarden.domain.errors import InvalidRequest, RequestKeyReused
from imagegarden.domain.permissions import Permission
from imagegarden.domain.rules import Trial
from imagegarden.web.errors import status_of
from imagegarden.web.forms import show_faults
from imagegarden.web.guards import allowed


@bp.get("/rules")
@allowed(Permission.CHANGE_RULES)
def list_rules() -> ResponseReturnValue:
    """The rules; and what they make of a prompt, with a draft of another, where one is tried. Nothing of it is kept."""
    form = RuleForm(request.args, meta={"csrf": False})
    form.request_key.data = uuid4().hex
    trial = None
    try:
        prompt, draft = form.tried_prompt(), form.draft()
        trial = rules.try_out(db.session(), prompt=prompt, draft=draft) if prompt else None
    except InvalidRequest as error:
        show_faults(form, error)
    return _page(form, trial=trial)


@bp.post("/rules/new")
@allowed(Permission.CHANGE_RULES)
def add_rule() -> ResponseReturnValue:
    """Put a rule in force."""
    form = RuleForm()
    try:
        rule, by = form.adding()
        with transaction() as session:
            rules.add(session, rule=rule, request_key=form.key(), now=now(), **by)
    except InvalidRequest as error:
        show_faults(form, error)
        return _page(form), status_of(error)
    except RequestKeyReused as error:
        form.renew_key()
        form.form_errors.append("This form was sent before, with another pattern. See the list, then send it again.")
        return _page(form), status_of(error)
    flash("The rule is in force.")
    return redirect(url_for("admin.list_rules"), 303)


@bp.post("/rules/<int:rule_id>/retire")
@allowed(Permission.CHANGE_RULES)
def retire_rule(rule_id: int) -> ResponseReturnValue:
    """Take a rule out of force."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            rules.retire(session, rule_id=rule_id, now=now(), **by)
        return "The rule is out of force."

    return do(
        ActForm(),
        act,
        page=lambda form: _page(fresh(RuleForm), tried=(rule_id, form)),
        then=url_for("admin.list_rules"),
    )


def _page(form: RuleForm, *, trial: Trial | None = None, tried: tuple[int, ActForm] | None = None) -> str:
    kept, retired = rules.list_kept(db.session(), now=now())
    return render_template(
        "admin/rules.html",
        form=form,
        trial=trial,
        kept=kept,
        retired=retired,
        blank=fresh(ActForm),
        tried_id=tried[0] if tried else None,
        tried_form=tried[1] if tried else None,
        is_drafting=bool(form.pattern.data) or bool(form.errors) or bool(form.form_errors),
    )
