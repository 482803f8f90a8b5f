"""Many pictures as one file: read from the store and sent piece by piece, never whole in memory."""

from collections.abc import Iterator

from flask import Response
from flask.typing import ResponseReturnValue
from zipstream import ZIP_STORED, ZipStream

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, release_connection
from imagegarden.domain import selections
from imagegarden.domain.file_names import UniqueNames
from imagegarden.domain.selections import OriginalFile
from imagegarden.extensions import limiter
from imagegarden.generate import bp
from imagegarden.generate.looking import chosen_ids
from imagegarden.models import MediaFile
from imagegarden.storage import MediaStore
from imagegarden.web.files import EXTENSIONS
from imagegarden.web.guards import account_key, signed_in

# Each holds a thread for as long as the slowest connection takes.
DOWNLOADS = "60 per hour"


@bp.post("/gallery/zip")
@limiter.limit(DOWNLOADS, key_func=account_key)
def download_zip() -> ResponseReturnValue:
    """The selected pictures as they were made, in one zip."""
    originals = selections.list_originals(db.session(), user_id=signed_in().id, uuids=chosen_ids())
    release_connection()
    packed = pack(originals, adapters().store)
    response = Response(iter(packed), mimetype="application/zip")
    # Known before anything is read, since nothing is compressed: the browser can say how far it is.
    response.content_length = len(packed)
    response.headers["Content-Disposition"] = f'attachment; filename="image-garden-{now():%Y-%m-%d}.zip"'
    response.headers["X-Accel-Buffering"] = "no"
    return response


def pack(originals: list[OriginalFile], store: MediaStore) -> ZipStream:
    """A zip of these files that reads each when its turn comes.

    A file that is missing then ends the download early, so that nobody takes a part of the pictures for all of them.
    """
    names = UniqueNames()
    packed = ZipStream(compress_type=ZIP_STORED, sized=True)
    for original in originals:
        file = original.file
        name = names.name(original.picture.title, EXTENSIONS.get(file.mime, "bin"))
        packed.add(_content(store, file), name, size=file.bytes)
    return packed


def _content(store: MediaStore, file: MediaFile) -> Iterator[bytes]:
    yield from store.read(file.key, start=0, end=file.bytes)
