"""Everything is killed with many generations in flight: what was acknowledged is there, and comes to its end."""

import contextlib
import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from flask import Flask
from sqlalchemy import func, select

from imagegarden.db import db
from imagegarden.domain import credits, ledger
from imagegarden.models import Generation, GenerationStatus, Media
from tests import factories
from tests.crash.test_whole_tree import own_view
from tests.processes import Browser, at_once, free_port, wait_for
from tests.servers import enterable_folder
from tests.site import is_ready, processes_of, start

# From the start of `make run` to the end of the last one.
WITHIN_SECONDS = 90
CREDITS = 100_000


def kill_everything(data_dir: Path) -> None:
    """kill -9, without a word to anybody: supervisor, web, workers, clock, PostgreSQL, Valkey."""
    while left := processes_of(data_dir):
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.05)


def submit_until_dead(browser: Browser, count: int) -> list[str]:
    """Submit so many at once; the prompts of those that were acknowledged."""

    def submit(n: int) -> str | None:
        prompt = f"pond {uuid4().hex}"
        try:
            answer = browser.post("/create", prompt=prompt, count="1", request_key=uuid4().hex)
        except httpx.HTTPError:
            return None
        return prompt if answer.status_code == 303 else None

    return [prompt for prompt in at_once(count, submit, threads=8) if prompt]


def unfinished(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None)))
        db.session.remove()
        db.engine.dispose()
        return found or 0


def survive(in_flight: int, times: int) -> None:
    """Submit, kill everything while most of it is under way, start again, and look at what became of it."""
    with enterable_folder() as folder:
        data_dir, port, log = folder / "data", free_port(), folder / "site.log"
        app = own_view(data_dir)
        acknowledged: list[str] = []
        settings = {
            "GENERATIONS_PER_HOUR": "100000",
            "GENERATIONS_AT_ONCE": "1000",
            "LOGIN_LIMIT": "1000 per minute",
            "LOGIN_ACCOUNT_LIMIT": "1000 per minute",
        }
        try:
            site = start(data_dir, port, log, **settings)
            wait_for(lambda: is_ready(port), seconds=90, what="the site")
            with app.app_context():
                user = factories.person(db.session(), sign_up_credits=CREDITS)
                email, user_id = user.email or "", user.id
                db.session.remove()
                db.engine.dispose()
            for _ in range(times):
                browser = Browser(f"http://127.0.0.1:{port}")
                browser.log_in(email)
                acknowledged += submit_until_dead(browser, in_flight)
                left = unfinished(app)
                kill_everything(data_dir)
                browser.http.close()
                site.wait()
                begun = time.monotonic()
                site = start(data_dir, port, log, **settings)
                wait_for(lambda: is_ready(port), seconds=60, what="the site again")
                wait_for(lambda: unfinished(app) == 0, seconds=WITHIN_SECONDS, what="everything to end")
                seconds = time.monotonic() - begun
                print(f"killed with {left} in flight: all at their end {seconds:.0f} s after the start")
                assert seconds < WITHIN_SECONDS
            judge(app, user_id, acknowledged)
        finally:
            kill_everything(data_dir)
            site.wait()


def judge(app: Flask, user_id: int, acknowledged: list[str]) -> None:
    """Everything acknowledged is there; what succeeded is paid and has its picture, what failed costs nothing."""
    with app.app_context():
        session = db.session()
        rows = session.scalars(select(Generation)).all()
        assert {row.prompt for row in rows} >= set(acknowledged)
        assert acknowledged
        assert {row.status for row in rows} <= {GenerationStatus.SUCCEEDED, GenerationStatus.FAILED}
        succeeded = [row for row in rows if row.status == GenerationStatus.SUCCEEDED]
        assert all(row.charged == 0 for row in rows if row not in succeeded)
        assert session.scalar(select(func.count(Media.id))) == len(succeeded)
        charged = sum(row.charged for row in rows)
        assert factories.balance(session, user_id) == credits.Balance(available=CREDITS - charged, held=0)
        assert ledger.check(session) == []
        print(f"{len(acknowledged)} acknowledged, {len(succeeded)} succeeded, {len(rows) - len(succeeded)} refunded")
        session.rollback()
        db.session.remove()
        db.engine.dispose()


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_everything_is_killed_five_times_with_a_hundred_in_flight() -> None:
    survive(100, times=5)
