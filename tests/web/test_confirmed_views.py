"""Views that are marked as sensitive ask for the password again."""

from collections.abc import Iterator

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from imagegarden.clock import now
from imagegarden.web.confirming import GOOD_SECONDS, confirmed
from imagegarden.web.sessions import PASSWORD_AT
from tests import factories

PATH = "/profile/letters"


@pytest.fixture
def marked(app: Flask) -> Iterator[None]:
    """A view of the profile, as though it were sensitive; it answers with what it was sent."""
    before = app.view_functions["auth.choose_letters"]

    @confirmed
    def echo() -> str:
        return ",".join(f"{name}={value}" for name, value in request.form.items(multi=True))

    app.view_functions["auth.choose_letters"] = echo
    yield
    app.view_functions["auth.choose_letters"] = before


def age_password(client: FlaskClient, seconds: float = GOOD_SECONDS + 1) -> None:
    with client.session_transaction() as kept:
        kept[PASSWORD_AT] = now().timestamp() - seconds


def test_who_gave_the_password_lately_is_not_asked(marked: None, signed_in_client: FlaskClient) -> None:
    assert signed_in_client.post(PATH, data={"a": "1"}).text == "a=1"


def test_the_password_is_asked_for_and_what_was_sent_is_kept(marked: None, signed_in_client: FlaskClient) -> None:
    age_password(signed_in_client)
    sent = {"a": ["1", '"2"']}
    asked = signed_in_client.post(PATH, data=sent)
    assert asked.status_code == 401
    assert '<input type="hidden" name="a" value="1">' in asked.text
    assert '<input type="hidden" name="a" value="&#34;2&#34;">' in asked.text
    assert 'href="/profile"' in asked.text
    given = signed_in_client.post(PATH, data={**sent, "confirm_password": factories.PASSWORD})
    assert given.text.startswith('a=1,a="2"')
    assert signed_in_client.post(PATH, data=sent).status_code == 200


def test_a_wrong_password_is_said_beside_the_field_and_not_kept(marked: None, signed_in_client: FlaskClient) -> None:
    age_password(signed_in_client)
    answer = signed_in_client.post(PATH, data={"a": "1", "confirm_password": "a wrong password"})
    assert answer.status_code == 422
    assert "That is not your password." in answer.text
    assert "a wrong password" not in answer.text


def test_after_too_many_wrong_passwords_the_wait_is_said_and_what_was_sent_is_still_kept(
    app: Flask, marked: None, signed_in_client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    age_password(signed_in_client)
    sent = {"a": "1", "confirm_password": "a wrong password"}
    tries = int(app.extensions["settings"].login_limit.split()[0])
    assert [signed_in_client.post(PATH, data=sent).status_code for _ in range(tries)] == [422] * tries
    answer = signed_in_client.post(PATH, data={**sent, "confirm_password": factories.PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many tries. Please try again in" in answer.text
    assert '<input type="hidden" name="a" value="1">' in answer.text
    assert factories.PASSWORD not in answer.text
    noted = [one.message for one in caplog.records if one.name == "imagegarden.security"]
    assert noted == ["a wrong password"] * tries + ["too many tries"]


def test_a_stranger_is_asked_to_log_in_first(marked: None, client: FlaskClient) -> None:
    assert client.post(PATH, data={"a": "1"}).location.startswith("/login")


def test_a_view_without_the_mark_asks_for_nothing(signed_in_client: FlaskClient) -> None:
    age_password(signed_in_client)
    assert signed_in_client.post("/profile/name", data={"username": "Robin"}).status_code == 303
