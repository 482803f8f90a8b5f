"""The cookie by which an account knows a browser again that it was used in.

Whoever has it is not asked less: it spares the owner a letter about a new device, and has counts of wrong tries of its
own, at the password and at the second factor, so that strangers who guess cannot keep the owner out.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeSerializer

from imagegarden.current import settings, signing_keys
from imagegarden.models import SecondFactor, User

NAME = "image_garden_device"
SALT = "known device"
LASTS_SECONDS = 400 * 24 * 3600
# A browser of a family is known to each of them.
MOST_PEOPLE = 5
MARK_LENGTH = 12


@dataclass(frozen=True)
class Known:
    """A browser, and the accounts that know it: their ids, each with a mark of the password that it was used with.

    So is the second factor that was shown in it, where there is one.
    """

    id: str
    people: dict[str, str] = field(default_factory=dict)
    factors: dict[str, str] = field(default_factory=dict)


def vouched_for(user: User) -> str | None:
    """The name of this browser, where the account was used in it with its password of today.

    A thief who had an earlier password got a cookie, too.
    """
    known = _read()
    return known.id if known.people.get(str(user.id)) == _mark(user) else None


def showed(factor: SecondFactor) -> str | None:
    """The name of this browser, where this second factor was shown in it.

    Whoever has the password alone, or set another one by mail, has no such browser, and makes none.
    """
    known = _read()
    return known.id if known.factors.get(str(factor.user_id)) == _factor_mark(factor) else None


def note(user: User, factor: SecondFactor | None = None) -> None:
    """Let the account know this browser from now on; with the second factor that was just shown in it."""
    known = _read()
    people = _with(known.people, user, _mark(user))
    factors = known.factors if factor is None else _with(known.factors, user, _factor_mark(factor))
    value = _serializer().dumps([known.id, people, factors])

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
        # In cookies of the release before stands nothing of second factors.
        return Known(value[0], dict(value[1]), dict(value[2]) if len(value) > 2 else {})
    except BadData:
        return Known(secrets.token_urlsafe(16))


def _name() -> str:
    return f"__Host-{NAME}" if settings().is_https else NAME


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys()[::-1], salt=SALT)


def _with(marks: dict[str, str], user: User, mark: str) -> dict[str, str]:
    others = {person: earlier for person, earlier in marks.items() if person != str(user.id)}
    return {**dict(list(others.items())[-(MOST_PEOPLE - 1) :]), str(user.id): mark}


def _mark(user: User) -> str:
    return _digest(user.password_hash)


def _factor_mark(factor: SecondFactor) -> str:
    return _digest(str(factor.created_at.timestamp()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]
