"""Redis and PostgreSQL go away and come back under load: what people are answered, and that nothing is lost."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from imagegarden import embedded
from imagegarden.db import db
from imagegarden.domain import credits, ledger
from imagegarden.models import Generation, GenerationStatus
from tests import factories
from tests.fakes.serve import make
from tests.processes import CLOCK, WORKER, environment, process, wait_for, web
from tests.servers import FAST, enterable_folder
from tests.traffic import Answer, Person, Traffic, going_on

PEOPLE = 3
KINDS = ("stranger", "member", "api", "page")
# An answer that says that a part is away is there within a second, besides what this busy machine takes for any answer.
SOON_SECONDS = 1.0
SLOW_SECONDS = 2.5

pytestmark = pytest.mark.alone


@dataclass
class MortalSite:
    """A site whose servers a test may stop."""

    app: Flask
    postgres: embedded.PostgresServer
    valkey: embedded.ValkeyServer
    people: list[Person]
    ids: list[int]


@pytest.fixture
def site() -> Iterator[MortalSite]:
    """Servers, web, worker and clock of the test's own, and people who are signed in."""
    with enterable_folder() as folder, contextlib.ExitStack() as stack:
        postgres, valkey = embedded.PostgresServer(folder, settings=FAST), embedded.ValkeyServer(folder)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
            server.wait_until_ready()
        settings = settings_of(folder)
        app = make(settings)
        with app.app_context():
            flask_migrate.upgrade()
            users = [factories.person(db.session(), sign_up_credits=100_000) for _ in range(PEOPLE)]
            keys = [factories.api_key(db.session(), user).secret for user in users]
            emails, ids = [user.email for user in users], [user.id for user in users]
            db.session.remove()
            db.engine.dispose()
        env = environment(settings, api_limit="100000 per minute", generations_at_once=1000)
        url = stack.enter_context(web(env, folder / "web.log", workers=2, threads=12))
        for kind in (WORKER, CLOCK):
            stack.enter_context(process(kind, env, folder / f"{kind[-1]}.log"))
        people = [Person(url, email or "", key) for email, key in zip(emails, keys, strict=True)]
        yield MortalSite(app, postgres, valkey, people, ids)
        for person in people:
            person.leave()

        for log in ("web.log", "worker.log", "clock.log"):
            print(f"--- {log}\n{(folder / log).read_text()[-3000:]}")


def settings_of(folder: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder,
        database_url=embedded.database_url(folder),
        redis_url=embedded.redis_url(folder),
        secret_key="a secret key for tests, long enough",  # type: ignore[arg-type]
        log_level="WARNING",
        generations_at_once=1000,
    )


def everything_acknowledged_is_done(site: MortalSite, traffic: Traffic) -> None:
    """Every submit that was acknowledged exists and comes to its end, and the ledger balances."""

    def unfinished() -> int:
        with site.app.app_context():
            found = db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None)))
            db.session.remove()
            return found or 0

    wait_for(lambda: unfinished() == 0, seconds=60, what="everything to end")
    with site.app.app_context():
        session = db.session()
        prompts = " ".join(session.scalars(select(Generation.prompt)))
        missing = [key for key in traffic.acknowledged if key not in prompts]
        assert traffic.acknowledged
        assert missing == []
        assert set(session.scalars(select(Generation.status))) == {GenerationStatus.SUCCEEDED}
        assert ledger.check(session) == []
        for user_id in site.ids:
            assert credits.balance(session, user_id, now=factories.now()).held == 0
        session.rollback()
        db.session.remove()
        db.engine.dispose()


def faults(traffic: Traffic) -> list[Answer]:
    """The first answers that are a fault of ours."""
    return [answer for answer in traffic.answers if answer.status == 500][:3]


def judge(site: MortalSite, traffic: Traffic, first_gone: float) -> None:
    """No fault of ours in any answer, none that is slow, and all is well again."""
    slowest = traffic.slowest()
    usual = max(answer.seconds for answer in traffic.answers if answer.at + answer.seconds < first_gone)
    print(
        f"{len(traffic.answers)} answers {dict(traffic.statuses())}, the slowest {slowest.seconds:.2f} s "
        f"({slowest.who}: {slowest.status}; {usual:.2f} s before), {len(traffic.acknowledged)} acknowledged"
    )
    assert traffic.faults == []
    assert set(traffic.statuses()) <= {200, 202, 303, 503}, faults(traffic)
    assert [answer for answer in traffic.answers if answer.status == 503 and answer.sets_cookie] == []
    late = [answer for answer in traffic.answers if answer.status == 503 and answer.seconds > SOON_SECONDS + usual]
    assert late == []
    assert slowest.seconds < SLOW_SECONDS, slowest
    everything_acknowledged_is_done(site, traffic)


