"""The job that packs a person's export into the store, and the clock's that takes it away again."""

import logging
from collections.abc import Iterator

from imagegarden.clock import now
from imagegarden.current import adapters, settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import exports
from imagegarden.storage import StorageError
from imagegarden.worker.export_zip import pack

logger = logging.getLogger(__name__)


class Counted:
    """Pieces that are counted while they pass."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            yield piece


def make_export(export_id: int) -> None:
    """Pack everything that is a person's, and have them told. Twice writes the same file. Raises StorageError."""
    asked = exports.find_asked(db.session(), export_id=export_id)
    release_connection()
    if asked is None:
        return
    key, store = asked.key, adapters().store
    pieces = Counted(pack(asked.user_id, store, site=settings().public_url, at=now()))
    store.put_in_pieces(key, iter(pieces), mime="application/zip")
    with transaction() as session:
        is_wanted = exports.record_ready(session, export_id=export_id, size=pieces.size, now=now())
    if not is_wanted:
        store.delete(key)


def remove_old_exports() -> None:
    """Remove the exports whose day is over: files first, so that a row never lies; and end those that are lost."""
    with transaction() as session:
        exports.give_up_lost(session, now=now())
    over = [(export.id, export.key) for export in exports.list_over(db.session(), now=now())]
    release_connection()
    for export_id, key in over:
        try:
            adapters().store.delete(key)
        except StorageError:
            # The others do not wait for this one; it is tried again next time.
            logger.warning("an export cannot be deleted", exc_info=True)
            continue
        with transaction() as session:
            exports.forget(session, export_id=export_id)
