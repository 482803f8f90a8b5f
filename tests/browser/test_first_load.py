"""Pages are light, stand still and are there soon; a feed in which nothing happens costs next to nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from benchmarks import first_load
from imagegarden.db import db
from tests.browser.test_every_page import Place
from tests.furnished import furnish
from tests.garden_site import garden_site
from tests.servers import Servers

# Long, or of a whole machine: the full run looks at it.
pytestmark = pytest.mark.full
MOST_KILOBYTES = 120
MOST_SHIFT = 0.02
# `python -m benchmarks.first_load` says what it is on a quiet machine; tests share theirs with others.
LATEST_PAINT_MS = 6000
DEAREST_LOOK_MS = 12


@pytest.fixture(scope="module")
def place(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with garden_site(running_servers, tmp_path_factory.mktemp("site")) as site:
        with site.app.app_context():
            inside = furnish(db.session(), site.app.extensions["adapters"].store, first_load.WORDS)
        with site.web() as url:
            yield Place(site.app, url, inside)


def test_the_first_load_is_light_and_stands_still(chromium: Browser, place: Place) -> None:
    for name, seen in first_load.first_looks(chromium, place.url, place.inside, times=1).items():
        print(name, seen)
        # The lightbox comes with the page of a picture, after everything that is seen.
        assert seen.kilobytes <= MOST_KILOBYTES, name
        assert seen.shift <= MOST_SHIFT, name
        assert seen.painted_ms <= LATEST_PAINT_MS, name


def test_a_look_at_a_feed_in_which_nothing_changed_is_cheap(place: Place) -> None:
    milliseconds = first_load.quiet_look_ms(place.app)
    print(f"{milliseconds:.2f} ms")
    assert milliseconds <= DEAREST_LOOK_MS
