"""Better prompts: asked for beside the prompt, shown before and after, taken or not."""

from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.current import offered_models
from imagegarden.db import db
from imagegarden.domain import generations
from imagegarden.domain.errors import NotFound
from imagegarden.generate import bp
from imagegarden.generate.asking import Refusal, ask
from imagegarden.generate.forms import AskingForm
from imagegarden.models import Generation, GenerationKind
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in

# Where one goes on with the better prompt.
BACK = {"create": "generate.create_page", "video": "generate.film_page"}


class WordsForm(AskingForm):
    """A prompt to be made better."""

    kind = "enhance"


@bp.post("/enhance")
def enhance() -> ResponseReturnValue:
    """Ask for a better prompt. It is free."""
    form = WordsForm()
    form.model.data = None
    form.price.data = ""
    # The form's own key names the picture that is asked for with it later.
    form.request_key.data = uuid4().hex
    asked = ask(form, form.to_spec)
    if isinstance(asked, Refusal):
        message = asked.message or " ".join(form.prompt.errors) or "This prompt cannot be improved."
        return _shown(None, message), asked.status if not wants_fragment() else 200
    if not wants_fragment():
        return redirect(url_for("generate.enhanced", generation_uuid=asked.uuid, back=_back()), 303)
    return _shown(asked, None)


@bp.get("/enhance/<uuid:generation_uuid>")
def enhanced(generation_uuid: UUID) -> ResponseReturnValue:
    """How far a better prompt is: the prompt before and after, once it is there."""
    found = generations.get(db.session(), user_id=signed_in().id, uuid=generation_uuid)
    if found.kind != GenerationKind.ENHANCE:
        raise NotFound
    return _shown(found, None)


def _shown(generation: Generation | None, message: str | None) -> str:
    template = "generate/_enhanced.html" if wants_fragment() else "generate/enhanced.html"
    return render_template(
        template,
        generation=generation,
        message=message,
        back=_back(),
        back_url=url_for(BACK[_back()], words=generation.uuid if generation else None),
        is_by_rules=not any(model.is_ai for model in offered_models("enhance")),
    )


def _back() -> str:
    asked = request.values.get("back", "")
    return asked if asked in BACK else "create"
