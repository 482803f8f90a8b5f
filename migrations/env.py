"""Runs migrations on the application's engine, one process at a time, each in a transaction of its own."""

import time

from alembic import context
from flask import current_app
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from imagegarden import models  # noqa: F401  makes the tables known
from imagegarden.db import Base
from imagegarden.schema_changes import LOCK_TIMEOUT

# Any number will do, as long as every migrating process uses the same.
MIGRATION_LOCK = 0x1A6E_0001
ASK_AGAIN_SECONDS = 0.2
TRIES = 20
PAUSE_SECONDS = 1.5


def include_name(name, kind, parent_names):
    """Leave the job queue's tables to the library that owns them."""
    return not (kind == "table" and name.startswith("procrastinate_"))


def include_object(thing, name, kind, is_reflected, compare_to):
    """Leave everything on the job queue's tables to the library, too."""
    table = getattr(thing, "table", None)
    return not (table is not None and table.name.startswith("procrastinate_"))


def wait_for_our_turn(connection):
    """Take the lock of all migrating processes, until the connection is closed.

    It is asked for again and again: one that waited for it inside a statement would be waited for by an index that is
    built concurrently, for ever.
    """
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK}):
        connection.commit()
        time.sleep(ASK_AGAIN_SECONDS)
    connection.commit()


def migrate(connection):
    """Run what is missing, each migration in a transaction of its own."""
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        include_object=include_object,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_with_patience(connection):
    """Migrate; where somebody holds a table, let everybody who queues behind us pass, and try again.

    `flask db upgrade -x tries=100` has more patience.
    """
    tries = int(context.get_x_argument(as_dictionary=True).get("tries", TRIES))
    for tries_left in reversed(range(tries)):
        try:
            return migrate(connection)
        except OperationalError as error:
            connection.rollback()
            if not isinstance(error.orig, LockNotAvailable):
                raise
            if not tries_left:
                raise SystemExit(
                    f"The schema could not be changed: {str(error.orig).strip()}. A transaction holds the table "
                    f"(see pg_stat_activity). What was done is kept; run `flask db upgrade` again when it has ended."
                ) from error
            time.sleep(PAUSE_SECONDS)


def run():
    """Migrate, while no other process does."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        try:
            wait_for_our_turn(connection)
            migrate_with_patience(connection)
        finally:
            # Closed, not given back: the lock and the settings end with it, whatever happened.
            connection.invalidate()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database, not offline.")
run()
