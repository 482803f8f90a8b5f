"""The page of one picture in a real browser: the lightbox, other formats, comparing."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import someone
from tests.processes import wait_for

SHOWN = ".pswp__item[aria-hidden='false'] img.pswp__img:not(.pswp__img--placeholder)"


def to_a_picture(page: Page, url: str) -> None:
    """Make two pictures and open the newer one's page."""
    page.goto(f"{url}/create")
    page.get_by_label("Prompt", exact=True).fill("a lotus pond at dawn")
    page.get_by_role("button", name=re.compile("^Create")).click()
    pictures = page.locator("[data-batch] a[href^='/i/']")
    expect(pictures).to_have_count(2, timeout=30_000)
    page.goto(f"{url}/gallery")
    page.locator("a[href^='/i/']").first.click()
    page.wait_for_url("**/i/*")


def scale(page: Page) -> float:
    width = page.locator(SHOWN).evaluate("image => image.getBoundingClientRect().width")
    assert isinstance(width, float | int)
    return float(width)


@pytest.mark.parametrize("width", [1440, 360])
def test_the_lightbox_zooms_turns_over_and_takes_the_address_along(
    chromium: Browser, url: str, faults: list[str], width: int
) -> None:
    page = someone(chromium, faults, url, width)
    to_a_picture(page, url)
    first = page.url
    page.get_by_role("link", name="Open the picture in full size").click()
    expect(page.locator(SHOWN)).to_be_visible()
    before = scale(page)
    page.locator(".pswp__scroll-wrap").hover()
    page.mouse.wheel(0, -400)
    wait_for(lambda: scale(page) > before, what="the picture to grow")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda address: address != first)
    second = page.url
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    page.wait_for_load_state()
    assert page.url == second
    expect(page.get_by_role("link", name="Newer")).to_have_attribute("href", re.compile(re.escape(first[-36:])))


def test_who_only_looks_at_one_comes_back_to_the_same_page(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    to_a_picture(page, url)
    here = page.url
    page.keyboard.press("f")
    expect(page.locator(SHOWN)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    assert page.url == here
    expect(page.get_by_role("link", name="Open the picture in full size")).to_be_focused()


@pytest.mark.parametrize("width", [1440, 360])
def test_a_picture_is_saved_as_jpeg(chromium: Browser, url: str, faults: list[str], width: int) -> None:
    page = someone(chromium, faults, url, width)
    to_a_picture(page, url)
    page.get_by_text("Other formats").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JPEG").click()
    assert waiting.value.suggested_filename.endswith(".jpg")


@pytest.mark.parametrize("width", [1440, 360])
def test_two_pictures_are_compared(chromium: Browser, url: str, faults: list[str], width: int) -> None:
    page = someone(chromium, faults, url, width)
    to_a_picture(page, url)
    page.get_by_role("link", name="Compare with it").click()
    divider = page.get_by_role("slider")
    divider.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(divider).to_have_js_property("value", "60")
    for key, way in (("beside", "Side by side"), ("hover", "In turn")):
        page.get_by_role("link", name=way).click()
        page.wait_for_url(f"**way={key}")
        hold_up_as_it_is(page)
    turning = page.get_by_role("button", name="Show B in place of A")
    turning.focus()
    page.keyboard.press("Space")
    expect(turning).to_have_attribute("aria-pressed", "true")
