"""From a link to its end in real browsers: shared, reported, taken down by keyboard, dead at once, and told of."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import OWNER, context, log_in, sign_up
from tests.browser.reloading import reload_until
from tests.browser.test_story import ask, done


@pytest.fixture
def url(generous_url: str) -> str:
    return generous_url


def moderator(chromium: Browser, faults: list[str], url: str, width: int = 1440, **more: object) -> Page:
    """A new person's browser, once an administrator has made them a moderator."""
    page = context(chromium, faults, width, **more).new_page()
    email = sign_up(page, url)
    boss = context(chromium, faults).new_page()
    log_in(boss, url, OWNER)
    boss.wait_for_url("**/create")
    boss.goto(f"{url}/admin/users?q={email}")
    boss.get_by_role("link", name=email).click()
    boss.locator("#role > summary").click()
    boss.get_by_label("Role").select_option("moderator")
    boss.locator("#role").get_by_label("Reason").fill("They help")
    boss.get_by_role("button", name="Give this role").click()
    expect(boss.get_by_text(f"{email} has been made moderator.")).to_be_visible()
    boss.context.close()
    log_in(page, url, email)
    page.wait_for_url("**/create")
    return page


def share(page: Page, url: str, prompt: str, *, shows_prompt: bool = False) -> tuple[str, str]:
    """Make a picture and its link; returns the addresses of its page and of its link."""
    page.goto(f"{url}/create")
    ask(page, prompt)
    expect(page.locator("[data-batch]").first).to_contain_text(prompt.strip()[:60])
    done(page)
    page.goto(f"{url}/gallery")
    page.locator("a[href^='/i/']").first.click()
    page.wait_for_url("**/i/*")
    if shows_prompt:
        page.get_by_label("Show my prompt").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link").input_value()
    assert link.startswith(f"{url}/s/")
    return page.url.partition("#")[0], link


