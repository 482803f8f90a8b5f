"""The pages about the API in a real browser: a key is made, copied, used, seen at work and withdrawn."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDE_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import PASSWORD, context, someone
from tests.browser.reloading import reload_until

RUNNERS = {
    "curl": ("bash", "sh"),
    "Python": (sys.executable, "py"),
    "JavaScript": ("node", "mjs"),
    "openai package": (sys.executable, "py"),
}


def make_key(page: Page, url: str, name: str = "blog") -> str:
    """The way of a person to a key; returns the key."""
    page.goto(f"{url}/keys")
    form = page.locator(".new-key")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("You will not see it again")).to_be_visible()
    return page.locator("#secret").inner_text()


def test_on_a_phone_whoever_made_a_mistake_is_taken_to_it_and_keeps_what_was_typed(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = someone(chromium, faults, url, 360)
    page.goto(f"{url}/keys")
    page.get_by_label("Name").fill("blog")
    page.get_by_label("Your password").fill("not it")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("That is not your password.")).to_be_in_viewport()
    expect(page.get_by_label("Your password")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("blog")
    page.context.close()


def call(url: str, secret: str, path: str = "/models") -> httpx.Response:
    return httpx.get(f"{url}/api/v1{path}", headers={"Authorization": f"Bearer {secret}"}, timeout=60)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_key_is_made_copied_used_seen_at_work_and_withdrawn(
    chromium: Browser, url: str, faults: list[str], width: int
) -> None:
    page = someone(chromium, faults, url, width, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("navigation", name="Main").get_by_role("link", name="API").click()
    page.wait_for_url("**/keys")
    expect(page.get_by_role("heading", name="Make pictures from your own programs")).to_be_visible()

    page.get_by_label("Name").fill("blog")
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    assert page.get_by_label("Name").input_value() == "blog"

    secret = make_key(page, url)
    page.get_by_role("button", name="Copy the key").click()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("radio", name="Python").check(force=True)
    expect(page.locator(".snippet:visible")).to_contain_text("import httpx")
    expect(page.locator(".snippet:visible")).to_contain_text(secret)

    answer = call(url, secret)
    assert answer.status_code == 200
    assert call(url, secret, "/account").status_code == 403
    # Both calls are written down within a second, though not always together.
    page.goto(f"{url}/usage")
    reload_until(page.get_by_role("row", name=re.compile(r"^blog\D+2\b")))
    page.get_by_role("row", name=re.compile("^blog")).get_by_role("link").click()
    expect(page.get_by_text("Only “blog”")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert ",v1.list_models,ok,1" in download.value.path().read_text()

    page.goto(f"{url}/keys")
    assert secret not in page.content()
    expect(page.get_by_role("row", name=re.compile("blog"))).to_contain_text("just now")
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke this key").click()
    expect(page.get_by_text("“blog” is revoked")).to_be_visible()
    assert call(url, secret).status_code == 401
    page.context.close()


def test_without_scripts_a_key_is_made_and_withdrawn(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url, java_script_enabled=False)
    secret = make_key(page, url)
    assert call(url, secret).status_code == 200
    page.get_by_role("radio", name="JavaScript").check(force=True)
    expect(page.locator(".snippet:visible")).to_contain_text("await fetch")
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke this key").click()
    expect(page.get_by_text("Make pictures from your own programs")).to_be_visible()
    assert call(url, secret).status_code == 401
    page.context.close()


def test_a_day_is_asked_for_only_where_one_is_chosen(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    page.goto(f"{url}/keys")
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_label("Expires").select_option("After the day below")
    expect(page.get_by_label("Last day")).to_be_visible()
    page.context.close()


def test_revoking_is_left_by_escape_and_reached_by_keyboard(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    make_key(page, url)
    revoke = page.locator("summary", has_text="Revoke")
    revoke.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Revoke this key")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Revoke this key")).to_be_hidden()
    expect(revoke).to_be_focused()
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360, usual=WIDE_AND_DARK))
def test_every_page_about_the_api_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    stranger = context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce").new_page()
    hold_up(stranger, f"{url}/docs/api")
    stranger.context.close()
    page = someone(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    for path in ("/keys", "/usage", "/docs/api"):
        hold_up(page, f"{url}{path}")
    secret = make_key(page, url)
    hold_up_as_it_is(page)
    call(url, secret)
    page.locator("summary", has_text="Revoke").click()
    hold_up_as_it_is(page)
    page.goto(f"{url}/usage")
    reload_until(page.get_by_role("row", name=re.compile(r"\D+1\b")))
    for path in ("/keys", "/usage", "/usage?days=90"):
        hold_up(page, f"{url}{path}")
    page.context.close()


@pytest.mark.parametrize("language", ["curl", "Python", "JavaScript", "openai package"])
def test_each_program_to_copy_makes_a_picture(
    chromium: Browser, url: str, faults: list[str], language: str, tmp_path: Path
) -> None:
    page = someone(chromium, faults, url)
    make_key(page, url)
    page.get_by_role("radio", name=language).check(force=True)
    program = page.locator(".snippet:visible code").inner_text()
    page.context.close()
    command, suffix = RUNNERS[language]
    if shutil.which(command) is None:
        pytest.skip(f"needs {command}")
    file = tmp_path / f"program.{suffix}"
    file.write_text(program)
    done = subprocess.run([command, file], cwd=tmp_path, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    pictures = list(tmp_path.glob("*.png"))
    if language in ("Python", "openai package"):
        assert pictures
        assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    else:
        assert ('"outputs"' if language == "curl" else "bytes") in done.stdout
