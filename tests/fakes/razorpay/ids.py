"""Names, as Razorpay gives them."""

import random
import string

ALPHABET = string.digits + string.ascii_letters
LENGTH = 14
_chance = random.SystemRandom()


def new_token() -> str:
    """14 letters and digits."""
    return "".join(_chance.choices(ALPHABET, k=LENGTH))


def new_id(kind: str) -> str:
    """`order_` and 14 letters and digits."""
    return f"{kind}_{new_token()}"
