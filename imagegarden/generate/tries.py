"""The tries at a picture: the strip below the editor, from which each is kept or dropped."""

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import dropped, generations, media
from imagegarden.generate import bp
from imagegarden.generate.tools import TOOLS
from imagegarden.models import Generation, Media
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in

# What the strip's requests carry along, so that they are answered in its form.
STRIP = "strip"
STRIP_PAGES = {"generate.edit_page", "generate.edit", "generate.drop_try", "generate.take_try_back"}


@bp.app_template_global()
def feed_macros() -> str:
    """The file that holds `batch`, as the page shows it that the answer is for: in a feed, or in a strip."""
    return "macros/try.html" if _is_strip() else "macros/batch.html"


@bp.app_template_global()
def feed_look() -> dict[str, str]:
    """What an address carries along, so that what it answers fits into the feed at hand."""
    return {"as": STRIP} if _is_strip() else {}


def _is_strip() -> bool:
    return request.endpoint in STRIP_PAGES or request.args.get("as") == STRIP


@bp.app_template_global()
def dropped_of(generation: Generation) -> list[Media]:
    """The pictures of a request that lie in the trash; read at once for all that are shown."""
    if "dropped" not in g:
        shown = g.get("feed") or [generation]
        g.dropped = dropped.list_of(db.session(), user_id=signed_in().id, generations=shown, now=now())
    return [one for one in g.dropped if one.generation_id == generation.id]


@bp.app_template_global()
def tool_of(generation: Generation) -> str:
    """The tool that a request came from, by its key."""
    if generation.kind == "image":
        return "vary"
    return "expand" if "expand" in generation.params else str(generation.kind)


@bp.post("/edit/tries/<uuid:media_uuid>/drop")
def drop_try(media_uuid: UUID) -> ResponseReturnValue:
    """Put what came of a try into the trash; its place in the strip says how to take it back."""
    tried = dropped.request_of(db.session(), user_id=signed_in().id, uuid=media_uuid)
    with transaction() as session:
        media.trash(session, user_id=signed_in().id, uuid=media_uuid, now=now())
    return _show(tried, dropped=media_uuid)


@bp.post("/edit/tries/<uuid:media_uuid>/take-back")
def take_try_back(media_uuid: UUID) -> ResponseReturnValue:
    """Take what came of a try back out of the trash."""
    tried = dropped.request_of(db.session(), user_id=signed_in().id, uuid=media_uuid)
    with transaction() as session:
        media.restore(session, user_id=signed_in().id, uuid=media_uuid, now=now())
    return _show(tried, dropped=None)


def _show(tried: UUID, *, dropped: UUID | None) -> ResponseReturnValue:
    generation = generations.get(db.session(), user_id=signed_in().id, uuid=tried)
    if wants_fragment():
        return render_template("generate/_try.html", generation=generation)
    tool = tool_of(generation)
    if generation.parent is None or tool not in TOOLS:
        return redirect(url_for("generate.gallery", deleted=dropped), 303)
    source = generation.parent.uuid
    return redirect(url_for("generate.edit_page", media_uuid=source, tool=tool, dropped=dropped, _anchor="tries"), 303)
