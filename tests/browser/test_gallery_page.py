"""The gallery in a real browser, with thousands of pictures: by mouse, by keyboard alone and without scripts."""

import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import WIDE_AND_DARK, looks
from tests.browser.holding_up import hold_up
from tests.browser.people import context
from tests.processes import ROOT, free_port, wait_for
from tests.servers import enterable_folder
from tests.site import is_ready, start

PICTURES = 2400
PASSWORD = "a patient heron waits"
# On a quiet machine the longest is an eighth of a second; tests share theirs with others, and draw without a GPU.
LONGEST_TASK_MS = 700


@dataclass(frozen=True)
class Site:
    """Where it is, and who may come in."""

    url: str
    email: str


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The whole site, with one person who has thousands of pictures."""
    with enterable_folder() as folder:
        port = free_port()
        started = start(folder / "data", port, folder / "site.log")
        try:
            wait_for(lambda: is_ready(port), seconds=90, what="the site")
            yield Site(f"http://127.0.0.1:{port}", seeded(folder / "data"))
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(timeout=60)


def seeded(data_dir: Path) -> str:
    env = {**{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}, "DATA_DIR": str(data_dir)}
    words = ("seed", "--users", "1", "--days", "60", "--gallery", str(PICTURES))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    found = re.search(r"such as (\S+)\.\s*$", done.stdout)
    assert found, done.stdout
    return found[1]


@pytest.fixture
def opened(chromium: Browser, site: Site, faults: list[str]) -> Iterator[list[BrowserContext]]:
    """The contexts that a test opens; closed after it."""
    made: list[BrowserContext] = []
    yield made
    for one in made:
        one.close()


@pytest.fixture
def gallery(chromium: Browser, site: Site, faults: list[str], opened: list[BrowserContext]) -> Page:
    """The gallery at a desk."""
    opened.append(context(chromium, faults))
    page = log_in(opened[-1], site)
    page.goto(f"{site.url}/gallery")
    return page


def log_in(browser: BrowserContext, site: Site) -> Page:
    page = browser.new_page()
    page.goto(f"{site.url}/login")
    page.get_by_label("E-mail").fill(site.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    return page


def tile(page: Page, number: int) -> Locator:
    return page.locator("[data-tile]:visible").nth(number)


def ids(page: Page, count: int) -> list[str]:
    return page.locator("[data-tile]:visible").evaluate_all(
        "(all, count) => all.slice(0, count).map((one) => one.dataset.tile)", count
    )


def selected(page: Page) -> list[str]:
    return page.locator("[data-selected]").evaluate_all("(all) => all.map((one) => one.dataset.tile)")


def test_by_mouse_pictures_are_selected_one_by_one_and_in_ranges(gallery: Page) -> None:
    first = ids(gallery, 8)
    tile(gallery, 1).hover()
    tile(gallery, 1).locator("input").click()
    tile(gallery, 4).locator("a.tile").click(modifiers=["Shift"])
    assert selected(gallery) == first[1:5]
    tile(gallery, 2).locator("a.tile").click(modifiers=["Control"])
    tile(gallery, 6).locator("a.tile").click(modifiers=["Control"])
    assert selected(gallery) == [first[1], *first[3:5], first[6]]
    expect(gallery.locator("#selection")).to_contain_text("4 selected")
    gallery.keyboard.press("Escape")
    assert selected(gallery) == []
    expect(gallery.locator("#selection")).to_be_hidden()


def test_by_keyboard_alone_pictures_are_found_selected_starred_deleted_and_brought_back(gallery: Page) -> None:
    first = ids(gallery, 8)
    tile(gallery, 0).locator("[data-reach]").focus()
    gallery.keyboard.press("ArrowRight")
    assert focused(gallery) == first[1]
    gallery.keyboard.press("ArrowDown")
    below = focused(gallery)
    assert below not in first[:2]
    gallery.keyboard.press("ArrowUp")
    gallery.keyboard.press("Home")
    gallery.keyboard.press("Space")
    gallery.keyboard.press("Shift+ArrowRight")
    gallery.keyboard.press("Shift+ArrowRight")
    assert selected(gallery) == first[:3]
    gallery.keyboard.press(".")
    for one in first[:3]:
        expect(gallery.locator(f"#tile-{one}[data-starred]")).to_be_visible()
    gallery.keyboard.press("Delete")
    expect(gallery.locator(f"#tile-{first[0]}")).to_be_hidden()
    assert ids(gallery, 1) == first[3:4]
    assert focused(gallery) == first[3]
    gallery.get_by_role("button", name="Undo").press("Enter")
    expect(gallery.locator(f"#tile-{first[0]}")).to_be_visible()
    expect(gallery.locator(f"#tile-{first[0]} [data-reach]")).to_be_focused()
    gallery.reload()
    assert ids(gallery, 4) == first[:4]
    gallery.keyboard.press("Control+a")
    expect(gallery.locator("#selection")).to_contain_text(re.compile(r"\d\d+ selected"))
    gallery.keyboard.press("Escape")
    tile(gallery, 0).locator("[data-reach]").focus()
    gallery.keyboard.press("Enter")
    gallery.wait_for_url(f"**/i/{first[0]}")
    gallery.keyboard.press(".")
    expect(gallery.get_by_role("button", name="Star", exact=True)).to_be_visible()


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.closest('[data-tile]')?.dataset.tile ?? ''")
    return found


def test_pictures_are_dragged_and_moved_onto_boards(gallery: Page, site: Site) -> None:
    first = ids(gallery, 3)
    gallery.locator(".board-new summary").click()
    gallery.get_by_label("Name of the board").fill("herons")
    gallery.get_by_role("button", name="Make the board").click()
    expect(gallery.locator("#board-name-error")).to_have_text("You have a board of this name already.")
    gallery.get_by_label("Name of the board").fill("Dragged")
    gallery.get_by_role("button", name="Make the board").click()
    gallery.wait_for_url("**/boards/*")
    board = gallery.url
    gallery.goto(f"{site.url}/gallery")
    tile(gallery, 0).locator("a.tile").drag_to(gallery.locator(".board-card", has_text="Dragged"))
    expect(gallery.locator(".board-card", has_text="Dragged")).to_contain_text("1 picture")
    tile(gallery, 1).hover()
    tile(gallery, 1).locator("input").click()
    tile(gallery, 2).locator("input").click(modifiers=["Shift"])
    gallery.locator("[data-move-menu] summary").click()
    gallery.locator("#move-choices").get_by_role("button", name="Dragged").click()
    expect(gallery.locator("#toasts")).to_contain_text("2 pictures moved to “Dragged”.")
    expect(gallery.locator(".board-card", has_text="Dragged")).to_contain_text("3 pictures")
    gallery.goto(board)
    assert sorted(ids(gallery, 9)) == sorted(first)
    gallery.locator("summary", has_text="Delete the board").click()
    gallery.get_by_role("button", name="Yes, delete the board").click()
    expect(gallery.locator("#toasts")).to_contain_text("“Dragged” is gone")
    assert ids(gallery, 3) == first


def back(page: Page) -> None:
    """The button of the browser. The page then loads anew, which the driver's own way back takes for a fault."""
    with page.expect_event("load"):
        page.evaluate("setTimeout(() => history.back())")


