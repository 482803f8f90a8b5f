"""Runs migrations on the application's engine, one process at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from imagegarden import models  # noqa: F401  makes the tables known
from imagegarden.db import Base

# Any number will do, as long as every migrating process uses the same.
MIGRATION_LOCK = 0x1A6E_0001


def include_name(name, kind, parent_names):
    """Leave the job queue's tables to the library that owns them."""
    return not (kind == "table" and name.startswith("procrastinate_"))


def include_object(thing, name, kind, is_reflected, compare_to):
    """Leave everything on the job queue's tables to the library, too."""
    table = getattr(thing, "table", None)
    return not (table is not None and table.name.startswith("procrastinate_"))


def run():
    """Migrate inside one transaction, while no other process does."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            include_object=include_object,
            compare_type=True,
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database, not offline.")
run()
