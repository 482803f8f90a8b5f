"""The end of an account outside of the database: the store and Redis forget the person, at once."""

import logging

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import departures, leavings, media
from imagegarden.domain.errors import DomainError
from imagegarden.web import traces

logger = logging.getLogger(__name__)

AT_ONCE = 200


def forget_person(user_id: int) -> None:
    """Remove what lies of a deleted person in the store and in Redis. Twice is harmless.

    Raises StorageError and redis.RedisError, after which it is done again.
    """
    address = leavings.find_address(db.session(), user_id=user_id)
    sweep_person(user_id)
    _empty_redis(user_id, address)
    with transaction() as session:
        leavings.record_forgotten(session, user_id=user_id)


def sweep_person(user_id: int) -> None:
    """Remove what lies of a deleted person in the store, also what arrived late. Twice is harmless.

    Raises StorageError.
    """
    is_gone = leavings.is_gone(db.session(), user_id=user_id)
    release_connection()
    if not is_gone:
        return
    store = adapters().store
    while due := media.list_purgeable(db.session(), now=now(), limit=AT_ONCE, user_id=user_id):
        release_connection()
        for key in (key for _, keys in due for key in keys):
            store.delete(key)
        with transaction() as session:
            for media_id, _ in due:
                media.purge(session, media_id=media_id, now=now())
    release_connection()
    # Exports, and what was written without a row.
    store.delete_under(f"users/{user_id}")


def _empty_redis(user_id: int, address: str | None) -> None:
    client = current_app.extensions["redis"]
    traces.remove(client, user_id=user_id, address=address)


def finish_departures() -> None:
    """Delete the accounts whose owners asked for it two weeks ago, and see that nothing of them is forgotten to be."""
    due = departures.list_due(db.session(), now=now(), limit=AT_ONCE)
    release_connection()
    for user_id in due:
        try:
            with transaction() as session:
                departures.finish(session, user_id=user_id, now=now())
        except DomainError:
            # Somebody else was faster, or it is the next one's turn first.
            logger.warning("an account cannot be deleted now", extra={"user_id": user_id}, exc_info=True)
        except SQLAlchemyError:
            # The others do not wait for this one; it is tried again next time.
            logger.exception("an account cannot be deleted", extra={"user_id": user_id})
    with transaction() as session:
        leavings.wake_forgotten(session)


def clear_late() -> None:
    """Clear what has arrived of those who left of late."""
    late = leavings.list_late(db.session(), now=now())
    release_connection()
    for user_id in late:
        try:
            with transaction() as session:
                leavings.clear_late(session, user_id=user_id, now=now())
        except SQLAlchemyError:
            logger.exception("what arrived late cannot be cleared", extra={"user_id": user_id})