def report(page: Page, link: str, reason: str, words: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Report").click()
    page.get_by_label(reason).check()
    page.get_by_label("In your words").fill(words)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def card_of(page: Page, words: str) -> str:
    """The id of the card with these words."""
    return page.locator("[data-card]", has_text=words).get_attribute("id") or ""


def test_report_removal_link_dead_at_once_owner_told_why(chromium: Browser, url: str, faults: list[str]) -> None:
    theirs = context(chromium, faults, permissions=["clipboard-read", "clipboard-write"]).new_page()
    email = sign_up(theirs, url)
    page_of_it, link = share(theirs, url, "a heron that is nobody's business")
    theirs.get_by_role("button", name="Copy", exact=True).click()
    assert theirs.evaluate("navigator.clipboard.readText()") == link
    _, other = share(theirs, url, "a second pond")

    stranger = context(chromium, faults, java_script_enabled=False).new_page()
    stranger.goto(link)
    assert stranger.locator(".shared-picture").evaluate("image => image.naturalWidth") > 300
    assert "nobody's business" not in stranger.content()
    report(stranger, other, "Something else", "A second one")
    report(stranger, link, "Hate or harassment", "<b>It mocks me</b>")

    page = moderator(chromium, faults, url)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Admin").click()
    page.get_by_role("navigation", name="Admin").get_by_role("link", name="Moderation").click()
    first, second = card_of(page, "<b>It mocks me</b>"), card_of(page, "A second one")
    picture = page.locator(f"#{first} img")
    assert "blur" in picture.evaluate("image => getComputedStyle(image).filter")
    page.keyboard.press("j")
    expect(page.locator(f"#{first}")).to_be_focused()
    page.keyboard.press("v")
    assert picture.evaluate("image => getComputedStyle(image).filter") == "none"
    page.keyboard.press("j")
    expect(page.locator(f"#{second}")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(page.locator(f"#{first} [data-decision='A'] select")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"#{first}")).to_be_focused()
    expect(page.locator(f"#{first} [data-decision='A'] select")).to_be_hidden()
    page.keyboard.press("r")
    page.keyboard.type("Hate")
    page.keyboard.press("Tab")
    page.keyboard.type("It mocks somebody")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Removed. Its owner is told why.")).to_be_visible()
    expect(page.locator(f"#{first}")).to_have_count(0)
    expect(page.locator(f"#{second}")).to_be_focused()

    for address in (link, f"{link}/original", f"{link}/thumb_l", f"{link}/report"):
        assert httpx.get(address).status_code == 404
    assert httpx.get(other).status_code == 200
    stranger.goto(link)
    expect(stranger.get_by_text("Nothing grows here")).to_be_visible()
    assert theirs.evaluate(f"fetch('/media/{page_of_it.rpartition('/')[2]}/original').then((a) => a.status)") == 404

    theirs.goto(f"{url}/gallery")
    place = theirs.get_by_role("link", name=re.compile("Removed by a moderator: Hate or harassment: It mocks somebody"))
    expect(place).to_be_visible()
    place.click()
    expect(theirs.get_by_role("heading", name="This picture was removed")).to_be_visible()
    hold_up_as_it_is(theirs)
    expect(theirs.get_by_role("link", name=re.compile("Download"))).to_have_count(0)
    letter = mail_about(theirs, url, email, "was removed")
    expect(letter).to_contain_text("Hate or harassment: It mocks somebody")

    page.get_by_role("link", name="Removed", exact=True).click()
    expect(page.locator(f"#{first}")).to_contain_text("Removed by")
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.type("After")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Restored. Its owner is told.")).to_be_visible()
    assert httpx.get(link).status_code == 200
    theirs.goto(page_of_it)
    expect(theirs.get_by_text("A moderator has brought this back")).to_be_visible()
    theirs.get_by_role("button", name="Stop sharing").click()
    expect(theirs.get_by_role("button", name="Make a link")).to_be_visible()
    assert httpx.get(link).status_code == 404
    for one in (page, theirs, stranger):
        one.context.close()


def mail_about(page: Page, url: str, email: str, words: str) -> Locator:
    """The letter to this person with these words, once it has come."""
    outbox = page.context.new_page()
    outbox.goto(f"{url}/outbox")
    letter = outbox.locator(".letter", has_text=email).filter(has_text=words)
    reload_until(letter)
    return letter.first


def test_a_ban_by_mouse_signs_the_owner_out_and_the_audit_log_has_its_line(
    chromium: Browser, url: str, faults: list[str]
) -> None:
    theirs = context(chromium, faults).new_page()
    email = sign_up(theirs, url)
    _, link = share(theirs, url, "something awful")
    stranger = context(chromium, faults).new_page()
    report(stranger, link, "It is against the law", "Look at this")
    boss = context(chromium, faults, java_script_enabled=False).new_page()
    log_in(boss, url, OWNER)
    boss.wait_for_url("**/create")
    boss.goto(f"{url}/admin/moderation")
    card = boss.locator(f"#{card_of(boss, 'Look at this')}")
    card.locator(".veil > summary").click()
    card.locator("summary", has_text="Ban the owner").click()
    form = card.locator("[data-decision='B'] form")
    form.get_by_role("button", name="Ban the owner").click()
    expect(form.get_by_text("Say why")).to_be_visible()
    form.get_by_label("Why").select_option("illegal")
    form.get_by_role("button", name="Ban the owner").click()
    expect(boss.get_by_text("its owner is suspended")).to_be_visible()
    theirs.goto(f"{url}/gallery")
    theirs.wait_for_url(re.compile("/login"))
    assert httpx.get(link).status_code == 404
    boss.goto(f"{url}/admin/audit?who={email}")
    row = boss.get_by_role("row").nth(1)
    expect(row).to_contain_text("Changed status suspended")
    expect(row).to_contain_text("Against the law")
    expect(mail_about(boss, url, email, "suspended")).to_contain_text("Against the law")
    for one in (boss, theirs, stranger):
        one.context.close()


def test_a_rule_is_tried_put_in_force_speaks_and_is_retired(chromium: Browser, url: str, faults: list[str]) -> None:
    page = moderator(chromium, faults, url)
    page.goto(f"{url}/admin/rules")
    page.get_by_label("Prompt").fill("a zebra on a hill")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("No rule speaks.")).to_be_visible()
    page.locator("#add > summary").click()
    page.get_by_label("What it does").select_option("replace")
    page.get_by_label("Pattern").fill("zebra")
    page.get_by_label("Replace by").fill("horse")
    page.get_by_role("button", name="Try it on the prompt above").click()
    expect(page.locator(".trial-prompt")).to_have_text(re.compile("a horse on a hill"))
    assert "csrf_token" not in page.url
    page.get_by_role("button", name="Put it in force").click()
    expect(page.locator("#told-error")).to_contain_text("Say what people should read.")
    expect(page.locator("#reason-error")).to_contain_text("Say why")
    hold_up_as_it_is(page)
    assert page.get_by_label("Pattern").input_value() == "zebra"
    page.get_by_label("What people read").fill("Zebras are shy.")
    page.get_by_label("Reason").first.fill("A test")
    page.get_by_role("button", name="Put it in force").click()
    expect(page.get_by_text("The rule is in force.")).to_be_visible()
    page.goto(f"{url}/create")
    ask(page, "a zebra by the sea")
    done(page)
    expect(page.locator("[data-batch]").first).to_contain_text("a horse by the sea")
    page.goto(f"{url}/admin/rules")
    row = page.get_by_role("row", name=re.compile("zebra"))
    expect(row).to_contain_text("1")
    row.locator("summary").click()
    row.get_by_label("Reason").fill("It was a test")
    row.get_by_role("button", name="Retire").click()
    expect(page.get_by_text("The rule is out of force.")).to_be_visible()
    expect(page.get_by_text("1 rule out of force")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 768, 360, usual=SMALL_AND_DARK))
