"""The rooms of the studio, furnished and photographed: gallery with boards and trash, lightbox, comparing, profile."""

import io
import re

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.photographer import Photographer

FULL_SIZE = ".pswp__item[aria-hidden='false'] img.pswp__img:not(.pswp__img--placeholder)"
BOARDS = ("Evening", "To print")
WINDOW, TITLE_SIZE = (1440, 1010), (1200, 842)
TITLE_PICTURES = (("a lotus pond at dawn", "watercolor", "spring"), ("cherry blossom over a river", "art", "vibrant"))
PRESETS = ("Evening ponds", "Snow, tall")


def furnish_rooms(page: Page, photographer: Photographer) -> None:
    """Boards, stars, something in the trash, presets, a name, and an offer for the front page."""
    url = photographer.url
    for number, name in enumerate(BOARDS):
        _open(page, url, number)
        page.get_by_text("Move to board").click()
        page.get_by_label("New board").fill(name)
        page.get_by_role("button", name="Make and move").click()
        page.wait_for_url("**/i/*")
    for number in (1, 3, 4):
        _open(page, url, number)
        page.get_by_role("button", name="Star", exact=True).click()
        page.get_by_role("button", name="Starred").wait_for()
    _open(page, url, 2)
    page.get_by_label("Show my prompt").check()
    page.get_by_role("button", name="Make a link").click()
    page.get_by_role("button", name="Offer it").click()
    page.get_by_role("button", name="Take the offer back").wait_for()
    _open(page, url, 6)
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/gallery*")
    for name in PRESETS:
        page.goto(f"{url}/create")
        page.locator(".presets > summary").click()
        page.get_by_label("Keep these settings as").fill(name)
        page.get_by_label("Keep these settings as").press("Enter")
        page.get_by_role("link", name=name).wait_for()
    page.goto(f"{url}/profile")
    page.get_by_label("What you are called").fill("Robin")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_load_state()
    page.get_by_role("radio", name="Picture 2").check(force=True)
    page.get_by_role("button", name="Save").nth(1).click()
    page.wait_for_load_state()


def _open(page: Page, url: str, number: int, looking: str = "") -> None:
    page.goto(f"{url}/gallery{looking}")
    page.locator(".wall a[href^='/i/']").nth(number).click()
    page.wait_for_url("**/i/*")


def photograph_for_the_readme(page: Page, photographer: Photographer) -> None:
    """The Create page with two batches, as `docs/create.webp` shows it: `create.webp` in the folder."""
    before = page.viewport_size or {"width": 1440, "height": 900}
    page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
    for prompt, style, color in TITLE_PICTURES:
        page.goto(f"{photographer.url}/create")
        page.fill("#prompt", prompt)
        page.check(f"#style-{style}", force=True)
        page.check(f"#color-{color}", force=True)
        page.fill("#seed", "7")
        shown = page.locator("[data-batch]").count()
        page.click("#create-button")
        page.locator("[data-batch]").nth(shown).wait_for()
        page.locator("[data-batch]:first-of-type:not([data-unfinished])").first.wait_for(timeout=60_000)
    page.goto(f"{photographer.url}/create")
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        smaller = taken.convert("RGB").resize(TITLE_SIZE, Image.Resampling.LANCZOS)
        smaller.save(photographer.folder / "create.webp", quality=82, method=6)
    page.set_viewport_size(before)


def photograph_rooms(page: Page, photographer: Photographer, look: str) -> None:
    """What there is beside making pictures."""
    url = photographer.url
    for path, name in (
        ("profile", "profile"),
        ("profile/security", "security"),
        ("prompts", "prompts"),
        ("video", "video"),
        ("edit", "edit-start"),
    ):
        page.goto(f"{url}/{path}")
        photographer.take(page, f"{name}-{look}")
    for query, name in (
        ("show=starred", "starred"),
        ("show=trash", "trash"),
        ("q=tulips", "search"),
        ("q=zebra", "none"),
    ):
        page.goto(f"{url}/gallery?{query}")
        photographer.take(page, f"gallery-{name}-{look}")
    page.goto(f"{url}/gallery")
    page.locator(".board-card", has_text=BOARDS[0]).click()
    page.wait_for_url("**/boards/*")
    photographer.take(page, f"board-{look}")
    _photograph_selection(page, photographer, look)
    _photograph_one(page, photographer, look)
    _photograph_form(page, photographer, look)


