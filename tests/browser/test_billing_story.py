"""Money in a real browser, with the test gateway, a worker and a clock: everything that a person can do with it."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.holding_up import hold_up
from tests.browser.people import someone
from tests.browser.reloading import reload_until
from tests.browser.test_story import ask as ask_for
from tests.browser.test_story import done

# As long as the way over the gateway's report may take.
PAID_MS = 60_000


def begin(page: Page, url: str, words: str = "^Get 30 days") -> Locator:
    """To the checkout page; returns the button that pays."""
    page.goto(f"{url}/premium")
    page.get_by_role("button", name=re.compile(words)).click()
    page.wait_for_url("**/premium/checkout/*")
    pay = page.get_by_role("button", name=re.compile("INR 500$"))
    expect(pay).to_be_enabled(timeout=PAID_MS)
    return pay


def press(page: Page, words: str) -> None:
    """A button of the gateway's window."""
    page.get_by_role("dialog", name="Test payment").get_by_role("button", name=words, exact=True).click()


def buy(page: Page, url: str, words: str = "^Get 30 days") -> None:
    begin(page, url, words).click()
    press(page, "Pay")
    expect(page.get_by_role("link", name="Billing and receipts")).to_be_visible(timeout=PAID_MS)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_payment_fails_is_dismissed_and_is_made(chromium: Browser, url: str, faults: list[str], width: int) -> None:
    page = someone(chromium, faults, url, width)
    expect(page.locator("#credit-pill")).to_contain_text("5")
    pay = begin(page, url)
    pay.click()
    press(page, "Fail")
    expect(page.get_by_role("dialog")).to_contain_text("declined")
    press(page, "Dismiss")
    expect(page.locator("#checkout")).to_contain_text("The payment did not go through")
    expect(page.locator("#checkout")).to_contain_text("No payment reached us")
    pay.click()
    page.keyboard.press("Escape")
    expect(page.locator("#checkout")).to_contain_text("You closed the payment window. No payment reached us.")
    pay.click()
    press(page, "Pay")
    expect(page.get_by_role("heading", name="Premium is yours")).to_be_visible(timeout=PAID_MS)
    expect(page.locator("#credit-pill")).to_contain_text("1,605")
    expect(page.locator(".pill.is-link")).to_contain_text("until")
    page.get_by_role("main").get_by_role("link", name="Create").click()
    page.wait_for_url("**/create")
    page.context.close()


