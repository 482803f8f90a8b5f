"""The page of one picture, what its lightbox turns over, its trash can and its way back."""

from uuid import UUID

from flask import jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from imagegarden.clock import now
from imagegarden.current import known_models, offered_models
from imagegarden.db import db, transaction
from imagegarden.domain import boards, media
from imagegarden.domain.media import Picture
from imagegarden.generate import bp
from imagegarden.generate.tools import TOOLS
from imagegarden.imaging import formats
from imagegarden.models import FileRole, Media, MediaFile
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Takes
from imagegarden.web.guards import signed_in

# What the button says that saves the picture as it was made.
FORMATS = {"image/png": "PNG", "image/webp": "WebP", "image/jpeg": "JPEG", "video/mp4": "MP4"}
# What the lightbox knows of the pictures on either side.
AROUND = 60
LONGEST_ALT = 240


@bp.get("/i/<uuid:media_uuid>")
def picture(media_uuid: UUID) -> ResponseReturnValue:
    """One picture with everything about it; of one that was taken down, why."""
    session = db.session()
    found = media.get(session, user_id=signed_in().id, uuid=media_uuid, with_removed=True)
    if found.media.is_removed:
        return render_template("generate/removed.html", picture=found, keeps=media.TRASH_KEEPS)
    original = media.get_file(session, user_id=signed_in().id, uuid=media_uuid, role=FileRole.ORIGINAL)
    made = found.generation
    newer, older = media.neighbors(session, found.media)
    return render_template(
        "generate/picture.html",
        media=found.media,
        picture=found,
        generation=made,
        model=known_models().get(made.model) if made else None,
        download=FORMATS.get(original.mime, "the original"),
        has_svg=made is not None and made.model == catalogue.GARDEN.key and made.parent_media_id is None,
        parent=media.parent_of(session, made),
        children=media.children_of(session, found.media),
        tools=TOOLS,
        can_vary=any(model.strengths for model in offered_models()),
        siblings=media.siblings(session, found.media),
        boards=boards.names(session, user_id=signed_in().id),
        newer=newer,
        older=older,
        others=_other_formats(found.media, original),
        takes_pictures=any(model.image != Takes.NO for model in offered_models()),
    )


def _other_formats(shown: Media, original: MediaFile) -> dict[str, str]:
    """The formats that a picture can be had in besides its own, by what asks for them."""
    if not shown.is_light:
        return {}
    return {name: FORMATS[mime] for name, mime in formats.FORMATS.items() if mime != original.mime}


@bp.get("/i/<uuid:media_uuid>/around")
def around(media_uuid: UUID) -> ResponseReturnValue:
    """What the lightbox turns over: this picture and those next to it."""
    session = db.session()
    found = media.get(session, user_id=signed_in().id, uuid=media_uuid)
    pictures, index = media.around(session, found.media, limit=AROUND)
    return jsonify(index=index, pictures=[_turned(one) for one in pictures])


def _turned(picture: Picture) -> dict[str, str | int]:
    shown = picture.media
    large = FileRole.ORIGINAL if shown.is_light else FileRole.THUMB_LARGE
    return {
        "page": url_for("generate.picture", media_uuid=shown.uuid),
        "src": url_for("generate.file", media_uuid=shown.uuid, role=large),
        "msrc": url_for("generate.file", media_uuid=shown.uuid, role=FileRole.THUMB_SMALL),
        "width": shown.width,
        "height": shown.height,
        "alt": picture.title[:LONGEST_ALT],
    }


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
