"""Addresses of this site, as programs get them."""

from flask import url_for

from imagegarden.current import settings


def address(endpoint: str, **values: object) -> str:
    """An address of this site, whole: programs have no page that it would be relative to."""
    return settings().public_url.rstrip("/") + url_for(endpoint, **values)  # type: ignore[arg-type]
