"""How each model fares, and the switch that stops it by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting, fresh
from imagegarden.admin.doing import do
from imagegarden.clock import now
from imagegarden.current import known_models, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import model_health, model_switch
from imagegarden.domain.errors import NotFound
from imagegarden.domain.permissions import Permission
from imagegarden.models import ModelHealth
from imagegarden.providers import catalogue
from imagegarden.web.guards import allowed

ACTS = {"stop": model_switch.stop, "start": model_switch.start}
DONE = {"stop": "{} is stopped: nothing begins on it.", "start": "{} is started again."}


@dataclass(frozen=True)
class Row:
    """A model and how it fares; `health` is None where nothing was ever noted of it."""

    model: catalogue.Model
    health: ModelHealth | None
    is_resting: bool
    is_offered: bool

    @property
    def is_stopped(self) -> bool:
        """Whether the staff stopped it."""
        return self.health is not None and self.health.is_stopped

    @property
    def act(self) -> str:
        """What can be done about it: what is stopped or rests is started, the others are stopped."""
        return "start" if self.is_stopped or self.is_resting else "stop"


@bp.get("/jobs/models")
@allowed(Permission.SEE_JOBS)
def list_breakers() -> ResponseReturnValue:
    """All models with their health, those in trouble first."""
    return _page()


def _page(tried: str | None = None, form: ActForm | None = None) -> str:
    return render_template("admin/breakers.html", rows=_rows(), tried=tried, form=form or fresh(ActForm), fresh=_fresh)


def _fresh() -> ActForm:
    return fresh(ActForm)


def _rows() -> Sequence[Row]:
    session = db.session()
    moment = now()
    known = model_health.list_health(session)
    offered = {model.key for model in offered_models(None)}
    rows = [
        Row(
            model,
            health := known.get(model.key),
            health is not None and health.resting_until is not None and health.resting_until > moment,
            model.key in offered,
        )
        for model in known_models().values()
    ]
    return sorted(rows, key=lambda row: (not row.is_stopped, not row.is_resting, not row.is_offered))


@bp.post("/jobs/models/<model>/stop")
@allowed(Permission.STEER_JOBS)
def stop_model(model: str) -> ResponseReturnValue:
    """Let nothing begin on a model."""
    return _act(model, "stop")


@bp.post("/jobs/models/<model>/start")
@allowed(Permission.STEER_JOBS)
def start_model(model: str) -> ResponseReturnValue:
    """Let a model begin again, with nothing held against it."""
    return _act(model, "start")


def _act(model: str, name: str) -> ResponseReturnValue:
    if model not in catalogue.MODELS:
        raise NotFound

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            ACTS[name](session, model=model, request_key=form.key(), now=now(), **by)
        return DONE[name].format(known_models()[model].label)

    return do(ActForm(), act, page=lambda form: _page(model, form), then=url_for("admin.list_breakers"))
