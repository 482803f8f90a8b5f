"""The gallery: everything, or what lies on a board."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import known_models
from imagegarden.db import db
from imagegarden.domain import boards
from imagegarden.domain import gallery as galleries
from imagegarden.domain.gallery import RATIOS
from imagegarden.domain.media import Picture
from imagegarden.generate import bp
from imagegarden.generate.looking import SHARING, TABS, Asked, local_day
from imagegarden.models import Board
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.errors import wants_fragment
from imagegarden.web.files import SHARED_CACHE, file_response
from imagegarden.web.guards import signed_in
from imagegarden.web.zones import day_words

PAGE = 40


@dataclass(frozen=True)
class Day:
    """The pictures of a day on a page; the trash is one long day without a name."""

    day: date | None
    words: str
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Page:
    """A page of the gallery, and where those beside it begin."""

    days: Sequence[Day] = field(default_factory=list)
    newer: str | None = None
    older: str | None = None
    # The address at which this page begins again.
    again: str = ""
    is_first: bool = True


@bp.get("/gallery")
def gallery() -> ResponseReturnValue:
    """The person's pictures, as the address asks for them."""
    return answer(None)


@bp.get("/boards/<uuid:board_uuid>")
def board(board_uuid: UUID) -> ResponseReturnValue:
    """What lies on a board."""
    return answer(boards.get(db.session(), user_id=signed_in().id, uuid=board_uuid))


@bp.get("/trash/<uuid:media_uuid>")
def trashed_thumbnail(media_uuid: UUID) -> ResponseReturnValue:
    """The small picture of something in the trash."""
    found = galleries.get_thumbnail_in_trash(db.session(), user_id=signed_in().id, uuid=media_uuid, now=now())
    return file_response(found, media_uuid, is_download=False, cache=SHARED_CACHE)


def answer(shown: Board | None, *, name_error: str = "", named: str = "", status: int = 200) -> ResponseReturnValue:
    """The gallery as a page, or the piece of it that was asked for; with what is wrong with a board's name."""
    asked = Asked.read(shown)
    page = _page(asked)
    values = {
        "asked": asked,
        "shown_board": str(shown.uuid) if shown else "",
        "page": page,
        "tabs": TABS,
        "now": now(),
        "days_left": galleries.days_left,
    }
    if wants_fragment():
        goes_on = request.args.get("after") or request.args.get("before")
        made = render_template("generate/_gallery_page.html" if goes_on else "generate/_gallery_results.html", **values)
        # What is kept in the history is the plain address, without fields that were left empty.
        return Response(made, headers={} if goes_on else {"HX-Push-Url": asked.address()})
    return (
        render_template(
            "generate/gallery.html",
            **values,
            boards=boards.list_cards(db.session(), user_id=signed_in().id),
            models={key: model.label for key, model in known_models().items()},
            ratios=list(RATIOS),
            sharing=SHARING,
            name_error=name_error,
            named=named,
            deleted=request.args.get("deleted", type=UUID),
        ),
        status,
    )


def _page(asked: Asked) -> Page:
    before = read_cursor(request.args.get("before"))
    after = None if before else read_cursor(request.args.get("after"))
    look = asked.look
    # One more than is shown tells whether there are more.
    found = galleries.list_page(
        db.session(), user_id=signed_in().id, look=look, limit=PAGE + 1, now=now(), after=after, before=before
    )
    has_more = len(found) > PAGE
    shown = (found[-PAGE:] if before else found[:PAGE]) if has_more else found
    is_first = not (after or (before and has_more))
    if not shown:
        return Page(is_first=before is None and after is None, again=asked.address())
    first, last = (write_cursor(galleries.place_of(look, shown[at].media)) for at in (0, -1))
    # A piece goes where the page has something already: it only leads further in its own direction.
    is_piece = wants_fragment()
    return Page(
        days=_days(shown, is_trash=look.is_trash),
        newer=asked.address(before=first) if (before and has_more) or (after and not is_piece) else None,
        older=asked.address(after=last) if (has_more and not before) or (before and not is_piece) else None,
        again=asked.address(after=request.args.get("after") if after else None) if not before else "",
        is_first=is_first,
    )


def _days(shown: Sequence[Picture], *, is_trash: bool) -> list[Day]:
    if is_trash:
        return [Day(None, "", shown)]
    today = local_day(now())
    grouped = groupby(shown, key=lambda picture: local_day(picture.media.created_at))
    return [Day(day, day_words(day, today), list(pictures)) for day, pictures in grouped]
