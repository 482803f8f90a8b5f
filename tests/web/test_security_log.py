"""Who came in and who was refused stands in the log, with the account and from where, and with nothing secret."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from imagegarden.models import User
from tests import factories


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[tuple[str, object, object]]]:
    """What was written down: what happened, to which account, from where."""
    caplog.set_level(logging.INFO, logger="imagegarden.security")
    return lambda: [
        (one.message, one.__dict__["user_id"], one.__dict__["address"])
        for one in caplog.records
        if one.name == "imagegarden.security"
    ]


Told = Callable[[], list[tuple[str, object, object]]]


def test_who_signs_in_and_out_is_written_down(signed_in_client: FlaskClient, user: User, told: Told) -> None:
    signed_in_client.post("/logout")
    assert ("signed out", user.id, "127.0.0.1") in told()


def test_a_sign_in_is_written_down(told: Told, signed_in: Callable[[User], FlaskClient], user: User) -> None:
    signed_in(user)
    assert told() == [("signed in", user.id, "127.0.0.1")]


def test_a_wrong_password_is_written_down_and_no_address_that_was_typed(
    client: FlaskClient, user: User, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    for email in (user.email, "nobody@example.com"):
        client.post("/login", data={"email": email, "password": "a wrong password"})
    assert told() == [("a wrong password", user.id, "127.0.0.1"), ("a wrong password", None, "127.0.0.1")]
    assert "@example.com" not in str([one.__dict__ for one in caplog.records if one.name == "imagegarden.security"])


def test_what_a_role_may_not_do_is_written_down(signed_in_client: FlaskClient, user: User, told: Told) -> None:
    assert signed_in_client.post("/admin/switches/open", data={"reason": "x"}).status_code == 403
    assert told()[-1] == ("not allowed", user.id, "127.0.0.1")


def test_a_form_without_its_token_is_written_down(
    app: Flask, signed_in_client: FlaskClient, user: User, told: Told
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert signed_in_client.post("/create", data={"prompt": "x"}).status_code == 400
    assert told()[-1] == ("a form without its token", user.id, "127.0.0.1")


def test_a_wrong_key_is_written_down(client: FlaskClient, told: Told, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/api/v1/models", headers={"Authorization": "Bearer ig_made_up"}).status_code == 401
    assert told() == [("a wrong API key", None, "127.0.0.1")]
    assert "made_up" not in str([one.__dict__ for one in caplog.records])


def test_whoever_tries_too_often_is_written_down(client: FlaskClient, user: User, told: Told) -> None:
    for _ in range(11):
        client.post("/login", data={"email": user.email, "password": factories.PASSWORD + "!"})
    assert told()[-1][0] == "too many tries"
