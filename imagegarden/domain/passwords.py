"""What a password has to be. Hashing is at the edge: it is slow on purpose and belongs outside of a transaction."""

from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from imagegarden.domain.errors import InvalidRequest

SHORTEST = 10
LONGEST = 128
LEAST_SCORE = 3
# What an estimate reads: its work grows with the square of the length, and with every way in which signs can be read
# as letters. So of what is mostly such signs it reads half. What comes later can only make a password stronger.
READ, MOST_SIGNS, READ_OF_SIGNS = 24, 8, 12
SIGNS = frozenset(sign for signs in L33T_TABLE.values() for sign in signs)
LONGEST_HINT = 254
KNOWN_WORDS = ("image", "garden", "imagegarden", "cultivate")


def require_strong(password: str, *, email: str) -> None:
    """Accept a password that is long and hard to guess, also for somebody who knows the person's address.

    Raises InvalidRequest.
    """
    if len(password) < SHORTEST:
        raise InvalidRequest({"password": f"Use {SHORTEST} characters or more."})
    if len(password) > LONGEST:
        raise InvalidRequest({"password": f"Use {LONGEST} characters or fewer."})
    hint = email[:LONGEST_HINT]
    known = [*KNOWN_WORDS, hint, *hint.replace("@", ".").split(".")]
    estimate = zxcvbn(_beginning(password), user_inputs=known)
    if estimate["score"] < LEAST_SCORE:
        warning = estimate["feedback"]["warning"] or "This is easy to guess"
        raise InvalidRequest({"password": f"{warning.rstrip('.')}. Add a few uncommon words."})


def _beginning(password: str) -> str:
    """As much of a password as is estimated within a few hundredths of a second, whatever it is."""
    beginning = password[:READ]
    return beginning if len(SIGNS.intersection(beginning)) <= MOST_SIGNS else beginning[:READ_OF_SIGNS]
