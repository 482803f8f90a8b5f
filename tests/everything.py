"""Every place in which something is kept, looked through for words: tables, the store, Redis."""

from collections.abc import Iterable, Iterator

import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.storage import MediaStore

# All that can hold words, also in a table or a column that is added next year.
COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
      AND data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY', 'tsvector', 'name',
                        'inet', 'cidr', 'xml', 'USER-DEFINED')
    ORDER BY table_name, column_name
"""
# The tables that name people: whoever is to have everything has a row in each.
OF_PEOPLE = """
    SELECT owner.relname, attribute.attname
    FROM pg_constraint
    JOIN pg_class AS owner ON owner.oid = conrelid
    JOIN pg_attribute AS attribute ON attribute.attrelid = conrelid AND attribute.attnum = conkey[1]
    WHERE contype = 'f' AND confrelid = 'users'::regclass
    ORDER BY 1, 2
"""


def places_of_people(session: Session) -> list[tuple[str, str]]:
    """Every column that names a person."""
    return [(row[0], row[1]) for row in session.execute(text(OF_PEOPLE))]


def found_in_tables(session: Session, words: Iterable[str]) -> set[tuple[str, str]]:
    """Which of the words stand where, as `table.column`."""
    session.flush()
    found = set()
    for table, column, kind in session.execute(text(COLUMNS)).all():
        read = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        values = session.scalars(text(f'SELECT {read} FROM "{table}" WHERE "{column}" IS NOT NULL')).all()
        found |= {(word, f"{table}.{column}") for word in words if any(word.lower() in one.lower() for one in values)}
    return found


def found_in_store(store: MediaStore, sizes: dict[str, int], words: Iterable[str]) -> set[tuple[str, str]]:
    """Which of the words stand in a file or in its key; `sizes` are those of the files that are expected."""
    found = set()
    for key in list(store.list_under("")):
        content = store.read_whole(key, size=sizes[key]) if key in sizes else b""
        found |= {(word, "the store") for word in words if word.encode() in content or word in key}
    return found


def found_in_redis(client: redis.Redis, words: Iterable[str]) -> set[tuple[str, str]]:
    """Which of the words stand in a key or a value."""
    found = set()
    for kept in _everything(client):
        found |= {(word, "Redis") for word in words if word.lower().encode() in kept.lower()}
    return found


def _everything(client: redis.Redis) -> Iterator[bytes]:
    for key in client.scan_iter():
        yield key
        if client.type(key) == b"string":
            yield client.get(key) or b""