def test_every_page_of_it_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, url: str, faults: list[str], theme: str, width: int
) -> None:
    look = {"color_scheme": theme, "reduced_motion": "reduce"}
    page = context(chromium, faults, width, **look).new_page()
    sign_up(page, url)
    page_of_it, link = share(page, url, "cherry blossom over a river " * 12, shows_prompt=True)
    hold_up(page, page_of_it)
    hold_up(page, link)
    stranger = context(chromium, faults, width, **look).new_page()
    hold_up(stranger, link)
    hold_up(stranger, f"{link}/report")
    stranger.get_by_role("button", name="Send the report").click()
    expect(stranger.get_by_text("Choose what is wrong with it.")).to_be_visible()
    hold_up_as_it_is(stranger)
    report(stranger, link, "Something else", "Long words about it, " * 12)
    hold_up_as_it_is(stranger)
    boss = context(chromium, faults, width, **look).new_page()
    log_in(boss, url, OWNER)
    boss.wait_for_url("**/create")
    for path in ("moderation", "moderation?show=removed", "moderation?show=approved", "rules", "rules?prompt=a+pond"):
        hold_up(boss, f"{url}/admin/{path}")
    boss.goto(f"{url}/admin/moderation")
    card = boss.locator("[data-card]").first
    card.locator(".veil > summary").click()
    for decision in card.locator("[data-decision]").all():
        decision.locator("summary").click()
        hold_up_as_it_is(boss)
        decision.locator("summary").click()
    card.locator("summary", has_text="Ban the owner").click()
    card.locator("[data-decision='B'] form").get_by_role("button", name="Ban the owner").click()
    expect(boss.get_by_text("Say why")).to_be_visible()
    hold_up_as_it_is(boss)
    for one in (page, stranger, boss):
        one.context.close()
