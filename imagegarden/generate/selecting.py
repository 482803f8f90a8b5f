"""What is done to the pictures that are selected, each act one request. A form does it, and the page's script."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import boards, selections
from imagegarden.generate import bp
from imagegarden.generate.looking import chosen_ids
from imagegarden.models import Board
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in
from imagegarden.web.ids import read_id
from imagegarden.web.redirects import safe_path
from imagegarden.web.templating import plural

Act = Callable[[Session, int, list[UUID]], str]


@bp.post("/gallery/trash")
def trash() -> ResponseReturnValue:
    """Put the selected pictures into the trash; a message offers to take them back."""
    return _act(_counted(selections.trash, "{} moved to the trash.", now=now()), can_be_undone=True)


@bp.post("/gallery/restore")
def restore() -> ResponseReturnValue:
    """Take the selected pictures back out of the trash."""
    return _act(_counted(selections.restore, "{} restored.", now=now()))


@bp.post("/gallery/delete")
def delete_for_good() -> ResponseReturnValue:
    """Delete what is selected in the trash for good."""
    return _act(_counted(selections.delete_for_good, "{} deleted for good.", now=now()))


@bp.post("/gallery/star")
def star() -> ResponseReturnValue:
    """Give the selected pictures a star."""
    return _act(_counted(selections.star, "{} starred.", starred=True))


@bp.post("/gallery/unstar")
def unstar() -> ResponseReturnValue:
    """Take the star from the selected pictures."""
    return _act(_counted(selections.star, "Star taken from {}.", starred=False))


def _counted(operation: Callable[..., int], words: str, **more: object) -> Act:
    """An operation on a selection, with what is said of how many pictures."""
    return lambda session, user_id, ids: words.format(_pictures(operation(session, user_id=user_id, uuids=ids, **more)))


@bp.post("/gallery/empty-trash")
def empty_trash() -> ResponseReturnValue:
    """Delete everything in the trash for good."""
    with transaction() as session:
        count = selections.empty_trash(session, user_id=signed_in().id, now=now())
    flash(f"{_pictures(count)} deleted for good." if count else "The trash was empty already.")
    return redirect(url_for("generate.gallery", show="trash"), 303)


@bp.post("/gallery/move")
def move() -> ResponseReturnValue:
    """Lay the selected pictures on a board, on none, or on one that is made for them."""
    asked = request.form.get("board", "")
    if asked == "new":
        return _act(_move_to_new)
    target = read_id(asked) if asked else None
    return _act(
        lambda session, user_id, ids: _moved(
            len(set(ids)), selections.move(session, user_id=user_id, uuids=ids, board=target)
        )
    )


def _move_to_new(session: Session, user_id: int, ids: list[UUID]) -> str:
    name = request.form.get("name", "")
    return _moved(len(set(ids)), selections.move_to_new(session, user_id=user_id, uuids=ids, name=name, now=now()))


def _moved(count: int, board: Board | None) -> str:
    return f"{_pictures(count)} moved to “{board.name}”." if board else f"{_pictures(count)} taken off the board."


def _act(act: Act, *, can_be_undone: bool = False) -> ResponseReturnValue:
    """Do it, and say so: in a piece of page with the boards as they are now, or on the page that it came from."""
    ids = chosen_ids()
    with transaction() as session:
        words = act(session, signed_in().id, ids)
    if wants_fragment():
        return render_template(
            "generate/_acted.html",
            words=words,
            undone=ids if can_be_undone else [],
            boards=boards.list_cards(db.session(), user_id=signed_in().id),
            shown_board=request.form.get("shown_board", ""),
        )
    flash(words)
    return redirect(safe_path(request.form.get("back"), fallback=url_for("generate.gallery")), 303)


def _pictures(count: int) -> str:
    return plural(count, "picture")
