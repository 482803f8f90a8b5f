"""Two tabs and two browsers of one person: what is done in one is seen in the other, and what is gone is said to be."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import afternoon
from tests.browser.people import context, log_in, sign_up
from tests.browser.test_story import done

# Long, or of a whole machine: the full run looks at it.
pytestmark = pytest.mark.full
GONE = "not here, or not any more"


def look_again(page: Page) -> None:
    """Come back to a window, as its browser tells the page."""
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_what_is_asked_for_in_one_browser_grows_in_the_other(chromium: Browser, url: str, faults: list[str]) -> None:
    first = context(chromium, faults).new_page()
    email = sign_up(first, url)
    second = context(chromium, faults, 360).new_page()
    log_in(second, url, email)
    second.wait_for_url("**/create")
    afternoon.ask(first, url, "bamboo in the mist")
    look_again(second)
    done(second)
    expect(second.locator("[data-batch]")).to_have_count(1)

    second.goto(f"{url}/gallery")
    afternoon.open_newest(first, url)
    first.get_by_role("button", name="Star", exact=True).click()
    expect(first.get_by_role("button", name="Starred")).to_be_visible()
    second.reload()
    expect(second.locator("[data-tile][data-starred]")).to_have_count(1)
    for page in (first, second):
        page.context.close()


def test_what_is_gone_in_one_tab_is_said_to_be_in_the_other(chromium: Browser, url: str, faults: list[str]) -> None:
    browser = context(chromium, faults)
    first = browser.new_page()
    sign_up(first, url)
    afternoon.ask(first, url, "a lonely oak in autumn")
    second, third, fourth = browser.new_page(), browser.new_page(), browser.new_page()
    uuid = afternoon.open_newest(second, url)
    third.goto(f"{url}/gallery")
    fourth.goto(f"{url}/edit/{uuid}/vary")
    first.goto(f"{url}/i/{uuid}")
    first.get_by_role("button", name="Delete").click()
    first.wait_for_url("**/gallery*")

    second.get_by_role("button", name="Star", exact=True).click()
    expect(second.locator("main")).to_contain_text(GONE)
    second.goto(f"{url}/i/{uuid}")
    expect(second.locator("main")).to_contain_text(GONE)

    tile = third.locator(f"#tile-{uuid}")
    tile.hover()
    tile.locator("input").click()
    third.locator("#selection").get_by_role("button", name="Delete", exact=True).click()
    expect(third.locator("#toasts")).to_contain_text("1 picture moved to the trash.")
    third.reload()
    expect(tile).to_have_count(0)

    fourth.get_by_role("button", name=re.compile("^Vary")).click()
    expect(fourth.locator("main")).to_contain_text(re.compile("not any more|deleted|no longer", re.I))
    browser.close()
