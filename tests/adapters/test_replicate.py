"""The adapter for Replicate against the faithful fake: the real package, real HTTP, and everything that goes wrong."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from imagegarden.clock import now
from imagegarden.providers import catalogue
from imagegarden.providers.base import (
    AnswerLost,
    Finished,
    Order,
    PermanentError,
    ProviderError,
    Running,
    TemporaryError,
    Throttled,
)
from imagegarden.providers.replicate.inputs import FIELDS, inputs_for
from imagegarden.providers.replicate.provider import ReplicateProvider
from tests import servers
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate_provider import TOKEN, make_provider, order
from tests.processes import free_port, wait_for

AI_MODELS = [model for model in catalogue.MODELS.values() if model.is_ai and model.kind == "image"]


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    with running(tmp_path_factory.mktemp("fake") / "log", starting=0.05, processing=0.1, output_scale=0.25) as fake:
        yield fake


@pytest.fixture(autouse=True)
def _sound(fake: FakeReplicate) -> None:
    fake.reset()


@pytest.fixture
def provider(fake: FakeReplicate, running_servers: servers.Servers) -> ReplicateProvider:
    return make_provider(fake.url, running_servers.redis_url)


def unique(**choices: object) -> Order:
    return order(**{"seed": random.randrange(2**31), **choices})


def outcome(provider: ReplicateProvider, wanted: Order) -> Finished:
    job_id = provider.start(wanted).job_id

    def look() -> Finished | None:
        answer = provider.check(job_id, wanted)
        return answer if isinstance(answer, Finished) else None

    return wait_for(look, what="the prediction")


def fetched(provider: ReplicateProvider, wanted: Order) -> list[bytes]:
    found = outcome(provider, wanted)
    return [output.content for output in provider.files(found, wanted, range(len(found.outputs)), lambda _: None)]


def for_model(model: catalogue.Model, **choices: object) -> Order:
    ratio = next(iter(model.sizes))
    width, height = model.sizes[ratio]
    given: dict[str, object] = {
        "model": model.key,
        "aspect_ratio": ratio,
        "width": width,
        "height": height,
        "count": model.max_count,
        "steps": int(model.steps.default) if model.steps else None,
        "guidance": model.guidance.default if model.guidance else None,
        "negative_prompt": "blurry" if model.has_negative_prompt else "",
    }
    return unique(**{**given, **choices})


@pytest.mark.parametrize("model", AI_MODELS, ids=lambda model: model.key)
def test_each_model_makes_as_many_pictures_as_it_says(provider: ReplicateProvider, model: catalogue.Model) -> None:
    pictures = fetched(provider, for_model(model))
    assert len(pictures) == model.max_count
    for picture in pictures:
        Image.open(BytesIO(picture)).load()


@pytest.mark.parametrize("model", AI_MODELS, ids=lambda model: model.key)
def test_each_model_makes_every_size_that_it_offers(
    fake: FakeReplicate, provider: ReplicateProvider, model: catalogue.Model
) -> None:
    fake.configure(output_scale=0.125)
    for ratio, (width, height) in model.sizes.items():
        [picture] = fetched(provider, for_model(model, aspect_ratio=ratio, width=width, height=height, count=1))
        size = Image.open(BytesIO(picture)).size
        assert size[0] / size[1] == pytest.approx(width / height, rel=0.05), ratio


@pytest.mark.parametrize("model", AI_MODELS, ids=lambda model: model.key)
def test_the_limits_of_each_field_are_taken_by_the_provider(
    provider: ReplicateProvider, model: catalogue.Model
) -> None:
    for end in ("lowest", "highest"):
        limits = {
            "steps": int(getattr(model.steps, end)) if model.steps else None,
            "guidance": getattr(model.guidance, end) if model.guidance else None,
        }
        assert provider.start(for_model(model, **limits)).job_id


def test_one_prediction_makes_all_pictures_of_an_order(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fetched(provider, unique(count=4))
    assert len(fake.predictions()) == 1


def test_what_a_model_does_not_have_is_never_sent() -> None:
    everything = order(model="flux-schnell", negative_prompt="people", guidance=3.0)
    assert set(inputs_for(everything, {})) <= set(FIELDS["flux-schnell"])
    assert "negative_prompt" not in inputs_for(everything, {})


def test_the_words_of_the_looks_follow_the_prompt() -> None:
    assert inputs_for(order(), {})["prompt"] == "a lotus pond at dawn, art style, vibrant colors"


def test_no_field_switches_a_safety_check_off() -> None:
    for fields in FIELDS.values():
        assert "disable_safety_checker" not in fields


def test_every_create_names_the_time_after_which_the_provider_ends_it(
    fake: FakeReplicate, provider: ReplicateProvider
) -> None:
    provider.start(unique())
    [made] = fake.predictions()
    assert made["deadline"]


@pytest.mark.alone
def test_a_create_that_hangs_is_given_up_and_never_repeated(
    fake: FakeReplicate, running_servers: servers.Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagegarden.providers.replicate.client.ANSWER_SECONDS", 0.3)
    provider = make_provider(fake.url, running_servers.redis_url)
    fake.fault("create_hang")
    started = time.monotonic()
    with pytest.raises(AnswerLost):
        provider.start(unique())
    assert time.monotonic() - started < 3
    assert len(fake.creates()) == 1


@pytest.mark.parametrize("fault", ["create_dropped", "create_reset", "status_500", "status_502", "status_503"])
def test_a_create_without_a_sound_answer_is_lost_and_not_repeated(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str
) -> None:
    fake.fault(fault)
    with pytest.raises(AnswerLost):
        provider.start(unique())
    assert len(fake.creates()) == 1


def test_a_lost_prediction_is_found_by_its_input(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    wanted = unique()
    provider.start(unique())
    fake.fault("create_dropped", times=1)
    with pytest.raises(AnswerLost):
        provider.start(wanted)
    provider.start(unique())
    assert list(provider.find(wanted)) == [fake.predictions()[1]["id"]]


def test_a_prediction_of_long_ago_is_not_taken_for_a_lost_one(provider: ReplicateProvider) -> None:
    wanted = unique()
    provider.start(wanted)
    later = order(seed=wanted.seed, placed_at=now() + timedelta(minutes=5))
    assert list(provider.find(later)) == []


def test_a_lost_prediction_is_found_behind_a_page_of_others(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fake.configure(page_size=3)
    wanted = unique()
    job_id = provider.start(wanted).job_id
    for _ in range(7):
        provider.start(unique())
    assert list(provider.find(wanted)) == [job_id]


def test_nobody_listening_is_a_passing_fault_and_nothing_began(running_servers: servers.Servers) -> None:
    provider = make_provider(f"http://127.0.0.1:{free_port()}", running_servers.redis_url)
    with pytest.raises(TemporaryError):
        provider.start(unique())


def test_too_many_requests_name_the_wait(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fake.fault("status_429", value=7)
    with pytest.raises(Throttled) as refusal:
        provider.start(unique())
    assert refusal.value.retry_after == 7


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["create_429", "read_429"])
def test_a_huge_wait_is_neither_slept_through_nor_believed(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str
) -> None:
    wanted = unique()
    job_id = provider.start(wanted).job_id if fault == "read_429" else ""
    fake.fault(fault, value=3600)
    started = time.monotonic()
    with pytest.raises(Throttled) as refusal:
        provider.check(job_id, wanted) if job_id else provider.start(wanted)
    assert time.monotonic() - started < 2
    assert refusal.value.retry_after == 60


@pytest.mark.parametrize(
    ("fault", "code"), [("status_402", "provider_unpaid"), ("status_401", "provider_unauthorized")]
)
def test_what_only_the_operator_can_put_right_has_its_own_code(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str, code: str
) -> None:
    fake.fault(fault)
    with pytest.raises(PermanentError) as refusal:
        provider.start(unique())
    assert refusal.value.code == code


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["read_500", "read_503", "read_reset", "read_502"])
def test_a_look_that_fails_is_a_passing_fault_and_is_over_at_once(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str
) -> None:
    wanted = unique()
    job_id = provider.start(wanted).job_id
    fake.fault(fault)
    started = time.monotonic()
    with pytest.raises(TemporaryError):
        provider.check(job_id, wanted)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("nsfw", "content_refused"),
        ("sensitive", "content_refused"),
        ("oom", "too_large"),
        ("fail", "model_failed"),
        ("start_timeout", "model_failed"),
        ("aborted", "timed_out"),
        ("output_empty", "empty_output"),
        ("output_null", "empty_output"),
        ("output_number", "empty_output"),
    ],
)
def test_each_way_to_fail_has_its_own_code(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str, code: str
) -> None:
    with pytest.raises(PermanentError) as failure:
        outcome(provider, unique(prompt=f"fault:{fault} a pond"))
    assert failure.value.code == code


def test_a_state_that_nobody_knows_is_no_end(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    wanted = unique(prompt="fault:unknown_status a pond")
    job_id = provider.start(wanted).job_id
    wait_for(lambda: fake.predictions()[-1]["status"] not in {"starting", "processing"}, what="the strange state")
    assert isinstance(provider.check(job_id, wanted), Running)


@pytest.mark.parametrize("fault", ["output_object", "output_single", "output_data"])
def test_pictures_are_read_from_any_shape_of_output(
    fake: FakeReplicate, provider: ReplicateProvider, fault: str
) -> None:
    for picture in fetched(provider, unique(prompt=f"fault:{fault} a pond", count=1)):
        Image.open(BytesIO(picture)).load()


def test_progress_is_read_from_the_logs(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fake.configure(processing=2.0)
    wanted = unique()
    job_id = provider.start(wanted).job_id

    def half() -> int:
        answer = provider.check(job_id, wanted)
        assert isinstance(answer, Running)
        return answer.progress

    assert 0 < wait_for(half, what="some progress") < 100


def test_the_pictures_that_the_safety_check_marked_are_named(provider: ReplicateProvider) -> None:
    found = outcome(provider, unique(prompt="fault:flagged a pond", count=3))
    assert found.flagged == (1,)
    flags = [output.is_flagged for output in provider.files(found, unique(count=3), range(3), lambda _: None)]
    assert flags == [False, True, False]


def test_the_time_that_the_model_worked_is_known(provider: ReplicateProvider) -> None:
    assert outcome(provider, unique()).run_seconds is not None


def test_a_canceled_prediction_ends(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fake.configure(processing=60)
    wanted = unique()
    provider.cancel(provider.start(wanted).job_id)
    wait_for(lambda: fake.predictions()[-1]["status"] == "canceled", what="the end")


def test_after_its_hour_the_provider_has_nothing_left(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fake.configure(ttl=0.1)
    wanted = unique()
    job_id = provider.start(wanted).job_id
    failures: list[ProviderError] = []

    def removed() -> bool:
        try:
            provider.check(job_id, wanted)
        except PermanentError as error:
            failures.append(error)
        return bool(failures)

    wait_for(removed, what="the data to be removed")
    assert failures[0].code in {"output_gone", "empty_output"}


def test_our_token_goes_to_the_api_and_never_to_an_output(fake: FakeReplicate, provider: ReplicateProvider) -> None:
    fetched(provider, unique())
    assert all(asked["has_authorization"] for asked in fake.creates())
    assert len(fake.output_requests()) == 2
    assert not any(asked["has_authorization"] for asked in fake.output_requests())


def test_our_token_is_not_part_of_what_is_logged(
    fake: FakeReplicate, provider: ReplicateProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    fake.fault("status_500", times=1)
    with pytest.raises(AnswerLost):
        provider.start(unique())
    assert TOKEN not in caplog.text


def test_looking_too_often_waits_without_asking(
    fake: FakeReplicate, provider: ReplicateProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve: Callable[..., float] = lambda **_: 2.0  # noqa: E731
    monkeypatch.setattr(provider._reads, "reserve", reserve)
    answer = provider.check("any", unique())
    assert isinstance(answer, Running)
    assert answer.look_after >= 2
    assert fake.requests("/v1/predictions") == []
