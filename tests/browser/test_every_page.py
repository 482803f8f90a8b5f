"""Every page that a member sees, with something in every room: accessible, as wide as its window, no complaint."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from imagegarden.db import db
from tests import factories
from tests.browser.conftest import looks
from tests.browser.holding_up import hold_up
from tests.browser.people import TELL, context
from tests.furnished import MEMBER, Furnished, furnish
from tests.garden_site import garden_site
from tests.servers import Servers

WORDS = (*tuple(f"a heron in the reeds, plate {number}" for number in range(13)), "a quiet pond " * 40)
# What answers with a file, a part of a page, or the page of another address.
NO_PAGE = {
    *(
        "api.openapi",
        "api.show_linked",
        "api.usage_table",
        "billing.checkout_stage",
        "generate.around",
        "generate.edit_first",
    ),
    *("generate.enhanced", "generate.feed", "generate.file", "generate.file_as", "generate.shared_file"),
    *("generate.trashed_thumbnail", "generate.updates", "health.alive", "health.ready", "metrics.metrics", "static"),
    # These send a member on; test_story looks at them as a stranger does.
    *("auth.forgotten", "auth.log_in", "auth.reset", "auth.second_step", "auth.sign_up", "auth.verify"),
    # There is something on these only on the way: test_security_story goes it.
    *("auth.email_code", "auth.second_factor_page"),
    # Of these, test_leaving_story looks at what is a page.
    *("auth.fetch_export", "auth.leaving"),
}


@dataclass(frozen=True)
class Place:
    """A site, what is in it, and the pages of a member by their endpoints."""

    app: Flask
    url: str
    inside: Furnished

    @property
    def pages(self) -> dict[str, tuple[str, ...]]:
        one, two = self.inside.pictures[:2]
        return {
            "api.docs": ("/docs/api",),
            "api.keys": ("/keys",),
            "api.usage_page": ("/usage",),
            "auth.data": ("/profile/data",),
            "auth.leave": ("/profile/leave",),
            "auth.outbox": ("/outbox",),
            "auth.profile": ("/profile",),
            "auth.security": ("/profile/security",),
            "billing.billing": ("/billing",),
            "billing.checkout": (f"/premium/checkout/{self.inside.purchase}",),
            "billing.credit_history": ("/credits",),
            "billing.premium": ("/premium",),
            "billing.receipt": (f"/billing/receipts/{self.inside.payment}",),
            "generate.board": (f"/boards/{self.inside.board}",),
            "generate.compare": (
                f"/compare/{one}/{two}",
                f"/compare/{one}/{two}?way=beside",
                f"/compare/{one}/{two}?way=hover",
            ),
            "generate.create_page": (
                "/create",
                f"/create?preset={self.inside.preset}",
                f"/create?image={one}",
                "/create?prompt=a+pond",
            ),
            "generate.edit_page": tuple(
                f"/edit/{one}/{tool}" for tool in ("upscale", "inpaint", "edit", "expand", "vary")
            ),
            "generate.edit_start": ("/edit",),
            "generate.film_page": ("/video", f"/video?image={one}"),
            "generate.gallery": (
                *("/gallery", "/gallery?show=starred", "/gallery?show=videos", "/gallery?show=uploads"),
                *("/gallery?show=trash", "/gallery?q=reeds", "/gallery?q=nothing+like+it"),
            ),
            "generate.landing": ("/",),
            "generate.picture": (f"/i/{one}", f"/i/{self.inside.film}", f"/i/{self.inside.upload}"),
            "generate.prompts": ("/prompts", "/prompts?q=reeds"),
            "generate.shared": (f"/s/{self.inside.tokens[0]}",),
            "generate.shared_report": (f"/s/{self.inside.tokens[0]}/report",),
            "errors.not_found": ("/nothing", "/i/00000000-0000-0000-0000-000000000000"),
        }


@pytest.fixture(scope="module")
def place(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with garden_site(running_servers, tmp_path_factory.mktemp("site")) as site:
        with site.app.app_context():
            inside = furnish(db.session(), site.app.extensions["adapters"].store, WORDS)
        with site.web() as url:
            yield Place(site.app, url, inside)


def enter(browser: BrowserContext, url: str, faults: list[str], email: str = MEMBER) -> Page:
    """Sign somebody in; from then on, whatever the browser complains about is a fault."""

    def note(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            faults.append(f"{page.url}: {said.text}")

    browser.add_init_script(TELL)
    page = browser.new_page()
    page.goto(f"{url}/login")
    page.fill("#email", email)
    page.fill("#password", factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    page.on("console", note)
    return page


# The pages' own tests look at the others usually; the full run sees all of it.
SMALL = pytest.param(360, "light")
ELSE = [pytest.param(*pair, marks=pytest.mark.full) for pair in ((1440, "dark"), (1440, "light"), (360, "dark"))]


@pytest.mark.parametrize(("width", "theme"), [SMALL, *ELSE])
def test_every_page_is_accessible_fits_and_gives_no_complaint(
    chromium: Browser, place: Place, faults: list[str], width: int, theme: str
) -> None:
    browser = context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce")
    page = enter(browser, place.url, faults)
    for addresses in place.pages.values():
        hold_up(page, f"{place.url}{addresses[0]}")
    browser.close()


@pytest.mark.full
@pytest.mark.parametrize(("width", "theme"), looks(1440, 360))
def test_so_is_every_state_of_it(chromium: Browser, place: Place, faults: list[str], width: int, theme: str) -> None:
    browser = context(chromium, faults, width, color_scheme=theme, reduced_motion="reduce")
    page = enter(browser, place.url, faults)
    for addresses in place.pages.values():
        for address in addresses[1:]:
            hold_up(page, f"{place.url}{address}")
    browser.close()


def test_every_page_of_a_member_is_on_the_list(place: Place) -> None:
    keyed = {name for name, view in place.app.view_functions.items() if hasattr(view, "scopes")}
    shown = {
        rule.endpoint
        for rule in place.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("admin.")
    }
    assert shown - keyed - NO_PAGE == set(place.pages) - {"errors.not_found"}
