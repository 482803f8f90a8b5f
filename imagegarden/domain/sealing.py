"""Secrets that have to be read again, kept in the database under keys that are not in it.

The keys follow from SECRET_KEY and its fallbacks: the first one seals, any of them opens.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE = b"imagegarden: sealed secrets"
NAME_LENGTH = 16


class Unreadable(Exception):
    """None of the keys opens this: the one that sealed it was taken away. Never shown to people."""


def seal(text: str, keys: Sequence[bytes]) -> str:
    """The text, unreadable for whoever has none of the keys."""
    return _box(keys).encrypt(text.encode()).decode()


def unseal(sealed: str, keys: Sequence[bytes]) -> str:
    """The text that was sealed by one of the keys. Raises Unreadable."""
    try:
        return _box(keys).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def name_of(key: bytes) -> str:
    """What a key is called where its own sealings are told from others. Nothing about the key follows from it."""
    return hashlib.sha256(_derived(key)).hexdigest()[:NAME_LENGTH]


def _box(keys: Sequence[bytes]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: bytes) -> bytes:
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key))
