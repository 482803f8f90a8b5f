"""What a language model answers, made a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagegarden.domain.wording import LONGEST_BETTER_PROMPT, NothingSaid, cleaned

GOOD = "A heron stands on one leg in still water, mist, soft dawn light."


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f'"{GOOD}"',
        f"“{GOOD}”",
        f'Sure! Here is an improved prompt:\n\n"{GOOD}"',
        f"Here's the enhanced version of your prompt:\n{GOOD}",
        f"Of course! {GOOD}",
        f"Sure, here is a better prompt: {GOOD}",
        f"**Improved prompt:** {GOOD}",
        f"# Improved prompt\n\n{GOOD}",
        f"{GOOD}\n\nThis version adds light and mood. Let me know if you want changes!",
        f'"{GOOD}"\n\nI added light and mood.',
        f"  {GOOD}\x00\n",
        f"- {GOOD}",
    ],
)
def test_what_is_said_around_the_prompt_is_left_out(answer: str) -> None:
    assert cleaned(answer, asked="a heron") == GOOD


@pytest.mark.parametrize(
    "answer",
    [
        "great white shark leaping from the sea",
        "Great wall of china at dawn",
        "yes album cover with floating islands",
        "Sure-footed goat on a cliff",
        "okay sign made of neon",
        "“Stop” sign in the rain, film noir",
        '"Stop" and "Go" signs at night',
        "a version of the Mona Lisa: painted with fruit"[:30],
    ],
)
def test_words_that_only_look_like_courtesy_stay(answer: str) -> None:
    assert cleaned(answer, asked=answer) == answer


@pytest.mark.parametrize("answer", ["", "   ", '""', "...", "I'm sorry, I can't help with that.", "Sure!", "\n\n"])
def test_an_answer_that_says_nothing_is_no_prompt(answer: str) -> None:
    with pytest.raises(NothingSaid):
        cleaned(answer, asked="a heron")


def test_one_that_is_too_long_ends_with_a_whole_sentence() -> None:
    short = cleaned("Herons stand in the still water. " * 100, asked="a heron")
    assert len(short) <= LONGEST_BETTER_PROMPT
    assert short.endswith("water.")


def test_one_without_an_end_is_cut_between_words() -> None:
    short = cleaned("heron " * 400, asked="a heron")
    assert len(short) <= LONGEST_BETTER_PROMPT
    assert short.endswith("heron")


@pytest.mark.parametrize("text", ["एक बगुला पानी में खड़ा है।", "مالك الحزين في الماء", "🪷🌅 a pond", "池の鷺"])
def test_any_script_is_kept(text: str) -> None:
    assert cleaned(text, asked="x") == text


@given(st.text(max_size=3000))
def test_whatever_is_answered_it_is_a_sound_prompt_or_none(answer: str) -> None:
    try:
        text = cleaned(answer, asked="a heron")
    except NothingSaid:
        return
    assert 0 < len(text) <= LONGEST_BETTER_PROMPT
    assert text == text.strip()
    assert "\n" not in text
