"""The site is set in a real browser: closed and opened, with a banner, by invitation, with other models and prices."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import OWNER, PASSWORD, context, sign_up
from tests.browser.reloading import reload_until
from tests.browser.test_admin_story import owner
from tests.browser.test_api_pages import make_key
from tests.site import site


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The site as `make run` starts it, with an administrator, and with limits out of the way."""
    with site(administrator=(OWNER, PASSWORD)) as address:
        yield address


def set_otherwise(page: Page, url: str, place: str, **fields: str) -> None:
    """Open a form of the page of switches, fill it in, and send it."""
    page.goto(f"{url}/admin/switches")
    form = page.locator(f"#{place}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for label, value in fields.items():
        field = form.get_by_label(label.replace("_", " "), exact=True)
        if field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_label("Reason").fill(f"because of {place}")
    form.get_by_role("button").click()


def said(page: Page, url: str, what: str, reason: str) -> None:
    """The newest line of the audit log."""
    page.goto(f"{url}/admin/audit")
    first = page.locator(".acts tbody tr").first
    expect(first).to_contain_text(what)
    expect(first).to_contain_text(reason)
    expect(first).to_contain_text(OWNER)


def until(page: Page, address: str, words: str) -> None:
    """Ask until a page says so: every process knows within two seconds."""
    page.goto(address)
    reload_until(page.get_by_text(words))


def test_a_closed_site_is_closed_to_people_and_programs_and_open_to_the_staff(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    member = context(chromium, faults).new_page()
    sign_up(member, url)
    secret = make_key(member, url)
    staff = owner(chromium, faults, url)
    set_otherwise(staff, url, "closing", What_people_read="We are moving to a larger garden.")
    expect(staff.get_by_text("The site is closed to everybody but the staff. What is")).to_be_visible()
    expect(staff.locator(".site-banner.is-closed")).to_contain_text("We are moving to a larger garden.")
    said(staff, url, "Set the site maintenance: closed", "because of closing")

    until(member, f"{url}/create", "We are moving to a larger garden.")
    answer = httpx.get(f"{url}/api/v1/models", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "maintenance", "60")
    assert answer.json()["detail"] == "We are moving to a larger garden."
    assert httpx.get(f"{url}/healthz").status_code == 200
    assert httpx.get(f"{url}/login").status_code == 200
    assert staff.goto(f"{url}/create").status == 200  # type: ignore[union-attr]

    set_otherwise(staff, url, "opening")
    expect(staff.get_by_text("Everybody comes in.")).to_be_visible()
    said(staff, url, "Set the site maintenance: open", "because of opening")
    until(member, f"{url}/create", "Keyboard shortcuts")
    faults[:] = [one for one in faults if "503" not in one]
    for page in (member, staff):
        page.context.close()


def test_a_banner_stands_on_every_page_until_it_is_taken_down(chromium: Browser, url: str, faults: list[str]) -> None:
    staff, stranger = owner(chromium, faults, url), context(chromium, faults, 360).new_page()
    words = "New: films of up to ten seconds. <b>Try one</b> 🌷"
    set_otherwise(staff, url, "banner", What_people_read=words)
    expect(staff.get_by_text("Every page says so now.")).to_be_visible()
    said(staff, url, "Set the site banner: shown", "because of banner")
    until(stranger, url, "New: films of up to ten seconds.")
    for path in ("/", "/login"):
        stranger.goto(f"{url}{path}")
        expect(stranger.locator(".site-banner")).to_have_text(words)
    set_otherwise(staff, url, "banner", What_people_read="")
    expect(staff.locator(".site-banner")).to_have_count(0)
    for page in (staff, stranger):
        page.context.close()


def test_by_invitation_only_who_has_the_link_signs_up(chromium: Browser, url: str, faults: list[str]) -> None:
    staff = owner(chromium, faults, url)
    set_otherwise(staff, url, "sign-ups", Who_may_sign_up="invite")
    said(staff, url, "Set the site sign_ups: invite", "because of sign-ups")
    stranger = context(chromium, faults).new_page()
    until(stranger, f"{url}/signup", "New accounts are by invitation only")

    set_otherwise(staff, url, "invitation", For_whom="the press", Places="1")
    link = staff.locator("#invitation-link").inner_text()
    assert link.startswith(url)
    staff.reload()
    expect(staff.get_by_text("its link was shown then")).to_be_visible()
    assert link not in staff.content()
    said(staff, url, "Made an invitation", "because of invitation")

    guest = context(chromium, faults).new_page()
    guest.goto(link)
    sign_up(guest, url)
    stranger.goto(link)
    expect(stranger.get_by_text("it has run out")).to_be_visible()

    set_otherwise(staff, url, "invitation", For_whom="a friend", Places="2")
    staff.goto(f"{url}/admin/switches")
    item = staff.get_by_role("listitem").filter(has_text="a friend")
    item.locator("summary").click()
    item.get_by_label("Reason").fill("the wrong friend")
    item.get_by_role("button").click()
    expect(staff.get_by_text("The invitation for “a friend” is revoked.")).to_be_visible()
    said(staff, url, "Revoked an invitation", "the wrong friend")

    set_otherwise(staff, url, "sign-ups", Who_may_sign_up="closed")
    until(stranger, f"{url}/signup", "No new accounts just now")
    set_otherwise(staff, url, "sign-ups", Who_may_sign_up="open")
    until(stranger, f"{url}/signup", "Grow your first picture")
    faults[:] = [one for one in faults if "403" not in one and "409" not in one]
    for page in (staff, guest, stranger):
        page.context.close()


def test_credits_and_limits_are_set_and_what_is_wrong_stays_typed(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    staff = owner(chromium, faults, url)
    set_otherwise(staff, url, "free-credits", Credits="8")
    expect(staff.get_by_text("Who signs up begins with 8 credits.")).to_be_visible()
    said(staff, url, "Set the site free_credits: 8", "because of free-credits")
    staff.goto(f"{url}/admin/switches")
    form = staff.locator("#limits")
    form.locator("summary").click()
    free, premium = form.get_by_role("group", name="Free"), form.get_by_role("group", name="Premium")
    free.get_by_label("Requests in an hour").fill("500")
    form.get_by_label("Reason").fill("a quiet week")
    form.get_by_role("button").click()
    expect(premium.get_by_text("Premium may not have less than Free, which has 500.")).to_be_visible()
    assert free.get_by_label("Requests in an hour").input_value() == "500"
    premium.get_by_label("Requests in an hour").fill("1000")
    form.get_by_role("button").click()
    expect(staff.get_by_text("These limits hold from now on.")).to_be_visible()
    expect(staff.get_by_role("row", name=re.compile("^Requests in an hour 500 set 1,000 set"))).to_be_visible()
    said(staff, url, "free per_hour 500, premium per_hour 1000", "a quiet week")
    faults[:] = [one for one in faults if "422" not in one]
    staff.context.close()


def test_a_model_gets_another_name_and_price_and_the_last_one_stays(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    staff, member = owner(chromium, faults, url), context(chromium, faults).new_page()
    sign_up(member, url)
    staff.goto(f"{url}/admin/models")
    staff.get_by_role("link", name="Garden engine", exact=True).first.click()
    staff.wait_for_url("**/admin/models/garden")
    form = staff.locator("#offer")
    form.locator("summary").click()
    form.get_by_label("Name", exact=True).fill("Kew engine")
    form.get_by_label("Reason").fill("a nicer name")
    form.get_by_role("button").click()
    expect(staff.get_by_role("heading", name="Kew engine")).to_be_visible()
    said(staff, url, "Changed a model garden", "a nicer name")

    staff.goto(f"{url}/admin/models/garden")
    form.locator("summary").click()
    form.get_by_label("Offered").uncheck()
    form.get_by_label("Reason").fill("try without")
    form.get_by_role("button").click()
    expect(staff.get_by_text("Nothing else makes this here")).to_be_visible()

    price = staff.locator("#price")
    price.locator("summary").click()
    price.get_by_label("Credits").fill("3")
    price.get_by_label("Reason").fill("it costs more")
    price.get_by_role("button").click()
    expect(staff.get_by_role("row", name=re.compile("Now 3"))).to_be_visible()
    said(staff, url, "Set a price", "it costs more")
    member.goto(f"{url}/create")
    expect(member.get_by_role("button", name=re.compile("Create"))).to_contain_text("3 credits")
    faults[:] = [one for one in faults if "422" not in one]
    for page in (staff, member):
        page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 360, usual=SMALL_AND_DARK))
def test_the_pages_that_set_the_site_are_accessible_and_never_scroll_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    staff = owner(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    for path in ("/admin/switches", "/admin/models", "/admin/models/garden", "/admin/health"):
        hold_up(staff, f"{url}{path}")
        for act in staff.locator(".act > summary").all():
            act.click()
        hold_up_as_it_is(staff)
    staff.context.close()
