"""What every page has to stand: accessible to everybody, and as wide as its window."""

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page


def hold_up(page: Page, address: str) -> None:
    """Go there: nothing for axe-core to find, and nothing beyond the edge."""
    page.goto(address)
    hold_up_as_it_is(page)


def hold_up_as_it_is(page: Page) -> None:
    """The same for a page that an address does not lead to."""
    page.wait_for_load_state("networkidle")
    # Of what is in order, nothing is told: that takes most of the time.
    found = Axe().run(page, options={"resultTypes": ["violations"]})["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"][:2]]) for v in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
