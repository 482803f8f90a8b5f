"""A browser that takes pictures of pages and notes what is wrong with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.site import site

SIZES = {"1440": (1440, 900), "768": (768, 1024), "360": (360, 740)}
LOOKS = [f"{size}-{theme}" for size in SIZES for theme in ("dark", "light")]


class Photographer:
    """Takes the pictures and notes what is wrong with a page."""

    def __init__(
        self, url: str, folder: Path, *, looks: list[str], is_checking: bool, has_faults: bool = False
    ) -> None:
        self.looks = [(size, theme) for size, _, theme in (look.partition("-") for look in looks)]
        self.url = url.rstrip("/")
        self.folder = folder
        self.has_faults = has_faults
        self.is_checking = is_checking
        self.faults: list[str] = []

    def take(self, page: Page, name: str, *, whole: bool = True) -> None:
        """Write a picture of the page as it is now."""
        page.wait_for_load_state("networkidle")
        if whole:
            # What lies below loads when it is come to.
            page.evaluate(
                "async () => { for (let y = 0; y < document.body.scrollHeight; y += 400) "
                "{ scrollTo(0, y); await new Promise((go) => setTimeout(go, 20)); } scrollTo(0, 0); }"
            )
            page.wait_for_load_state("networkidle")
        page.wait_for_timeout(350)
        page.screenshot(path=self.folder / f"{name}.png", full_page=whole, caret="initial")
        if self.is_checking:
            self._check(page, name)

    def _check(self, page: Page, name: str) -> None:
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{name}: scrolls sideways")
        for violation in Axe().run(page)["violations"]:
            places = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            self.faults.append(f"{name}: {violation['id']} ({violation['help']}) at {places}")
        small = page.evaluate(
            """() => [...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), textarea')]
                .filter((e) => e.checkVisibility() && !e.closest('p') && !e.closest('.visually-hidden')
                    && !e.matches('.skip-link, [type=checkbox]'))
                .filter((e) => { const b = e.getBoundingClientRect(); return b.height < 40 && b.width > 1; })
                .map((e) => e.outerHTML.slice(0, 80))"""
        )
        self.faults += [f"{name}: smaller than 40 px: {one}" for one in small]

    @contextmanager
    def context(self, browser: Browser, size: str, theme: str, state: object = None) -> Iterator[BrowserContext]:
        """A browser of that size and theme, signed in when `state` says so."""
        width, height = SIZES[size]
        made = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,  # type: ignore[arg-type]
            storage_state=state,  # type: ignore[arg-type]
            reduced_motion="reduce",
        )
        made.on("weberror", lambda error: self.faults.append(f"script error: {error.error}"))
        made.on("console", lambda said: self.faults.append(f"console: {said.text}") if _is_fault(said) else None)
        try:
            yield made
        finally:
            made.close()


def _is_fault(said: object) -> bool:
    # The browser and htmx log every answer of 400 and more, which is what some pages are about.
    told = ("Failed to load resource", "Response Status Error Code")
    return said.type == "error" and not any(words in said.text for words in told)  # type: ignore[attr-defined]


@contextmanager
def own_site(password: str) -> Iterator[tuple[str, str]]:
    """A site of this run's own; its address and its administrator's."""
    owner = "ada@garden.example"
    with site(administrator=(owner, password)) as url:
        yield url, owner
