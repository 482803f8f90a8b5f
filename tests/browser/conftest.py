"""The browser that the tests look through."""

import shutil
from collections.abc import Iterator

import pytest
from _pytest.mark.structures import ParameterSet
from playwright.sync_api import Browser, sync_playwright

from tests.site import site

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


def looks(*widths: int) -> list[ParameterSet]:
    """Widths with themes. Each width and each theme is looked at; every pair of them by the full run alone."""
    both = [(width, theme) for width in widths for theme in ("dark", "light")]
    usual = {(width, ("dark", "light")[place % 2]) for place, width in enumerate(widths)}
    return [pytest.param(*pair, marks=() if pair in usual else pytest.mark.full) for pair in both]


@pytest.fixture(scope="package")
def url() -> Iterator[str]:
    """The address of a site as `make run` starts it, for tests whose people get by with what everybody gets.

    It is one for all of them, in each process of a run: nobody may count on being alone there.
    """
    with site(SIGNUP_ADDRESS_LIMIT="1000 per hour") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
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
