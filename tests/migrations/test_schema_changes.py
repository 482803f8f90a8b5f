"""How the schema is changed: again after an interruption, one at a time, and giving way to whoever holds a table."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from psycopg import sql
from sqlalchemy import text

from config import Settings
from imagegarden.db import db
from tests.processes import ROOT, environment

INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
UNPROVEN = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"
HEAD = "SELECT version_num FROM alembic_version"
BEFORE_THE_LARGE_ONES = "0010"


def raw(settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    """A connection of nobody's in particular."""
    assert settings.database_url
    return psycopg.connect(settings.database_url.replace("+psycopg", ""), autocommit=True)


def ask(settings: Settings, question: str) -> object:
    with raw(settings) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def migrate(app: Flask, to: str = "head") -> None:
    with app.app_context():
        upgrade(revision=to)


def unmigrate(app: Flask, to: str) -> None:
    with app.app_context():
        downgrade(revision=to)


@pytest.mark.parametrize("revision", ["0011", "0012", "0013"])
def test_a_migration_that_was_interrupted_is_run_again_from_its_first_line(
    own_app: Flask, own_settings: Settings, revision: str
) -> None:
    head = ask(own_settings, HEAD)
    unmigrate(own_app, revision)
    with own_app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": f"{int(revision) - 1:04}"})
        db.session.commit()
    migrate(own_app)
    assert ask(own_settings, HEAD) == head
    assert own_app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


def test_what_an_interrupted_build_of_an_index_left_behind_is_replaced(own_app: Flask, own_settings: Settings) -> None:
    unmigrate(own_app, BEFORE_THE_LARGE_ONES)
    with raw(own_settings) as connection:
        connection.execute(
            "INSERT INTO alarms (code, detail, raised_at) VALUES ('a', 'same', now()), ('b', 'same', now())"
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ix_payments_vendor_id ON alarms (detail)")
    assert ask(own_settings, INVALID) == 1
    migrate(own_app)
    assert ask(own_settings, INVALID) == 0
    found = ask(own_settings, "SELECT tablename FROM pg_indexes WHERE indexname = 'ix_payments_vendor_id'")
    assert found == "payments"


def test_every_index_is_valid_and_every_constraint_is_proven(own_settings: Settings) -> None:
    assert (ask(own_settings, INVALID), ask(own_settings, UNPROVEN)) == (0, 0)


def test_rows_that_break_a_new_rule_stop_the_migration_and_lose_nothing(own_app: Flask, own_settings: Settings) -> None:
    own_app.test_cli_runner().invoke(args=["seed", "--users", "10", "--days", "9", "--media", "2"])
    unmigrate(own_app, "0011")
    with raw(own_settings) as connection:
        connection.execute("ALTER TABLE media ADD COLUMN share_token text DEFAULT 'the same for all'")
    with pytest.raises(Exception, match="uq_media_share_token"):
        migrate(own_app)
    assert ask(own_settings, HEAD) == "0011"
    with raw(own_settings) as connection:
        connection.execute("UPDATE media SET share_token = NULL")
        connection.execute("ALTER TABLE media ALTER COLUMN share_token DROP DEFAULT")
    migrate(own_app)
    assert ask(own_settings, INVALID) == 0


@pytest.mark.parametrize("start", ["base", BEFORE_THE_LARGE_ONES])
def test_processes_that_migrate_at_once_do_it_once(own_app: Flask, own_settings: Settings, start: str) -> None:
    unmigrate(own_app, start)
    command = (sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade")
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment(own_settings), stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert own_app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


@contextmanager
def held(settings: Settings, table: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Somebody's long transaction that has read from a table."""
    with raw(settings) as connection:
        connection.execute("BEGIN")
        connection.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(table)))
        yield connection


def test_a_migration_gives_way_while_somebody_holds_its_table_and_goes_on_afterwards(
    own_app: Flask, own_settings: Settings
) -> None:
    head = ask(own_settings, HEAD)
    unmigrate(own_app, "0012")
    with held(own_settings, "media") as holder:
        migrating = threading.Thread(target=migrate, args=(own_app,))
        migrating.start()
        end = time.monotonic() + 3
        with raw(own_settings) as reader:
            # Who reads meanwhile waits a second for no lock.
            reader.execute("SET lock_timeout = '1s'")
            while time.monotonic() < end:
                reader.execute("SELECT FROM media")
                time.sleep(0.01)
        assert ask(own_settings, HEAD) == "0012"
        holder.execute("COMMIT")
        migrating.join(timeout=30)
    assert ask(own_settings, HEAD) == head


def test_a_migration_that_is_let_in_by_nobody_ends_and_says_what_to_do(
    own_app: Flask, own_settings: Settings
) -> None:
    unmigrate(own_app, "0012")
    command = (sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade", "-x", "tries=2")
    with held(own_settings, "media"):
        env = environment(own_settings)
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 1
    assert "A transaction holds the table" in done.stderr
    assert "Traceback" not in done.stderr
