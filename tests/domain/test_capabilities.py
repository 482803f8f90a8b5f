"""What a model can do of what is asked."""

from typing import Any
from uuid import uuid4

import pytest

from imagegarden.domain import capabilities, specs
from imagegarden.domain.errors import InvalidRequest
from imagegarden.providers import catalogue
from imagegarden.providers.catalogue import Model
from tests import kinds

MODELS = tuple(catalogue.MODELS.values())


def faults(key: str, **values: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        kinds.spec_of(catalogue.MODELS[key], **values)
    return refusal.value.fields


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.key)
def test_all_that_a_form_allows_is_a_request(model: Model) -> None:
    for wish in kinds.wishes(model):
        spec = specs.parse(models=MODELS, **wish)
        width, height = capabilities.size_of(model, spec, kinds.SIZE if spec.image else None)
        assert (width > 0 and height > 0) or model.kind == "enhance"


@pytest.mark.parametrize(
    ("key", "values", "field"),
    [
        ("flux-schnell", {"image": uuid4()}, "image"),
        ("flux-schnell", {"strength": "subtle"}, "strength"),
        ("flux-dev", {"strength": "subtle"}, "strength"),
        ("flux-schnell", {"scale": 2}, "scale"),
        ("flux-schnell", {"duration": 5}, "duration"),
        ("flux-schnell", {"resolution": "720p"}, "resolution"),
        ("flux-schnell", {"mask": uuid4()}, "mask"),
        ("flux-schnell", {"expand": "left"}, "expand"),
        ("flux-schnell", {"faces": True}, "faces"),
        ("real-esrgan", {"scale": 3}, "scale"),
        ("real-esrgan", {"prompt": "a pond"}, "prompt"),
        ("real-esrgan", {"image": None}, "image"),
        ("gfpgan", {"scale": 4}, "scale"),
        ("gfpgan", {"faces": True}, "faces"),
        ("flux-fill-pro", {"mask": None}, "mask"),
        ("flux-fill-pro", {"expand": "left"}, "mask"),
        ("stable-diffusion-inpainting", {"mask": None, "expand": "left"}, "expand"),
        ("flux-kontext-pro", {"prompt": ""}, "prompt"),
        ("flux-kontext-pro", {"count": 2}, "count"),
        ("hailuo-02", {"resolution": "1080p", "duration": 10}, "duration"),
        ("hailuo-02", {"duration": 7}, "duration"),
        ("wan-2.2", {"aspect_ratio": "1:1"}, "aspect_ratio"),
        ("wan-2.2", {"resolution": "1080p"}, "resolution"),
        ("wan-2.2", {"image": uuid4()}, "image"),
        ("llama-3-8b", {"seed": 1, "image": uuid4()}, "image"),
    ],
)
def test_what_a_model_cannot_do_is_said_at_its_field(key: str, values: dict[str, Any], field: str) -> None:
    assert field in faults(key, **values)


def test_a_kind_that_nobody_makes_here_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        specs.parse(models=(catalogue.GARDEN,), kind="video", prompt="a pond")
    assert "kind" in refusal.value.fields


def test_what_has_one_answer_need_not_be_said() -> None:
    spec = specs.parse(models=MODELS, kind="video", prompt="a pond")
    assert (spec.model, spec.count, spec.aspect_ratio) == ("wan-2.2", 1, "16:9")
    assert (spec.resolution, spec.duration) == ("480p", 5)


@pytest.mark.parametrize(
    ("key", "size", "said"),
    [("real-esrgan", (2000, 1200), "2.1 megapixels"), ("garden-resample", (6000, 4000), "40 megapixels is the most")],
)
def test_a_picture_that_is_too_large_for_a_model_is_said_to_be(key: str, size: tuple[int, int], said: str) -> None:
    model = catalogue.MODELS[key]
    fault = capabilities.source_fault(model, kinds.spec_of(model), size)
    assert fault is not None
    assert said in fault


def test_a_film_has_the_shape_of_its_picture_and_even_sides() -> None:
    model = catalogue.MODELS["garden-film"]
    for size in ((320, 240), (333, 999), (4000, 301)):
        width, height = capabilities.size_of(model, kinds.spec_of(model, image=uuid4()), size)
        assert width % 2 == height % 2 == 0
        assert width / height == pytest.approx(size[0] / size[1], rel=0.05)
