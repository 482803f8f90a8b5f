"""Bringing a picture along: looked at and written anew, stored, and only then the person's."""

import hashlib
import threading
import uuid

from imagegarden.clock import now
from imagegarden.current import adapters, settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import uploads
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.uploads import Brought
from imagegarden.filing import Content, put_all, with_thumbnails
from imagegarden.imaging import masks
from imagegarden.imaging.decoding import BadPicture, TooManyPixels, decode
from imagegarden.imaging.limits import MAX_PIXELS, MAX_UPLOAD_BYTES
from imagegarden.imaging.reencoding import reencode
from imagegarden.imaging.thumbnails import blurred
from imagegarden.models import FileRole, Media, MediaOrigin

MEGABYTE = 1024 * 1024
MASK_NAMESPACE = uuid.UUID("3b1d6d0e-53c7-4a5e-9d7a-7b8f0a4c2e11")
NOT_A_PICTURE = "This is not a picture that we can read: choose a PNG, JPEG or WebP file."
TOO_LARGE = f"This file is larger than {MAX_UPLOAD_BYTES // MEGABYTE} MB."
# An unpacked picture takes many times its file: one at a time in a process keeps the memory bounded.
_one_at_a_time = threading.BoundedSemaphore()


def bring_picture(user_id: int, content: bytes, title: str) -> Media:
    """Keep a picture of the person's own. Raises InvalidRequest for the field `file`, StorageFull, StorageError."""
    if not content:
        raise InvalidRequest({"file": "Choose a picture."})
    if len(content) > MAX_UPLOAD_BYTES:
        raise InvalidRequest({"file": TOO_LARGE})
    allowed = settings().upload_storage_mb * MEGABYTE
    uploads.require_room(db.session(), user_id=user_id, size=0, allowed=allowed)
    release_connection()
    picture_uuid = uuid.uuid4()
    with _one_at_a_time:
        try:
            picture = reencode(content)
        except TooManyPixels as error:
            found = f" This one has {error.width:,} × {error.height:,}." if error.width else ""
            raise InvalidRequest({"file": f"{MAX_PIXELS // 1_000_000} megapixels is the most.{found}"}) from error
        except BadPicture as error:
            raise InvalidRequest({"file": NOT_A_PICTURE}) from error
        contents = with_thumbnails(picture.image, Content(picture.content, picture.mime))
        size, hash_ = picture.image.size, blurred(picture.image)
    return _keep(user_id, picture_uuid, MediaOrigin.UPLOAD, clean_text(title) or "Picture", size, hash_, contents)


def bring_mask(user_id: int, picture: Media, painted: bytes, box: masks.Box | None) -> Media:
    """Keep a mask for a picture: what was painted, and a rectangle. The same mask again is the one that is there.

    Raises InvalidRequest for the field `mask`, StorageFull, StorageError.
    """
    size = picture.width, picture.height
    release_connection()
    with _one_at_a_time:
        content = _mask(painted, box, size)
        image, mime = decode(content)
        contents = {FileRole.ORIGINAL: Content(content, mime)}
        hash_ = blurred(image)
    # The same one of another day is another one: the clock may just be removing the first.
    digest = hashlib.sha256(content).hexdigest()
    mask_uuid = uuid.uuid5(MASK_NAMESPACE, f"{user_id}/{picture.uuid}/{digest}/{now():%Y-%j}")
    return _keep(user_id, mask_uuid, MediaOrigin.MASK, "Mask", size, hash_, contents)


def check_mask(picture: Media, painted: bytes) -> None:
    """See that a mask would do for a picture, and keep nothing. Raises InvalidRequest for the field `mask`."""
    with _one_at_a_time:
        _mask(painted, None, (picture.width, picture.height))


def _mask(painted: bytes, box: masks.Box | None, size: tuple[int, int]) -> bytes:
    try:
        if box is not None:
            return masks.with_rectangle(painted, box, size)
        if painted:
            return masks.read_mask(painted, size)
    except masks.EmptyMask as error:
        raise InvalidRequest({"mask": "Paint over what should change."}) from error
    except BadPicture as error:
        raise InvalidRequest({"mask": "This mask cannot be read. Paint it again."}) from error
    raise InvalidRequest({"mask": "Paint over what should change."})


def bring_cutout(user_id: int, picture: Media, content: bytes) -> Media:
    """Keep a mask that comes as a picture with a hole, of the very size of the picture that it is for.

    Raises what `bring_mask` raises.
    """
    if not content:
        raise InvalidRequest({"mask": "Send a PNG with transparency."})
    if len(content) > MAX_UPLOAD_BYTES:
        raise InvalidRequest({"mask": TOO_LARGE})
    release_connection()
    with _one_at_a_time:
        try:
            painted = masks.read_cutout(content, (picture.width, picture.height))
        except masks.WrongSize as error:
            found = f"{picture.width} x {picture.height}"
            raise InvalidRequest({"mask": f"A mask has the size of its picture: {found} pixels."}) from error
        except masks.NotTransparent as error:
            raise InvalidRequest({"mask": "A mask has an alpha channel: what is transparent changes."}) from error
        except masks.EmptyMask as error:
            raise InvalidRequest(
                {"mask": "Nothing of this mask is fully transparent: nothing would change."}
            ) from error
        except BadPicture as error:
            raise InvalidRequest({"mask": NOT_A_PICTURE}) from error
    return bring_mask(user_id, picture, painted, None)


def _keep(
    user_id: int,
    picture_uuid: uuid.UUID,
    origin: MediaOrigin,
    title: str,
    size: tuple[int, int],
    blurhash: str,
    contents: dict[FileRole, Content],
) -> Media:
    store = adapters().store
    # Nothing is written into the store while a transaction is open.
    release_connection()
    files = put_all(store, f"users/{user_id}/{picture_uuid}", contents)
    brought = Brought(
        uuid=picture_uuid,
        origin=origin,
        title=title,
        width=size[0],
        height=size[1],
        blurhash=blurhash,
        sha256=files[0].sha256,
        files=files,
    )
    allowed = settings().upload_storage_mb * MEGABYTE
    try:
        with transaction() as session:
            return uploads.add(session, user_id=user_id, brought=brought, allowed=allowed, now=now())
    except Exception:
        # Nobody speaks of these files: a picture has an id of its own each time. A mask may be another request's.
        if origin == MediaOrigin.UPLOAD:
            for file in files:
                store.delete(file.key)
        raise
