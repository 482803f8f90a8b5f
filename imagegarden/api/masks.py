"""A mask that was brought along as a picture, made one that fits the picture that it is for."""

from imagegarden.bringing import bring_mask, check_mask
from imagegarden.current import adapters
from imagegarden.db import db, release_connection
from imagegarden.domain import media
from imagegarden.domain.errors import NotFound
from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.domain.requests import find_picture
from imagegarden.models import FileRole, Media


def with_own_mask(user_id: int, spec: GenerationSpec) -> GenerationSpec:
    """The request with its mask where an upload was named for it. White is painted anew, black is kept.

    What is no picture of the person's stays as it is: submitting says what is wrong. Raises InvalidRequest.
    """
    found = _find(user_id, spec)
    if found is None:
        return spec
    picture, painted = found
    return spec.model_copy(update={"mask": bring_mask(user_id, picture, painted, None).uuid})


def without_own_mask(user_id: int, spec: GenerationSpec) -> GenerationSpec:
    """The same for a request that is only priced: the mask is looked at, and not kept. Raises InvalidRequest."""
    found = _find(user_id, spec)
    if found is None:
        return spec
    picture, painted = found
    check_mask(picture, painted)
    return spec.model_copy(update={"mask": None})


def _find(user_id: int, spec: GenerationSpec) -> tuple[Media, bytes] | None:
    """The picture, and the upload that was named as its mask; None where it is no upload."""
    picture = find_picture(db.session(), user_id=user_id, uuid=spec.image)
    upload = find_picture(db.session(), user_id=user_id, uuid=spec.mask)
    if picture is None or upload is None:
        return None
    try:
        file = media.get_file(db.session(), user_id=user_id, uuid=upload.uuid, role=FileRole.ORIGINAL)
    except NotFound:
        return None
    release_connection()
    return picture, adapters().store.read_whole(file.key, size=file.bytes)
