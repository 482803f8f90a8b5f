"""Whether this process lives, and whether it can serve."""

import logging

import redis
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.storage import StorageError
from imagegarden.web.guards import public

logger = logging.getLogger(__name__)

# Nobody reads what is written to see whether it is taken.
READY_SECONDS = 60

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Everything that a request needs answers, and the schema is the one that this code was written for."""
    faults = [name for name, is_sound in CHECKS.items() if not is_sound()]
    if faults:
        logger.warning("not ready", extra={"faults": faults})
        return jsonify(status="unavailable", faults=faults), 503
    return jsonify(status="ok")


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _migrations() -> bool:
    """Whether the schema has what this code needs; one of a newer release carries this one, too."""
    try:
        applied = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    # Revisions are numbers of one length.
    return bool(applied and applied >= current_app.extensions["migration_head"])


def _redis() -> bool:
    """Whether it takes what is written: one that is full still answers, and keeps no session."""
    try:
        return bool(current_app.extensions["redis"].set("ready", 1, ex=READY_SECONDS))
    except redis.RedisError:
        return False


def _storage() -> bool:
    try:
        adapters().store.check()
    except StorageError:
        return False
    return True


QUICK_CHECKS = {"database": _database, "migrations": _migrations, "redis": _redis}
# The store is asked first: no connection waits for it.
CHECKS = {"storage": _storage, **QUICK_CHECKS}
