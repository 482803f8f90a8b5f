"""One person's thousand requests do not stand in another's way."""

from pathlib import Path

import pytest

from imagegarden.db import db
from imagegarden.models import Generation
from tests import factories
from tests.processes import wait_for
from tests.replicate_site import ReplicateSite, replicate_site
from tests.servers import Servers

PATIENCE_SECONDS = 2


def test_the_first_of_another_begins_soon_behind_a_hundred(running_servers: Servers, tmp_path: Path) -> None:
    begin_behind(running_servers, tmp_path, 100)


@pytest.mark.full
def test_the_first_of_another_begins_within_two_seconds_behind_a_thousand(
    running_servers: Servers, tmp_path: Path
) -> None:
    begin_behind(running_servers, tmp_path, 1000)


def begin_behind(servers: Servers, folder: Path, queued: int) -> None:
    """Queue so many for one person, then one for another."""
    slow = {"processing": 3.0}
    with replicate_site(servers, folder, fake=slow, generations_at_once=3) as site, site.web(), site.worker():
        with site.app.app_context():
            greedy = factories.person(db.session(), sign_up_credits=queued)
            modest = factories.person(db.session())
            asked = [
                factories.generation(greedy, prompt=f"pond number {number}", model="flux-schnell")
                for number in range(queued)
            ]
        # Not the start of a process is measured, on a machine that does other things as well.
        wait_for(lambda: wait_of(site, asked[0]) is not None, what="the greedy one to begin")
        with site.app.app_context():
            first = factories.generation(modest, prompt="a heron", model="flux-schnell")
        waited = wait_for(lambda: wait_of(site, first), what="the modest one to begin")
        print(f"behind {queued} requests of one person, the first of another began after {waited:.2f} s")
        assert waited <= PATIENCE_SECONDS


def wait_of(site: ReplicateSite, generation: Generation) -> float | None:
    """Seconds from the request to its beginning; None before that."""
    with site.app.app_context():
        found = db.session.get_one(Generation, generation.id)
        db.session.rollback()
        return (found.started_at - found.created_at).total_seconds() if found.started_at else None
