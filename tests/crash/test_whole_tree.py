"""Everything dies at once, as `make run` runs it: real servers, real supervisor, real garden engine."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from imagegarden import embedded
from imagegarden.app import create_app
from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.domain import credits, ledger
from imagegarden.models import Generation, GenerationStatus, Media, MediaFile
from tests import factories
from tests.processes import free_port, wait_for
from tests.servers import enterable_folder
from tests.site import is_ready, processes_of, start

GENERATIONS = 20
CREDITS = 30


def own_view(data_dir: Path) -> Flask:
    """An application of the test's own on the site's database and files."""
    return create_app(
        Settings(
            _env_file=None,
            data_dir=data_dir,
            database_url=embedded.database_url(data_dir),
            redis_url=embedded.redis_url(data_dir),
            log_level="ERROR",
        )
    )


def succeeded(app: Flask) -> int:
    with app.app_context():
        is_done = Generation.status == GenerationStatus.SUCCEEDED
        return db.session.scalar(select(func.count()).where(is_done)) or 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.timeout(240)
def test_twenty_generations_survive_the_death_of_worker_redis_and_everything() -> None:
    with enterable_folder() as folder:
        survive(folder)


def survive(folder: Path) -> None:
    """Begin twenty, kill the worker, flush Redis, kill everything, start again."""
    data_dir, port, log = folder / "data", free_port(), folder / "site.log"
    site = start(data_dir, port, log)
    try:
        wait_for(lambda: is_ready(port), seconds=60, what="the site")
        app = own_view(data_dir)
        with app.app_context():
            user = factories.person(db.session(), sign_up_credits=CREDITS)
            for n in range(GENERATIONS):
                factories.generation(user, prompt=f"a pond with {n} lilies")
        wait_for(lambda: succeeded(app) >= 3, what="the first pictures")
        workers = processes_of(data_dir, "flask --app wsgi worker")
        assert len(workers) == 2
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        redis.Redis.from_url(embedded.redis_url(data_dir)).flushall()
        wait_for(lambda: succeeded(app) >= 5, seconds=60, what="a new worker")
        with app.app_context():
            db.engine.dispose()

        os.killpg(site.pid, signal.SIGKILL)
        for process in processes_of(data_dir):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        site.wait()
        wait_for(lambda: not processes_of(data_dir), what="silence")

        site = start(data_dir, port, log)
        restarted = time.monotonic()
        wait_for(lambda: is_ready(port), seconds=60, what="the site again")
        wait_for(lambda: succeeded(app) == GENERATIONS, seconds=60, what="all of them")
        print(f"all {GENERATIONS} succeeded {time.monotonic() - restarted:.0f} s after the restart")
        with app.app_context():
            session = db.session()
            assert factories.balance(session, user.id) == credits.Balance(available=CREDITS - GENERATIONS, held=0)
            assert ledger.check(session) == []
            assert session.scalar(select(func.count(Media.id))) == 2 * GENERATIONS
            files = session.scalars(select(MediaFile)).all()
            session.commit()
            for file in files:
                assert len(b"".join(adapters().store.read(file.key, start=0, end=file.bytes))) == file.bytes
            kept = [path for path in (data_dir / "media").rglob("*") if path.is_file() and "#" not in path.name]
            assert {str(path.relative_to(data_dir / "media")) for path in kept} == {file.key for file in files}
            db.session.remove()
            db.engine.dispose()

        site.send_signal(signal.SIGTERM)
        assert site.wait(timeout=60) == 0
        wait_for(lambda: not processes_of(data_dir), what="nothing to be left")
    finally:
        for process in processes_of(data_dir):
            os.kill(process, signal.SIGKILL)
        site.wait()
