"""Pages that show after a reload what was done meanwhile."""

from collections.abc import Callable

from playwright.sync_api import Locator

from tests.processes import wait_for


def reload_until(there: Locator, again: Callable[[], object] | None = None) -> None:
    """Reload the page, or ask for it again in another way, until this is on it."""
    look_again = again or there.page.reload

    def is_there() -> bool:
        if not there.count():
            there.page.wait_for_timeout(200)
            look_again()
        return there.count() > 0

    wait_for(is_there, what=f"{there}")
