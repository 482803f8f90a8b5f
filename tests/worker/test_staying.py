"""A worker outlives its database: it goes on by itself, and what it had in hand comes to its end."""

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy import func, select, text

from config import Settings
from imagegarden.db import db
from imagegarden.models import Generation, GenerationStatus
from tests import factories
from tests.processes import WORKER, environment, journal, process, wait_for
from tests.servers import Servers

# Longer than the engine goes without a heartbeat.
AWAY_SECONDS = 7


def shut_out(servers: Servers, settings: Settings) -> Callable[[], None]:
    """Close the database to everybody; opens it again."""
    name = (settings.database_url or "").split("?")[0].rpartition("/")[2]
    address = servers.database_url("postgres").replace("+psycopg", "")

    def allow(is_open: bool) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(
                    sql.Identifier(name), sql.SQL("true" if is_open else "false")
                )
            )
            if not is_open:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    allow(False)
    return lambda: allow(True)


def succeeded(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).where(Generation.status == GenerationStatus.SUCCEEDED)) or 0
        db.session.rollback()
        return found


def test_a_worker_goes_on_when_the_database_is_back_and_no_job_stays_in_its_hands(
    own_app: Flask, own_settings: Settings, running_servers: Servers, tmp_path: Path
) -> None:
    with own_app.app_context():
        user = factories.person(db.session(), sign_up_credits=10)
        factories.generation(user, prompt="hangs=2")
        db.session.remove()
        db.engine.dispose()
    log = tmp_path / "worker.log"
    with process(WORKER, environment(own_settings), log) as worker:
        wait_for(lambda: any(call["call"] == "files" for call in journal(own_settings)), what="the fetch to begin")
        open_again = shut_out(running_servers, own_settings)
        time.sleep(AWAY_SECONDS)
        open_again()
        with own_app.app_context():
            # What half a minute comes to, and what the clock does then.
            db.session.execute(text("UPDATE generations SET lease_until = now() WHERE lease_until IS NOT NULL"))
            db.session.commit()
            factories.generation(user, prompt="a pond")
        wait_for(lambda: succeeded(own_app) >= 1, what="the worker to work again")
        assert worker.poll() is None

        def in_hand() -> int:
            with own_app.app_context():
                found = db.session.scalar(
                    text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NOT NULL")
                )
                db.session.rollback()
                return int(found or 0)

        wait_for(lambda: in_hand() == 0, what="every job to be put down")
        worker.terminate()
        assert worker.wait(timeout=20) == 0
    assert "the worker lost the database, and begins anew" in log.read_text()
