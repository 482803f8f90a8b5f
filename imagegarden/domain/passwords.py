"""What a password has to be. Hashing is at the edge: it is slow on purpose and belongs outside of a transaction."""

from zxcvbn import zxcvbn

from imagegarden.domain.errors import InvalidRequest

SHORTEST = 10
LONGEST = 128
LEAST_SCORE = 3
KNOWN_WORDS = ("image", "garden", "imagegarden", "cultivate")


def require_strong(password: str, *, email: str) -> None:
    """Accept a password that is long and hard to guess, also for somebody who knows the person's address.

    Raises InvalidRequest.
    """
    if len(password) < SHORTEST:
        raise InvalidRequest({"password": f"Use {SHORTEST} characters or more."})
    if len(password) > LONGEST:
        raise InvalidRequest({"password": f"Use {LONGEST} characters or fewer."})
    known = [*KNOWN_WORDS, email, *email.replace("@", ".").split(".")]
    # The estimate takes long for long input, and what comes later can only make a password stronger.
    estimate = zxcvbn(password[:64], user_inputs=known)
    if estimate["score"] < LEAST_SCORE:
        hint = estimate["feedback"]["warning"] or "This is easy to guess"
        raise InvalidRequest({"password": f"{hint.rstrip('.')}. Add a few uncommon words."})
