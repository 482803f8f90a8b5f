"""Every model of the catalogue: what its form allows is what its provider takes, and what comes is as asked for."""

import io
from collections.abc import Iterator

import av
import numpy as np
import pytest
from PIL import Image

from imagegarden.domain.generation_spec import GenerationSpec
from imagegarden.imaging.films import read_film
from imagegarden.imaging.masks import keep_outside
from imagegarden.providers import catalogue
from imagegarden.providers.base import Finished, Order, Provider, Uploader
from imagegarden.providers.catalogue import Model
from imagegarden.providers.garden.provider import GardenProvider
from imagegarden.providers.replicate.provider import ReplicateProvider
from tests import kinds, servers
from tests.fakes import sources
from tests.fakes.replicate import pictures
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate_provider import make_provider
from tests.processes import wait_for

MODELS = list(catalogue.MODELS.values())
AI = [model for model in MODELS if model.is_ai]
GARDEN = [model for model in MODELS if not model.is_ai]


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    log = tmp_path_factory.mktemp("fake") / "log"
    with running(log, starting=0.01, processing=0.03, output_scale=0.25) as fake:
        yield fake


@pytest.fixture
def replicate(fake: FakeReplicate, running_servers: servers.Servers) -> ReplicateProvider:
    return make_provider(fake.url, running_servers.redis_url)


@pytest.fixture(scope="module")
def garden() -> Iterator[GardenProvider]:
    made = GardenProvider(sources.read)
    yield made
    made._discard_pool()


def placed(provider: Provider, order: Order) -> Order:
    """The order, with what had to be brought there before."""
    if order.sources and isinstance(provider, Uploader):
        return kinds.replace_uploads(order, provider.upload(order))
    return order


def finished(provider: Provider, order: Order) -> Finished:
    job_id = provider.start(order).job_id

    def look() -> Finished | None:
        answer = provider.check(job_id, order)
        return answer if isinstance(answer, Finished) else None

    return wait_for(look, what="the provider")


def made(provider: Provider, spec: GenerationSpec, **sources_: object) -> list[bytes]:
    order = placed(provider, kinds.order_of(spec, **sources_))  # type: ignore[arg-type]
    over = finished(provider, order)
    ordinals = range(min(order.count, len(over.outputs)))
    return [output.content for output in provider.files(over, order, ordinals, lambda _: None)]


