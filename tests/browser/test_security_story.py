"""An account is made safe, a device is lost, a password forgotten: the whole way in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up_as_it_is
from tests.browser.people import PASSWORD, context, sign_up
from tests.processes import wait_for

OUT = re.compile(r"/login\?next=")
NEW = "amber lantern orchard seven"
NEWEST = "quiet comet harvest ledger"


def letter(page: Page, url: str, email: str, subject: str) -> str:
    """The text of the newest letter to this address about this."""
    outbox = page.context.new_page()

    def found() -> str:
        outbox.goto(f"{url}/outbox")
        letters = outbox.locator(".letter", has_text=email).filter(has_text=subject)
        return letters.first.inner_text() if letters.count() else ""

    text = wait_for(found, what=f"the letter: {subject}")
    outbox.close()
    return text


def code_of(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return found[0]


def log_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360))
def test_somebody_makes_their_account_safe(
    chromium: Browser, url: str, faults: list[str], width: int, theme: str
) -> None:
    page = context(chromium, faults, width, color_scheme=theme).new_page()
    email = sign_up(page, url)

    # By keyboard and menu to the page.
    page.goto(f"{url}/profile")
    page.get_by_role("link", name="Security").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Security")
    hold_up_as_it_is(page)

    # A password that is wrong stands beside its field, and is not kept.
    page.get_by_label("Your password").fill("not my password")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    expect(page.get_by_label("New password")).to_have_value("")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed. Every other device is signed out.")).to_be_visible()
    assert "your password was changed" in letter(page, url, email, "Your password was changed")

    # Another address.
    email = f"new-{email}"
    page.get_by_label("New e-mail address").fill(email)
    page.get_by_role("button", name="Send the code").click()
    page.wait_for_url("**/profile/security/email")
    hold_up_as_it_is(page)
    page.get_by_label("Code").fill(code_of(letter(page, url, email, "is your code for this address")))
    page.get_by_role("button", name="Change my address").click()
    expect(page.locator(".security-email")).to_have_text(email)

    # A second factor, by the key that stands below the picture.
    page.get_by_role("button", name="Set it up").click()
    page.wait_for_url("**/profile/security/second-factor")
    hold_up_as_it_is(page)
    assert page.locator(".qr-code").evaluate("drawing => drawing.getBoundingClientRect().width") > 150
    secret = page.locator(".app-key code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("That is not the code that the app shows now")).to_be_visible()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second factor is on")
    hold_up_as_it_is(page)
    paper = page.locator(".recovery-codes code").all_inner_texts()
    assert len(paper) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    hold_up_as_it_is(page)

    # A second device comes in by a code on paper, is seen from the first, and ended there.
    other = context(chromium, faults, width, color_scheme=theme).new_page()
    log_in(other, url, email, NEW)
    other.wait_for_url("**/login/code")
    hold_up_as_it_is(other)
    other.get_by_label("Code").fill("000000")
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_text("You have 4 tries left")).to_be_visible()
    other.get_by_label("Code").fill(paper[0])
    other.get_by_role("button", name="Log in").click()
    other.wait_for_url("**/create")
    assert "Chrome" in letter(page, url, email, "Your account was used on a new device")
    page.reload()
    expect(page.get_by_text("9 recovery codes left")).to_be_visible()
    expect(page.locator(".devices li")).to_have_count(2)
    hold_up_as_it_is(page)
    page.get_by_role("button", name=re.compile("^Sign out Chrome")).click()
    expect(page.locator(".devices li")).to_have_count(1)
    other.goto(f"{url}/gallery")
    expect(other).to_have_url(OUT)

    # The password is forgotten there, and a new one set by mail; the second factor stays.
    other.get_by_role("link", name="Forgotten your password?").click()
    hold_up_as_it_is(other)
    other.get_by_label("E-mail").fill(email)
    other.get_by_role("button", name="Send the code").click()
    other.wait_for_url("**/password/reset")
    hold_up_as_it_is(other)
    code = code_of(letter(other, url, email, "is your code for a new password"))
    other.get_by_label("Code").fill(code)
    other.get_by_label("New password").fill("short")
    other.get_by_role("button", name="Set the password").click()
    expect(other.get_by_text("Use 10 characters or more.")).to_be_visible()
    other.get_by_label("Code").fill(code)
    other.get_by_label("New password").fill(NEWEST)
    other.get_by_role("button", name="Set the password").click()
    expect(other.get_by_text("Your password is changed, and every device is signed out.")).to_be_visible()
    page.goto(f"{url}/gallery")
    expect(page).to_have_url(OUT)
    log_in(other, url, email, NEWEST)
    other.get_by_label("Code").fill(next_code(secret))
    other.get_by_role("button", name="Log in").click()
    other.wait_for_url("**/create")

    # And off again.
    other.goto(f"{url}/profile/security")
    other.locator("#off summary").click()
    other.locator("#off_password").fill(NEWEST)
    other.locator("#off_code").fill(paper[1])
    other.get_by_role("button", name="Turn it off").click()
    expect(other.get_by_text("The second factor is off.")).to_be_visible()


def next_code(secret: str) -> str:
    """A code that was not used yet: that of the next step, which is near enough."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=25))


def test_all_of_it_works_without_scripts(chromium: Browser, url: str, faults: list[str]) -> None:
    page = context(chromium, faults, 360).new_page()
    email = sign_up(page, url)
    plain = context(chromium, faults, 360, java_script_enabled=False).new_page()
    log_in(plain, url, email, PASSWORD)
    plain.goto(f"{url}/profile/security")
    plain.get_by_role("button", name="Sign out everywhere else").click()
    expect(plain.get_by_text("Every other device is signed out.").first).to_be_visible()
    page.goto(f"{url}/gallery")
    expect(page).to_have_url(OUT)
    plain.get_by_role("button", name="Set it up").click()
    secret = plain.locator(".app-key code").inner_text().replace(" ", "")
    plain.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    plain.get_by_role("button", name="Turn it on").click()
    expect(plain.locator(".recovery-codes code")).to_have_count(10)
