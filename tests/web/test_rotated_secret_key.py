"""SECRET_KEY is exchanged while people are here: with the earlier key among the fallbacks, nobody notices."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.models import User
from tests import factories
from tests.processes import CSRF

NEW_KEY = "another secret key for tests, as long"
REMEMBER = "image_garden_remember"


@pytest.fixture
def rotate(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Exchange the key, with the earlier one among the fallbacks or not."""
    earlier = app.config["SECRET_KEY"]

    def exchange(*, keeps_earlier: bool = True) -> None:
        fallbacks = [earlier] if keeps_earlier else []
        monkeypatch.setitem(app.config, "SECRET_KEY", NEW_KEY)
        monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", fallbacks)
        monkeypatch.setitem(app.config, "WTF_CSRF_SECRET_KEY", [*fallbacks, NEW_KEY])

    return exchange


def stay_signed_in(app: Flask, user: User) -> FlaskClient:
    client = app.test_client()
    sent = {"email": user.email, "password": factories.PASSWORD, "remember": "y"}
    assert client.post("/login", data=sent).status_code == 303
    return client


def come_back(client: FlaskClient) -> int:
    """The next visit, when the session is long over."""
    client.delete_cookie("image_garden")
    return client.get("/profile").status_code


def remembered(client: FlaskClient) -> str:
    cookie = client.get_cookie(REMEMBER)
    assert cookie is not None
    return cookie.value


def test_who_is_here_stays_here(signed_in_client: FlaskClient, rotate: Callable[..., None], session: Session) -> None:
    rotate()
    assert signed_in_client.get("/profile").status_code == 200


def test_who_stayed_signed_in_comes_back_and_gets_a_cookie_under_the_new_key(
    app: Flask, user: User, rotate: Callable[..., None]
) -> None:
    client = stay_signed_in(app, user)
    before = remembered(client)
    rotate()
    assert come_back(client) == 200
    assert remembered(client) != before
    rotate(keeps_earlier=False)
    assert come_back(client) == 200


def test_without_the_earlier_key_they_sign_in_again(app: Flask, user: User, rotate: Callable[..., None]) -> None:
    client = stay_signed_in(app, user)
    rotate(keeps_earlier=False)
    assert come_back(client) == 303


@pytest.mark.parametrize(("keeps_earlier", "status"), [(True, 303), (False, 400)])
def test_a_form_that_was_open_is_taken_while_the_earlier_key_is_listed(
    app: Flask, signed_in_client: FlaskClient, rotate: Callable[..., None], keeps_earlier: bool, status: int
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    found = CSRF.search(signed_in_client.get("/profile").text)
    assert found is not None
    rotate(keeps_earlier=keeps_earlier)
    sent = {"csrf_token": found[1], "username": "Robin"}
    assert signed_in_client.post("/profile/name", data=sent).status_code == status


def test_a_new_form_carries_the_new_key(app: Flask, signed_in_client: FlaskClient, rotate: Callable[..., None]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    rotate()
    found = CSRF.search(signed_in_client.get("/profile").text)
    assert found is not None
    rotate(keeps_earlier=False)
    sent = {"csrf_token": found[1], "username": "Robin"}
    assert signed_in_client.post("/profile/name", data=sent).status_code == 303
