"""kill -9 at every step of the way: nothing is lost, nothing is paid twice, nothing stays stuck."""

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import steps
from imagegarden.models import User
from imagegarden.providers import catalogue
from tests import factories
from tests.processes import process, wait_for
from tests.replicate_site import ReplicateSite, judge, replicate_site
from tests.servers import Servers

DYING = (sys.executable, "-m", "tests.fakes.dying_worker")
# Each point with how often one generation of two pictures passes it, at least.
PASSINGS = {
    "before a commit": 4,
    "after a commit": 4,
    "before start": 1,
    "after start": 1,
    "before check": 1,
    "after check": 1,
    "before files": 1,
    "after an output": 2,
    "before put": 3,
    "after put": 2,
}
KILLS = [f"{name}:{n}" for name, passings in PASSINGS.items() for n in range(1, passings + 1)]
# What is made one at a time, or is words, passes fewer points.
ONE_AT_A_TIME = [f"{name}:1" for name in PASSINGS if name != "after an output"] + ["after an output:1", "before put:2"]
WORDS = ["before a commit:2", "after a commit:2", "before start:1", "after start:1", "before check:1", "after check:1"]
ENHANCER = "llama-3-8b"
KINDS = {
    "video": ("wan-2.2-animate", ONE_AT_A_TIME),
    "upscale": ("real-esrgan", ONE_AT_A_TIME),
    "inpaint": ("flux-fill-pro", ONE_AT_A_TIME),
    "edit": ("flux-kontext-pro", ONE_AT_A_TIME),
    "enhance": (ENHANCER, WORDS),
}
STUCK_SECONDS = 60
# Three in a row without progress, and a generation is taken for what kills its workers.
KILLS_IN_A_ROW = 2
MODELS = ("flux-schnell", "sdxl", "stable-diffusion")


@dataclass(frozen=True)
class Kill:
    """A point of the work at which a worker is killed, and what the work is for: a model, or a pair of pictures."""

    point: str
    model: str | None = None

    @property
    def pictures(self) -> int:
        return 2 if self.model is None else 0 if self.model == ENHANCER else 1


def test_a_kill_at_every_kind_of_step_loses_nothing_and_pays_nothing_twice(
    running_servers: Servers, tmp_path: Path
) -> None:
    """Of a pair of pictures at every kind of step, and at some step of each other kind."""
    kills = [Kill(f"{name}:{random.randint(1, passings)}") for name, passings in PASSINGS.items()]
    kills += [Kill(random.choice(points), model) for model, points in KINDS.values()]
    survive(running_servers, tmp_path, kills)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_two_hundred_kills_at_every_step_lose_nothing_and_pay_nothing_twice(
    running_servers: Servers, tmp_path: Path
) -> None:
    survive(running_servers, tmp_path, [Kill(point) for point in KILLS * 10])


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_every_step_of_each_kind_lose_nothing_and_pay_nothing_twice(
    running_servers: Servers, tmp_path: Path, kind: str
) -> None:
    model, points = KINDS[kind]
    survive(running_servers, tmp_path, [Kill(point, model) for point in points * 2])


def survive(servers: Servers, folder: Path, kills: list[Kill]) -> None:
    """Kill a worker so often, in any order; then let one live."""
    seed = random.randrange(2**31)
    kills = random.Random(seed).sample(kills, len(kills))
    longest = 0.0
    with replicate_site(servers, folder) as site, site.web():
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=20 * len(kills))
        for number, kill in enumerate(kills):
            ask(site, user, number, kill.model)
            die(site, kill.point)
            if number % KILLS_IN_A_ROW:
                longest = max(longest, live(site))
        longest = max(longest, live(site))
        found = judge(site)
        print(
            f"seed={seed} kills={len(kills)} lost={found.lost} double_charged={found.double_charged} stuck=0 "
            f"(at most {longest:.0f} s to the end after a kill) "
            f"predictions={found.predictions} extra_predictions={found.extra_predictions}"
        )
        assert (found.lost, found.double_charged, found.extra_predictions) == (0, 0, 0)
        assert (found.succeeded, found.failed) == (len(kills), 0)
        assert found.pictures == sum(kill.pictures for kill in kills)
        assert found.predictions == len(kills)


def live(site: ReplicateSite) -> float:
    """Let a worker live until everything has ended; how many seconds that takes it."""
    started = time.monotonic()
    with site.worker(), site.clock():
        wait_for(lambda: site.unfinished() == 0, seconds=STUCK_SECONDS, what="everything to end")
    return time.monotonic() - started


def ask(site: ReplicateSite, user: User, number: int, model: str | None) -> None:
    with site.app.app_context():
        if model is None:
            factories.generation(user, prompt=f"pond number {number}", model=MODELS[number % len(MODELS)])
        else:
            factories.made_from(user, catalogue.MODELS[model], prompt=f"pond number {number}")


def die(site: ReplicateSite, point: str) -> None:
    """Let a worker run until that point."""
    log = site.folder / "dying.log"
    with process(DYING, {**site.env, "KILL_AT": point}, log) as worker:
        wait_for(lambda: worker.poll() is not None, seconds=60, what=f"the kill {point}: {log.read_text()[-2000:]}")
        assert worker.returncode == -9, log.read_text()[-2000:]
    let_leases_end(site)


def let_leases_end(site: ReplicateSite) -> None:
    """What half a minute comes to, and what the clock does then."""
    with site.app.app_context():
        with transaction() as session:
            session.execute(text("UPDATE generations SET lease_until = now() WHERE lease_until IS NOT NULL"))
            session.execute(text("UPDATE attempts SET created_at = created_at - interval '30 s'"))
        with transaction() as session:
            steps.wake_forgotten(session, now=now())
        db.session.remove()
