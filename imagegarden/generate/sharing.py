"""What an owner does about the unlisted link of a picture: make one, say what it shows, end it."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import shares, showcase
from imagegarden.generate import bp
from imagegarden.web.guards import signed_in


@bp.post("/i/<uuid:media_uuid>/share")
def share(media_uuid: UUID) -> ResponseReturnValue:
    """Make a link, or say whether it shows the prompt."""
    shows_prompt = "shows_prompt" in request.form
    with transaction() as session:
        shares.share(session, user_id=signed_in().id, uuid=media_uuid, shows_prompt=shows_prompt, now=now())
    return _back(media_uuid)


@bp.post("/i/<uuid:media_uuid>/offer")
def offer(media_uuid: UUID) -> ResponseReturnValue:
    """Offer a shared picture for the front page."""
    with transaction() as session:
        showcase.offer(session, user_id=signed_in().id, uuid=media_uuid, now=now())
    return _back(media_uuid)


@bp.post("/i/<uuid:media_uuid>/withdraw")
def withdraw(media_uuid: UUID) -> ResponseReturnValue:
    """Take the offer back."""
    with transaction() as session:
        showcase.withdraw(session, user_id=signed_in().id, uuid=media_uuid)
    return _back(media_uuid)


@bp.post("/i/<uuid:media_uuid>/unshare")
def unshare(media_uuid: UUID) -> ResponseReturnValue:
    """End the link."""
    with transaction() as session:
        shares.unshare(session, user_id=signed_in().id, uuid=media_uuid)
    flash("The link leads nowhere any more.")
    return _back(media_uuid)


def _back(media_uuid: UUID) -> ResponseReturnValue:
    return redirect(url_for("generate.picture", media_uuid=media_uuid, _anchor="share"), 303)
