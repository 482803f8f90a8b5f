"""What the garden engine understands: nouns that are drawn, words that change how, and looks that a prompt names."""

from dataclasses import fields

import pytest

from imagegarden.providers.garden import modifiers, vocabulary
from imagegarden.providers.garden.brief import Brief, read
from imagegarden.providers.garden.elements.figures import FIGURES, WORDS
from imagegarden.providers.garden.engine import Order, compose, facts
from imagegarden.providers.garden.looks import COLOR_WORDS, STYLE_WORDS, look

NOUNS = {*vocabulary.PLANTS, *vocabulary.SETTINGS, *vocabulary.CREATURES, *vocabulary.BUILT, *WORDS}
MODIFIERS = {
    *vocabulary.TIMES,
    *vocabulary.SEASONS,
    *vocabulary.WEATHER,
    *vocabulary.MOODS,
    *vocabulary.COLORS,
    *modifiers.SIZES,
    *modifiers.GRADES,
    *modifiers.SPARSE,
}


def understood(prompt: str) -> dict[str, object]:
    """What is drawn for a prompt, apart from the chance that every wording has for itself."""
    brief = read(prompt)
    return {field.name: getattr(brief, field.name) for field in fields(Brief) if field.name != "chance"}


def setting(prompt: str) -> str:
    return read(prompt).setting


def test_it_knows_more_than_150_nouns_and_60_words_that_change_them() -> None:
    assert len(NOUNS) > 150
    assert len(MODIFIERS) > 60


def test_more_than_40_of_the_things_it_draws_are_no_plants() -> None:
    assert len(FIGURES) > 40


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_figure_is_found_by_each_of_its_words(word: str) -> None:
    key, _ = WORDS[word]
    assert key in [extra.kind for extra in read(f"a {word}").figures] or word in {
        *vocabulary.PLANTS,
        *vocabulary.COLORS,
    }


@pytest.mark.parametrize("word", sorted(MODIFIERS - {"orange"}))
def test_every_modifier_changes_what_is_drawn(word: str) -> None:
    assert understood(f"{word} rose") != understood("rose"), word


@pytest.mark.parametrize("key", sorted(FIGURES))
def test_every_figure_is_drawn(key: str) -> None:
    svg = compose(Order(f"a {key.replace('oil-lamp', 'chandelier')}", "art", "vibrant", 256, 256, 7))
    assert f'class="built {key}"' in svg


def test_a_figure_needs_no_plant_beside_it() -> None:
    assert read("a bicycle").subjects == ()
    assert len(read("a fox among sunflowers").subjects) == 1


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("a teapot", "table"),
        ("a portrait of a woman", "studio"),
        ("a whale", "deep"),
        ("an astronaut", "space"),
        ("a galaxy", "space"),
        ("a lighthouse", "sea"),
        ("a pyramid", "desert"),
        ("a swan", "pond"),
        ("a city at night", "city"),
        ("a fox in the forest", "forest"),
        ("a rose garden", "garden"),
    ],
)
def test_whatever_is_named_stands_where_it_is_at_home(prompt: str, place: str) -> None:
    assert setting(prompt) == place


def test_a_penguin_brings_the_snow_unless_the_prompt_says_otherwise() -> None:
    assert "snow" in read("a penguin").weather
    assert "snow" not in read("a penguin in summer").weather


@pytest.mark.parametrize(
    ("prompt", "key"), [("🦊", "fox"), ("🐘🐘", "elephant"), ("हाथी", "elephant"), ("ثعلب", "fox"), ("قلعة", "castle")]
)
def test_signs_and_other_scripts_name_figures(prompt: str, key: str) -> None:
    assert [extra.kind for extra in read(prompt).figures] == [key]


def test_a_number_before_a_figure_is_its_number() -> None:
    svg = compose(Order("three rabbits", "art", "vibrant", 256, 256, 7))
    assert svg.count('class="built rabbit"') == 3


def test_a_color_before_a_figure_is_its_color() -> None:
    assert read("a red fox").figures[0].colors != read("a fox").figures[0].colors
    assert read("a panther").figures[0].colors


@pytest.mark.parametrize("style", STYLE_WORDS)
def test_a_prompt_names_its_style_where_none_was_chosen(style: str) -> None:
    for phrase in STYLE_WORDS[style]:
        assert look(f"a fox, {phrase}", "art", "vibrant") == (style, "vibrant"), phrase


@pytest.mark.parametrize("color", COLOR_WORDS)
def test_a_prompt_names_its_palette_where_none_was_chosen(color: str) -> None:
    for phrase in COLOR_WORDS[color]:
        assert look(f"a fox in {phrase}", "art", "vibrant") == ("art", color), phrase


def test_what_was_chosen_goes_before_what_the_prompt_names() -> None:
    assert look("a watercolor in black and white", "linocut", "ocean") == ("linocut", "ocean")


def test_a_picture_says_the_look_it_was_drawn_in() -> None:
    said = facts(Order("a fox, pixel art", "art", "vibrant", 256, 256, 7))
    assert (said["Style"], said["Color"]) == ("pixel", "vibrant")
