"""From the click to the picture, over real HTTP, with a provider that takes exactly three seconds."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from benchmarks.figures import spread, table
from imagegarden.db import db
from tests import factories
from tests.fakes.serve import make
from tests.processes import CLOCK, WORKER, Browser, environment, process, web
from tests.servers import Servers

Found = TypeVar("Found")
PROMPT = "takes=3"
USERS = 50
SUBMITS_EACH = 4
EVERY_SECONDS = 5
LOOK_SECONDS = 0.2
PICTURE = 'href="/i/'
CREDITS = 1000


def measure(servers: Servers, folder: Path) -> list[str]:
    """The sections of the report."""
    with servers.cloned_database() as database:
        settings = servers.settings(database, data_dir=folder / "site")
        app = make(settings)
        with app.app_context():
            emails = [factories.person(db.session(), sign_up_credits=CREDITS).email for _ in range(USERS)]
        env = environment(settings)
        with (
            web(env, folder / "web.log") as url,
            process(WORKER, env, folder / "worker.log"),
            process(CLOCK, env, folder / "clock.log"),
        ):
            browsers = [_logged_in(url, email) for email in emails]
            _seen(browsers[0])
            alone = [_seen(browsers[0]) for _ in range(5)]
            together = _all(browsers[:20], _seen)
            submits = [ms for times in _all(browsers, _submit_now_and_then) for ms in times]
        with app.app_context():
            db.engine.dispose()
    return [
        table(
            "From the click to the picture",
            "The provider takes exactly 3 s; two pictures of 256 x 256 a request, stored with thumbnails. Seen at the "
            f"status page, which is asked every {LOOK_SECONDS} s.",
            [
                ("1 user, 5 times", spread(alone, "s"), "at most 3.5 s"),
                ("20 users at once", spread(together, "s"), "p99 at most 4.5 s"),
            ],
        ),
        table(
            "Submitting",
            f"{USERS} users, each with a request every {EVERY_SECONDS} s or so, while what they ask for is being made.",
            [(f"{len(submits)} submits", spread(submits, "ms", 1000), "p50 at most 30 ms, p99 at most 150 ms")],
        ),
    ]


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


def _seen(browser: Browser) -> float:
    """Seconds from the click until the status page shows both pictures. It is asked as the page does: conditionally."""
    headers = {"HX-Request": "true"}
    before = browser.http.get("/create/updates", headers=headers).text.count(PICTURE)
    started = time.perf_counter()
    _submit(browser)
    while True:
        answer = browser.http.get("/create/updates", headers=headers)
        if answer.text.count(PICTURE) >= before + 2:
            return time.perf_counter() - started
        headers["If-None-Match"] = answer.headers["ETag"]
        time.sleep(LOOK_SECONDS)


def _submit_now_and_then(browser: Browser) -> list[float]:
    seconds = []
    for _ in range(SUBMITS_EACH):
        time.sleep(random.uniform(0, 2 * EVERY_SECONDS))
        seconds.append(_submit(browser))
    return seconds


def _all(browsers: list[Browser], act: Callable[[Browser], Found]) -> list[Found]:
    with ThreadPoolExecutor(len(browsers)) as pool:
        return list(pool.map(act, browsers))
