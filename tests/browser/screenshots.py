"""Pictures of every page, for people to look at: three widths, two themes.

    make screenshots
    python -m tests.browser.screenshots --url http://127.0.0.1:5000 --out screenshots/

Without `--url` a site of its own is started. One that is named has to run in local mode: a new person signs up through
the outbox and makes a few pictures. Where there are
several models, the choice among them is photographed, too; where `--faults` says that the provider is the fake one
(tests/fakes/replicate), also what failed and what its safety check marked; where `--owner` names an administrator, who
has the password of this module, also what the staff sees. With `--check`, each page is also held against axe-core, may
not scroll sideways and may hold no small targets; the exit code says whether all was well.
"""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.photographer import LOOKS, Photographer, own_site
from tests.browser.rooms import (
    furnish_rooms,
    photograph_for_the_readme,
    photograph_front_page,
    photograph_rooms,
)

PASSWORD = "violet otter kite harbor"
LONG_PROMPT = (
    "a quiet garden at dawn, with a path of old stones between lavender and white roses, a bench under a cherry tree "
    "in blossom, mist over the pond, two herons, and hills in the far distance that fade into the pale sky"
)
# Together they cost the five credits that a new person has.
ORDERS = (
    ("three red tulips on a hill", "art", "vibrant", "1:1", 2),
    ("a snowy pine forest under the moon", "papercut", "frost", "9:16", 4),
    (LONG_PROMPT, "watercolor", "spring", "16:9", 2),
    ("bamboo in the mist", "ink", "mono", "3:4", 1),
)
# Told to the fake provider. One credit is spent on the last, so the site gives six:
# flask plan set free --price-paise 0 --credits 6
FAULTY = ("fault:fail a bridge over a gorge", "fault:nsfw a quiet street", "fault:flagged a house by the sea")


def sign_up(page: Page, photographer: Photographer) -> None:
    """Sign up by the outbox and log in."""
    url = photographer.url
    email = f"robin-{time.time_ns()}@garden.example"
    page.goto(f"{url}/signup")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/signup/verify")
    photographer.take(page, "verify-1440-dark")
    other = page.context.new_page()
    for _ in range(50):
        other.goto(f"{url}/outbox")
        letter = other.locator(".letter", has_text=email)
        if letter.count():
            break
        time.sleep(0.2)
    code = re.search(r"\b\d{6}\b", letter.first.inner_text())
    assert code is not None
    other.close()
    page.fill("#code", code[0])
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/login")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")


def make_pictures(page: Page, photographer: Photographer) -> None:
    """Ask for pictures, photograph the wait, and wait for the last."""
    photographer.take(page, "create-empty-1440-dark")
    if photographer.has_faults:
        _ask_for_trouble(page)
        page.reload()
    before = page.locator("[data-batch]").count()
    for number, (prompt, style, color, ratio, count) in enumerate(ORDERS):
        page.fill("#prompt", prompt)
        for field, value in (("style", style), ("color", color), ("aspect_ratio", ratio), ("count", str(count))):
            page.check(f"#{field}-{value.replace(':', '-')}", force=True)
        page.click("#create-button")
        page.locator("[data-batch]").nth(before + number).wait_for()
        if number == 1:
            page.screenshot(path=photographer.folder / "create-busy-1440-dark.png", caret="initial")
    for batch in page.locator("[data-batch]").all():
        page.locator(f"#{batch.get_attribute('id')}:not([data-unfinished])").wait_for(timeout=120_000)
    page.click("#create-button")
    page.locator("#refusal:not(:empty)").wait_for()
    photographer.take(page, "create-refused-1440-dark", whole=False)


def subscribe(page: Page, photographer: Photographer) -> None:
    """Buy with pretend money, and photograph what only shows on the way."""
    page.goto(f"{photographer.url}/premium")
    photographer.take(page, "premium-free-1440-dark")
    page.get_by_role("button", name=re.compile("^Subscribe")).click()
    pay = page.locator("[data-pay]")
    pay.wait_for(timeout=60_000)
    photographer.take(page, "checkout-1440-dark")
    pay.click()
    photographer.take(page, "test-payment-1440-dark", whole=False)
    page.get_by_role("button", name="Pay", exact=True).click()
    page.locator("[data-stage=active]").wait_for(timeout=60_000)
    photographer.take(page, "checkout-active-1440-dark")


