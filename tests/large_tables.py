"""Large tables, from a few rows that are there: copies that differ in what has to be unique."""

import psycopg
from psycopg import sql

# What of a copy is not the original's.
OWN = {
    "users": {"uuid": "gen_random_uuid()", "email": "n || '-' || email", "username": "n || '-' || username"},
    "generations": {"uuid": "gen_random_uuid()", "request_key": "md5(random()::text || n)"},
    "media": {"uuid": "gen_random_uuid()", "origin": "'upload'", "generation_id": "NULL", "ordinal": "NULL"},
}


def multiply(url: str, rows: int) -> None:
    """See that people, generations and pictures have so many rows at least."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table, own in OWN.items():
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id' "
                "AND is_generated = 'NEVER'",
                [table],
            )
            columns = [row[0] for row in found]
            values = [sql.SQL(own[name]) if name in own else sql.Identifier(name) for name in columns]
            statement = sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} CROSS JOIN generate_series(1, %s) AS n "
                "LIMIT %s"
            ).format(
                table=sql.Identifier(table),
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(values),
            )
            connection.execute(statement, [rows, rows])
        connection.execute("ANALYZE")
