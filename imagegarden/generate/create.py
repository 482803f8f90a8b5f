"""The Create page: the prompt form above the feed of what is being made."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import allowances, known_models, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import generations, presets
from imagegarden.domain.offers import keep_price
from imagegarden.domain.requests import find_picture
from imagegarden.generate import bp
from imagegarden.generate.asking import answer, ask, choose, offers_for
from imagegarden.generate.feeds import older_than, read_feed
from imagegarden.generate.forms import LINKABLE, PromptForm
from imagegarden.generate.recalling import better_words, preset_values
from imagegarden.models import Via
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Takes
from imagegarden.web.blocked_prompts import blocks_recorded
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in


@bp.get("/create")
def create_page() -> ResponseReturnValue:
    """The prompt form above the newest generations.

    `reuse` fills the form with an earlier request, `words` with a better prompt, `preset` with kept settings; the names
    of fields fill in those.
    """
    reused = request.args.get("reuse", type=UUID)
    if reused is None:
        given = {name: request.args[name] for name in LINKABLE if name in request.args}
        return _page(PromptForm(formdata=None, **{**preset_values(), **given, **better_words()}))
    earlier = generations.get(db.session(), user_id=signed_in().id, uuid=reused)
    form = PromptForm.reusing(earlier, keep_seed="seed" in request.args)
    gone = known_models().get(earlier.model) if form.model.data is None else None
    return _page(form, gone_model=gone)


@bp.post("/create")
def create() -> ResponseReturnValue:
    """Take the prompt form, hold the credits, queue the pictures."""
    form = PromptForm()
    if "show_fields" in request.form:
        # Without a script, another model's fields come with another page.
        return _page(form)
    return answer(form, ask(form, form.to_spec), page=lambda refusal: _page(form, refusal=refusal))


def _page(form: PromptForm, refusal: str | None = None, gone_model: catalogue.Model | None = None) -> str:
    reference = find_picture(db.session(), user_id=signed_in().id, uuid=form.image_uuid)
    if reference is None and request.method == "GET":
        # A link may name a picture that is gone.
        form.image.data = None
    chosen = choose(form)
    form.fit()
    feed = read_feed()
    return render_template(
        "generate/create.html",
        form=form,
        refusal=refusal,
        offers=offers_for(form),
        chosen=chosen,
        gone_model=gone_model,
        takes_pictures=any(model.image != Takes.NO for model in offered_models()),
        reference=reference,
        feed=feed,
        older=older_than(feed),
        presets=presets.list_of(db.session(), user_id=signed_in().id),
    )


@bp.app_template_global()
def has_ai() -> bool:
    """Whether the pictures that can be asked for here are made by AI models."""
    return any(model.is_ai for model in offered_models())


@bp.app_template_global()
def has_several_models(kind: str = "image") -> bool:
    """Whether there is a model to choose."""
    return len(offered_models(kind)) > 1


@bp.post("/create/<uuid:generation_uuid>/cancel")
def cancel(generation_uuid: UUID) -> ResponseReturnValue:
    """Stop a generation."""
    with transaction() as session:
        generations.cancel(session, user_id=signed_in().id, uuid=generation_uuid, now=now())
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    generation = generations.get(db.session(), user_id=signed_in().id, uuid=generation_uuid)
    return render_template("generate/_canceled.html", generation=generation)


@bp.post("/create/<uuid:generation_uuid>/retry")
def retry(generation_uuid: UUID) -> ResponseReturnValue:
    """Ask once more for what failed, at the price that the button said."""
    with blocks_recorded(signed_in().id), transaction() as session:
        generation = generations.retry(
            session,
            user_id=signed_in().id,
            uuid=generation_uuid,
            models=offered_models(None),
            via=Via.WEB,
            allowances=allowances(),
            now=now(),
        )
        keep_price(generation, shown=request.form.get("price", type=int))
    if not wants_fragment():
        return redirect(url_for("generate.create_page"), 303)
    session = db.session()
    shown = generations.get(session, user_id=signed_in().id, uuid=generation.uuid)
    failed = generations.get(session, user_id=signed_in().id, uuid=generation_uuid)
    return render_template("generate/_accepted.html", form=None, generation=shown, failed=failed)