def call_the_api(page: Page, photographer: Photographer) -> None:
    """Make keys, photograph what only shows once, and call with them so that there is something to count."""
    url = photographer.url
    page.goto(f"{url}/keys")
    photographer.take(page, "keys-empty-1440-dark")
    for name, calls in (("blog", 9), ("nightly report", 4), ("a bot on the ward’s screen", 2)):
        page.goto(f"{url}/keys")
        page.evaluate("document.querySelector('.new-key').open = true")
        page.fill("#name", name)
        page.fill("#credit_cap", "100")
        page.fill("#password", "wrong" if name == "blog" else PASSWORD)
        page.get_by_role("button", name="Make the key").click()
        if name == "blog":
            photographer.take(page, "keys-fault-1440-dark")
            page.fill("#password", PASSWORD)
            page.get_by_role("button", name="Make the key").click()
            page.locator("#secret").wait_for()
            photographer.take(page, "keys-made-1440-dark")
            page.set_viewport_size({"width": 360, "height": 740})
            photographer.take(page, "keys-made-360-dark")
            page.set_viewport_size({"width": 1440, "height": 900})
        headers = {"Authorization": f"Bearer {page.locator('#secret').inner_text()}"}
        for number in range(calls):
            page.request.get(
                f"{url}/api/v1/{'models' if number % 3 else 'nothing' if number else 'account'}", headers=headers
            )


def _ask_for_trouble(page: Page) -> None:
    """What the fake provider does not deliver, or marks."""
    page.click(".model-picker > summary")
    page.check("#model-sdxl", force=True)
    for number, prompt in enumerate(FAULTY):
        page.fill("#prompt", prompt)
        page.click("#create-button")
        page.locator("[data-batch]").nth(number).wait_for()
    for batch in page.locator("[data-batch]").all():
        page.locator(f"#{batch.get_attribute('id')}:not([data-unfinished])").wait_for(timeout=120_000)


def _photograph_models(page: Page, photographer: Photographer, look: str) -> None:
    """The cards, and the fields of the model that has the most of them."""
    is_folded = look.startswith(("360", "768"))
    if is_folded:
        page.click(".options > summary")
    page.click(".model-picker > summary")
    photographer.take(page, f"create-models-{look}", whole=False)
    page.check("#model-sdxl", force=True)
    page.click(".advanced > summary")
    page.locator("#guidance").scroll_into_view_if_needed()
    photographer.take(page, f"create-advanced-{look}", whole=False)
    page.reload()


def photograph(browser: Browser, photographer: Photographer) -> None:
    """Every page, at every size, in both themes."""
    for size, theme in photographer.looks:
        with photographer.context(browser, size, theme) as context:
            page = context.new_page()
            for path, name in (
                ("/docs/api", "docs-stranger"),
                ("/", "landing"),
                ("/signup", "sign-up"),
                ("/login", "log-in"),
                ("/nothing", "404"),
            ):
                page.goto(photographer.url + path)
                photographer.take(page, f"{name}-{size}-{theme}")
            if (size, theme) in {("1440", "dark"), ("360", "light")}:
                page.goto(f"{photographer.url}/signup")
                page.fill("#email", "not an address")
                page.get_by_role("button", name="Sign up").click()
                photographer.take(page, f"sign-up-faults-{size}-{theme}")
    with photographer.context(browser, "1440", "dark") as context:
        page = context.new_page()
        sign_up(page, photographer)
        page.goto(f"{photographer.url}/gallery")
        photographer.take(page, "gallery-empty-1440-dark")
        page.goto(f"{photographer.url}/create")
        make_pictures(page, photographer)
        furnish_rooms(page, photographer)
        subscribe(page, photographer)
        photograph_for_the_readme(page, photographer)
        call_the_api(page, photographer)
        state = context.storage_state()
    for size, theme in photographer.looks:
        with photographer.context(browser, size, theme, state) as context:
            page = context.new_page()
            _photograph_member(page, photographer, f"{size}-{theme}")
            photograph_rooms(page, photographer, f"{size}-{theme}")


