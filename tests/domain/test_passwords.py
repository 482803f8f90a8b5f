"""What a password has to be."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.passwords import SHORTEST, require_strong
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
