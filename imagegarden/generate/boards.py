"""Making, naming and ending boards."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import boards
from imagegarden.domain.errors import DomainError, InvalidRequest
from imagegarden.generate import bp, gallery
from imagegarden.web.errors import status_of
from imagegarden.web.guards import signed_in


@bp.post("/boards")
def make_board() -> ResponseReturnValue:
    """Make a board and show it."""
    name = request.form.get("name", "")
    try:
        with transaction() as session:
            made = boards.make(session, user_id=signed_in().id, name=name, now=now())
    except InvalidRequest as error:
        return _named_again(None, name, error)
    return redirect(url_for("generate.board", board_uuid=made.uuid), 303)


@bp.post("/boards/<uuid:board_uuid>/name")
def rename_board(board_uuid: UUID) -> ResponseReturnValue:
    """Give a board another name."""
    name = request.form.get("name", "")
    try:
        with transaction() as session:
            boards.rename(session, user_id=signed_in().id, uuid=board_uuid, name=name)
    except InvalidRequest as error:
        return _named_again(board_uuid, name, error)
    return redirect(url_for("generate.board", board_uuid=board_uuid), 303)


@bp.post("/boards/<uuid:board_uuid>/delete")
def delete_board(board_uuid: UUID) -> ResponseReturnValue:
    """End a board; what lay on it stays."""
    with transaction() as session:
        name = boards.remove(session, user_id=signed_in().id, uuid=board_uuid)
    flash(f"The board “{name}” is gone. Its pictures are still here.")
    return redirect(url_for("generate.gallery"), 303)


def _named_again(board_uuid: UUID | None, name: str, error: DomainError) -> ResponseReturnValue:
    """The page where a name was asked for, with what is wrong beside the field."""
    shown = boards.get(db.session(), user_id=signed_in().id, uuid=board_uuid) if board_uuid else None
    wrong = error.fields["name"] if isinstance(error, InvalidRequest) else error.message
    return gallery.answer(shown, name_error=wrong, named=name, status=status_of(error))
