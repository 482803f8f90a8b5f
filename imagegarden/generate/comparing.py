"""Two pictures held against each other."""

from enum import StrEnum
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.db import db
from imagegarden.domain import media
from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.generate import bp
from imagegarden.generate.looking import chosen_ids
from imagegarden.models import MediaKind
from imagegarden.web.guards import signed_in


class Way(StrEnum):
    """How two pictures are looked at."""

    SLIDER = "slider"
    BESIDE = "beside"
    HOVER = "hover"


WAYS = {Way.SLIDER: "Slider", Way.BESIDE: "Side by side", Way.HOVER: "In turn"}


@bp.post("/gallery/compare")
def compare_selected() -> ResponseReturnValue:
    """Go on to the two pictures that are selected in the gallery."""
    ids = list(dict.fromkeys(chosen_ids()))
    if len(ids) != 2:
        raise InvalidRequest({"ids": "Select two pictures to compare."})
    return redirect(url_for("generate.compare", first=ids[0], second=ids[1]), 303)


@bp.get("/compare/<uuid:first>/<uuid:second>")
def compare(first: UUID, second: UUID) -> ResponseReturnValue:
    """Two of the person's pictures: with a divider, side by side, or one in the other's place."""
    session, user_id = db.session(), signed_in().id
    pictures = [media.get(session, user_id=user_id, uuid=uuid) for uuid in (first, second)]
    if any(one.media.kind != MediaKind.IMAGE for one in pictures):
        raise NotFound
    asked = request.args.get("way", "")
    way = Way(asked) if asked in WAYS else Way.SLIDER
    return render_template("generate/compare.html", pictures=pictures, way=way, ways=WAYS)