def is_well(traffic: Traffic, since: float) -> bool:
    """Whether everybody is answered as usual: five answers of each in a row."""
    kinds = {answer.who for answer in traffic.answers}
    recent = {kind: [answer.status for answer in traffic.after(since) if answer.who == kind][-5:] for kind in kinds}
    return all(len(statuses) == 5 and 503 not in statuses for statuses in recent.values())


def _kinds_answered(traffic: Traffic, since: float) -> set[str]:
    return {kind for kind in KINDS for answer in traffic.after(since) if answer.who.startswith(kind)}


def redis_goes(site: MortalSite, seconds: float, how: str) -> None:
    """Redis ends and is started again, or hangs."""
    with going_on(site.people) as traffic:
        time.sleep(1.5)
        gone = time.monotonic()
        assert site.valkey.process
        if how == "hangs":
            os.kill(site.valkey.process.pid, signal.SIGSTOP)
        else:
            site.valkey.stop()
        # What was under way when it went may have been answered either way.
        away = time.monotonic() + 1
        time.sleep(seconds)
        # A busy machine may not have let everybody ask yet.
        wait_for(lambda: _kinds_answered(traffic, away) == set(KINDS), seconds=15, what="an answer for everybody")
        back = time.monotonic()
        if how == "hangs":
            os.kill(site.valkey.process.pid, signal.SIGCONT)
        else:
            site.valkey.start()
            site.valkey.wait_until_ready()
        again = time.monotonic()
        wait_for(lambda: is_well(traffic, again), seconds=15, what=f"the site to recover: {traffic.statuses()}")
        print(f"away {back - gone:.1f} s, well {time.monotonic() - again:.1f} s after it was back")
    meanwhile = [answer for answer in traffic.answers if away < answer.at and answer.at + answer.seconds < back]
    for who in sorted({answer.who for answer in meanwhile}):
        times = [answer.seconds for answer in meanwhile if answer.who == who]
        print(f"{who}: {len(times)} answers while Redis was away, the slowest {max(times):.2f} s")
        strange = [
            answer for answer in meanwhile if answer.who == who and answer.said and who.startswith(("api", "stranger"))
        ]
        print(*strange[:3], sep="\n")
    of = {who: {a.status for a in meanwhile if a.who.startswith(who)} for who in KINDS}
    assert of == {"stranger": {200}, "member": {503}, "api": {202}, "page": {503}}
    judge(site, traffic, gone)


@pytest.mark.parametrize("how", ["ends", "hangs"])
def test_without_redis_members_are_asked_for_patience_and_all_else_goes_on(site: MortalSite, how: str) -> None:
    redis_goes(site, 3, how)


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", ["ends", "hangs"])
def test_half_a_minute_without_redis(site: MortalSite, how: str) -> None:
    redis_goes(site, 30, how)


def postgres_restarts(site: MortalSite, times: int, seconds: float) -> None:
    """PostgreSQL is stopped and started again, under load."""
    goings = []
    with going_on(site.people) as traffic:
        for _ in range(times):
            time.sleep(1.5)
            goings.append(time.monotonic())
            site.postgres.stop()
            away = time.monotonic() + 0.5
            time.sleep(seconds)
            back = time.monotonic()
            assert {answer.status for answer in traffic.answers if away < answer.at} <= {503, 200}, faults(traffic)
            site.postgres.start()
            site.postgres.wait_until_ready()
            again = time.monotonic()
            wait_for(lambda again=again: is_well(traffic, again), seconds=15, what="the site to recover")  # type: ignore[misc]
            print(f"away {back - away:.1f} s, well {time.monotonic() - again:.1f} s after it was back")
    judge(site, traffic, goings[0])


def test_postgresql_is_restarted_under_load(site: MortalSite) -> None:
    postgres_restarts(site, 1, 2)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_postgresql_is_restarted_three_times_under_load(site: MortalSite) -> None:
    postgres_restarts(site, 3, 5)


def test_redis_forgets_everything_and_nothing_that_matters_is_lost(site: MortalSite) -> None:
    with going_on(site.people[:1]) as traffic:
        time.sleep(1.5)
        site.app.extensions["redis"].flushall()
        forgotten = time.monotonic()
        time.sleep(2)
    later: dict[str, set[int]] = {}
    for answer in traffic.after(forgotten):
        later.setdefault(answer.who.split()[0], set()).add(answer.status)
    # Who was signed in is sent to sign in again; keys need no session.
    assert later == {"member": {303}, "page": {303}, "api": {202}, "stranger": {200}}
    by_key = {answer.at for answer in traffic.answers if answer.who.startswith("api")}
    assert len(by_key) > 5
    assert traffic.faults == []
    everything_acknowledged_is_done(site, traffic)
