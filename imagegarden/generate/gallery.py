"""The gallery and the page of one picture."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import media
from imagegarden.generate import bp
from imagegarden.models import FileRole
from imagegarden.providers import catalogue
from imagegarden.web.cursors import read_cursor, write_cursor
from imagegarden.web.errors import wants_fragment
from imagegarden.web.guards import signed_in

PAGE = 40
# What the button says that saves the picture as it was made.
FORMATS = {"image/png": "PNG", "image/webp": "WebP", "image/jpeg": "JPEG"}


@bp.get("/gallery")
def gallery() -> ResponseReturnValue:
    """The person's pictures, newest first."""
    after = read_cursor(request.args.get("after"))
    pictures = media.list_newest(db.session(), user_id=signed_in().id, limit=PAGE, after=after)
    older = write_cursor(pictures[-1].media) if len(pictures) == PAGE else None
    template = "generate/_gallery_page.html" if wants_fragment() else "generate/gallery.html"
    return render_template(
        template,
        pictures=pictures,
        older=older,
        is_first_page=after is None,
        deleted=request.args.get("deleted", type=UUID),
    )


@bp.get("/i/<uuid:media_uuid>")
def picture(media_uuid: UUID) -> ResponseReturnValue:
    """One picture with everything about it."""
    session = db.session()
    found = media.get(session, user_id=signed_in().id, uuid=media_uuid)
    original = media.get_file(session, user_id=signed_in().id, uuid=media_uuid, role=FileRole.ORIGINAL)
    newer, older = media.neighbors(session, found.media)
    return render_template(
        "generate/picture.html",
        media=found.media,
        generation=found.generation,
        model=catalogue.MODELS.get(found.generation.model),
        download=FORMATS.get(original.mime, "the original"),
        has_svg=found.generation.model == catalogue.GARDEN.key,
        siblings=media.siblings(session, found.media),
        newer=newer,
        older=older,
    )


@bp.post("/i/<uuid:media_uuid>/delete")
def delete_picture(media_uuid: UUID) -> ResponseReturnValue:
    """Put a picture into the trash and say how to take it back."""
    with transaction() as session:
        media.trash(session, user_id=signed_in().id, uuid=media_uuid, now=now())
    return redirect(url_for("generate.gallery", deleted=media_uuid), 303)


@bp.post("/i/<uuid:media_uuid>/restore")
def restore_picture(media_uuid: UUID) -> ResponseReturnValue:
    """Take a picture back out of the trash."""
    with transaction() as session:
        media.restore(session, user_id=signed_in().id, uuid=media_uuid, now=now())
    return redirect(url_for("generate.picture", media_uuid=media_uuid), 303)
