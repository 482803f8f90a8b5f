"""From the click to the picture, over real HTTP, with a provider that takes exactly three seconds."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar
from uuid import uuid4

from benchmarks.figures import spread, table
from imagegarden.db import db
from tests import factories
from tests.processes import Browser, wait_for
from tests.replicate_site import judge, replicate_site
from tests.servers import Servers

Found = TypeVar("Found")
PROMPT = "takes=3 a pond"
SCALE = 0.25
USERS = 100
SUBMITTERS = 50
IN_FLIGHT = 1000
FLIGHT_SECONDS = 60
SUBMITS_EACH = 4
EVERY_SECONDS = 5
FIRST_LOOK_SECONDS = 1.0
PICTURE = 'href="/i/'
CREDITS = 1000


def measure(servers: Servers, folder: Path) -> list[str]:
    """The sections of the report."""
    # The provider's own limit has a section of its own; here it is out of the way.
    with replicate_site(servers, folder, fake={"output_scale": SCALE, "renders_ahead": True}) as site:
        with site.app.app_context():
            emails = [factories.person(db.session(), sign_up_credits=CREDITS).email for _ in range(USERS)]
        with site.web(workers=2) as url, site.worker(), site.worker("worker-2"), site.clock():
            browsers = [_logged_in(url, email) for email in emails]
            _seen_together(browsers[:4])
            alone = [_seen(browsers[0]) for _ in range(5)]
            first_few = _seen_together(browsers[:20])
            together = _seen_together(browsers[:20])
            first_crowd = _seen_together(browsers)
            crowd = _seen_together(browsers)
            submits = [ms for times in _all(browsers[:SUBMITTERS], _submit_now_and_then) for ms in times]
            wait_for(lambda: site.unfinished() == 0, seconds=60, what="what is left")
        found = judge(site)
        assert (found.failed, found.lost, found.double_charged, found.extra_predictions) == (0, 0, 0, 0)
    return [
        table(
            "From the click to the picture",
            "A fake of the provider takes exactly 3 s and reports when it is done; two pictures of 256 x 256, "
            f"fetched over HTTP, stored with thumbnails. Seen at the status page, asked as the page asks. Two worker "
            f"processes, as in `make run`. Of all {found.succeeded} requests none failed.",
            [
                ("1 user, 5 times", spread(alone, "s"), "at most 3.4 s"),
                ("20 users at once, each for the first time", spread(first_few, "s"), ""),
                ("20 users at once", spread(together, "s"), "p99 at most 3.8 s"),
                (f"{USERS} users at once, when no crowd came before", spread(first_crowd, "s"), ""),
                (f"{USERS} users at once", spread(crowd, "s"), "p99 at most 5 s"),
            ],
        ),
        table(
            "Submitting",
            f"{SUBMITTERS} users, each with a request every {EVERY_SECONDS} s or so, while what they ask for is made.",
            [(f"{len(submits)} submits", spread(submits, "ms", 1000), "p50 at most 30 ms, p99 at most 150 ms")],
        ),
        _in_flight(servers, folder / "flight"),
    ]


def _in_flight(servers: Servers, folder: Path) -> str:
    """How much memory a worker has that carries a thousand predictions at once."""
    with replicate_site(servers, folder, fake={"output_scale": SCALE, "renders_ahead": True}) as site:
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=IN_FLIGHT)
            for number in range(IN_FLIGHT):
                factories.generation(user, prompt=f"takes={FLIGHT_SECONDS} pond {number}", model="flux-schnell")
        with site.web(workers=2), site.worker() as worker, site.clock():
            peak, carried = 0.0, 0
            while site.unfinished():
                peak = max(peak, _megabytes(worker))
                counts = site.fake.counts()["statuses"]
                carried = max(carried, counts.get("processing", 0) + counts.get("starting", 0))
                time.sleep(1)
        found = judge(site)
    return table(
        "A thousand predictions in flight",
        f"One worker process; each prediction takes {FLIGHT_SECONDS} s. {found.succeeded} of {IN_FLIGHT} succeeded.",
        [
            ("in flight at the same time", f"{carried}", f"{IN_FLIGHT}"),
            ("memory of the worker", f"{peak:.0f} MB at most", "at most 300 MB"),
        ],
    )


def _megabytes(pid: int) -> float:
    """The memory of a process and of those that it started."""
    family = [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    kilobytes = 0
    for member in family:
        status = Path(f"/proc/{member}/status").read_text()
        kilobytes += int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))
    return kilobytes / 1024


def _logged_in(url: str, email: str) -> Browser:
    browser = Browser(url)
    browser.log_in(email)
    return browser


def _submit(browser: Browser) -> float:
    """Seconds until the submit is answered."""
    started = time.perf_counter()
    answer = browser.post("/create", prompt=PROMPT, count="2", request_key=uuid4().hex)
    seconds = time.perf_counter() - started
    assert answer.status_code == 303, answer.text[:500]
    return seconds


def _seen_together(browsers: list[Browser]) -> list[float]:
    """What `_seen` says of each of them, when all click in the same moment."""
    # Where one of them fails, the others do not wait for it.
    ready = Barrier(len(browsers), timeout=30)
    return _all(browsers, lambda browser: _seen(browser, ready))


def _seen(browser: Browser, ready: Barrier | None = None) -> float:
    """Seconds from the click until the status page shows both pictures.

    It is asked as the page asks: conditionally, a second after the click, and then when the answer says.
    """
    headers = {"HX-Request": "true"}
    # From here on, answers show what has changed: the batch that is asked for now.
    headers["If-None-Match"] = browser.http.get("/create/updates", headers=headers).headers["ETag"]
    if ready is not None:
        ready.wait()
    started = time.perf_counter()
    _submit(browser)
    pause = FIRST_LOOK_SECONDS
    while True:
        time.sleep(pause)
        answer = browser.http.get("/create/updates", headers=headers)
        assert answer.status_code in (200, 304), answer.text[:500]
        if answer.text.count(PICTURE) == 2:
            return time.perf_counter() - started
        headers["If-None-Match"] = answer.headers["ETag"]
        pause = float(answer.headers["X-Look-After"])


def _submit_now_and_then(browser: Browser) -> list[float]:
    seconds = []
    for _ in range(SUBMITS_EACH):
        time.sleep(random.uniform(0, 2 * EVERY_SECONDS))
        seconds.append(_submit(browser))
    return seconds


def _all(browsers: list[Browser], act: Callable[[Browser], Found]) -> list[Found]:
    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(act, browsers))
