"""What a person does of an afternoon, as steps that a story is told with."""

import re

from playwright.sync_api import Page, expect

DONE_MS = 60_000


def ask(page: Page, url: str, prompt: str) -> None:
    """Ask for pictures on the Create page, and wait for both."""
    page.goto(f"{url}/create")
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name=re.compile("^Create")).click()
    newest = page.locator("[data-batch]").first
    expect(newest).to_contain_text(prompt)
    expect(newest.locator("a[href^='/i/'] img")).to_have_count(2, timeout=DONE_MS)


def improve(page: Page, url: str, prompt: str) -> None:
    """Have a prompt made better, and look at what was made of it."""
    page.goto(f"{url}/create")
    words = page.get_by_label("Prompt", exact=True)
    words.fill(prompt)
    page.locator("[data-enhance]").click()
    expect(page.locator("[data-enhanced]")).to_be_visible(timeout=DONE_MS)
    expect(words).not_to_have_value(prompt)


def open_newest(page: Page, url: str) -> str:
    """Open what stands first in the gallery; its id."""
    page.goto(f"{url}/gallery")
    page.locator(".wall a[href^='/i/']").first.click()
    page.wait_for_url("**/i/*")
    return page.url.rpartition("/")[2]


def press(page: Page, act: str, words: str | None = None, pictures: int = 1) -> str:
    """Press the button of a tool and wait; the id of the first that comes of it."""
    before = page.locator("[data-batch]").count()
    if words is not None:
        page.locator("#prompt").fill(words)
    page.get_by_role("button", name=re.compile(f"^{act}")).click()
    expect(page.locator("[data-batch]")).to_have_count(before + 1)
    made = page.locator("[data-batch]").first.locator(".tiles a[href^='/i/']")
    expect(made).to_have_count(pictures, timeout=DONE_MS)
    return str(made.first.get_attribute("href")).rpartition("/")[2]


def paint_a_stroke(page: Page) -> None:
    """Draw across the middle of the picture that is to be painted anew."""
    expect(page.locator("[data-mask-editor][data-ready]")).to_be_visible()
    stage = page.locator("[data-mask-stage] img")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=6)
    page.mouse.up()
    expect(page.locator("[data-mask-words]")).to_contain_text("%")


def make_board_of_this(page: Page, name: str) -> None:
    """On the page of a picture: a new board, with it on it."""
    page.get_by_text("Move to board").click()
    page.get_by_label("New board").fill(name)
    page.get_by_role("button", name="Make and move").click()
    expect(page.locator("#toasts")).to_contain_text(name)


def share_this(page: Page) -> str:
    """On the page of a picture: a link with the prompt; the link."""
    page.get_by_label("Show my prompt").check()
    page.get_by_role("button", name="Make a link").click()
    return page.get_by_label("The link").input_value()


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until what is meant has the focus."""
    for _ in range(most):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")
