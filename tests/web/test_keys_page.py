"""The page of keys: how one is made, shown once, and withdrawn."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.domain import api_keys
from imagegarden.models import ApiKey, AuditEntry, Scope, User
from tests import factories

SECRET = re.compile(r"ig_[\w-]{43}")


def send(client: FlaskClient, **differs: Any) -> TestResponse:
    """The form, filled in."""
    filled = {
        "name": "blog",
        "scopes": ["read", "generate"],
        "expires": "",
        "credit_cap": "",
        "password": factories.PASSWORD,
    }
    return client.post("/keys", data=filled | differs)


def secret_in(answer: TestResponse) -> str:
    found = SECRET.search(answer.text)
    assert found is not None, answer.text
    return found[0]


def call(app: Flask, secret: str) -> int:
    """What the API answers to this key."""
    headers = {"Authorization": f"Bearer {secret}"}
    return app.test_client().get("/api/v1/models", headers=headers).status_code


def keys(session: Session) -> list[ApiKey]:
    session.expire_all()
    return list(session.scalars(select(ApiKey)))


def test_a_key_is_shown_in_the_answer_that_makes_it_and_never_again(
    app: Flask, session: Session, signed_in_client: FlaskClient
) -> None:
    answer = send(signed_in_client)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    secret = secret_in(answer)
    assert "You will not see it again" in answer.text
    assert call(app, secret) == 200
    assert secret not in signed_in_client.get("/keys").text
    assert keys(session)[0].prefix in signed_in_client.get("/keys").text


def test_programs_to_copy_are_filled_in_with_the_key_and_this_site(app: Flask, signed_in_client: FlaskClient) -> None:
    answer = send(signed_in_client)
    secret = secret_in(answer)
    site = app.extensions["settings"].public_url.rstrip("/")
    # Each stands on the page and in its button.
    assert answer.text.count(f"Bearer {secret}") == 6
    assert f"curl {site}/api/v1/generations" in answer.text
    assert f"base_url=&#34;{site}/v1&#34;" in answer.text


def test_the_key_is_in_no_session_and_no_log(
    app: Flask, signed_in_client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        secret = secret_in(send(signed_in_client))
    redis = app.extensions["redis"]
    kept = [redis.get(key) for key in redis.keys("session:*")]
    assert kept
    assert all(secret.encode() not in value for value in kept)
    assert secret not in "".join(str(vars(record)) for record in caplog.records)


def test_what_the_form_says_is_kept(session: Session, user: User, signed_in_client: FlaskClient, now: datetime) -> None:
    assert send(signed_in_client, scopes=["account"], expires="90", credit_cap=" 1,000 ").status_code == 201
    (key,) = keys(session)
    assert (key.name, key.scopes, key.credit_cap, key.user_id) == ("blog", ["account"], 1000, user.id)
    assert key.expires_at is not None
    assert abs(key.expires_at - now - timedelta(days=90)) < timedelta(minutes=1)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "api_key.create")).one()
    assert (entry.actor_id, entry.subject_id) == (user.id, user.id)


def test_a_chosen_day_is_the_last_on_which_the_key_works(session: Session, signed_in_client: FlaskClient) -> None:
    assert send(signed_in_client, expires="until", expires_at="2099-05-31").status_code == 201
    assert keys(session)[0].expires_at == datetime(2099, 5, 31, 23, 59, 59, 999999, UTC)


def test_a_day_that_is_not_asked_for_is_not_read(session: Session, signed_in_client: FlaskClient) -> None:
    assert send(signed_in_client, expires="", expires_at="soon").status_code == 201
    assert keys(session)[0].expires_at is None


def test_a_wrong_password_makes_no_key_and_keeps_the_rest(session: Session, signed_in_client: FlaskClient) -> None:
    answer = send(signed_in_client, name="nightly", credit_cap="12", password="a wrong password")
    assert answer.status_code == 422
    assert "That is not your password." in answer.text
    assert 'value="nightly"' in answer.text
    assert 'value="12"' in answer.text
    assert "a wrong password" not in answer.text
    assert keys(session) == []


def test_tries_at_the_password_are_counted_by_account(app: Flask, signed_in_client: FlaskClient) -> None:
    limit = int(app.extensions["settings"].login_limit.split()[0])
    for _ in range(limit):
        assert send(signed_in_client, password="wrong").status_code == 422
    answer = send(signed_in_client, name="nightly")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Too many tries. Please try again in" in answer.text
    assert 'value="nightly"' in answer.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "Give the key a name"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"scopes": []}, "Choose what the key may be used for"),
        ({"scopes": ["everything"]}, "Choose what the key may be used for"),
        ({"expires": "7"}, "Not a valid choice"),
        ({"expires": "until"}, "Choose the last day"),
        ({"expires": "until", "expires_at": "2020-01-01"}, "This day is over"),
        ({"expires": "until", "expires_at": "soon"}, "Not a valid date value"),
        ({"credit_cap": "-1"}, "Say a whole number"),
        ({"credit_cap": "a lot"}, "Say a whole number"),
        ({"credit_cap": "2000000000"}, "Say a number from 0"),
        ({"password": ""}, "Enter your password"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    session: Session, signed_in_client: FlaskClient, typed: dict[str, Any], words: str
) -> None:
    answer = send(signed_in_client, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert keys(session) == []


def test_sending_the_form_again_finds_the_name_taken(session: Session, signed_in_client: FlaskClient) -> None:
    send(signed_in_client)
    again = send(signed_in_client)
    assert again.status_code == 422
    assert "You have a key of this name already" in again.text
    assert SECRET.search(again.text) is None
    assert len(keys(session)) == 1


def test_a_revoked_key_is_refused_at_once(app: Flask, session: Session, signed_in_client: FlaskClient) -> None:
    secret = secret_in(send(signed_in_client))
    (key,) = keys(session)
    answer = signed_in_client.post(f"/keys/{key.uuid}/revoke")
    assert (answer.status_code, answer.location) == (303, "/keys")
    assert call(app, secret) == 401
    page = signed_in_client.get("/keys").text
    assert "“blog” is revoked" in page
    assert key.prefix not in page


def test_another_persons_key_is_not_found(
    app: Flask, session: Session, signed_in_client: FlaskClient, signed_in: Callable[[User], FlaskClient]
) -> None:
    secret = secret_in(send(signed_in_client))
    stranger = signed_in(factories.person(session))
    assert stranger.post(f"/keys/{keys(session)[0].uuid}/revoke").status_code == 404
    assert stranger.post(f"/keys/{uuid4()}/revoke").status_code == 404
    assert call(app, secret) == 200
    assert keys(session)[0].prefix not in stranger.get("/keys").text


def test_the_page_tells_a_newcomer_what_a_key_is_for(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get("/keys").text
    assert "Make pictures from your own programs" in page
    assert '<details class="panel new-key" open>' in page


def test_the_table_says_how_each_key_stands(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    def make(name: str, **more: Any) -> ApiKey:
        return api_keys.create(
            session, user_id=user.id, name=name, scopes=[Scope.READ], actor_id=user.id, now=now, **more
        ).key

    make("capped", credit_cap=100)
    make("old", expires_at=now + timedelta(days=1)).expires_at = now - timedelta(days=1)
    key = make("busy")
    session.commit()
    factories.generation(user).api_key_id = key.id
    session.commit()
    rows = re.findall(r'<tr role="row">\s*<td(.*?)</tr>', signed_in_client.get("/keys").text, re.DOTALL)
    shown = {name: row for row in rows for name in ("capped", "old", "busy") if f"<strong>{name}" in row}
    assert "of 100" in shown["capped"]
    assert "Expired" in shown["old"]
    assert 'class="is-number">1<' in shown["busy"]


def test_the_page_takes_as_many_queries_whatever_the_number_of_keys(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime, count_queries: Callable[[], Any]
) -> None:
    def count() -> int:
        with count_queries() as seen:
            assert signed_in_client.get("/keys").status_code == 200
        return len(seen)

    signed_in_client.get("/keys")
    few = count()
    for number in range(20):
        api_keys.create(session, user_id=user.id, name=f"{number}", scopes=[Scope.READ], actor_id=None, now=now)
    session.commit()
    assert count() == few
