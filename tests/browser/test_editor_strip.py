"""The editor in a real browser: paint, send, look at what came of it, keep it or drop it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import PASSWORD, context, sign_up
from tests.browser.test_kinds_story import PHOTO
from tests.fakes import sources

DONE_MS = 60_000
LARGE = (7680, 5120)


@pytest.fixture
def url(generous_url: str) -> str:
    return generous_url


@pytest.fixture
def page(chromium: Browser, url: str, faults: list[str]) -> Iterator[Page]:
    opened = context(chromium, faults).new_page()
    sign_up(opened, url)
    yield opened
    opened.context.close()


def bring(page: Page, url: str, photo: dict[str, object] | None = None) -> str:
    """A picture along, into the editor of its mask; its id."""
    page.goto(f"{url}/edit")
    page.locator("#drop-file").set_input_files([photo or PHOTO])  # type: ignore[list-item]
    page.wait_for_url("**/edit/*/upscale", timeout=DONE_MS)
    uuid = page.url.split("/")[-2]
    page.goto(f"{url}/edit/{uuid}/inpaint")
    expect(page.locator("[data-mask-editor][data-ready]")).to_be_visible()
    return uuid


def paint(page: Page, *places: tuple[float, float]) -> None:
    """A stroke through places that are shares of the stage."""
    stage = page.locator("[data-mask-stage]")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def marked(page: Page) -> str:
    return page.locator("[data-mask-words]").inner_text()


def tries(page: Page) -> Locator:
    return page.locator(".strip .try:visible")


def send(page: Page, words: str) -> None:
    before = tries(page).count()
    page.locator("#prompt").fill(words)
    page.get_by_role("button", name=re.compile("^Repaint · ")).click()
    expect(tries(page)).to_have_count(before + 1)


def all_done(page: Page) -> None:
    expect(page.locator("[data-batch][data-unfinished]")).to_have_count(0, timeout=DONE_MS)


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360))
def test_what_is_painted_over_comes_into_the_strip_is_compared_dropped_taken_back_and_kept(
    chromium: Browser, url: str, faults: list[str], width: int, theme: str
) -> None:
    phone = {"has_touch": True, "is_mobile": True} if width < 800 else {}
    page = context(chromium, faults, width, color_scheme=theme, **phone).new_page()
    sign_up(page, url)
    uuid = bring(page, url)
    hold_up_as_it_is(page)
    paint(page, (0.4, 0.5), (0.6, 0.5))
    # Several are under way at the same time, with the same mask.
    send(page, "red poppies")
    send(page, "white lilies")
    expect(tries(page).first).to_contain_text("white lilies")
    all_done(page)
    expect(page.get_by_role("link", name=re.compile("^Keep: "))).to_have_count(2)
    hold_up_as_it_is(page)

    turning = tries(page).first.get_by_role("button", name="Show how it was before")
    turning.press("Space")
    expect(turning).to_have_attribute("aria-pressed", "true")
    before = turning.locator(".turning-b")
    assert f"/media/{uuid}/" in str(before.get_attribute("src"))
    assert before.evaluate("image => getComputedStyle(image).opacity") == "1"

    page.get_by_role("button", name="Drop: white lilies").click()
    expect(page.get_by_role("button", name="Undo: white lilies")).to_be_focused()
    expect(tries(page).first).to_contain_text("In the trash")
    hold_up_as_it_is(page)
    page.get_by_role("button", name="Undo: white lilies").click()
    expect(page.get_by_role("link", name="Keep: white lilies")).to_be_visible()
    page.get_by_role("button", name="Drop: white lilies").click()
    expect(page.get_by_role("button", name="Undo: white lilies")).to_be_visible()
    page.reload()
    expect(tries(page)).to_have_count(1)

    page.get_by_role("link", name="Go on from here: red poppies").click()
    page.wait_for_url("**/edit/*/inpaint")
    assert uuid not in page.url
    assert "Nothing is marked" in marked(page)
    page.go_back()
    page.get_by_role("link", name="Keep: red poppies").click()
    page.wait_for_url("**/i/*")
    expect(page.get_by_role("slider", name=re.compile("Divider"))).to_be_visible()
    page.context.close()


def test_a_mask_stays_for_the_next_try_and_over_a_reload_or_goes_if_one_wants(page: Page, url: str) -> None:
    uuid = bring(page, url)
    paint(page, (0.4, 0.5), (0.6, 0.5))
    painted = marked(page)
    page.locator("#prompt").fill("half a sentence")
    page.reload()
    expect(page.locator("[data-mask-words]")).to_have_text(painted)
    expect(page.locator("#prompt")).to_have_value("half a sentence")
    send(page, "red poppies")
    assert marked(page) == painted
    all_done(page)
    # Another tab has a mask of its own.
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[data-mask-words]")).to_contain_text("Nothing is marked")
    other.close()

    page.get_by_label("Keep the mask after sending").uncheck()
    send(page, "white lilies")
    expect(page.locator("[data-mask-words]")).to_contain_text("Nothing is marked")
    page.keyboard.press("Control+z")
    all_done(page)
    page.goto(f"{url}/gallery")
    page.go_back()
    expect(page).to_have_url(re.compile(uuid))
    expect(page.locator("[data-mask-words]")).to_have_text(painted)
    expect(page.get_by_label("Keep the mask after sending")).not_to_be_checked()


def test_a_session_that_ended_while_one_painted_loses_neither_mask_nor_words(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = context(chromium, faults).new_page()
    email = sign_up(page, url)
    uuid = bring(page, url)
    paint(page, (0.4, 0.5), (0.6, 0.5))
    painted = marked(page)
    page.context.clear_cookies()
    page.locator("#prompt").fill("red poppies")
    page.get_by_role("button", name=re.compile("^Repaint · ")).click()
    page.wait_for_url(re.compile(r"/login\?next="))
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**/edit/{uuid}/inpaint")
    expect(page.locator("[data-mask-words]")).to_have_text(painted)
    expect(page.locator("#prompt")).to_have_value("red poppies")
    send(page, "red poppies")
    page.context.close()


def test_without_a_mark_nothing_is_sent_and_it_is_said_what_is_missing(page: Page, url: str) -> None:
    bring(page, url)
    page.locator("#prompt").fill("red poppies")
    page.get_by_role("button", name=re.compile("^Repaint · ")).click()
    expect(page.locator("#mask-error")).to_have_text("Paint over what should change.")
    expect(tries(page)).to_have_count(0)
    expect(page.locator("#prompt")).to_have_value("red poppies")


def test_a_picture_of_forty_megapixels_is_painted_on_and_its_mask_has_its_own_size(page: Page, url: str) -> None:
    bring(page, url, {"name": "wall.jpg", "mimeType": "image/jpeg", "buffer": sources.photo(*LARGE)})
    paint(page, (0.4, 0.5), (0.6, 0.5))
    assert "%" in marked(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the mask as a PNG").click()
    assert saved.value.suggested_filename == f"mask-{LARGE[0]}x{LARGE[1]}.png"
    page.reload()
    expect(page.locator("[data-mask-words]")).to_contain_text("%")
