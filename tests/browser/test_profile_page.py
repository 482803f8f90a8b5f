"""The Profile page in a real browser, and what is chosen on it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDE_AND_DARK, looks
from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import someone
from tests.processes import wait_for

TOLD = """
    window.told = [];
    window.Notification = class {
        static permission = "granted";
        static async requestPermission() { return "granted"; }
        constructor(title, more) { window.told.push(more.body); }
        addEventListener() {}
    };
"""
LOOK_AWAY = "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });"


def make_pictures(page: Page, url: str) -> None:
    page.goto(f"{url}/create")
    page.get_by_label("Prompt", exact=True).fill("a lotus pond at dawn")
    page.get_by_role("button", name=re.compile("^Create")).click()


@pytest.mark.parametrize("width", [1440, 360])
def test_somebody_gives_themselves_a_name_and_a_picture(
    chromium: Browser, url: str, faults: list[str], width: int
) -> None:
    page = someone(chromium, faults, url, width)
    make_pictures(page, url)
    expect(page.locator("[data-batch] a[href^='/i/'] img")).to_have_count(2, timeout=30_000)
    page.get_by_label(re.compile("^Account")).click()
    page.get_by_role("link", name="Profile").click()

    name = page.get_by_label("What you are called")
    name.fill("x" * 61)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("at most 60 characters")).to_be_visible()
    expect(name).to_have_value("x" * 61)
    name.fill("रोबिन 🌿")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("रोबिन 🌿")

    page.get_by_role("radio", name="Picture 1").check(force=True)
    page.get_by_role("button", name="Save").nth(1).click()
    expect(page.locator("summary .avatar")).to_have_js_property("complete", True)
    assert page.locator("summary img.avatar").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_the_theme_that_is_chosen_here_holds_on_every_page(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url, 1440)
    page.goto(f"{url}/profile")
    page.get_by_role("radio", name="Light").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.goto(f"{url}/create")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Theme: light").click()
    page.goto(f"{url}/profile")
    expect(page.get_by_role("radio", name="System")).to_be_checked()


def test_who_looks_elsewhere_is_told_when_pictures_are_ready(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url, 1440)
    page.add_init_script(TOLD)
    page.goto(f"{url}/profile")
    page.get_by_label("Tell me when pictures are ready").check()
    make_pictures(page, url)
    expect(page.locator("[data-batch]")).to_have_count(1)
    page.evaluate(LOOK_AWAY)
    wait_for(lambda: page.evaluate("window.told") == ["Your pictures are ready"], what="word of the pictures")


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360, usual=WIDE_AND_DARK))
def test_the_page_fits_and_axe_finds_nothing(
    chromium: Browser, url: str, faults: list[str], width: int, theme: str
) -> None:
    page = someone(chromium, faults, url, width, color_scheme=theme)
    page.goto(f"{url}/profile")
    hold_up_as_it_is(page)
