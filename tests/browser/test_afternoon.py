"""One afternoon in the studio, by mouse at a desk and on a narrow screen, and by keyboard alone."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import afternoon
from tests.browser.people import context, someone

# Long, or of a whole machine: the full run looks at it.
pytestmark = pytest.mark.full
PROMPTS = ("a lotus pond at dawn", "three red tulips on a hill", "bamboo in the mist")
FULL_SIZE = ".pswp__item[aria-hidden='false'] img.pswp__img:not(.pswp__img--placeholder)"


@pytest.fixture
def url(generous_url: str) -> str:
    return generous_url


def tiles(page: Page) -> list[str]:
    return page.locator("[data-tile]:visible").evaluate_all("(all) => all.map((one) => one.dataset.tile)")


@pytest.mark.parametrize("width", [pytest.param(1440, marks=pytest.mark.full), 360])
def test_one_afternoon(chromium: Browser, url: str, faults: list[str], tmp_path: Path, width: int) -> None:
    page = someone(chromium, faults, url, width)
    for prompt in PROMPTS:
        afternoon.ask(page, url, prompt)
    afternoon.improve(page, url, "a heron")
    first = afternoon.open_newest(page, url)
    work_on_it(page, url, first)
    keep_it(page, url, first)
    share_it(chromium, faults, page, url, first)
    throw_away_and_take_back(page, url)
    download_some(page, tmp_path)
    page.context.close()


def work_on_it(page: Page, url: str, uuid: str) -> None:
    """Vary it, paint a part anew, enlarge it, let it move: each knows what it was made from."""
    page.get_by_role("link", name="Vary").click()
    afternoon.press(page, "Vary", pictures=2)
    page.goto(f"{url}/edit/{uuid}/inpaint")
    afternoon.paint_a_stroke(page)
    afternoon.press(page, "Repaint", "red poppies")
    page.goto(f"{url}/edit/{uuid}/upscale")
    afternoon.press(page, "Enlarge")
    page.goto(f"{url}/i/{uuid}")
    page.get_by_role("link", name="Animate").click()
    page.wait_for_url("**/video?image=*")
    film = afternoon.press(page, "Film", "wind in the leaves")
    page.goto(f"{url}/i/{film}")
    expect(page.locator("video")).to_be_visible()
    page.goto(f"{url}/i/{uuid}")
    expect(page.locator("section[aria-labelledby='children-title'] a[href^='/i/']")).to_have_count(5)


def keep_it(page: Page, url: str, uuid: str) -> None:
    """A board, a star, and found again by words."""
    afternoon.make_board_of_this(page, "Evening")
    page.get_by_role("button", name="Star", exact=True).click()
    expect(page.get_by_role("button", name="Starred")).to_be_visible()
    page.goto(f"{url}/gallery?show=starred")
    assert tiles(page) == [uuid]
    page.goto(f"{url}/gallery")
    page.locator(".board-card", has_text="Evening").click()
    page.wait_for_url("**/boards/*")
    assert tiles(page) == [uuid]
    page.goto(f"{url}/gallery")
    page.get_by_label("Search in prompts").fill("tulips")
    page.wait_for_url("**/gallery?q=tulips")
    expect(page.locator("[data-tile]:visible")).to_have_count(2)


def share_it(chromium: Browser, faults: list[str], page: Page, url: str, uuid: str) -> None:
    """Somebody who is not signed in sees it by its link, until it ends."""
    page.goto(f"{url}/i/{uuid}")
    link = afternoon.share_this(page)
    stranger = context(chromium, faults, page.viewport_size["width"] if page.viewport_size else 1440).new_page()
    stranger.goto(link)
    expect(stranger.locator("figcaption")).to_have_text(PROMPTS[-1])
    assert stranger.locator(".shared-picture").evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("button", name="Make a link")).to_be_visible()
    answer = stranger.reload()
    assert answer is not None
    assert answer.status == 404
    stranger.context.close()


def throw_away_and_take_back(page: Page, url: str) -> None:
    """To the trash from the gallery, and back at once."""
    page.goto(f"{url}/gallery")
    before = tiles(page)
    select(page, 0)
    page.locator("#selection").get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(f"#tile-{before[0]}")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#tile-{before[0]}")).to_be_visible()
    page.reload()
    assert tiles(page) == before


def download_some(page: Page, folder: Path) -> None:
    """Three of them as one zip."""
    for number in range(3):
        select(page, number)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download zip").click()
    kept = folder / "afternoon.zip"
    download.value.save_as(kept)
    with zipfile.ZipFile(kept) as packed:
        assert packed.testzip() is None
        assert len(packed.namelist()) == 3


def select(page: Page, number: int) -> None:
    tile = page.locator("[data-tile]:visible").nth(number)
    tile.hover()
    tile.locator("input[type=checkbox]").click()


def test_the_same_by_keyboard_alone(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.keyboard.press("/")
    page.keyboard.type(PROMPTS[0])
    page.keyboard.press("Control+Enter")
    pictures = page.locator("[data-batch] a[href^='/i/']")
    expect(pictures).to_have_count(2, timeout=afternoon.DONE_MS)
    afternoon.tab_to(page, "[data-batch] a[href^='/i/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/i/*")
    page.keyboard.press("f")
    expect(page.locator(FULL_SIZE)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_url("**/gallery*")
    before = tiles(page)
    if page.locator("[data-reach]:focus").count() == 0:
        afternoon.tab_to(page, "[data-reach]")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(page.locator("#selection")).to_contain_text("1 selected")
    page.keyboard.press(".")
    expect(page.locator(f"#tile-{before[0]}[data-starred]")).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.locator(f"#tile-{before[0]}")).to_be_hidden()
    afternoon.tab_to(page, "#toasts button", most=200)
    page.keyboard.press("Enter")
    expect(page.locator(f"#tile-{before[0]}")).to_be_visible()
    page.reload()
    assert tiles(page) == before
    page.context.close()
