"""A provider at its worst: everything that is asked for ends delivered or given back, and is charged as delivered."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from imagegarden.db import db
from tests import factories
from tests.processes import wait_for
from tests.replicate_site import ReplicateSite, judge, replicate_site
from tests.servers import Servers

FAULTS = (
    "create_429",
    "create_500",
    "create_dropped",
    "fail",
    "output_html",
    "output_truncated",
    "never_finish",
)
SHARE = 0.2


class Canary:
    """Listens where nobody has any business."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._socket.accept()
                self.visits += 1
                visitor.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


def test_whatever_the_provider_does_everything_is_delivered_or_given_back(
    running_servers: Servers, tmp_path: Path, canary: Canary
) -> None:
    endure(running_servers, tmp_path, dict.fromkeys(FAULTS, SHARE / 3), canary, generations=40)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fifth_of_everything_going_wrong_costs_nobody_a_credit(
    running_servers: Servers, tmp_path: Path, canary: Canary, fault: str
) -> None:
    endure(running_servers, tmp_path, {fault: SHARE}, canary, generations=100)


def endure(servers: Servers, folder: Path, faults: dict[str, float], canary: Canary, generations: int) -> None:
    """Ask for so much under these faults, and hold everything against everything."""
    with replicate_site(servers, folder) as site, site.web(), site.worker(), site.clock():
        for name, probability in faults.items():
            site.fake.fault(name, probability=probability, value=1 if name == "create_429" else None)
        foreign = f"http://127.0.0.1:{canary.port}/out.png"
        site.fake.fault("output_foreign", probability=SHARE / 4, value=foreign)
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=2 * generations)
            for number in range(generations):
                factories.generation(user, prompt=f"pond number {number}", model="flux-schnell")
        wait_for(lambda: all_but_the_endless(site), seconds=150, what="all that can end")
        let_deadlines_pass(site)
        wait_for(lambda: site.unfinished() == 0, seconds=60, what="everything to end")
        found = judge(site)
        print(
            f"{', '.join(faults)}: succeeded={found.succeeded} refunded={found.failed} lost={found.lost} "
            f"double_charged={found.double_charged} extra_predictions={found.extra_predictions} "
            f"codes={found.error_codes} off_list_requests={canary.visits}"
        )
        assert (found.lost, found.double_charged, found.extra_predictions) == (0, 0, 0)
        assert found.succeeded + found.failed == generations
        assert found.succeeded > generations / 2
        assert canary.visits == 0
        assert not any(asked["has_authorization"] for asked in site.fake.output_requests())


def all_but_the_endless(site: ReplicateSite) -> bool:
    """Whether nothing is left but predictions that never finish."""
    endless = sum(prediction["status"] in {"starting", "processing"} for prediction in site.fake.predictions())
    return site.unfinished() <= endless


def let_deadlines_pass(site: ReplicateSite) -> None:
    """What five minutes come to."""
    with site.app.app_context():
        db.session.execute(
            text("UPDATE generations SET deadline_at = now(), next_step_at = now() WHERE finished_at IS NULL")
        )
        db.session.commit()
        db.session.remove()


@pytest.mark.full
def test_three_hundred_at_once_wait_for_the_providers_limit_and_none_fails(
    running_servers: Servers, tmp_path: Path
) -> None:
    limit = {"create_per_minute": 600, "create_burst": 10}
    with (
        replicate_site(running_servers, tmp_path, fake=limit, replicate_creates_per_minute=600) as site,
        site.web(),
        site.worker(),
        site.clock(),
    ):
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=400)
            for number in range(300):
                factories.generation(user, prompt=f"pond number {number}", model="flux-schnell")
        wait_for(lambda: site.unfinished() == 0, seconds=200, what="all of them")
        found = judge(site)
        throttled = sum(asked["status"] == 429 for asked in site.fake.creates())
        print(f"succeeded={found.succeeded} failed={found.failed} answers_429={throttled}")
        assert (found.succeeded, found.failed, found.predictions) == (300, 0, 300)
