"""OpenAI's own client where there is no room for it: too many calls, too many who wait."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from tests.api.openai_customer import Customer
from tests.garden_site import garden_site
from tests.processes import wait_for
from tests.servers import Servers
from tests.site_processes import SiteProcesses


@pytest.fixture
def quiet_site(running_servers: Servers, tmp_path: Path) -> Iterator[SiteProcesses]:
    """A site where nothing is ever made: it has one place to wait in, and five calls a minute for each key."""
    with (
        garden_site(running_servers, tmp_path, web_threads=2, api_limit="5 per minute") as site,
        site.web(),
    ):
        yield site


def test_too_many_calls_are_a_rate_limit_error(quiet_site: SiteProcesses) -> None:
    with Customer(quiet_site).client as client:
        for _ in range(5):
            client.models.list()
        with pytest.raises(openai.RateLimitError) as refused:
            client.models.list()
    assert refused.value.code == "rate_limit_exceeded"
    assert int(refused.value.response.headers["Retry-After"]) >= 1


def test_where_everybody_waits_the_next_one_is_told_to_come_again(quiet_site: SiteProcesses) -> None:
    waiting, late = Customer(quiet_site), Customer(quiet_site)
    with waiting.client, late.client:
        with pytest.raises(openai.APITimeoutError):
            waiting.client.images.generate(prompt="a pond", timeout=1)
        wait_for(waiting.last, what="the order")
        with pytest.raises(openai.InternalServerError) as refused:
            late.client.images.generate(prompt="a hill")
    assert refused.value.code == "overloaded"
    assert refused.value.response.headers["Retry-After"] == "5"
    assert late.last() is None
