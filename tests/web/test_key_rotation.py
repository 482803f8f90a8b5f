"""The secret key is exchanged while people are signed in: nobody notices while the earlier one is a fallback."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy.orm import Session

from config import Settings
from imagegarden.app import _flask_config
from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.models import User
from tests import factories

NEXT = "the next secret key, of more than 32 characters"


@contextmanager
def next_key(app: Flask, *, keeps_earlier: bool = True) -> Iterator[None]:
    """The application as it is after its key was exchanged."""
    before: Settings = app.extensions["settings"]
    config = {name: app.config.get(name) for name in KEYS}
    fallbacks = [before.secret_key] if keeps_earlier else []
    after = before.model_copy(update={"secret_key": SecretStr(NEXT), "secret_key_fallbacks": fallbacks})
    app.extensions["settings"] = after
    app.config.update({name: _flask_config(after)[name] for name in KEYS})
    try:
        yield
    finally:
        app.extensions["settings"] = before
        app.config.update(config)


KEYS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "WTF_CSRF_SECRET_KEY")


def remembered(app: Flask, user: User) -> tuple[FlaskClient, str]:
    client = app.test_client()
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
    kept = client.get_cookie("image_garden_remember")
    assert kept is not None
    return client, kept.value


def with_cookie(app: Flask, name: str, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(name, value)
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/gallery").status_code == 200


def test_a_session_goes_on(app: Flask, user: User) -> None:
    client, _ = remembered(app, user)
    with next_key(app):
        assert is_in(client)


def test_a_remember_me_cookie_goes_on_and_is_signed_anew(app: Flask, user: User) -> None:
    _, value = remembered(app, user)
    with next_key(app):
        back = with_cookie(app, "image_garden_remember", value)
        assert is_in(back)
        kept = back.get_cookie("image_garden_remember")
        assert kept is not None
        renewed = kept.value
        assert renewed != value
    with next_key(app, keeps_earlier=False):
        assert is_in(with_cookie(app, "image_garden_remember", renewed))
        assert not is_in(with_cookie(app, "image_garden_remember", value))


def test_a_form_that_was_open_can_be_sent(app: Flask, user: User) -> None:
    client, _ = remembered(app, user)
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/profile").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    sent = {"csrf_token": found[1], "username": "Robin"}
    with next_key(app):
        assert client.post("/profile/name", data=sent).status_code == 303
        fresh = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/profile").text)
        assert fresh
        assert fresh[1] != found[1]
    with next_key(app, keeps_earlier=False):
        assert client.post("/profile/name", data=sent).status_code == 400
        assert client.post("/profile/name", data={**sent, "csrf_token": fresh[1]}).status_code == 303


def test_a_known_device_stays_known(app: Flask, session: Session, user: User) -> None:
    client, _ = remembered(app, user)
    client.post("/logout")
    with next_key(app):
        for _ in range(11):
            app.test_client().post("/login", data={"email": user.email, "password": "wrong"})
        answer = client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
        assert answer.status_code == 303


def test_a_second_factor_goes_on(app: Flask, session: Session, client: FlaskClient, user: User) -> None:
    secret = factories.with_second_factor(session, user, signing_keys())
    with next_key(app):
        client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
        assert client.post("/login/code", data={"code": pyotp.TOTP(secret).at(now())}).status_code == 303
