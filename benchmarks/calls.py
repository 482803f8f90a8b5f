"""Calls of the API beside a bare Flask view that runs one indexed query, in the same run."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx

from benchmarks.figures import spread, table
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import outcomes
from imagegarden.models import Generation, GenerationStatus, User
from tests import factories
from tests.processes import environment, web
from tests.replicate_site import replicate_site
from tests.servers import Servers

CALLS = 400
MEDIA = 50
IN_FLIGHT = 50
FLIGHT_SECONDS = 40
PER_SECOND = 20
BUSY_SECONDS = 15
UNLIMITED = "1000000 per minute"


def measure(servers: Servers, folder: Path) -> list[str]:
    """The section of the report."""
    with replicate_site(servers, folder, fake={"output_scale": 0.25, "renders_ahead": True}) as site:
        with site.app.app_context():
            session = db.session()
            user = factories.person(session, sign_up_credits=1000)
            factories.make_premium(session, user)
            secret = factories.api_key(session, user).secret
            factories.use(session)
            made = with_pictures(user)
            for _ in range(MEDIA // 2 - 1):
                with_pictures(user)
            others = [factories.person(session, sign_up_credits=10) for _ in range(IN_FLIGHT)]
        site.env["API_LIMIT"] = UNLIMITED
        headers = {"Authorization": f"Bearer {secret}"}
        bare = environment(site.settings)
        with (
            site.web(workers=2) as url,
            web(bare, folder / "bare.log", workers=2, application="benchmarks.bare:make()") as bare_url,
            httpx.Client(headers=headers, timeout=30) as http,
        ):
            paths = {
                "bare": f"{bare_url}/{made.uuid}",
                "generation": f"{url}/api/v1/generations/{made.uuid}",
                "media": f"{url}/api/v1/media?limit={MEDIA}",
            }
            times = _in_turns(http, paths)
            idle = _steadily(http, paths["generation"])
            with site.worker(), site.clock():
                with site.app.app_context():
                    for other in others:
                        factories.generation(other, prompt=f"takes={FLIGHT_SECONDS} {uuid4()}", model="flux-schnell")
                _until(lambda: site.fake.counts()["statuses"].get("processing", 0) >= IN_FLIGHT)
                busy = _steadily(http, paths["generation"])
    medians = {name: statistics.median(of) for name, of in times.items()}
    return [
        table(
            "Calls of the API",
            f"{CALLS} calls each, in turns, over one connection; beside them a bare Flask view that runs one indexed "
            f"query under the same server. Busy: {PER_SECOND} calls a second while {IN_FLIGHT} predictions are in "
            "flight.",
            [
                ("a bare Flask view", spread(times["bare"], "ms", 1000), ""),
                *(
                    (
                        what,
                        f"{spread(times[name], 'ms', 1000)}: {medians[name] / medians['bare']:.2f} x",
                        "at most 2.5 x",
                    )
                    for name, what in (("generation", "GET of a generation"), ("media", f"list of {MEDIA} media"))
                ),
                ("GET of a generation, idle", spread(idle, "ms", 1000), ""),
                ("GET of a generation, busy", spread(busy, "ms", 1000), "p99 at most 2 x of idle"),
            ],
        )
    ]


def with_pictures(user: User) -> Generation:
    """A generation that has succeeded, with its two pictures."""
    made = factories.generation(user, model="flux-schnell")
    for _ in range(2):
        factories.MediaFactory(user_id=user.id, generation_id=made.id)
    db.session.commit()
    with transaction() as session:
        outcomes.end(session, session.get_one(Generation, made.id), GenerationStatus.SUCCEEDED, now=now())
    return made


def _in_turns(http: httpx.Client, paths: dict[str, str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in paths}
    for n in range(CALLS + 20):
        for name, path in paths.items():
            seconds = _call(http, path)
            # The first ones make connections and prepare statements.
            if n >= 20:
                times[name].append(seconds)
    return times


def _steadily(http: httpx.Client, path: str) -> list[float]:
    """So many calls a second, whatever each takes."""
    began = time.perf_counter()
    times = []
    for n in range(PER_SECOND * BUSY_SECONDS):
        time.sleep(max(0.0, began + n / PER_SECOND - time.perf_counter()))
        times.append(_call(http, path))
    return times


def _call(http: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = http.get(path)
    seconds = time.perf_counter() - began
    assert answer.status_code == 200, answer.text[:500]
    return seconds


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)
