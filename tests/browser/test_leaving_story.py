"""Taking everything along and leaving, in a real browser, with a worker that packs; and staying after all."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up
from tests.browser.people import PASSWORD, TELL, context, sign_up
from tests.browser.reloading import reload_until

PACKED_MS = 60_000


def make_and_share(page: Page, url: str) -> str:
    """A picture with a link; returns the link."""
    page.goto(f"{url}/create")
    page.get_by_label("Prompt", exact=True).fill("a lotus pond at dawn")
    page.get_by_role("button", name=re.compile("^Create")).click()
    picture = page.locator("[data-batch] a[href^='/i/']").first
    expect(picture.locator("img")).to_be_visible(timeout=30_000)
    page.goto(f"{url}{picture.get_attribute('href')}")
    page.get_by_role("button", name="Make a link").click()
    found = re.search(r"/s/[\w-]+", page.get_by_label("The link").input_value())
    assert found
    return f"{url}{found[0]}"


def log_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def pack_and_fetch(page: Page, folder: Path) -> zipfile.ZipFile:
    """Everything as a zip, from whichever page offers it."""
    page.get_by_role("button", name="Pack everything").click()
    link = page.get_by_role("link", name="Download the zip")
    expect(link).to_be_visible(timeout=PACKED_MS)
    with page.expect_download() as loaded:
        link.click()
    path = folder / loaded.value.suggested_filename
    loaded.value.save_as(path)
    return zipfile.ZipFile(path)


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360))
def test_somebody_takes_everything_along_leaves_and_stays_after_all(
    chromium: Browser, url: str, faults: list[str], width: int, theme: str, tmp_path: Path
) -> None:
    browser = context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce")
    browser.add_init_script(TELL)
    page = browser.new_page()
    email = sign_up(page, url)
    link = make_and_share(page, url)
    stranger = context(chromium, faults, width).new_page()
    assert stranger.goto(link).status == 200

    page.goto(f"{url}/profile")
    page.get_by_role("link", name="Take it along, or leave").click()
    zipped = pack_and_fetch(page, tmp_path)
    assert zipped.testzip() is None
    (told,) = {one["prompt"] for one in json.loads(zipped.read("generations.json"))}
    assert told == "a lotus pond at dawn"
    assert sum(name.startswith("pictures/") and name.endswith(".png") for name in zipped.namelist()) == 2
    hold_up(page, f"{url}/profile/data")

    page.get_by_role("link", name="Delete my account…").click()
    expect(page.get_by_text(re.compile(r"\d credits are lost."))).to_be_visible()
    expect(page.get_by_text("1 shared link shows nothing")).to_be_visible()
    page.locator("#password").fill("not the password")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
    expect(page.get_by_text("Your account will be deleted on")).to_be_visible()
    assert stranger.goto(link).status == 404

    log_in(page, url, email)
    page.wait_for_url("**/leaving")
    hold_up(page, f"{url}/gallery")
    assert page.url == f"{url}/leaving"
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    log_in(page, url, email)
    page.wait_for_url("**/leaving")

    page.get_by_role("button", name="Keep my account").click()
    page.wait_for_url("**/create")
    expect(page.get_by_text("Everything is as it was.")).to_be_visible()
    assert stranger.goto(link).status == 200
    browser.close()


def test_it_works_without_scripts(chromium: Browser, url: str, faults: list[str], tmp_path: Path) -> None:
    browser = context(chromium, faults, 1440)
    page = browser.new_page()
    email = sign_up(page, url)
    state = browser.storage_state()
    browser.close()
    plain = context(chromium, faults, 1440, java_script_enabled=False, storage_state=state).new_page()
    plain.goto(f"{url}/profile/data")
    plain.get_by_role("button", name="Pack everything").click()
    reload_until(plain.get_by_role("link", name="Download the zip"), plain.get_by_role("link", name="Look again").click)
    with plain.expect_download() as loaded:
        plain.get_by_role("link", name="Download the zip").click()
    assert loaded.value.suggested_filename.endswith(".zip")
    plain.goto(f"{url}/profile/leave")
    plain.locator("#password").fill(PASSWORD)
    plain.get_by_role("button", name="Delete my account").click()
    log_in(plain, url, email)
    plain.get_by_role("button", name="Keep my account").click()
    plain.wait_for_url(f"{url}/create")