def _photograph_member(page: Page, photographer: Photographer, look: str) -> None:
    url = photographer.url
    page.goto(f"{url}/create")
    photographer.take(page, f"create-{look}", whole=False)
    if look.startswith(("360", "768")):
        page.click(".options > summary")
        photographer.take(page, f"create-options-{look}", whole=False)
        page.click(".options > summary")
    if page.locator(".model-picker").count():
        _photograph_models(page, photographer, look)
    if photographer.has_faults:
        page.locator("[data-batch]", has=page.locator(".is-flagged")).scroll_into_view_if_needed()
        photographer.take(page, f"create-trouble-{look}", whole=False)
    page.fill("#prompt", "")
    page.click("#create-button")
    page.locator("#prompt-error:not(:empty)").wait_for()
    photographer.take(page, f"create-fault-{look}", whole=False)
    page.click(".menu > summary")
    photographer.take(page, f"menu-{look}", whole=False)
    page.goto(f"{url}/gallery")
    photographer.take(page, f"gallery-{look}")
    page.locator(".wall .tile").first.click()
    page.wait_for_url("**/i/*")
    photographer.take(page, f"picture-{look}")
    for path in ("premium", "billing", "credits"):
        page.goto(f"{url}/{path}")
        photographer.take(page, f"{path}-{look}")
    page.goto(f"{url}/billing")
    page.locator("a[href*='/receipts/']").first.click()
    page.wait_for_url("**/receipts/*")
    photographer.take(page, f"receipt-{look}")
    for path, name in (("keys", "keys"), ("usage", "usage"), ("docs/api", "docs")):
        page.goto(f"{url}/{path}")
        photographer.take(page, f"{name}-{look}")
    page.goto(f"{url}/keys")
    page.locator("summary", has_text="Revoke").first.click()
    photographer.take(page, f"keys-revoke-{look}", whole=False)
    page.goto(f"{url}/outbox")
    photographer.take(page, f"outbox-{look}", whole=False)
    page.goto(f"{url}/i/00000000-0000-0000-0000-000000000000")
    photographer.take(page, f"404-member-{look}")


def photograph_staff(browser: Browser, photographer: Photographer, owner: str) -> None:
    """What the staff sees, at every size, in both themes."""
    for size, theme in photographer.looks:
        with photographer.context(browser, size, theme) as context:
            page = context.new_page()
            page.goto(f"{photographer.url}/login")
            page.get_by_label("Stay signed in on this device").check()
            page.fill("#email", owner)
            page.fill("#password", PASSWORD)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url("**/create")
            _photograph_staff(page, photographer, f"{size}-{theme}")


def _photograph_staff(page: Page, photographer: Photographer, look: str) -> None:
    url = photographer.url
    for path, name in (("users", "people"), ("users?q=zzz", "nobody"), ("audit", "audit")):
        page.goto(f"{url}/admin/{path}")
        photographer.take(page, f"admin-{name}-{look}")
    page.goto(f"{url}/admin/users?order=oldest")
    page.locator(".row-name a").nth(1).click()
    page.wait_for_url("**/admin/users/*")
    person = page.url
    photographer.take(page, f"admin-person-{look}")
    page.click("#credits > summary")
    page.fill("#credits-delta", "lots")
    page.get_by_role("button", name="Change the credits").click()
    page.locator("#credits-delta-error:not(:empty)").wait_for()
    photographer.take(page, f"admin-fault-{look}", whole=False)
    page.goto(person)
    page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
    photographer.take(page, f"admin-acts-{look}")
    # Whoever is only remembered is asked for the password.
    page.context.clear_cookies(name="image_garden")
    page.goto(person)
    page.click("#credits > summary")
    page.fill("#credits-delta", "1")
    page.get_by_role("button", name="Change the credits").click()
    page.locator("#confirm_password").wait_for()
    photographer.take(page, f"admin-confirm-{look}", whole=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures; 1 when a check failed."""
    parser = argparse.ArgumentParser(prog="tests.browser.screenshots", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", help="a site that runs; without it, one is started")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--check", action="store_true", help="look for axe findings, sideways scrolling, small targets")
    parser.add_argument("--faults", action="store_true", help="the provider is the fake one: ask it for trouble, too")
    parser.add_argument("--looks", nargs="*", default=LOOKS, choices=LOOKS, help="how it is looked at; in all ways")
    parser.add_argument("--owner", help="the address of an administrator: photograph what the staff sees, too")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    with (
        nullcontext((asked.url, asked.owner)) if asked.url else own_site(PASSWORD) as (url, owner),
        sync_playwright() as playwright,
    ):
        photographer = Photographer(url, asked.out, looks=asked.looks, is_checking=asked.check, has_faults=asked.faults)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        photograph(browser, photographer)
        if owner:
            photograph_front_page(browser, photographer, owner, PASSWORD)
            photograph_staff(browser, photographer, owner)
        browser.close()
    for fault in dict.fromkeys(photographer.faults):
        print(fault)
    return 1 if photographer.faults else 0


if __name__ == "__main__":
    sys.exit(main())
