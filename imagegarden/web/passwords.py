"""Password hashes. Slow on purpose, so never inside a transaction."""

from werkzeug.security import check_password_hash, generate_password_hash

# What an unknown address is checked against: it takes as long as a known one.
_NOBODY = generate_password_hash("nobody has this password")


def hash_password(password: str) -> str:
    """A salted scrypt hash."""
    return generate_password_hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Takes the same time where there is no hash."""
    matches = check_password_hash(password_hash or _NOBODY, password)
    return matches and bool(password_hash)
