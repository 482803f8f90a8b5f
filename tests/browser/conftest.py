"""The browser that the tests look through."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.people import OWNER, PASSWORD
from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate.client import FakeReplicate, running
from tests.site import site

# The shell has no windows of its own to draw, which takes a quarter off the work.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
# Enough credits for an afternoon, and nothing to wait for but the pictures.
GENEROUS: dict[str, Any] = {
    "free_credits": 60,
    "FILM_SECONDS": "4",
    "GENERATIONS_PER_HOUR": "1000",
    "GENERATIONS_AT_ONCE": "10",
}


def looks(*widths: int, usual: tuple[tuple[int, str], ...] = ()) -> list[ParameterSet]:
    """Widths with themes: all by the full run, else `usual`: by default the widest dark and the narrowest light."""
    usual = usual or ((max(widths), "dark"), (min(widths), "light"))
    both = [(width, theme) for width in widths for theme in ("dark", "light")]
    return [pytest.param(*pair, marks=() if pair in usual else pytest.mark.full) for pair in both]


# Members' pages are looked at in the light on a phone by test_every_page.py.
WIDE_AND_DARK = ((1440, "dark"),)
SMALL_AND_DARK = ((360, "dark"),)


@pytest.fixture(scope="package")
def usual_url() -> Iterator[str]:
    """The address of a site as `make run` starts it, where people get what everybody gets; it has an administrator.

    It is one for all tests, in each process of a run: nobody may count on being alone there.
    """
    with site(administrator=(OWNER, PASSWORD)) as address:
        yield address


@pytest.fixture(scope="package")
def generous_url() -> Iterator[str]:
    """The address of another, where nobody has to save."""
    with site(administrator=(OWNER, PASSWORD), **GENEROUS) as address:
        yield address


@pytest.fixture(scope="package")
def replicate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    """The provider's stand-in; its pictures are small."""
    with running(tmp_path_factory.mktemp("fake") / "fake.log", output_scale=0.25, processing=0.4) as started:
        yield started


@pytest.fixture(scope="package")
def replicate_url(replicate: FakeReplicate) -> Iterator[str]:
    """The address of a generous site that has a provider."""
    given = {
        "REPLICATE_API_TOKEN": "r8_test",
        "REPLICATE_BASE_URL": replicate.url,
        "REPLICATE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "OUTPUT_HOSTS": replicate.url,
    }
    with site(**GENEROUS, **given) as address:
        yield address


@pytest.fixture
def url(usual_url: str) -> str:
    """Where a test looks, if its file says nothing else."""
    return usual_url


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser; a step of a page has twenty seconds in it, as a busy machine may need them."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs chromium: apt-get install chromium")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the browser complains about: nothing, at the end of each test."""
    seen: list[str] = []
    yield seen
    assert seen == []
