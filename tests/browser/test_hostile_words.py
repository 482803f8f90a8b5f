"""Words that mean harm, in every place where people write: shown, never run, and never wider than the window."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.worker.export_zip import pack
from tests.browser.people import context
from tests.browser.test_every_page import Place, enter
from tests.furnished import OWNER, furnish
from tests.garden_site import garden_site
from tests.hostile import HOSTILE
from tests.servers import Servers

pytestmark = [
    # Long, or of a whole machine: the full run looks at it.
    pytest.mark.full,
    pytest.mark.timeout(400),
]
# On the pages that show one at a time; the full run looks at each.
SAMPLE = [*range(0, len(HOSTILE), 30), *range(len(HOSTILE) - 8, len(HOSTILE))]
# What is wider than the window, where the page is: the innermost of it.
TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll("main *, header *")].filter(
    (one) => one.getBoundingClientRect().right > clientWidth + 1);
  return wide.slice(-3).map((one) => `${one.tagName}.${one.className} in ${one.parentElement.className}`);
}"""
ADMIN_PAGES = ("moderation", "users", "rules", "audit", "jobs", "payments", "overview")


@pytest.fixture(scope="module")
def place(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A site in which every word is a hostile one."""
    with garden_site(running_servers, tmp_path_factory.mktemp("site")) as site:
        with site.app.app_context():
            inside = furnish(db.session(), site.app.extensions["adapters"].store, HOSTILE)
        with site.web() as url:
            yield Place(site.app, url, inside)


@pytest.fixture
def page(chromium: Browser, place: Place, faults: list[str]) -> Iterator[Page]:
    browser = context(chromium, faults, 360, reduced_motion="reduce")
    yield enter(browser, place.url, faults)
    browser.close()


def look(page: Page, address: str, faults: list[str]) -> None:
    """Open it, at both widths: no dialog, nothing ran, nothing beyond the edge."""
    page.goto(address, wait_until="load")
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        faults += [f"{address} is wider than {width}: {one}" for one in page.evaluate(TOO_WIDE)]
    if page.evaluate("window.ran") is not None:
        faults.append(f"{address} ran what was written")


def watch(page: Page, faults: list[str]) -> None:
    """A dialog is a fault."""

    def close(dialog: object) -> None:
        faults.append(f"{page.url}: a dialog")
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", close)


def follow(page: Page, address: str, link: str, faults: list[str]) -> int:
    """Look at a list from its beginning to its end, page after page; how many there were."""
    seen = 0
    following: str | None = address
    while following is not None:
        look(page, following, faults)
        seen += 1
        more = page.locator(link)
        following = more.first.evaluate("(one) => one.href") if more.count() else None
    return seen


def test_there_are_two_hundred_of_them() -> None:
    assert len(HOSTILE) >= 200


def test_lists_show_all_of_them_and_run_none(page: Page, place: Place, faults: list[str]) -> None:
    watch(page, faults)
    for address in (
        "/gallery",
        "/gallery?show=trash",
        "/gallery?show=uploads",
        "/prompts",
        "/profile",
        "/profile/security",
        "/profile/data",
        "/keys",
        "/",
        "/edit",
    ):
        look(page, f"{place.url}{address}", faults)
    look(page, f"{place.url}/create?preset={place.inside.preset}", faults)
    look(page, f"{place.url}/boards/{place.inside.board}", faults)
    assert follow(page, f"{place.url}/create", "a.load-more[href*='after=']", faults) > len(HOSTILE) / 12


def test_a_page_of_one_shows_it_and_runs_nothing(page: Page, place: Place, faults: list[str]) -> None:
    one_by_one(page, place, faults, SAMPLE)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_the_page_of_each_shows_it_and_runs_nothing(page: Page, place: Place, faults: list[str]) -> None:
    one_by_one(page, place, faults, list(range(len(HOSTILE))))


def one_by_one(page: Page, place: Place, faults: list[str], numbers: list[int]) -> None:
    """The page of a picture, what strangers see of it, and a search for its words."""
    watch(page, faults)
    for number in numbers:
        look(page, f"{place.url}/i/{place.inside.pictures[number]}", faults)
        look(page, f"{place.url}/s/{place.inside.tokens[number]}", faults)
        look(page, f"{place.url}/gallery?{urlencode({'q': HOSTILE[number][:200]})}", faults)


def test_the_staff_reads_them_and_nothing_runs(chromium: Browser, place: Place, faults: list[str]) -> None:
    browser = context(chromium, faults, 360, reduced_motion="reduce")
    page = enter(browser, place.url, faults, OWNER)
    watch(page, faults)
    for name in ADMIN_PAGES:
        look(page, f"{place.url}/admin/{name}", faults)
    look(page, f"{place.url}/admin/users/{place.inside.member_id}", faults)
    look(page, f"{place.url}/admin/jobs/{place.inside.job}", faults)
    assert follow(page, f"{place.url}/admin/moderation", "a.load-more[href*='after=']", faults) > 5
    browser.close()


def test_what_is_written_from_the_right_is_shown_from_the_right(page: Page, place: Place) -> None:
    for words, direction in (("حديقة هادئة في الصباح", "rtl"), ("शांत कमल का तालाब", "ltr")):
        number = HOSTILE.index(words)
        for address, prompt in (
            (f"/i/{place.inside.pictures[number]}", ".about-prompt"),
            (f"/s/{place.inside.tokens[number]}", ".shared-prompt"),
        ):
            page.goto(f"{place.url}{address}")
            assert page.locator(prompt).evaluate("(one) => getComputedStyle(one).direction") == direction


def test_what_they_take_along_runs_nothing_where_it_is_opened(chromium: Browser, place: Place, tmp_path: Path) -> None:
    with place.app.app_context():
        store = place.app.extensions["adapters"].store
        packed = b"".join(pack(place.inside.member_id, store, site=place.url, at=now()))
    with ZipFile(io.BytesIO(packed)) as files:
        assert [name for name in files.namelist() if name.startswith("/") or ".." in name.split("/")] == []
        files.extractall(tmp_path)
    page = chromium.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    # Tables are for spreadsheets, and a browser saves them.
    opened = [path for path in sorted(tmp_path.rglob("*")) if path.suffix in (".json", ".txt", ".svg")]
    assert {"generations.json", "README.txt"} <= {path.name for path in opened}
    for path in opened:
        page.goto(path.as_uri())
        assert page.evaluate("window.ran") is None, path.name
        assert page.locator("script, iframe, img, form").count() == 0, path.name
    assert dialogs == []
    page.close()
