"""Administration in a real browser: somebody is found, given credits, kept out, and all of it is written down."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import OWNER, PASSWORD, context, log_in, sign_up
from tests.browser.test_api_pages import make_key
from tests.browser.test_story import ask, done


def someone(chromium: Browser, faults: list[str], url: str) -> tuple[Page, str]:
    """A new person with a picture and a key."""
    page = context(chromium, faults).new_page()
    email = sign_up(page, url)
    ask(page, "a heron that is nobody's business")
    done(page)
    make_key(page, url)
    return page, email


def owner(chromium: Browser, faults: list[str], url: str, width: int = 1440, **more: object) -> Page:
    """The administrator's browser."""
    page = context(chromium, faults, width, **more).new_page()
    log_in(page, url, OWNER)
    page.wait_for_url("**/create")
    return page


def open_act(page: Page, name: str) -> None:
    page.locator(".person-acts summary", has_text=re.compile(f"^{name}")).click()


def find(page: Page, url: str, email: str) -> None:
    """From the rail to a person's page."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Admin").click()
    page.wait_for_url("**/admin/overview")
    page.get_by_role("navigation", name="Admin").get_by_role("link", name="People").click()
    page.wait_for_url("**/admin/users")
    page.get_by_label("Search").fill(email)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=email).click()
    page.wait_for_url(re.compile(r"/admin/users/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(email)


@pytest.mark.parametrize("runs_scripts", [True, False])
def test_on_a_phone_the_pages_stand_in_one_row_and_the_one_that_is_shown_is_in_sight(
    chromium: Browser, url: str, faults: list[str], runs_scripts: bool
) -> None:
    page = owner(chromium, faults, url, 360, java_script_enabled=runs_scripts)
    for name in ("overview", "moderation", "audit"):
        page.goto(f"{url}/admin/{name}")
        row = page.get_by_role("navigation", name="Admin")
        expect(row.locator("[aria-current]")).to_be_in_viewport(ratio=1)
        box = row.bounding_box()
        assert box is not None
        assert box["height"] < 60
    page.context.close()


def test_an_administrator_finds_somebody_gives_credits_suspends_and_reads_the_audit_log(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    theirs, email = someone(chromium, faults, url)
    page = owner(chromium, faults, url)
    find(page, url, email)

    open_act(page, "Credits")
    page.get_by_role("textbox", name="Credits").fill("lots")
    page.locator("#credits").get_by_label("Reason").fill("Sorry for the wait")
    page.get_by_role("button", name="Change the credits").click()
    expect(page.locator("#credits-delta-error")).to_contain_text("Say a whole number")
    assert page.locator("#credits").get_by_label("Reason").input_value() == "Sorry for the wait"
    page.get_by_role("textbox", name="Credits").fill("25")
    page.get_by_role("button", name="Change the credits").click()
    expect(page.get_by_text("25 credits given.")).to_be_visible()
    theirs.goto(f"{url}/credits")
    expect(theirs.get_by_text("A gift from the operators: Sorry for the wait")).to_be_visible()
    expect(theirs.locator("#credit-pill")).to_contain_text("29")

    expect(page.get_by_text("nobody's business")).to_have_count(0)
    page.get_by_text("Read the prompts").click()
    page.locator("#prompts").get_by_label("Reason").fill("A complaint")
    page.get_by_role("button", name="Show the prompts").click()
    expect(page.get_by_text("a heron that is nobody's business")).to_be_visible()

    open_act(page, "Suspend")
    page.locator("#status").get_by_label("Reason").fill("Abuse")
    page.get_by_role("button", name="Suspend", exact=True).click()
    expect(page.get_by_text(f"{email} is suspended.")).to_be_visible()
    theirs.goto(f"{url}/create")
    theirs.wait_for_url(re.compile("/login"))

    page.get_by_role("navigation", name="Admin").get_by_role("link", name="Audit log").click()
    page.get_by_label("By or to").fill(email)
    page.get_by_role("button", name="Find").click()
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Changed status")
    expect(rows.nth(1)).to_contain_text("Abuse")
    expect(rows.nth(1)).to_contain_text(OWNER)
    expect(rows.nth(2)).to_contain_text("Read prompts")
    expect(rows.nth(3)).to_contain_text("Changed credits +25")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "user.set_status" in download.value.path().read_text()
    page.context.close()
    theirs.context.close()


def test_every_other_act_on_a_person_leaves_its_line(chromium: Browser, url: str, faults: list[str]) -> None:
    theirs, email = someone(chromium, faults, url)
    page = owner(chromium, faults, url)
    find(page, url, email)

    def act(place: str, button: str, said: str, **fields: str) -> None:
        form = page.locator(f"details.act[id^={place}]").first
        form.locator("summary").click()
        for label, value in fields.items():
            field = form.get_by_label(label, exact=True)
            if label == "Role":
                field.select_option(value)
            else:
                field.fill(value)
        form.get_by_label("Reason").fill(f"because of {place}")
        form.get_by_role("button", name=button).click()
        expect(page.get_by_text(said)).to_be_visible()

    act("premium", "Change Premium", "Premium until", Days="30")
    act("key-", "Revoke this key", "is revoked.")
    act("sessions", "Sign out everywhere", "is signed out everywhere.")
    act("status", "Suspend", "is suspended.")
    act("status", "Reinstate", "may log in again.")
    act("role", "Give this role", "has been made support.", Role="support")

    page.goto(f"{url}/admin/audit?who={email}")
    lines = page.locator(".acts tbody tr")
    for number, (what, place) in enumerate(
        [
            ("Gave a role support", "role"),
            ("Changed status active", "status"),
            ("Changed status suspended", "status"),
            ("Signed out everywhere", "sessions"),
            ("Revoked a key", "key-"),
            ("Changed Premium", "premium"),
        ]
    ):
        expect(lines.nth(number)).to_contain_text(what)
        expect(lines.nth(number)).to_contain_text(f"because of {place}")
        expect(lines.nth(number)).to_contain_text(OWNER)
    page.context.close()
    theirs.context.close()


def test_an_account_is_deleted_by_typing_its_address(chromium: Browser, url: str, faults: list[str]) -> None:
    theirs, email = someone(chromium, faults, url)
    page = owner(chromium, faults, url)
    find(page, url, email)
    open_act(page, "Delete the account")
    page.locator("#delete").get_by_label("Reason").fill("They asked for it")
    page.get_by_label("Their e-mail address").fill("somebody@else.example")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("#delete-email-error")).to_contain_text("Type the address")
    page.get_by_label("Their e-mail address").fill(email)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("@deleted.invalid"))
    assert email not in page.content()
    theirs.goto(f"{url}/gallery")
    theirs.wait_for_url(re.compile("/login"))
    log_in(theirs, url, email)
    expect(theirs.get_by_text("Invalid e-mail or password.")).to_be_visible()
    page.context.close()
    theirs.context.close()


def test_by_keyboard_and_without_scripts_credits_are_given(chromium: Browser, url: str, faults: list[str]) -> None:
    page = owner(chromium, faults, url)
    page.goto(f"{url}/admin/users?q={OWNER}")
    page.get_by_role("link", name=OWNER).press("Enter")
    page.locator("#credits > summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("A test")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 credits given.")).to_be_visible()
    page.context.close()
    plain = owner(chromium, faults, url, java_script_enabled=False)
    plain.goto(f"{url}/admin/users?q={OWNER}")
    plain.get_by_role("link", name=OWNER).click()
    plain.locator("#credits > summary").click()
    plain.get_by_role("textbox", name="Credits").fill("-3")
    plain.locator("#credits").get_by_label("Reason").fill("A test")
    plain.get_by_role("button", name="Change the credits").click()
    expect(plain.get_by_text("3 credits taken.")).to_be_visible()
    plain.context.close()


def test_who_was_only_remembered_is_asked_for_the_password_and_the_form_is_kept(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = context(chromium, faults).new_page()
    page.goto(f"{url}/login")
    page.get_by_label("Stay signed in on this device").check()
    page.get_by_label("E-mail").fill(OWNER)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    page.context.clear_cookies(name="image_garden")
    page.goto(f"{url}/admin/users?q={OWNER}")
    page.get_by_role("link", name=OWNER).click()
    open_act(page, "Premium")
    page.get_by_label("Days").fill("7")
    page.locator("#premium").get_by_label("Reason").fill("A test")
    page.get_by_role("button", name="Change Premium").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    hold_up_as_it_is(page)
    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("That is not your password.")).to_be_visible()
    hold_up_as_it_is(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Premium until")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 768, 360, usual=SMALL_AND_DARK))
def test_every_page_of_administration_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    theirs, email = someone(chromium, faults, url)
    theirs.context.close()
    page = owner(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    for path in ("/admin/users", "/admin/users?q=nobody-at-all", "/admin/audit", "/admin/audit?who=nobody"):
        hold_up(page, f"{url}{path}")
    find(page, url, email)
    hold_up_as_it_is(page)
    page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
    hold_up_as_it_is(page)
    page.get_by_role("button", name="Change the credits").click()
    expect(page.locator("#credits-reason-error")).to_contain_text("Say why")
    hold_up_as_it_is(page)
    page.context.close()