def _photograph_selection(page: Page, photographer: Photographer, look: str) -> None:
    page.goto(f"{photographer.url}/gallery")
    for number in range(3):
        tile = page.locator("[data-tile]").nth(number)
        tile.hover()
        tile.locator("input").click()
    photographer.take(page, f"gallery-selected-{look}", whole=False)
    page.locator("[data-move-menu] summary").click()
    photographer.take(page, f"gallery-move-{look}", whole=False)


def _photograph_one(page: Page, photographer: Photographer, look: str) -> None:
    """The page of one that is shared, its lightbox, and it beside another."""
    _open(page, photographer.url, 0, "?shared=yes")
    here = page.url
    photographer.take(page, f"picture-shared-{look}")
    page.get_by_text("Other formats").click()
    photographer.take(page, f"picture-formats-{look}", whole=False)
    page.goto(here)
    page.keyboard.press("f")
    page.locator(FULL_SIZE).wait_for()
    photographer.take(page, f"lightbox-{look}", whole=False)
    page.goto(here)
    page.get_by_role("link", name=re.compile("^Compare with")).first.click()
    page.wait_for_url("**/compare/**")
    photographer.take(page, f"compare-{look}")
    page.get_by_role("link", name="Side by side").click()
    photographer.take(page, f"compare-side-{look}")
    page.goto(here)
    link = page.get_by_label("The link").input_value()
    page.goto(link)
    photographer.take(page, f"shared-{look}")
    page.goto(here)
    page.get_by_role("link", name="Repaint").click()
    photographer.take(page, f"inpaint-{look}")


def _photograph_form(page: Page, photographer: Photographer, look: str) -> None:
    """Presets and the prompts of before, beside the form."""
    page.goto(f"{photographer.url}/create")
    if look.startswith(("360", "768")):
        page.click(".options > summary")
    page.locator(".presets > summary").click()
    photographer.take(page, f"create-presets-{look}", whole=False)
    page.locator(".presets > summary").click()
    page.locator(".help-button").first.click()
    photographer.take(page, f"create-help-{look}", whole=False)
    page.goto(f"{photographer.url}/create")
    page.locator("#prompt").focus()
    page.locator("[data-prompt-history]").click()
    page.locator("[data-prompt]").first.wait_for()
    photographer.take(page, f"create-prompts-{look}", whole=False)


def photograph_front_page(browser: Browser, photographer: Photographer, owner: str, password: str) -> None:
    """The moderators' page with what was offered; then the front page that shows it."""
    with photographer.context(browser, "1440", "dark") as context:
        page = context.new_page()
        page.goto(f"{photographer.url}/login")
        page.fill("#email", owner)
        page.fill("#password", password)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/create")
        page.goto(f"{photographer.url}/admin/moderation")
        photographer.take(page, "moderation-1440-dark")
        card = page.locator("[data-card]", has_text="Offered for the front page").first
        card.locator("[data-decision=A] > summary").click()
        card.locator("[data-decision=A] select").select_option(index=1)
        card.get_by_label("Show it on the front page").check()
        card.locator("[data-decision=A] [type=submit]").click()
        page.wait_for_load_state()
    for size, theme in (("1440", "dark"), ("360", "light")):
        with photographer.context(browser, size, theme) as context:
            page = context.new_page()
            page.goto(photographer.url)
            photographer.take(page, f"landing-showcase-{size}-{theme}")
