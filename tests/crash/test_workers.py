"""Workers that die, sleep and wake at the worst moment."""

import os
import signal
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, text

from config import Settings
from imagegarden.db import db
from imagegarden.domain import credits, ledger
from imagegarden.models import Generation, GenerationStatus, Media
from tests import factories
from tests.processes import CLOCK, WORKER, environment, journal, process, wait_for


def submitted(app: Flask, prompt: str, count: int = 1) -> tuple[int, list[int]]:
    """A person's id and the ids of that many generations."""
    with app.app_context():
        user = factories.person(db.session(), sign_up_credits=100)
        return user.id, [factories.generation(user, prompt=prompt).id for _ in range(count)]


def status(app: Flask, generation_id: int) -> GenerationStatus:
    with app.app_context():
        return db.session.scalars(select(Generation.status).where(Generation.id == generation_id)).one()


def count_of(app: Flask, *statuses: GenerationStatus) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Generation.status.in_(statuses))) or 0


def test_a_worker_that_slept_through_its_lease_writes_nothing(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    user_id, [generation] = submitted(own_app, "hangs=1")
    env = environment(own_settings)
    sleeper_log = tmp_path / "sleeper.log"
    with process(WORKER, env, sleeper_log) as sleeper:
        wait_for(lambda: any(call["call"] == "files" for call in journal(own_settings)), what="the fetch to begin")
        os.kill(sleeper.pid, signal.SIGSTOP)
        with own_app.app_context():
            # What thirty seconds without a renewal come to.
            db.session.execute(text("UPDATE generations SET lease_until = now() - interval '1 s'"))
            db.session.commit()
        with process(WORKER, env, tmp_path / "second.log"), process(CLOCK, env, tmp_path / "clock.log"):
            wait_for(lambda: status(own_app, generation) == GenerationStatus.SUCCEEDED, what="the second worker")
            os.kill(sleeper.pid, signal.SIGCONT)
            wait_for(lambda: "another worker took this step over" in sleeper_log.read_text(), what="the fence")
        _, [later] = submitted(own_app, "a pond")
        wait_for(lambda: status(own_app, later) == GenerationStatus.SUCCEEDED, what="the sleeper to work again")
    with own_app.app_context():
        assert db.session.scalar(select(func.count(Media.id)).where(Media.user_id == user_id)) == 2
        assert factories.balance(db.session(), user_id) == credits.Balance(available=99, held=0)
        assert ledger.check(db.session()) == []


def test_a_killed_workers_generations_are_finished_by_the_next(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    user_id, _ = submitted(own_app, "hangs=0.5", count=12)
    env = environment(own_settings, worker_concurrency=4)
    with process(CLOCK, env, tmp_path / "clock.log"):
        with process(WORKER, env, tmp_path / "first.log") as first:
            wait_for(lambda: count_of(own_app, GenerationStatus.SUCCEEDED) >= 2, what="the first to finish")
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        with own_app.app_context():
            db.session.execute(text("UPDATE generations SET lease_until = now() WHERE lease_until IS NOT NULL"))
            db.session.commit()
        with process(WORKER, env, tmp_path / "next.log"):
            wait_for(lambda: count_of(own_app, GenerationStatus.SUCCEEDED) == 12, seconds=60, what="the rest")
    with own_app.app_context():
        assert db.session.scalar(select(func.count(Media.id))) == 24
        assert factories.balance(db.session(), user_id) == credits.Balance(available=88, held=0)
        assert ledger.check(db.session()) == []


def test_a_step_that_hangs_past_its_deadline_is_given_back_and_its_late_write_refused(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    user_id, [generation] = submitted(own_app, "hangs=12")
    env = environment(own_settings)
    log = tmp_path / "worker.log"
    with process(WORKER, env, log), process(CLOCK, env, tmp_path / "clock.log"):
        wait_for(lambda: any(call["call"] == "files" for call in journal(own_settings)), what="the fetch to begin")
        with own_app.app_context():
            # What three tries of five minutes come to: the lease is not renewed past the deadline.
            db.session.execute(text("UPDATE generations SET deadline_at = now(), lease_until = now(), tries = 3"))
            db.session.commit()
        wait_for(lambda: status(own_app, generation) == GenerationStatus.FAILED, what="the deadline")
        wait_for(lambda: "another worker took this step over" in log.read_text(), what="the fence")
    with own_app.app_context():
        row = db.session.get_one(Generation, generation)
        assert (row.error_code, row.charged) == ("timed_out", 0)
        assert factories.balance(db.session(), user_id) == credits.Balance(available=100, held=0)


def test_a_stopped_worker_finishes_what_it_has_begun(own_app: Flask, own_settings: Settings, tmp_path: Path) -> None:
    _, [generation] = submitted(own_app, "hangs=1")
    with process(WORKER, environment(own_settings), tmp_path / "worker.log") as worker:
        wait_for(lambda: any(call["call"] == "files" for call in journal(own_settings)), what="the fetch to begin")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0
    assert status(own_app, generation) == GenerationStatus.SUCCEEDED


def test_two_workers_share_the_work_and_do_each_piece_once(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    user_id, _ = submitted(own_app, "a pond", count=20)
    env = environment(own_settings)
    with process(WORKER, env, tmp_path / "one.log"), process(WORKER, env, tmp_path / "two.log"):
        wait_for(lambda: count_of(own_app, GenerationStatus.SUCCEEDED) == 20, what="all of them")
    starts = [call["attempt"] for call in journal(own_settings) if call["call"] == "start"]
    assert len(starts) == len(set(starts)) == 20
    with own_app.app_context():
        assert factories.balance(db.session(), user_id) == credits.Balance(available=80, held=0)


def test_two_clocks_take_turns(own_app: Flask, own_settings: Settings, tmp_path: Path) -> None:
    env = environment(own_settings, log_level="INFO")
    logs = [tmp_path / "one.log", tmp_path / "two.log"]

    def working() -> list[bool]:
        return ["the clock runs" in log.read_text() for log in logs]

    with process(CLOCK, env, logs[0]) as first:
        wait_for(lambda: working_first(logs[0]), what="the first clock")
        with process(CLOCK, env, logs[1]):
            wait_for(lambda: logs[1].exists(), what="the second clock")
            os.kill(first.pid, signal.SIGKILL)
            wait_for(lambda: working()[1], what="the second clock to take over")


def working_first(log: Path) -> bool:
    return log.exists() and "the clock runs" in log.read_text()
