"""The overview of administration in a real browser: every width, both themes, its pictures and tables."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from imagegarden.db import db
from imagegarden.models import Role
from tests import factories
from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up
from tests.browser.people import context
from tests.garden_site import garden_site
from tests.servers import Servers

ADMIN = "ada@garden.example"


@pytest.fixture(scope="module")
def url(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with a past of sixty days."""
    with garden_site(running_servers, tmp_path_factory.mktemp("site"), login_limit="1000 per minute") as site:
        done = site.app.test_cli_runner().invoke(args=["seed", "--users", "300", "--days", "60"])
        assert done.exit_code == 0, done.output
        with site.app.app_context():
            factories.person(db.session(), email=ADMIN, role=Role.ADMIN)
        with site.web() as address:
            yield address


def open_overview(chromium: Browser, faults: list[str], url: str, width: int, theme: str) -> Page:
    page = context(chromium, faults, width, color_scheme=theme).new_page()
    page.goto(f"{url}/login")
    page.fill("#email", ADMIN)
    page.fill("#password", factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    page.goto(f"{url}/admin/overview")
    return page


@pytest.mark.parametrize(("width", "theme"), looks(1440, 768, 360, usual=SMALL_AND_DARK))
def test_the_overview_holds_up_at_every_width_in_both_themes(
    chromium: Browser, url: str, faults: list[str], width: int, theme: str
) -> None:
    page = open_overview(chromium, faults, url, width, theme)
    for days in (7, 365):
        hold_up(page, f"{url}/admin/overview?days={days}")
    for summary in page.locator("details.fold > summary").all():
        summary.click()
    expect(page.get_by_role("table")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.context.close()


def test_periods_pictures_and_tables_say_the_same(chromium: Browser, url: str, faults: list[str]) -> None:
    page = open_overview(chromium, faults, url, 1440, "dark")
    page.get_by_role("link", name="7 days", exact=True).click()
    expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute("aria-current", "page")
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="API calls"))
    panel.locator("summary").click()
    rows = panel.locator("tbody tr")
    expect(rows).to_have_count(7)
    latest = sum(int(cell.replace(",", "")) for cell in rows.first.locator("td.is-number").all_inner_texts())
    told = panel.locator("svg title").last.text_content() or ""
    assert told.endswith(f": {latest:,} calls")
    # A picture fills its frame, from the first day to the last.
    assert panel.locator("svg.bars-picture").evaluate("e => e.getBoundingClientRect().width") > 300
    page.context.close()
