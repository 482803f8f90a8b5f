"""What a first look at a page costs, and one at a feed that has not changed: `python -m benchmarks.first_load`."""

import gzip
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Response, sync_playwright

from imagegarden.db import db
from tests import factories, servers
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.furnished import MEMBER, Furnished, furnish
from tests.garden_site import garden_site

CALLS = 200
KB = 1024
# What the browser is asked for moves nothing, so it has to be told to note it before anything is painted.
WATCH = """
    window.shift = 0; window.painted = 0;
    const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
        .observe({ type, buffered: true });
    watch("layout-shift", (one) => { if (!one.hadRecentInput) window.shift += one.value; });
    watch("largest-contentful-paint", (one) => { window.painted = one.startTime; });
"""
WORDS = tuple(f"a heron in the reeds, plate {number}" for number in range(40))
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
VERSION = re.compile(r'data-feed[^>]*data-version="([^"]+)"')


@dataclass(frozen=True)
class FirstLook:
    """What one page costs that a browser has never seen."""

    kilobytes: float
    shift: float
    painted_ms: float


def pages(inside: Furnished) -> dict[str, str]:
    """The pages that are looked at."""
    return {name: name for name in ("/", "/create", "/gallery")} | {"/i/<id>": f"/i/{inside.pictures[0]}"}


def first_looks(chromium: Browser, url: str, inside: Furnished, times: int = 3) -> dict[str, FirstLook]:
    """The median of a few first looks at each page: its scripts and styles, gzipped; what moved; the largest paint."""
    with_cookies = _signed_in_state(chromium, url)
    found = {}
    for name, path in pages(inside).items():
        # The front page is for those whom nobody knows yet.
        cookies = None if path == "/" else with_cookies
        looks = [_look(chromium, cookies, f"{url}{path}") for _ in range(times)]
        found[name] = FirstLook(
            looks[0].kilobytes, max(one.shift for one in looks), median(one.painted_ms for one in looks)
        )
    return found


def _signed_in_state(chromium: Browser, url: str) -> Mapping[str, object]:
    browser = chromium.new_context()
    page = browser.new_page()
    page.goto(f"{url}/login")
    page.fill("#email", MEMBER)
    page.fill("#password", factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    state: Mapping[str, object] = browser.storage_state()  # type: ignore[assignment]
    browser.close()
    return state


def _look(chromium: Browser, state: Mapping[str, object] | None, address: str) -> FirstLook:
    loaded: list[Response] = []
    browser = chromium.new_context(viewport={"width": 1440, "height": 900}, storage_state=state)  # type: ignore[arg-type]
    browser.add_init_script(WATCH)
    page: Page = browser.new_page()
    page.on(
        "response",
        lambda got: loaded.append(got) if got.request.resource_type in ("script", "stylesheet") else None,
    )
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(700)
    weight = sum(len(gzip.compress(one.body())) for one in loaded)
    shift, painted = page.evaluate("[window.shift, window.painted]")
    browser.close()
    return FirstLook(weight / KB, shift, painted)


def quiet_look_ms(app: Flask, calls: int = CALLS) -> float:
    """The median time of a look at a feed that has not changed, asked in this process."""
    client = app.test_client()
    _log_in(client)
    found = VERSION.search(client.get("/create").text)
    assert found is not None
    ask = _asking(client, found[1])
    for _ in range(10):
        ask()
    times = []
    for _ in range(calls):
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def _log_in(client: FlaskClient) -> None:
    token = TOKEN.search(client.get("/login").text)
    assert token is not None
    given = {"email": MEMBER, "password": factories.PASSWORD, "csrf_token": token[1]}
    assert client.post("/login", data=given).status_code == 303


def _asking(client: FlaskClient, version: str) -> Callable[[], None]:
    def ask() -> None:
        answer = client.get("/create/updates", headers={"If-None-Match": f'"{version}"', "HX-Request": "true"})
        assert answer.status_code == 304, answer.status

    return ask


def main() -> None:
    """Measure and say the figures."""
    with (
        servers.enterable_folder() as folder,
        servers.running(folder) as running,
        garden_site(running, folder / "site") as site,
    ):
        with site.app.app_context():
            inside = furnish(db.session(), site.app.extensions["adapters"].store, WORDS)
        print(f"a look at a feed in which nothing changed: {quiet_look_ms(site.app):.2f} ms (median of {CALLS})")
        with site.web() as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name, seen in first_looks(chromium, url, inside).items():
                print(
                    f"{name:9} scripts and styles {seen.kilobytes:5.1f} KB gzipped, "
                    f"shift {seen.shift:.4f}, largest paint after {seen.painted_ms:.0f} ms"
                )
            chromium.close()


if __name__ == "__main__":
    main()
