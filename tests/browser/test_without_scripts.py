"""The studio with JavaScript off: everything is a link or a form."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.people import context, sign_up
from tests.browser.test_story import ask
from tests.processes import wait_for

PROMPT = "three red tulips on a hill"


def tiles(page: Page) -> int:
    return page.locator(".wall [data-tile]").count()


def both_are_there(page: Page, url: str) -> bool:
    page.goto(f"{url}/create")
    return page.locator("[data-batch] a[href^='/i/'] img").count() == 2


def test_pictures_are_made_seen_downloaded_found_deleted_and_taken_back(
    chromium: Browser, url: str, faults: list[str], tmp_path: Path
) -> None:
    page = context(chromium, faults, 360, java_script_enabled=False).new_page()
    sign_up(page, url)
    ask(page, PROMPT)
    wait_for(lambda: both_are_there(page, url), seconds=60, what="both pictures")

    page.goto(f"{url}/gallery")
    assert tiles(page) == 2
    search(page, "tulips")
    assert tiles(page) == 2
    search(page, "zebra")
    assert tiles(page) == 0
    page.goto(f"{url}/gallery")
    page.locator(".wall a[href^='/i/']").first.click()
    expect(page.locator(".about-prompt")).to_have_text(PROMPT)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PNG").click()
    kept = tmp_path / "tulips.png"
    download.value.save_as(kept)
    assert kept.read_bytes().startswith(b"\x89PNG")
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/gallery*")
    assert tiles(page) == 1
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/i/*")
    page.goto(f"{url}/gallery")
    assert tiles(page) == 2
    page.context.close()


def search(page: Page, words: str) -> None:
    page.get_by_label("Search in prompts").fill(words)
    page.get_by_role("button", name="Find").click()
    page.wait_for_url(f"**/gallery?*q={words}*")


def test_somebody_gives_themselves_a_name_and_a_long_prompt_is_used_again(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = context(chromium, faults, java_script_enabled=False).new_page()
    sign_up(page, url)
    page.goto(f"{url}/profile")
    page.get_by_label("What you are called").fill("रोबिन 🌿")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("रोबिन 🌿")
    # As an address it would be longer than any server takes.
    prompt = ("शांत कमल का तालाब " * 112)[:2000].strip()
    page.goto(f"{url}/create")
    ask(page, prompt)
    page.goto(f"{url}/prompts")
    page.locator("[data-prompt]").first.click()
    page.wait_for_url(re.compile("/create"))
    expect(page.get_by_label("Prompt", exact=True)).to_have_value(prompt)
    page.context.close()
