"""Who guesses passwords is braked, and never keeps the owner out."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy.orm import Session

from imagegarden.models import User
from imagegarden.web import passwords
from tests import factories

DEVICE = "image_garden_device"


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were looked at; looking is quick here."""
    seen: list[str] = []

    def is_right(password_hash: str | None, typed: str) -> bool:
        seen.append(typed)
        return password_hash == factories.PASSWORD_HASH and typed == factories.PASSWORD

    monkeypatch.setattr("imagegarden.auth.logging_in.is_right", is_right)
    return seen


def try_it(client: FlaskClient, user: User, password: str = "a wrong password", address: str = "198.51.100.7") -> int:
    answer = client.post(
        "/login", data={"email": user.email, "password": password}, environ_base={"REMOTE_ADDR": address}
    )
    return answer.status_code


def known_to(app: Flask, user: User, address: str = "203.0.113.1") -> FlaskClient:
    """The owner's browser, in which the account was used before, signed out again."""
    owner = app.test_client()
    assert try_it(owner, user, factories.PASSWORD, address) == 303
    assert owner.post("/logout").status_code == 303
    return owner


def test_of_a_thousand_wrong_tries_from_one_address_ten_are_looked_at(
    client: FlaskClient, user: User, evaluated: list[str]
) -> None:
    answers = [try_it(client, user) for _ in range(1000)]
    assert len(evaluated) == 10
    assert answers.count(422) == 10
    assert answers.count(429) == 990


def test_of_a_thousand_wrong_tries_from_everywhere_few_are_looked_at_and_the_owner_comes_in(
    app: Flask, client: FlaskClient, user: User, evaluated: list[str]
) -> None:
    owner = known_to(app, user)
    evaluated.clear()
    for n in range(1000):
        try_it(client, user, address=f"198.51.{n % 250}.{n // 250}")
    most = int(app.extensions["settings"].login_account_limit.split()[0])
    assert len(evaluated) <= most
    # A stranger with the right password would wait now: nobody can tell them from those who guess.
    assert try_it(app.test_client(), user, factories.PASSWORD, "192.0.2.1") == 429
    assert try_it(owner, user, factories.PASSWORD, "203.0.113.1") == 303


def test_the_owner_comes_in_from_the_address_of_those_who_guess(
    app: Flask, client: FlaskClient, user: User, evaluated: list[str]
) -> None:
    owner = known_to(app, user)
    for _ in range(200):
        try_it(client, user, address="203.0.113.1")
    assert try_it(owner, user, factories.PASSWORD, "203.0.113.1") == 303


def test_a_known_device_has_ten_tries_of_its_own(app: Flask, user: User, evaluated: list[str]) -> None:
    owner = known_to(app, user)
    evaluated.clear()
    answers = [try_it(owner, user, address="203.0.113.1") for _ in range(30)]
    assert (answers.count(422), answers.count(429)) == (10, 20)
    assert len(evaluated) == 10


def test_what_one_count_refuses_does_not_use_up_the_accounts(
    app: Flask, client: FlaskClient, user: User, evaluated: list[str]
) -> None:
    for _ in range(500):
        try_it(client, user)
    assert try_it(app.test_client(), user, factories.PASSWORD, "192.0.2.1") == 303


def test_a_device_of_one_account_gives_no_tries_at_another(
    app: Flask, session: Session, client: FlaskClient, user: User, evaluated: list[str]
) -> None:
    thief = known_to(app, factories.person(session), address="198.51.100.7")
    for _ in range(10):
        try_it(client, user)
    assert try_it(thief, user) == 429


def test_a_device_knows_each_of_a_family(app: Flask, session: Session, user: User, evaluated: list[str]) -> None:
    other = factories.person(session)
    shared = known_to(app, user)
    assert try_it(shared, other, factories.PASSWORD) == 303
    shared.post("/logout")
    for _ in range(100):
        for person in (user, other):
            try_it(app.test_client(), person, address="203.0.113.1")
    assert try_it(shared, user, factories.PASSWORD, "203.0.113.1") == 303


def test_a_made_up_device_is_none(app: Flask, client: FlaskClient, user: User, evaluated: list[str]) -> None:
    for value in ("", "x", URLSafeSerializer("another key", salt="known device").dumps(["d", {str(user.id): "m"}])):
        client.set_cookie(DEVICE, value)
        try_it(client, user)
    answers = [try_it(client, user) for _ in range(20)]
    assert answers.count(422) == 7


def test_a_device_from_before_the_password_was_changed_has_no_tries_of_its_own(
    app: Flask, session: Session, user: User, evaluated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = known_to(app, user)
    user.password_hash = passwords.hash_password("violet otter kite harbor")
    session.commit()
    evaluated.clear()
    for n in range(100):
        try_it(app.test_client(), user, address=f"198.51.100.{n}")
    assert try_it(thief, user, factories.PASSWORD, "203.0.113.1") == 429


def test_the_cookie_of_a_device_is_signed_long_lived_and_out_of_scripts_reach(app: Flask, user: User) -> None:
    client = app.test_client()
    try_it(client, user, factories.PASSWORD)
    kept = client.get_cookie(DEVICE)
    assert kept is not None
    assert kept.http_only
    assert kept.same_site == "Lax"
    assert kept.max_age is not None
    assert kept.max_age > 300 * 24 * 3600
    assert kept.path == "/"


def test_what_is_no_address_is_counted_as_one(client: FlaskClient) -> None:
    answers = [client.post("/login", data={"email": f"x{n}", "password": "y"}).status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