def test_a_search_is_live_has_an_address_and_back_leads_back(gallery: Page, site: Site) -> None:
    first = ids(gallery, 3)
    gallery.keyboard.press("/")
    gallery.keyboard.type("lotus", delay=20)
    gallery.wait_for_url("**/gallery?q=lotus")
    expect(gallery.locator(".chip").first).to_contain_text("lotus")
    for words in gallery.locator("[data-tile] img").evaluate_all("(all) => all.map((one) => one.alt)"):
        assert "lotus" in words
    gallery.locator(".filters-more summary").click()
    gallery.get_by_label("Aspect ratio").select_option("16:9")
    gallery.wait_for_url("**ratio=16:9*")
    expect(gallery.locator("[data-folded]")).to_have_text("1")
    back(gallery)
    gallery.wait_for_url("**/gallery?q=lotus")
    expect(gallery.get_by_label("Search in prompts")).to_have_value("lotus")
    back(gallery)
    gallery.wait_for_url("**/gallery")
    expect(tile(gallery, 0)).to_have_attribute("data-tile", first[0])


def test_many_are_downloaded_as_one_zip(gallery: Page, tmp_path: Path) -> None:
    tile(gallery, 0).hover()
    tile(gallery, 0).locator("input").click()
    tile(gallery, 5).locator("input").click(modifiers=["Shift"])
    with gallery.expect_download() as download:
        gallery.get_by_role("button", name="Download zip").click()
    kept = tmp_path / "pictures.zip"
    download.value.save_as(kept)
    with zipfile.ZipFile(kept) as packed:
        assert packed.testzip() is None
        assert len(packed.namelist()) == 6


