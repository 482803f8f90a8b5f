"""What every provider has to do: one contract, run against each."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from imagegarden.providers.base import Finished, Order, Output, Provider, Running, TemporaryError
from imagegarden.providers.garden.provider import GardenProvider
from tests import servers
from tests.fakes import replicate_provider, sources
from tests.fakes.provider import ScriptedProvider
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate_provider import make_provider
from tests.processes import wait_for


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    with running(tmp_path_factory.mktemp("fake") / "log", starting=0.05, processing=0.1, output_scale=0.25) as fake:
        yield fake


@pytest.fixture(params=["garden", "scripted", "replicate"])
def provider(
    request: pytest.FixtureRequest, fake: FakeReplicate, running_servers: servers.Servers
) -> Iterator[Provider]:
    makers: dict[str, Callable[[], Provider]] = {
        "garden": lambda: GardenProvider(sources.read),
        "scripted": ScriptedProvider,
        "replicate": lambda: make_provider(fake.url, running_servers.redis_url),
    }
    made = makers[request.param]()
    yield made
    if isinstance(made, GardenProvider):
        made._discard_pool()


@pytest.fixture
def garden() -> Iterator[GardenProvider]:
    made = GardenProvider(sources.read)
    yield made
    made._discard_pool()


def order(**choices: object) -> Order:
    return replicate_provider.order(**{"width": 256, "height": 256, **choices})


def finished(provider: Provider, wanted: Order) -> Finished:
    started = provider.start(wanted)

    def look() -> Finished | None:
        answer = provider.check(started.job_id, wanted)
        assert isinstance(answer, Finished | Running)
        return answer if isinstance(answer, Finished) else None

    return wait_for(look, what="the provider")


def fetch(provider: Provider, wanted: Order, ordinals: list[int] | None = None) -> dict[int, Output]:
    over = finished(provider, wanted)
    asked = ordinals if ordinals is not None else list(range(wanted.count))
    return {output.ordinal: output for output in provider.files(over, wanted, asked, lambda _: None)}


def test_as_many_pictures_come_as_were_asked_for(provider: Provider) -> None:
    outputs = fetch(provider, order(count=3))
    assert sorted(outputs) == [0, 1, 2]
    for output in outputs.values():
        Image.open(BytesIO(output.content)).load()


def test_pictures_of_one_order_differ(provider: Provider) -> None:
    outputs = fetch(provider, order())
    assert outputs[0].content != outputs[1].content


def test_a_missing_picture_can_be_fetched_alone_and_is_the_same(provider: Provider) -> None:
    wanted = order()
    over = finished(provider, wanted)
    [alone] = provider.files(over, wanted, [1], lambda _: None)
    together = {output.ordinal: output for output in provider.files(over, wanted, [0, 1], lambda _: None)}
    assert alone.content == together[1].content


def test_progress_is_in_percent_and_reaches_the_end(provider: Provider) -> None:
    wanted = order()
    heard: list[int] = []
    for _ in provider.files(finished(provider, wanted), wanted, [0, 1], heard.append):
        pass
    assert heard == sorted(heard)
    assert heard[-1] == 100


def test_a_job_whose_answer_was_lost_is_found(provider: Provider) -> None:
    if isinstance(provider, ScriptedProvider):
        pytest.skip("it keeps no jobs")
    wanted = order(seed=random.randrange(2**31))
    started = provider.start(wanted)
    assert list(provider.find(wanted)) == [started.job_id]


def test_canceling_twice_is_harmless(provider: Provider) -> None:
    started = provider.start(order())
    for _ in range(2):
        provider.cancel(started.job_id)


def test_the_same_order_is_the_same_picture_from_another_engine(garden: GardenProvider) -> None:
    other = GardenProvider(sources.read)
    try:
        assert fetch(garden, order())[0] == fetch(other, order())[0]
    finally:
        other._discard_pool()


def test_each_garden_picture_brings_its_drawing(garden: GardenProvider) -> None:
    assert all((output.svg or b"").startswith(b"<") for output in fetch(garden, order()).values())


def test_a_killed_drawing_process_is_a_passing_fault(garden: GardenProvider) -> None:
    wanted = order(width=1024, height=1024, count=4)
    pictures = garden.files(finished(garden, wanted), wanted, range(4), lambda _: None)
    next(pictures)
    assert garden._pool is not None
    for pid in list(garden._pool._processes):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(TemporaryError):
        list(pictures)
    assert sorted(fetch(garden, wanted)) == [0, 1, 2, 3]


def test_stopping_in_between_leaves_the_engine_usable(garden: GardenProvider) -> None:
    wanted = order(count=4)
    pictures = garden.files(finished(garden, wanted), wanted, range(4), lambda _: None)
    next(pictures)
    pictures.close()  # type: ignore[attr-defined]
    assert sorted(fetch(garden, wanted)) == [0, 1, 2, 3]
