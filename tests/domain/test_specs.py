"""What may be asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegarden.domain import specs
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.specs import GenerationSpec
from imagegarden.providers import catalogue


def parse(**values: object) -> GenerationSpec:
    return specs.parse(models=(catalogue.GARDEN,), **values)


def faults(**values: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        parse(**{"prompt": "a pond", **values})
    return refusal.value.fields


def test_what_is_not_said_has_the_usual_value() -> None:
    spec = parse(prompt="a pond")
    assert (spec.style, spec.color, spec.count, spec.aspect_ratio, spec.seed) == ("art", "vibrant", 2, "1:1", None)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", "\x00\x01"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    assert faults(prompt=prompt) == {"prompt": "Describe what you want to see."}


def test_a_prompt_may_have_2000_characters_and_no_more() -> None:
    assert len(parse(prompt="x" * 2000).prompt) == 2000
    assert faults(prompt="x" * 2001) == {"prompt": "A prompt has at most 2,000 characters."}


@pytest.mark.parametrize("prompt", ["सुबह कमल", "زهرة اللوتس", "🪷🌅", "a\nb"])
def test_any_script_is_kept(prompt: str) -> None:
    assert parse(prompt=prompt).prompt == prompt


def test_control_characters_become_spaces() -> None:
    assert parse(prompt="a\x00b\x1bc").prompt == "a b c"


@pytest.mark.parametrize("count", [0, 5, -1, "many", 1.5])
def test_a_count_outside_of_1_to_4_is_refused(count: object) -> None:
    assert "count" in faults(count=count)


@pytest.mark.parametrize("seed", [-1, 2**31, "x", "1.5"])
def test_a_seed_outside_of_its_range_is_refused(seed: object) -> None:
    assert "seed" in faults(seed=seed)


def test_an_unknown_style_is_refused() -> None:
    assert "style" in faults(style="cubism'; DROP TABLE users")


def test_an_unknown_color_is_refused() -> None:
    assert "color" in faults(color="infrared")


def test_an_unknown_aspect_ratio_is_refused() -> None:
    assert "aspect_ratio" in faults(aspect_ratio="7:1")


def test_an_unknown_model_is_refused() -> None:
    assert faults(model="nothing") == {"model": "There is no such model."}


def test_an_unknown_field_is_refused() -> None:
    assert "price" in faults(price=0)


def test_several_faults_are_reported_together() -> None:
    assert set(faults(prompt="x" * 2001, count=9, style="none")) == {"prompt", "count", "style"}


def test_every_aspect_ratio_has_a_size_of_about_a_megapixel() -> None:
    assert set(specs.ASPECT_RATIOS) == set(catalogue.SIZES)
    for width, height in catalogue.SIZES.values():
        assert width % 64 == height % 64 == 0
        assert 0.95e6 < width * height < 1.1e6


def test_the_same_request_has_the_same_fingerprint_and_another_has_another() -> None:
    assert parse(prompt="a pond").fingerprint == parse(prompt=" a pond ").fingerprint
    assert parse(prompt="a pond").fingerprint != parse(prompt="a pond", count=1).fingerprint


@given(st.text(max_size=3000))
def test_any_text_is_taken_or_refused_and_never_breaks(prompt: str) -> None:
    try:
        kept = parse(prompt=prompt).prompt
    except InvalidRequest:
        return
    assert 0 < len(kept) <= 2000
    assert "\x00" not in kept
