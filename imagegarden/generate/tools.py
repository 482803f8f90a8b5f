"""The Edit page: a picture, the tools that work on it, and what came of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.bringing import bring_mask
from imagegarden.current import settings
from imagegarden.db import db
from imagegarden.domain import capabilities, media
from imagegarden.domain.errors import NotFound
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.domain.media import Picture, Shelf
from imagegarden.extensions import limiter
from imagegarden.generate import bp
from imagegarden.generate.asking import answer, ask, choose, models_of, offers_for
from imagegarden.generate.feeds import older_than, read_feed
from imagegarden.generate.forms import ToolForm, nearest_ratio
from imagegarden.imaging.limits import MAX_PIXELS
from imagegarden.models import Media, MediaKind
from imagegarden.providers.catalogue import Model, Takes
from imagegarden.web.guards import account_key, signed_in
from imagegarden.web.requests import takes_large_bodies

RECENT = 24
# A painted mask of the largest picture, and what is sent with it.
MAX_MASK_BODY = 24 * 1024 * 1024


@dataclass(frozen=True)
class Tool:
    """A tool: what it is called, what the button says, and which models it works with."""

    key: str
    kind: str
    label: str
    icon: str
    act: str
    fits: Callable[[Model], bool] = lambda model: model.image == Takes.MUST


TOOLS = {
    tool.key: tool
    for tool in (
        Tool("upscale", "upscale", "Enlarge", "maximize-2", "Enlarge"),
        Tool("inpaint", "inpaint", "Repaint", "brush", "Repaint", lambda model: model.mask != Takes.NO),
        Tool("expand", "inpaint", "Expand", "expand", "Expand", lambda model: bool(model.expansions)),
        Tool("edit", "edit", "Change", "wand-sparkles", "Change"),
        Tool("vary", "image", "Vary", "shuffle", "Vary", lambda model: bool(model.strengths)),
    )
}


@bp.get("/edit")
def edit_start() -> ResponseReturnValue:
    """Bring a picture along, or choose one to work on."""
    recent = media.list_newest(db.session(), user_id=signed_in().id, limit=RECENT, shelf=Shelf.STILLS)
    return render_template("generate/edit_start.html", pictures=recent)


@bp.get("/edit/<uuid:media_uuid>")
def edit_first(media_uuid: UUID) -> ResponseReturnValue:
    """The picture, with the first tool."""
    first = next(iter(TOOLS))
    _find(media_uuid, first)
    return redirect(url_for("generate.edit_page", media_uuid=media_uuid, tool=first), 303)


@bp.get("/edit/<uuid:media_uuid>/<tool>")
def edit_page(media_uuid: UUID, tool: str) -> ResponseReturnValue:
    """A tool on a picture."""
    picture, chosen = _find(media_uuid, tool)
    form = _form(chosen, picture, formdata=None, **_usual(chosen, picture), **_linked())
    return _page(chosen, picture, form)


@bp.post("/edit/<uuid:media_uuid>/<tool>")
@takes_large_bodies(MAX_MASK_BODY)
@limiter.shared_limit(
    lambda: settings().upload_limit, scope="uploads", key_func=account_key, exempt_when=lambda: _tool() != "inpaint"
)
def edit(media_uuid: UUID, tool: str) -> ResponseReturnValue:
    """Let a tool work on a picture."""
    picture, chosen = _find(media_uuid, tool)
    form = _form(chosen, picture)
    form.image.data = str(media_uuid)

    def read() -> GenerationSpec:
        return form.to_spec(**_more(chosen, picture.media, form))

    return answer(form, ask(form, read), page=lambda refusal: _page(chosen, picture, form, refusal))


def _tool() -> str:
    return str((request.view_args or {}).get("tool"))


def _find(media_uuid: UUID, tool: str) -> tuple[Picture, Tool]:
    picture = media.get(db.session(), user_id=signed_in().id, uuid=media_uuid)
    if tool not in TOOLS or picture.media.kind != MediaKind.IMAGE:
        raise NotFound
    return picture, TOOLS[tool]


def _form(tool: Tool, picture: Picture, **given: Any) -> ToolForm:
    form = ToolForm(tool.kind, models_of(tool.kind, keeps=tool.fits), **given)
    form.image.data = str(picture.media.uuid)
    return form


def _usual(tool: Tool, picture: Picture) -> dict[str, Any]:
    """What stands in the form at first: a variation starts from the words that the picture came from."""
    if tool.key != "vary" or picture.generation is None:
        return {}
    made = picture.generation
    return {"prompt": made.prompt, "style": made.style, "color": made.color}


def _linked() -> dict[str, str]:
    return {name: request.args[name] for name in ("strength", "scale", "expand", "model") if name in request.args}


def _more(tool: Tool, picture: Media, form: ToolForm) -> dict[str, Any]:
    """What the tool adds to what the form says. Raises InvalidRequest."""
    if tool.key == "expand":
        return {"expand": form.expand.data}
    if tool.key == "inpaint":
        # What else is wrong is said before a mask is looked at and kept.
        form.to_spec(mask=uuid4())
        sent = request.files.get("mask")
        painted = sent.read() if sent is not None else b""
        return {"mask": bring_mask(signed_in().id, picture, painted, form.rectangle()).uuid}
    if tool.key == "vary":
        return _variation(picture, form)
    return {}


def _variation(picture: Media, form: ToolForm) -> dict[str, Any]:
    model = form.chosen_model
    if model.follows_image:
        return {"count": min(2, model.max_count)}
    ratio = nearest_ratio(f"{picture.width}:{picture.height}", model.sizes)
    return {"count": min(2, model.max_count), "aspect_ratio": ratio}


def _page(tool: Tool, picture: Picture, form: ToolForm, refusal: str | None = None) -> str:
    chosen = choose(form)
    feed = read_feed(source=picture.media.uuid)
    width, height = picture.media.width, picture.media.height
    return render_template(
        "generate/edit.html",
        tools=TOOLS,
        tool=tool,
        picture=picture,
        form=form,
        refusal=refusal,
        offers=offers_for(form),
        chosen=chosen,
        gone_model=None,
        enlarged={str(scale): (width * scale, height * scale) for scale in (2, 4)},
        most_pixels=MAX_PIXELS,
        expanded={option.data: capabilities.canvas(width, height, option.data) for option in form.expand},
        count=min(2, form.chosen_model.max_count) if tool.key == "vary" else 1,
        feed=feed,
        older=older_than(feed),
    )
