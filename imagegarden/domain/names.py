"""What people call things: themselves, a board, a preset."""

import unicodedata

from imagegarden.domain.errors import InvalidRequest

LONGEST = 60
LONG = f"A name has at most {LONGEST} characters."
UNSEEN = "This name has characters that cannot be seen. Please leave them out."
# Written in the middle of words of some scripts, and of emoji of several people.
JOINERS = "\u200c\u200d"


def sound_name(given: str, *, field: str, missing: str) -> str:
    """A name in one canonical form, without needless space.

    Raises InvalidRequest for the field: `missing` says what is wrong where nothing is to be read.
    """
    name = " ".join(unicodedata.normalize("NFC", given).split())
    seen = [sign for sign in name if sign in JOINERS or not unicodedata.category(sign).startswith("C")]
    if not any(sign not in JOINERS and not sign.isspace() for sign in seen):
        raise InvalidRequest({field: missing})
    if len(name) > LONGEST:
        raise InvalidRequest({field: LONG})
    if len(seen) < len(name):
        raise InvalidRequest({field: UNSEEN})
    return name