def test_who_pays_and_closes_the_tab_has_premium_all_the_same(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    begin(page, url).click()
    address = page.url
    press(page, "Pay and close this tab")
    expect(page.get_by_role("dialog")).to_contain_text("Close this tab now")
    browser = page.context
    page.close()
    other = browser.new_page()
    other.goto(address)
    expect(other.get_by_role("heading", name="Premium is yours")).to_be_visible(timeout=PAID_MS)
    browser.close()


def test_a_second_tab_pays_the_same_purchase_and_the_first_one_hears_of_it(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    first = someone(chromium, faults, url)
    begin(first, url)
    second = first.context.new_page()
    begin(second, url).click()
    assert first.url == second.url
    press(second, "Pay")
    for page in (second, first):
        page.bring_to_front()
        expect(page.get_by_role("heading", name="Premium is yours")).to_be_visible(timeout=PAID_MS)
    first.goto(f"{url}/billing")
    expect(first.get_by_role("link", name=re.compile("^Receipt"))).to_have_count(1)
    first.context.close()


def test_a_subscription_is_made_canceled_kept_renewed_and_given_another_card(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = someone(chromium, faults, url)
    buy(page, url, "^Subscribe")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible()
    expect(page.locator(".pill.is-link")).to_contain_text("renews")
    page.goto(f"{url}/premium")
    expect(page.get_by_text("Your subscription pays for the coming days already")).to_be_visible()
    page.goto(f"{url}/billing")
    page.get_by_role("button", name="Cancel the subscription").click()
    expect(page.get_by_text("Until 24 hours before that, you can take it back")).to_be_visible()
    page.get_by_role("button", name="Keep the subscription").click()
    expect(page.get_by_role("button", name="Cancel the subscription")).to_be_visible()
    page.get_by_role("button", name="Let a renewal fail").click()
    reload_until(page.get_by_text("Your renewal did not come through"))
    page.get_by_role("link", name="Change card").click()
    page.get_by_role("button", name="Change the card").click()
    press(page, "Use this card")
    expect(page.get_by_role("heading", name="You are subscribed")).to_be_visible(timeout=PAID_MS)
    page.goto(f"{url}/billing")
    # The days that were paid first, and those of the renewal.
    expect(page.get_by_role("link", name=re.compile("^Receipt"))).to_have_count(2)
    expect(page.locator(".figures")).to_contain_text("60")
    page.get_by_role("button", name="Renew now").click()
    reload_until(page.get_by_text("90"))
    page.context.close()


def test_a_receipt_and_the_history_tell_what_was_paid_and_used(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    buy(page, url)
    page.goto(f"{url}/create")
    ask_for(page, "a lotus pond at dawn")
    done(page)
    expect(page.locator("#credit-pill")).to_contain_text("1,604")
    # A piece of the page changes the number and leaves the rest.
    expect(page.locator(".pill.is-link")).to_contain_text("until")
    page.locator(".pill.is-link").click()
    page.wait_for_url("**/billing")
    page.get_by_role("link", name=re.compile("^Receipt")).click()
    expect(page.get_by_role("main")).to_contain_text("A test payment: no money moved")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    for hidden in (page.get_by_role("navigation"), page.get_by_role("banner"), page.locator("[data-print]")):
        expect(hidden).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto(f"{url}/billing")
    page.get_by_role("link", name="Credit history").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Paid for what arrived: 1 credit")
    page.get_by_role("link", name="a lotus pond at dawn").first.click()
    page.wait_for_url("**/i/*")
    page.context.close()


def test_a_script_that_cannot_be_loaded_is_explained(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    page.route("**/test-checkout-*.js", lambda route: route.abort())
    begin(page, url).click()
    expect(page.get_by_text("The payment window could not be loaded")).to_be_visible()
    page.unroute_all()
    page.get_by_role("link", name="reload this page").click()
    page.get_by_role("button", name="Pay INR 500").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.context.close()


def test_without_scripts_the_page_says_that_the_gateway_needs_them(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = someone(chromium, faults, url, java_script_enabled=False)
    page.goto(f"{url}/premium")
    page.get_by_role("button", name=re.compile("^Get 30 days")).click()
    reload_until(page.get_by_text("needs JavaScript"))
    expect(page.get_by_role("button", name="Pay INR 500")).to_be_hidden()
    page.context.close()


def test_the_gateways_window_is_used_by_keyboard_alone(chromium: Browser, url: str, faults: list[str]) -> None:
    page = someone(chromium, faults, url)
    pay = begin(page, url)
    pay.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    # After the last button, the browser's own may have it; never the page behind.
    inside = "document.activeElement === document.body || !!document.activeElement.closest('.test-checkout')"
    for _ in range(8):
        assert page.evaluate(inside)
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(pay).to_be_focused()
    page.context.close()


def test_who_has_too_few_credits_is_told_what_helps_and_keeps_what_was_typed(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    page = someone(chromium, faults, url)
    page.goto(f"{url}/video")
    page.get_by_label("Prompt", exact=True).fill("waves on a beach")
    page.get_by_role("button", name=re.compile("5 credits$")).click()
    expect(page.locator("#credit-pill")).to_contain_text("0")
    ask_film = page.get_by_label("Prompt", exact=True)
    ask_film.fill("a lantern in the wind")
    page.get_by_role("button", name=re.compile("5 credits$")).click()
    refusal = page.locator("#refusal")
    expect(refusal).to_contain_text("Free credits do not come back")
    assert ask_film.input_value() == "a lantern in the wind"
    refusal.get_by_role("link", name="See Premium").click()
    page.wait_for_url("**/premium")
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_every_page_about_money_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    page = someone(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    browser: BrowserContext = page.context
    for path in ("/premium", "/billing", "/credits"):
        hold_up(page, f"{url}{path}")
    pay = begin(page, url, "^Subscribe")
    hold_up(page, page.url)
    pay.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Dismiss")
    buy(page, url, "^Subscribe")
    hold_up(page, page.url)
    page.goto(f"{url}/billing")
    page.get_by_role("button", name="Let a renewal fail").click()
    reload_until(page.get_by_text("Your renewal did not come through"))
    for path in ("/premium", "/billing", "/credits"):
        hold_up(page, f"{url}{path}")
    page.goto(f"{url}/billing")
    page.get_by_role("link", name=re.compile("^Receipt")).click()
    page.wait_for_url("**/receipts/*")
    hold_up(page, page.url)
    page.goto(f"{url}/billing")
    page.get_by_role("link", name="Change card").click()
    page.wait_for_url("**card=1")
    hold_up(page, page.url)
    browser.close()
