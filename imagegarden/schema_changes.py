"""Changes of large tables that stop nobody: steps for migrations, each harmless when it is done again.

Every step here is a transaction of its own (or several), so they stand in one `with at_leisure():` after whatever the
migration does quickly. A migration that was interrupted is run again from its first line.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

# How long a statement that needs a table for itself waits for it. Everybody else queues behind it meanwhile.
LOCK_TIMEOUT = "500ms"
ROWS_AT_ONCE = 5000


@contextmanager
def at_leisure() -> Iterator[None]:
    """Leave the migration's transaction, for work that takes long and locks nobody out.

    What waits here blocks no reader and no writer, so it may wait for as long as it takes.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")


def build_index(name: str, table: str, columns: Sequence[Any], **options: Any) -> None:
    """Make an index while its table is used; what an interrupted build has left behind is removed first."""
    if _is_invalid(name):
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
    op.create_index(name, table, columns, if_not_exists=True, postgresql_concurrently=True, **options)


def add_unique(name: str, table: str, columns: Sequence[str]) -> None:
    """Make columns unique: the index is built while the table is used, and then named a constraint."""
    if not _has_constraint(name, table):
        build_index(name, table, columns, unique=True)
        with _quick_lock():
            op.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{name}"')


def add_check(name: str, table: str, condition: str) -> None:
    """Hold new rows to a condition, then look whether the old ones keep it, too."""
    _add_unproven(name, table, f"CHECK ({condition})")


def add_foreign_key(name: str, table: str, column: str, referred: str, *, on_delete: str = "NO ACTION") -> None:
    """Hold new rows to a reference, then look whether the old ones keep it, too."""
    _add_unproven(name, table, f'FOREIGN KEY ("{column}") REFERENCES "{referred}" (id) ON DELETE {on_delete}')


def update_in_parts(table: str, changes: str, condition: str) -> None:
    """Change the rows of a condition a few thousand at a time, so that nobody waits long for one of them.

    The condition names only rows that are still to be changed.
    """
    bind = op.get_bind()
    highest = bind.scalar(sa.text(f'SELECT max(id) FROM "{table}"')) or 0  # noqa: S608
    part = sa.text(f'UPDATE "{table}" SET {changes} WHERE ({condition}) AND id > :after AND id <= :until')  # noqa: S608
    for after in range(0, highest, ROWS_AT_ONCE):
        bind.execute(part, {"after": after, "until": after + ROWS_AT_ONCE})


def _add_unproven(name: str, table: str, rule: str) -> None:
    if not _has_constraint(name, table):
        with _quick_lock():
            op.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {rule} NOT VALID')
    op.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')


@contextmanager
def _quick_lock() -> Iterator[None]:
    """For a statement that needs the table for itself, though only for a moment."""
    op.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    try:
        yield
    finally:
        op.execute("SET lock_timeout = 0")


def _is_invalid(index: str) -> bool:
    found = sa.text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(:name))")
    return bool(op.get_bind().scalar(found, {"name": index}))


def _has_constraint(name: str, table: str) -> bool:
    found = sa.text(
        "SELECT true FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(quote_ident(:table))"
    )
    return bool(op.get_bind().scalar(found, {"name": name, "table": table}))