def test_the_trash_gives_back_and_deletes_for_good(gallery: Page, site: Site) -> None:
    gallery.goto(f"{site.url}/gallery?show=trash")
    first = ids(gallery, 3)
    expect(tile(gallery, 0)).to_contain_text("Goes in")
    tile(gallery, 0).get_by_role("button", name="Restore").click()
    expect(gallery.locator(f"#tile-{first[0]}")).to_be_hidden()
    tile(gallery, 0).locator("input").click()
    gallery.locator("#selection summary", has_text="Delete for good").click()
    gallery.get_by_role("button", name="Yes, delete for good").click()
    expect(gallery.locator("#toasts")).to_contain_text("1 picture deleted for good.")
    gallery.reload()
    assert ids(gallery, 1) == first[2:3]


@pytest.mark.alone
def test_two_thousand_pictures_scroll_by_without_a_felt_pause_or_a_shift(gallery: Page) -> None:
    gallery.wait_for_load_state("networkidle")
    gallery.evaluate(
        """() => {
          window.pauses = []; window.shift = 0;
          const watch = (type, note) => new PerformanceObserver((l) => l.getEntries().forEach(note)).observe({ type });
          watch("longtask", (one) => window.pauses.push(Math.round(one.duration)));
          watch("layout-shift", (one) => { if (!one.hadRecentInput) window.shift += one.value; });
        }"""
    )
    begun = time.monotonic()
    while gallery.locator("[data-tile]").count() < 2000:
        if gallery.evaluate("document.body.scrollHeight - scrollY - 2 * innerHeight") > 900:
            gallery.mouse.wheel(0, 900)
        gallery.wait_for_timeout(40)
        assert time.monotonic() - begun < 120
    pauses, shift = gallery.evaluate("[window.pauses.sort((a, b) => b - a), window.shift]")
    print(f"{time.monotonic() - begun:.0f} s, {len(pauses)} long tasks, the longest {pauses[:3]} ms, shift {shift:.3f}")
    assert max(pauses, default=0) < LONGEST_TASK_MS
    assert shift < 0.01
    headings = gallery.locator(".day").all_inner_texts()
    assert len(headings) == len(set(headings)), headings


def test_from_a_picture_one_comes_back_to_where_one_was_and_can_go_on_upwards(gallery: Page) -> None:
    first = ids(gallery, 1)
    while gallery.locator("[data-tile]").count() < 240:
        gallery.mouse.wheel(0, 2500)
        gallery.wait_for_timeout(60)
    far = gallery.locator("[data-tile]").nth(200)
    uuid = far.get_attribute("data-tile")
    far.scroll_into_view_if_needed()
    far.locator("a.tile").click()
    gallery.wait_for_url("**/i/*")
    gallery.go_back()
    gallery.wait_for_url("**/gallery?after=*")
    expect(gallery.locator(f"#tile-{uuid}")).to_be_in_viewport()
    assert focused(gallery) == uuid
    for _ in range(80):
        if gallery.locator(f"#tile-{first[0]}").count():
            break
        before = gallery.locator("[data-tile]").count()
        gallery.mouse.wheel(0, -900)
        gallery.wait_for_timeout(150)
        assert gallery.locator("[data-tile]").count() >= before
    expect(gallery.locator(f"#tile-{first[0]}")).to_have_count(1)
    order = gallery.locator("[data-tile]").evaluate_all("(all) => all.map((one) => one.dataset.tile)")
    assert len(order) == len(set(order))


