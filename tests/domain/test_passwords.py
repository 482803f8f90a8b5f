"""What a password has to be."""

import contextlib
import time

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.passwords import LONGEST, SHORTEST, require_strong
from imagegarden.web.passwords import hash_password, is_right


def test_none_of_the_three_thousand_most_common_ones_is_taken() -> None:
    common = list(FREQUENCY_LISTS["passwords"])
    assert len(common) >= 3000
    # Most are too short anyway: each is tried at a length that would do, too.
    taken = []
    for password in common[:3000]:
        for tried in {password, password.ljust(SHORTEST, password[-1])}:
            try:
                require_strong(tried, email="ada@example.com")
            except InvalidRequest:
                continue
            taken.append(tried)
    assert taken == []


def test_it_is_kept_as_a_salted_hash_that_takes_memory_and_time() -> None:
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first.startswith("scrypt:32768:8:1$")
    assert first != second
    assert "correct" not in first
    assert is_right(first, "correct horse")
    assert not is_right(first, "Correct horse")


@pytest.mark.parametrize("email", ["ada.lovelace@example.com", "ADA.LOVELACE@EXAMPLE.COM"])
def test_what_its_owner_is_called_makes_it_no_stronger(email: str) -> None:
    with pytest.raises(InvalidRequest):
        require_strong("ada.lovelace", email=email)


# Each is what takes longest of its kind: signs that stand for one letter or another, few of them and many.
@pytest.mark.parametrize("signs", ["4@8({[<369!1|7$5+%20z", "$75<(+|1", "$75<(+|1!", "615[{|$9eras", "a", "aab"])
@pytest.mark.parametrize("email", ["ada@example.com", "a." * 100_000 + "@example.com"])
def test_it_is_judged_at_once_whatever_was_typed(signs: str, email: str) -> None:
    began = time.thread_time()
    with contextlib.suppress(InvalidRequest):
        require_strong((signs * 128)[:LONGEST], email=email)
    assert time.thread_time() - began < 0.25


@pytest.mark.parametrize("password", ["4@8({[<369!1|7$5", "a pond {(5+7)<13|8!} in spring", "G7!k|2$w9<1(5+Qz"])
def test_many_signs_are_no_reason_to_refuse_one(password: str) -> None:
    require_strong(password, email="ada@example.com")
