"""Payments as the staff sees them, in a real browser, with the test gateway, a worker and a clock."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import OWNER, context, sign_up
from tests.browser.reloading import reload_until
from tests.browser.test_admin_story import owner
from tests.browser.test_billing_story import begin, buy


def someone(chromium: Browser, faults: list[str], url: str) -> tuple[Page, str]:
    page = context(chromium, faults).new_page()
    return page, sign_up(page, url)


def find(page: Page, url: str, email: str) -> None:
    """From the rail to the list of a person's payments."""
    page.goto(f"{url}/admin/")
    page.get_by_role("navigation", name="Admin").get_by_role("link", name="Payments").click()
    page.wait_for_url("**/admin/payments")
    page.get_by_label("Person").fill(email)
    page.get_by_role("button", name="Find").click()


def send(page: Page, place: str, summary: str, button: str | re.Pattern[str]) -> None:
    """Send a form, first without a reason."""
    page.locator(f"#{place} > summary", has_text=summary).click()
    page.get_by_role("button", name=button).click()
    expect(page.locator(f"#{place}-reason-error")).to_contain_text("Say why")
    page.locator(f"#{place}").get_by_label("Reason").fill(f"a test of {place}")
    page.get_by_role("button", name=button).click()


def test_a_payment_is_found_and_given_back_with_its_days_and_credits(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    theirs, email = someone(chromium, faults, url)
    buy(theirs, url)
    page = owner(chromium, faults, url)
    find(page, url, email)
    row = page.locator("table.ledger tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Captured")
    expect(row).to_contain_text("INR 500")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert email in download.value.path().read_text()
    row.get_by_role("link", name=re.compile("^pay_")).click()
    page.locator("#refund > summary").click()
    expect(page.locator("#refund")).to_contain_text("Of its 1,600 credits, 1,600 are left and taken back")
    page.locator("#refund > summary").click()
    send(page, "refund", "Refund", "Refund INR 500")
    expect(page.get_by_text("The refund is on its way; reload in a moment.")).to_be_visible()
    acts = page.locator("table.acts tbody tr").first
    for words in ("Refunded a payment", "a test of refund", OWNER):
        expect(acts).to_contain_text(words)
    reload_until(page.locator(".person-head .badge", has_text=re.compile("^Refunded$")))
    expect(page.locator(".person-head .badge").first).to_have_text("Refunded")
    expect(page.locator("#refund")).to_have_count(0)
    theirs.goto(f"{url}/credits")
    expect(theirs.get_by_text("Withdrawn with a refund")).to_be_visible()
    expect(theirs.locator("#credit-pill")).to_contain_text("5")
    page.context.close()
    theirs.context.close()


def test_what_waits_is_asked_about_one_and_all(chromium: Browser, url: str, faults: list[str]) -> None:
    theirs, email = someone(chromium, faults, url)
    begin(theirs, url)
    page = owner(chromium, faults, url)
    page.goto(f"{url}/admin/payments/waiting")
    send(page, "reconcile-all", "Ask about all", "Ask the gateway")
    expect(page.get_by_text("Asked; reload in a moment.")).to_be_visible()
    page.locator("tbody tr", has_text=email).get_by_role("link").first.click()
    expect(page.locator(".person-head .badge")).to_have_text("Open")
    send(page, "reconcile", "Ask the gateway", "Ask the gateway")
    expect(page.get_by_text("Asked; reload in a moment.")).to_be_visible()
    acts = page.locator("table.acts tbody tr").first
    for words in ("Asked the gateway", "a test of reconcile", OWNER):
        expect(acts).to_contain_text(words)
    asked = page.locator(".person-data div", has_text="Gateway last asked").locator("dd")
    reload_until(asked.filter(has_not_text="Not yet"))
    page.goto(f"{url}/admin/audit")
    expect(page.locator("table.acts tbody tr", has_text="all that wait").first).to_contain_text(
        "a test of reconcile-all"
    )
    page.context.close()
    theirs.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 768, 360, usual=SMALL_AND_DARK))
def test_every_page_about_payments_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    theirs, email = someone(chromium, faults, url)
    buy(theirs, url)
    theirs.context.close()
    other, _ = someone(chromium, faults, url)
    begin(other, url)
    other.context.close()
    page = owner(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    for path in ("", "?q=nothing-like-it", "/waiting", "/reports"):
        hold_up(page, f"{url}/admin/payments{path}")
    find(page, url, email)
    page.get_by_role("link", name=re.compile("^pay_")).first.click()
    page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
    hold_up_as_it_is(page)
    page.get_by_role("link", name="To the purchase").click()
    page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
    hold_up_as_it_is(page)
    page.context.close()
