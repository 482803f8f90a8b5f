"""A worker of the release before and jobs of the next: they wait for somebody who knows them."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from procrastinate.jobs import Job
from sqlalchemy import text

from config import Settings
from imagegarden.db import db, transaction
from imagegarden.queue import QUEUE, defer
from imagegarden.worker.app import make_engine
from imagegarden.worker.unknown_jobs import TRIES, UnknownJob, put_back
from tests.processes import WORKER, environment, process, wait_for

NAME = "job_of_tomorrow"


def put(app: Flask, once: str | None = None) -> None:
    with app.app_context(), transaction() as session:
        defer(session, NAME, once=once, thing_id=7)


def jobs(app: Flask) -> list[Any]:
    """Status and attempts of each job of tomorrow."""
    with app.app_context():
        found = db.session.execute(
            text("SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = :name ORDER BY id"),
            {"name": NAME},
        ).all()
        db.session.rollback()
        return [tuple(row) for row in found]


def change(app: Flask, values: str) -> None:
    with app.app_context():
        db.session.execute(text(f"UPDATE procrastinate_jobs SET {values} WHERE task_name = '{NAME}'"))
        db.session.commit()


def test_a_job_of_a_newer_release_is_put_back_and_done_by_a_worker_that_knows_it(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    put(own_app)
    with process(WORKER, environment(own_settings), tmp_path / "worker.log"):
        wait_for(lambda: jobs(own_app) == [("todo", 1)], what="the job to be put back")
        change(own_app, "scheduled_at = now()")
        wait_for(lambda: jobs(own_app) == [("todo", 2)], what="the job to be put back again")
    assert "job_of_tomorrow of another release is put back" in (tmp_path / "worker.log").read_text()

    engine, done = make_engine(own_app), []
    engine.task(name=NAME)(lambda thing_id: done.append(thing_id))
    change(own_app, "scheduled_at = now()")

    async def work() -> None:
        async with engine.open_async():
            await engine.run_worker_async(queues=[QUEUE], wait=False, delete_jobs="successful")

    asyncio.run(work())
    assert (done, jobs(own_app)) == ([7], [])


def test_where_another_waits_under_the_same_name_one_is_enough(own_app: Flask) -> None:
    put(own_app, once="thing:7")
    waiting = Job(id=0, queue=QUEUE, lock=None, queueing_lock="thing:7", task_name=NAME)
    with own_app.app_context():
        put_back(SimpleNamespace(job=waiting))  # type: ignore[arg-type]
        with pytest.raises(UnknownJob):
            put_back(SimpleNamespace(job=waiting.evolve(queueing_lock="thing:8")))  # type: ignore[arg-type]


def test_a_job_that_nobody_knew_for_hours_fails_and_is_seen(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    put(own_app)
    change(own_app, f"attempts = {TRIES}")
    with process(WORKER, environment(own_settings), tmp_path / "worker.log"):
        wait_for(lambda: [status for status, _ in jobs(own_app)] == ["failed"], what="the job to fail")
