"""What stands beside the prompt, in a real browser: presets, the prompts of before, the seed and its lock."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import someone
from tests.browser.test_kinds_story import PHOTO

PHONE = 360


def open_options(page: Page, width: int) -> None:
    options = page.locator(".options")
    if width == PHONE and options.get_attribute("open") is None:
        options.locator("> summary").click()


def ask(page: Page, prompt: str) -> None:
    count = page.locator("[data-batch]").count()
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name=re.compile("^Create")).click()
    expect(page.locator("[data-batch]")).to_have_count(count + 1)


@pytest.mark.parametrize("width", [1440, PHONE])
def test_settings_are_kept_under_a_name_chosen_again_and_deleted(
    chromium: Browser, url: str, faults: list[str], width: int
) -> None:
    page = someone(chromium, faults, url, width)
    open_options(page, width)
    page.get_by_role("radio", name="Ink").check(force=True)
    page.locator(".presets > summary").click()
    name = page.get_by_label("Keep these settings as")
    name.press("Enter")
    expect(page.get_by_text("Give it a name.")).to_be_visible()
    expect(page.locator("[data-batch]")).to_have_count(0)
    name.fill("Evening ponds")
    name.press("Enter")
    expect(page.get_by_text("“Evening ponds” is kept.")).to_be_visible()
    expect(page.locator("#presets-count")).to_have_text("1")
    hold_up_as_it_is(page)

    page.get_by_label("Prompt", exact=True).fill("a pond")
    page.goto(f"{url}/create")
    open_options(page, width)
    expect(page.get_by_role("radio", name="Ink")).not_to_be_checked()
    page.locator(".presets > summary").click()
    page.get_by_role("link", name="Evening ponds").click()
    page.wait_for_url("**/create?preset=*")
    expect(page.locator("#style-ink")).to_be_checked()
    expect(page.get_by_label("Prompt", exact=True)).to_have_value("a pond")

    open_options(page, width)
    page.get_by_role("button", name="Delete Evening ponds").click()
    expect(page.get_by_role("link", name="Evening ponds")).to_have_count(0)
    expect(page.locator("#presets-count")).to_have_text("")


@pytest.mark.parametrize("width", [1440, PHONE])
def test_a_prompt_of_before_is_found_and_taken_and_can_be_taken_back(
    chromium: Browser, url: str, faults: list[str], width: int
) -> None:
    page = someone(chromium, faults, url, width)
    for prompt in ("a lotus pond at dawn", "तालाब में कमल"):
        ask(page, prompt)
    prompt = page.get_by_label("Prompt", exact=True)
    prompt.fill("")
    prompt.press("ArrowUp")
    search = page.get_by_label("Search in your prompts")
    expect(search).to_be_focused()
    expect(page.locator("[data-prompt]")).to_have_count(2)
    search.fill("lotus")
    expect(page.locator("[data-prompt]")).to_have_count(1)
    hold_up_as_it_is(page)
    page.locator("[data-prompt]").click()
    expect(prompt).to_have_value("a lotus pond at dawn")
    expect(prompt).to_be_focused()
    page.keyboard.press("Control+z")
    expect(prompt).to_have_value("")


def test_a_seed_holds_for_one_request_unless_it_is_locked(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url, 1440)
    seed, lock = page.get_by_label("Seed", exact=True), page.get_by_role("button", name="Keep this seed")
    page.get_by_role("button", name="Throw a seed").click()
    expect(seed).not_to_have_value("")
    ask(page, "a pond")
    expect(seed).to_have_value("")
    used = page.locator("[data-batch]").first.get_attribute("data-seed") or ""
    lock.click()
    expect(seed).to_have_value(used)
    ask(page, "a lake")
    expect(seed).to_have_value(used)
    expect(page.locator("[data-batch]").first).to_have_attribute("data-seed", used)
    lock.click()
    expect(seed).to_have_value("")


def test_on_a_phone_the_folded_options_tell_of_the_picture_that_it_starts_from(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = someone(chromium, faults, url, PHONE)
    now = page.locator("[data-options-now]")
    expect(now).not_to_contain_text("From a picture")
    page.locator("#drop-file").set_input_files([PHOTO])  # type: ignore[list-item]
    page.wait_for_url("**/create?image=*")
    expect(now).to_have_text(re.compile("^From a picture · "))
    page.context.close()
