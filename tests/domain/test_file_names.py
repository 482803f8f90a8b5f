"""Names for files from what people wrote: safe on every system, unique, and still theirs."""

import pytest

from imagegarden.domain.file_names import LONGEST_BYTES, UniqueNames, file_stem


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("a heron at dawn", "a heron at dawn"),
        ("शांत कमल का तालाब 🪷", "शांत कमल का तालाब 🪷"),
        ("حديقة هادئة", "حديقة هادئة"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\windows\\*", "C windows"),
        ("a\nb\tc\x00d", "a b c d"),
        ("gpj.\u202eharmless", "gpj. harmless"),
        (' "quoted"? ', "quoted"),
        ("...", "picture"),
        ("", "picture"),
        ("con", "con_"),
        ("LPT1.old", "LPT1.old_"),
        ("ends with dots...", "ends with dots"),
        ("e\u0301tat", "état"),
    ],
)
def test_words_become_a_name_that_every_system_takes(words: str, stem: str) -> None:
    assert file_stem(words) == stem


@pytest.mark.parametrize("words", ["a heron " * 90, "तालाब" * 90, "🪷" * 90])
def test_a_name_is_cut_between_signs(words: str) -> None:
    stem = file_stem(words)
    assert LONGEST_BYTES - 8 < len(stem.encode()) <= LONGEST_BYTES
    assert words.startswith(stem)


def test_no_name_is_given_twice_also_where_letters_are_of_one_size() -> None:
    names = UniqueNames()
    given = [names.name(words, "png") for words in ("Pond", "pond", "pond", "pond (2)", "moss")]
    assert given == ["Pond.png", "pond (2).png", "pond (3).png", "pond (2) (2).png", "moss.png"]
    assert names.name("pond", "mp4") == "pond.mp4"
