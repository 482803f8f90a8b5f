"""Ids as text, in forms."""

from uuid import UUID

from imagegarden.domain.errors import NotFound


def read_id(text: str) -> UUID:
    """The id that a form names. Raises NotFound: what is no id is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