def test_rows_have_one_height_pictures_keep_their_shape_and_their_size_is_kept(gallery: Page) -> None:
    gallery.wait_for_load_state("networkidle")
    boxes = gallery.locator("[data-tile]").evaluate_all(
        """(all) => all.slice(0, 40).map((one) => {
          const { top, height, width } = one.getBoundingClientRect();
          const [w, h] = ["width", "height"].map((name) => one.querySelector("img").getAttribute(name));
          return [Math.round(top), height, width / height, w / h];
        })"""
    )
    rows: dict[int, list[float]] = {}
    for top, height, shape, wanted in boxes:
        rows.setdefault(top, []).append(height)
        assert abs(shape / wanted - 1) < 0.015
    assert all(max(heights) - min(heights) < 1 for heights in rows.values())
    gallery.locator("[data-row-size]").fill("400")
    tall = tile(gallery, 0).bounding_box()
    gallery.reload()
    again = tile(gallery, 0).bounding_box()
    assert tall is not None
    assert again is not None
    assert tall["height"] == again["height"] > 340


def test_a_film_plays_while_it_is_pointed_at_and_never_where_motion_is_unwelcome(
    chromium: Browser, site: Site, faults: list[str], opened: list[BrowserContext]
) -> None:
    for motion, plays in (("no-preference", 1), ("reduce", 0)):
        opened.append(context(chromium, faults, reduced_motion=motion))
        page = log_in(opened[-1], site)
        page.goto(f"{site.url}/gallery")
        page.evaluate(
            """() => {
              const film = document.querySelector("[data-tile]").cloneNode(true);
              film.id = "tile-film"; film.dataset.film = "/nowhere.mp4";
              document.querySelector(".wall-part").prepend(film);
            }"""
        )
        page.locator("#tile-film").hover()
        page.wait_for_timeout(400)
        expect(page.locator("#tile-film video")).to_have_count(plays)
        if plays:
            assert page.locator("#tile-film video").evaluate("(one) => one.muted && one.loop")
            page.locator("h1").hover()
            expect(page.locator("#tile-film video")).to_have_count(0)


def test_without_scripts_everything_is_a_form(
    chromium: Browser, site: Site, faults: list[str], opened: list[BrowserContext]
) -> None:
    opened.append(context(chromium, faults, java_script_enabled=False))
    page = log_in(opened[-1], site)
    page.goto(f"{site.url}/gallery")
    first = ids_without_scripts(page)
    page.locator("[data-tile] input").nth(0).check()
    page.locator("[data-tile] input").nth(1).check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("2 pictures moved to the trash.")
    assert ids_without_scripts(page)[0] == first[2]
    page.get_by_role("link", name="Trash").click()
    page.locator("[data-tile]", has=page.locator(f"[value='{first[0]}']")).get_by_role("button", name="Restore").click()
    page.locator("[data-tile]", has=page.locator(f"[value='{first[1]}']")).get_by_role("button", name="Restore").click()
    page.get_by_label("Search in prompts").fill("lotus")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="All", exact=True).click()
    assert "q=lotus" in page.url
    page.get_by_role("link", name="Clear all").click()
    assert ids_without_scripts(page)[:2] == first[:2]
    page.get_by_role("link", name="Load more").click()
    assert ids_without_scripts(page)[0] not in first


def ids_without_scripts(page: Page) -> list[str]:
    return [one.get_attribute("data-tile") or "" for one in page.locator("[data-tile]").all()]


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360, usual=WIDE_AND_DARK))
def test_every_view_of_it_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, site: Site, faults: list[str], opened: list[BrowserContext], theme: str, width: int
) -> None:
    opened.append(context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce"))
    page = log_in(opened[-1], site)
    for query in ("", "?show=starred", "?show=trash", "?show=videos", "?q=heron&ratio=1:1", "?q=zebra"):
        hold_up(page, f"{site.url}/gallery{query}")
    page.goto(f"{site.url}/gallery")
    page.locator(".board-card").nth(1).click()
    page.wait_for_url("**/boards/*")
    hold_up(page, page.url)
    tile(page, 0).locator("a.tile").click()
    page.wait_for_url("**/i/*")
    hold_up(page, page.url)
