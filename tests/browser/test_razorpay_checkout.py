"""Razorpay's own way through the checkout page, with the fake's script: another origin, its window, its reports."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from imagegarden.db import db
from tests import factories
from tests.browser.people import TELL, context
from tests.browser.reloading import reload_until
from tests.browser.test_billing_story import PAID_MS
from tests.fakes.razorpay import KEY_SECRET, WEBHOOK_SECRET
from tests.razorpay_site import RazorpaySite, razorpay_site
from tests.servers import Servers


@pytest.fixture(scope="module")
def site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RazorpaySite]:
    folder = tmp_path_factory.mktemp("razorpay")
    with razorpay_site(running_servers, folder) as site, site.web(), site.worker(), site.clock():
        yield site


@pytest.fixture
def page(site: RazorpaySite, chromium: Browser, faults: list[str]) -> Iterator[Page]:
    """Somebody who is signed in; what the browser reports of a content security policy is a fault."""
    with site.app.app_context():
        email = factories.person(db.session()).email
    made = context(chromium, faults, 1440)
    made.add_init_script(TELL)
    made.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page = made.new_page()
    page.goto(f"{site.settings.public_url}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    yield page
    made.close()


def begin(page: Page, site: RazorpaySite, words: str = "^Get 30 days") -> Locator:
    """To the checkout page; returns the button that opens the gateway's window."""
    page.goto(f"{site.settings.public_url}/premium")
    page.get_by_role("button", name=re.compile(words)).click()
    page.wait_for_url("**/premium/checkout/*")
    pay = page.get_by_role("button", name=re.compile("INR 500$"))
    expect(pay).to_be_enabled(timeout=PAID_MS)
    return pay


def press(page: Page, words: str) -> None:
    page.get_by_role("dialog", name="Fake Razorpay").get_by_role("button", name=words, exact=True).click()


def test_a_payment_fails_is_dismissed_is_made_and_is_followed_by_a_subscription(site: RazorpaySite, page: Page) -> None:
    pay = begin(page, site)
    pay.click()
    expect(page.get_by_role("dialog")).to_contain_text("500")
    press(page, "Fail")
    press(page, "Dismiss")
    expect(page.locator("#checkout")).to_contain_text("No payment reached us")
    pay.click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="Premium is yours")).to_be_visible(timeout=PAID_MS)
    expect(page.locator("#credit-pill")).to_contain_text("1,605")
    # What is subscribed to now begins when these days end.
    begin(page, site, "^Subscribe").click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible(timeout=PAID_MS)
    page.goto(f"{site.settings.public_url}/billing")
    expect(page.get_by_text("Your subscription is first charged on")).to_be_visible()


def test_who_pays_and_closes_the_tab_has_premium_all_the_same(site: RazorpaySite, page: Page) -> None:
    begin(page, site).click()
    address = page.url
    press(page, "Pay and close the tab")
    page.wait_for_url("about:blank")
    page.goto(address)
    expect(page.get_by_role("heading", name="Premium is yours")).to_be_visible(timeout=PAID_MS)


def test_a_subscription_is_made_canceled_and_kept(site: RazorpaySite, page: Page) -> None:
    begin(page, site, "^Subscribe").click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible(timeout=PAID_MS)
    page.goto(f"{site.settings.public_url}/billing")
    page.get_by_role("button", name="Cancel the subscription").click()
    page.get_by_role("button", name="Keep the subscription").click()
    expect(page.get_by_role("button", name="Cancel the subscription")).to_be_visible()
    expect(page.get_by_role("button", name="Renew now")).to_have_count(0)


def test_a_card_is_changed_after_a_renewal_that_failed(site: RazorpaySite, page: Page) -> None:
    begin(page, site, "^Subscribe").click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible(timeout=PAID_MS)
    subscription = site.fake.entities("subscriptions")[-1]
    site.fake.fail_renewals(subscription["id"], times=3)
    started = site.fake.now()
    site.fake.advance(30.5 * 24 * 3600)
    page.goto(f"{site.settings.public_url}/billing")
    reload_until(page.get_by_text("Your renewal did not come through"))
    site.fake.set_clock(started)
    page.get_by_role("link", name="Change card").click()
    page.get_by_role("button", name="Change the card").click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible(timeout=PAID_MS)


def test_no_other_page_may_load_from_the_gateway_and_none_says_a_secret(site: RazorpaySite, page: Page) -> None:
    begin(page, site)
    checkout = page.url
    for path in ("/premium", "/billing", "/credits", "/create", "/gallery", checkout):
        answer = page.goto(path if path == checkout else f"{site.settings.public_url}{path}")
        assert answer is not None
        policy = answer.header_value("content-security-policy") or ""
        assert (site.fake.url in policy) == (path == checkout), path
        assert [secret for secret in (KEY_SECRET, WEBHOOK_SECRET) if secret in page.content()] == []
