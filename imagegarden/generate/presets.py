"""Presets beside the prompt form: kept, filled in, handed on, deleted; and the prompts of before."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import presets, prompt_history
from imagegarden.domain.errors import InvalidRequest
from imagegarden.generate import bp
from imagegarden.generate.forms import LINKABLE
from imagegarden.web.errors import status_of, wants_fragment
from imagegarden.web.guards import signed_in

# A picture to start from belongs to one request, as a seed does.
KEPT = [name for name in LINKABLE if name not in ("image", "strength", "seed", "prompt")]
PROMPTS = 40
LONGEST_SEARCH = 200


@bp.post("/presets")
def save_preset() -> ResponseReturnValue:
    """Keep the settings of the form, and its prompt where that is wanted."""
    names = [*KEPT, "prompt"] if "with_prompt" in request.form else KEPT
    values = {name: request.form.get(name, "").strip() for name in names}
    given = request.form.get("preset_name", "")
    try:
        with transaction() as session:
            saved = presets.save(session, user_id=signed_in().id, name=given, values=values, now=now())
            name = saved.name
    except InvalidRequest as error:
        return _shown(fault=error.fields["preset_name"], given=given), status_of(error)
    return _shown(saved=name)


@bp.post("/presets/<uuid:preset_uuid>/delete")
def delete_preset(preset_uuid: UUID) -> ResponseReturnValue:
    """Forget a preset."""
    with transaction() as session:
        presets.delete(session, user_id=signed_in().id, uuid=preset_uuid)
    return _shown()


@bp.get("/prompts")
def prompts() -> ResponseReturnValue:
    """What was asked for before, to be asked for again."""
    search = request.args.get("q", "").replace("\0", "")[:LONGEST_SEARCH].strip()
    found = prompt_history.list_prompts(db.session(), user_id=signed_in().id, limit=PROMPTS, containing=search)
    template = "generate/_prompts.html" if wants_fragment() else "generate/prompts.html"
    return render_template(template, prompts=found, search=search)


def _shown(**more: str) -> str:
    found = presets.list_of(db.session(), user_id=signed_in().id)
    return render_template("generate/_presets.html", presets=found, is_swapped=True, **more)
