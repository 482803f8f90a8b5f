"""The stack that the tests of this folder look at, and the browser that they look through."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import chromium  # noqa: F401  a fixture
from tests.servers import Servers, enterable_folder
from tests.stack.front_door import image_nginx
from tests.stack.whole_stack import Stack, running_stack


@pytest.fixture(scope="module")
def stack(running_servers: Servers) -> Iterator[Stack]:
    """Everything that docker-compose.yml starts, with pictures in a folder that nginx reads, too."""
    if image_nginx() is None:
        pytest.skip("there is no nginx as new as the image's for this kind of machine")
    with enterable_folder() as folder, running_stack(running_servers, folder) as running:
        yield running
