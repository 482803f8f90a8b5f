"""The cookie by which an account knows a browser again that it was used in.

Whoever has it is not asked less: it spares the owner a letter about a new device, and has a count of wrong tries of its
own, so that strangers who guess cannot keep the owner out.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeSerializer

from imagegarden.current import settings, signing_keys
from imagegarden.models import User

NAME = "image_garden_device"
SALT = "known device"
LASTS_SECONDS = 400 * 24 * 3600
# A browser of a family is known to each of them.
MOST_PEOPLE = 5
MARK_LENGTH = 12


@dataclass(frozen=True)
class Known:
    """A browser, and the accounts that know it: their ids, each with a mark of the password that it was used with."""

    id: str
    people: dict[str, str] = field(default_factory=dict)


def knows(user: User) -> bool:
    """Whether the account was used in this browser before."""
    return str(user.id) in _read().people


def vouched_for(user: User) -> str | None:
    """The name of this browser, where the account was used in it with its password of today.

    A thief who had an earlier password got a cookie, too.
    """
    known = _read()
    return known.id if known.people.get(str(user.id)) == _mark(user) else None


def note(user: User) -> None:
    """Let the account know this browser from now on."""
    known = _read()
    others = {person: mark for person, mark in known.people.items() if person != str(user.id)}
    kept = dict(list(others.items())[-(MOST_PEOPLE - 1) :])
    value = _serializer().dumps([known.id, {**kept, str(user.id): _mark(user)}])

    @after_this_request
    def give(response: Response) -> Response:
        is_https = settings().is_https
        response.set_cookie(
            _name(), value, max_age=LASTS_SECONDS, path="/", secure=is_https, httponly=True, samesite="Lax"
        )
        return response


def _read() -> Known:
    try:
        value: Any = _serializer().loads(request.cookies.get(_name(), ""))
        return Known(value[0], dict(value[1]))
    except BadData:
        return Known(secrets.token_urlsafe(16))


def _name() -> str:
    return f"__Host-{NAME}" if settings().is_https else NAME


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys()[::-1], salt=SALT)


def _mark(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:MARK_LENGTH]
