"""What one process carries: requests a second of a web process, generations a second of a worker, memory of each."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.calls import with_pictures
from benchmarks.figures import table
from imagegarden.db import db
from tests import factories
from tests.processes import Browser, environment, wait_for, web
from tests.replicate_site import ReplicateSite, replicate_site
from tests.servers import Servers

CONNECTIONS = 4
SECONDS = 5.0
GENERATIONS = 200
PICTURES = 50
CREDITS = 1_000_000
MANY = 1_000_000
UNLIMITED = f"{MANY} per minute"


def measure(servers: Servers, folder: Path) -> list[str]:
    """The section of the report."""
    with replicate_site(servers, folder, fake={"output_scale": 0.25, "renders_ahead": True}) as site:
        site.env.update(API_LIMIT=UNLIMITED, GENERATIONS_PER_HOUR=str(MANY), GENERATIONS_AT_ONCE=str(MANY))
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=CREDITS)
            secret = factories.api_key(db.session(), user).secret
            factories.use(db.session())
            made = [with_pictures(user) for _ in range(PICTURES // 2)]
        bare = environment(site.settings)
        with (
            site.web(workers=1) as url,
            web(bare, folder / "bare.log", workers=1, application="benchmarks.bare:make()") as bare_url,
        ):
            browser = Browser(url)
            browser.log_in(user.email)
            cookie = {"Cookie": "; ".join(f"{one.name}={one.value}" for one in browser.http.cookies.jar)}
            etag = browser.http.get("/create/updates", headers={"HX-Request": "true"}).headers["ETag"]
            key = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            rates = {
                "a bare Flask view with one query": _rate(bare_url, f"/{made[0].uuid}", {}),
                "the landing page": _rate(url, "/", {}),
                f"the gallery, {PICTURES} pictures": _rate(url, "/gallery", cookie),
                "how things stand, nothing new": _rate(url, "/create/updates", {**cookie, "If-None-Match": etag}, 304),
                "a submit by the API": _rate(url, "/api/v1/generations", key, 202, '{"prompt": "takes=0.3 a pond"}'),
            }
            web_memory = _memory(_process(url))
        speed, worker_memory = _work_off(site)
    base = rates["a bare Flask view with one query"]
    return [
        table(
            "What one process carries",
            f"One web process of 8 threads, asked by {CONNECTIONS} connections that send the next request when the "
            f"last is answered, {SECONDS:.0f} s each; then one worker of 8 threads, which works {GENERATIONS} "
            "generations of two small pictures off. Clients, database and the provider's fake share the two cores.",
            [
                *((what, f"{rate:.0f} requests/s: {rate / base:.2f} x", "") for what, rate in rates.items()),
                ("generations by one worker", f"{speed:.1f} a second", ""),
                ("memory of a web process", f"{web_memory:.0f} MB of its own", ""),
                ("memory of a worker", f"{worker_memory:.0f} MB of its own", ""),
            ],
        )
    ]


def _rate(url: str, path: str, headers: dict[str, str], wanted: int = 200, body: str | None = None) -> float:
    """Requests answered in a second."""
    address = urlsplit(url).netloc

    def ask(end: float) -> int:
        connection = http.client.HTTPConnection(address, timeout=30)
        count = 0
        while time.monotonic() < end:
            named = {"Idempotency-Key": uuid4().hex} if body else {}
            connection.request("POST" if body else "GET", path, body=body, headers={**headers, **named})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == wanted, (answer.status, text[:300])
            count += 1
        return count

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # The first ones make connections and prepare statements.
        list(pool.map(ask, [time.monotonic() + 1] * CONNECTIONS))
        began = time.monotonic()
        counts = list(pool.map(ask, [began + SECONDS] * CONNECTIONS))
        return sum(counts) / (time.monotonic() - began)


def _work_off(site: ReplicateSite) -> tuple[float, float]:
    """Generations that one worker ends in a second, and its memory."""
    with site.web(workers=1), site.worker() as worker, site.clock():
        before = site.unfinished()
        wait_for(lambda: site.unfinished() <= before - 20, seconds=60, what="the first ones")
        begun, left = time.monotonic(), site.unfinished()
        # A slow machine took fewer in than that.
        most = min(GENERATIONS, left)
        wait_for(lambda: site.unfinished() <= left - most, seconds=120, what="the generations")
        speed = (left - site.unfinished()) / (time.monotonic() - begun)
        return speed, _memory(worker)


def _process(url: str) -> int:
    """The process that answers at this address: the child of the one that listens."""
    port = f":{urlsplit(url).port}"
    masters = [
        path.parent
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"gunicorn" in path.read_bytes() and port.encode() in path.read_bytes()
    ]
    master = min(masters, key=lambda path: int(path.name))
    return int((master / "task" / master.name / "children").read_text().split()[0])


def _memory(pid: int) -> float:
    """The memory that the process shares with nobody, in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024