def pixels(content: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(np.int16)


def seconds_of(content: bytes) -> float:
    return read_film(content).seconds


@pytest.mark.parametrize("model", AI, ids=lambda model: model.key)
def test_what_the_form_allows_is_what_the_provider_takes(replicate: ReplicateProvider, model: Model) -> None:
    asked = 0
    for wish in kinds.wishes(model):
        order = kinds.order_of(kinds.specs.parse(models=tuple(MODELS), **wish))
        assert replicate.start(placed(replicate, order)).job_id, wish
        asked += 1
    assert asked > 1 or model.kind == "enhance"


@pytest.mark.parametrize("model", [model for model in MODELS if model.kind == "upscale"], ids=lambda model: model.key)
def test_an_enlarged_picture_is_as_large_as_was_said(
    replicate: ReplicateProvider, garden: GardenProvider, model: Model
) -> None:
    provider = replicate if model.is_ai else garden
    for scale in model.scales:
        [content] = made(provider, kinds.spec_of(model, scale=scale))
        assert Image.open(io.BytesIO(content)).size == (kinds.SIZE[0] * scale, kinds.SIZE[1] * scale)


@pytest.mark.parametrize("model", [model for model in MODELS if model.kind == "inpaint"], ids=lambda model: model.key)
def test_a_repainted_picture_changes_inside_of_the_mask_and_stays_as_it_was_outside(
    replicate: ReplicateProvider, garden: GardenProvider, model: Model
) -> None:
    provider = replicate if model.is_ai else garden
    [content] = made(provider, kinds.spec_of(model))
    kept = keep_outside(kinds.PHOTO, Image.open(io.BytesIO(content)), kinds.MASK)
    before, after = pixels(kinds.PHOTO), pixels(kept)
    left, top, right, bottom = kinds.MASK_BOX
    inside = np.zeros(before.shape[:2], dtype=bool)
    inside[top:bottom, left:right] = True
    assert (before[~inside] == after[~inside]).all()
    assert np.abs(before[inside] - after[inside]).mean() > 3


@pytest.mark.parametrize("model", [model for model in MODELS if model.expansions], ids=lambda model: model.key)
def test_a_picture_goes_on_beyond_its_edge(replicate: ReplicateProvider, garden: GardenProvider, model: Model) -> None:
    provider = replicate if model.is_ai else garden
    for expand in model.expansions:
        wish = {name: value for name, value in kinds.plain_wish(model).items() if name != "mask"}
        spec = kinds.specs.parse(models=tuple(MODELS), **{**wish, "expand": expand})
        [content] = made(provider, spec)
        wanted = kinds.capabilities.canvas(*kinds.SIZE, expand)
        size = Image.open(io.BytesIO(content)).size
        assert size == pytest.approx(wanted, abs=1), expand


@pytest.mark.parametrize("model", [model for model in MODELS if model.kind == "edit"], ids=lambda model: model.key)
def test_a_changed_picture_has_its_size_and_other_pixels(
    replicate: ReplicateProvider, garden: GardenProvider, model: Model
) -> None:
    [content] = made(replicate if model.is_ai else garden, kinds.spec_of(model, prompt="make it night"))
    assert Image.open(io.BytesIO(content)).size == kinds.SIZE
    assert np.abs(pixels(content) - pixels(kinds.PHOTO)).mean() > 3


@pytest.mark.parametrize("model", [model for model in MODELS if model.strengths], ids=lambda model: model.key)
def test_a_strong_variation_goes_farther_than_a_subtle_one(
    replicate: ReplicateProvider, garden: GardenProvider, model: Model
) -> None:
    provider = replicate if model.is_ai else garden
    photo = Image.open(io.BytesIO(kinds.PHOTO))
    distances = []
    for strength in ("subtle", "strong"):
        wish = {"image": kinds.uuid4(), "strength": strength, "count": 1, "prompt": "a lotus pond"}
        content = made(provider, kinds.spec_of(model, **wish))[0]
        picture = Image.open(io.BytesIO(content)).convert("RGB").resize(photo.size)
        distances.append(np.abs(np.asarray(picture).astype(np.int16) - np.asarray(photo)).mean())
    assert distances[0] < distances[1]


@pytest.mark.parametrize("model", [model for model in MODELS if model.kind == "video"], ids=lambda model: model.key)
def test_a_film_is_as_long_as_was_asked_and_plays_everywhere(
    replicate: ReplicateProvider, garden: GardenProvider, model: Model
) -> None:
    provider = replicate if model.is_ai else garden
    for wish in [wish for wish in kinds.wishes(model) if "duration" in wish][: None if model.is_ai else 1]:
        spec = kinds.specs.parse(models=tuple(MODELS), **wish)
        [content] = made(provider, spec)
        assert seconds_of(content) == pytest.approx(spec.duration, abs=0.15), wish
        with av.open(io.BytesIO(content)) as container:
            codec = container.streams.video[0].codec_context
            assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")


def test_a_film_from_a_picture_begins_with_it(replicate: ReplicateProvider, garden: GardenProvider) -> None:
    for provider, key in ((replicate, "wan-2.2-animate"), (garden, "garden-film")):
        model = catalogue.MODELS[key]
        [content] = made(provider, kinds.spec_of(model, image=kinds.uuid4()))
        with av.open(io.BytesIO(content)) as container:
            frame = next(container.decode(video=0)).to_image()
        photo = Image.open(io.BytesIO(kinds.PHOTO)).resize((64, 48))
        difference = np.abs(np.asarray(frame.resize((64, 48))).astype(np.int16) - np.asarray(photo))
        assert difference.mean() < 14, key


def test_the_picture_and_the_mask_that_were_meant_arrive(replicate: ReplicateProvider) -> None:
    [content] = made(replicate, kinds.spec_of(catalogue.MODELS["flux-fill-pro"]))
    inputs = pictures.read_label(content)["inputs"]
    assert inputs["image"]["size"] == list(kinds.SIZE)
    assert inputs["image"]["sha256"] == kinds.digest(kinds.PHOTO)
    assert inputs["mask"]["sha256"] == kinds.digest(kinds.MASK)


def test_a_large_picture_is_brought_there_before_and_a_small_one_is_sent_along(
    fake: FakeReplicate, replicate: ReplicateProvider
) -> None:
    model = catalogue.MODELS["real-esrgan"]
    large = sources.noise(640, 480)
    small = kinds.order_of(kinds.spec_of(model))
    assert replicate.upload(small) == {}
    big = kinds.order_of(kinds.spec_of(model), photo=large, size=(640, 480))
    there = replicate.upload(big)
    assert there["image"].startswith(fake.url)
    [content] = made(replicate, kinds.spec_of(model), photo=large, size=(640, 480))
    assert pictures.read_label(content)["inputs"]["image"]["sha256"] == kinds.digest(large)


def test_a_lost_start_is_recognized_by_the_picture_that_it_started_from(replicate: ReplicateProvider) -> None:
    model = catalogue.MODELS["real-esrgan"]
    # A picture that nothing else starts from.
    for photo, size in ((sources.photo(323, 241), (323, 241)), (sources.noise(640, 480), (640, 480))):
        order = placed(replicate, kinds.order_of(kinds.spec_of(model), photo=photo, size=size))
        other = placed(replicate, kinds.order_of(kinds.spec_of(model), photo=sources.photo(321, 240), size=(321, 240)))
        job_id = replicate.start(order).job_id
        assert replicate.find(order) == [job_id]
        assert replicate.find(other) == []


def test_a_start_before_anything_was_brought_there_cannot_have_happened(replicate: ReplicateProvider) -> None:
    order = kinds.order_of(kinds.spec_of(catalogue.MODELS["real-esrgan"]))
    assert order.uploads is None
    assert replicate.find(order) == []


@pytest.mark.parametrize("key", ["llama-3-8b", "garden-words"])
def test_a_better_prompt_keeps_the_words_of_the_first(
    replicate: ReplicateProvider, garden: GardenProvider, key: str
) -> None:
    provider = replicate if key == "llama-3-8b" else garden
    over = finished(provider, kinds.order_of(kinds.spec_of(catalogue.MODELS[key], prompt="a fox in the snow")))
    assert over.outputs == ()
    assert over.text is not None
    assert "fox" in over.text
    assert len(over.text) > len("a fox in the snow")


def test_what_is_no_picture_fails_for_good_in_the_garden(garden: GardenProvider) -> None:
    order = kinds.order_of(kinds.spec_of(catalogue.MODELS["garden-recolor"]), photo=b"not a picture")
    with pytest.raises(Exception, match="cannot be made"):
        list(garden.files(finished(garden, order), order, [0], lambda _: None))
