"""Who has the password and guesses at the second factor is braked, and never keeps the owner out."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from imagegarden.auth import known_devices
from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.domain.factor_tries import MAX_TRIES
from imagegarden.models import RecoveryCode, SecondFactor, User
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import code_in, deliver

GUESSED = "Somebody knows your password"


@pytest.fixture
def secret(session: Session, user: User) -> str:
    return factories.with_second_factor(session, user, signing_keys())


def try_it(client: FlaskClient, user: User, code: str, password: str = factories.PASSWORD) -> int:
    """Log in from the beginning; what the second step answers."""
    assert client.post("/login", data={"email": user.email, "password": password}).location == "/login/code"
    return int(client.post("/login/code", data={"code": code}).status_code)


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))


def use_up(client: FlaskClient, user: User) -> None:
    for _ in range(MAX_TRIES):
        assert try_it(client, user, "000000") == 422
    assert try_it(client, user, "000000") == 429


def known_to(app: Flask, user: User, secret: str) -> FlaskClient:
    """The owner's browser, in which the second factor was shown before, signed out again."""
    owner = app.test_client()
    assert try_it(owner, user, code_of(secret)) == 303
    assert owner.post("/logout").status_code == 303
    return owner


def subjects(app: Flask, kept_mail: KeptMail) -> list[str]:
    return [letter.subject for letter in deliver(app, kept_mail)]


def test_the_owner_comes_in_where_they_showed_it_before_whatever_strangers_guess(
    app: Flask, user: User, secret: str
) -> None:
    owner = known_to(app, user, secret)
    use_up(app.test_client(), user)
    # A stranger with the right code would wait now: nobody can tell them from those who guess.
    assert try_it(app.test_client(), user, code_of(secret, 1)) == 429
    assert try_it(owner, user, code_of(secret, 1)) == 303


def test_the_browser_in_which_it_was_set_up_is_one(app: Flask, signed_in_client: FlaskClient, user: User) -> None:
    signed_in_client.post("/profile/security/second-factor/begin")
    page = signed_in_client.get("/profile/security/second-factor").text
    found = re.search(r'data-copy="([A-Z2-7]{32})"', page)
    assert found
    sent = {"code": code_of(found[1])}
    assert signed_in_client.post("/profile/security/second-factor", data=sent).status_code == 200
    use_up(app.test_client(), user)
    signed_in_client.post("/logout")
    assert try_it(signed_in_client, user, code_of(found[1], 1)) == 303


def test_a_browser_that_showed_it_has_five_tries_of_its_own(app: Flask, user: User, secret: str) -> None:
    use_up(known_to(app, user, secret), user)


def test_a_browser_that_was_used_with_the_password_alone_has_no_tries_of_its_own(
    app: Flask, session: Session, user: User
) -> None:
    thieves = [app.test_client() for _ in range(2)]
    for thief in thieves:
        assert thief.post("/login", data={"email": user.email, "password": factories.PASSWORD}).status_code == 303
        thief.post("/logout")
    factories.with_second_factor(session, user, signing_keys())
    use_up(thieves[0], user)
    assert try_it(thieves[1], user, "000000") == 429


def test_a_new_password_by_mail_gives_no_tries_at_the_second_factor(
    app: Flask, client: FlaskClient, user: User, secret: str, kept_mail: KeptMail
) -> None:
    use_up(app.test_client(), user)
    new = "violet otter kite harbor"
    client.post("/password/forgotten", data={"email": user.email})
    code = code_in(deliver(app, kept_mail))
    assert client.post("/password/reset", data={"code": code, "password": new}).location == "/login"
    assert try_it(client, user, "000000", new) == 429


def test_with_a_new_password_by_mail_the_owner_comes_in_where_they_showed_it_before(
    app: Flask, user: User, secret: str, kept_mail: KeptMail
) -> None:
    owner, new = known_to(app, user, secret), "violet otter kite harbor"
    use_up(app.test_client(), user)
    owner.post("/password/forgotten", data={"email": user.email})
    code = code_in(deliver(app, kept_mail))
    assert owner.post("/password/reset", data={"code": code, "password": new}).location == "/login"
    assert try_it(owner, user, code_of(secret, 1), new) == 303


def test_a_second_factor_that_was_set_up_anew_was_shown_nowhere(
    app: Flask, session: Session, user: User, secret: str
) -> None:
    former = known_to(app, user, secret)
    for kind in (RecoveryCode, SecondFactor):
        session.execute(delete(kind).where(kind.user_id == user.id))
    session.commit()
    factories.with_second_factor(session, user, signing_keys())
    use_up(app.test_client(), user)
    assert try_it(former, user, "000000") == 429


def test_the_owner_is_told_what_to_do_when_all_tries_are_used_up_and_not_before(
    app: Flask, user: User, secret: str, kept_mail: KeptMail
) -> None:
    stranger = app.test_client()
    deliver(app, kept_mail)
    for _ in range(MAX_TRIES - 1):
        try_it(stranger, user, "000000")
    assert subjects(app, kept_mail) == []
    stranger.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert "try again in 15 min" in stranger.post("/login/code", data={"code": "000000"}).text
    (letter,) = deliver(app, kept_mail)
    assert letter.subject == GUESSED
    assert "Nobody came in by that" in letter.text
    assert "/password/forgotten" in letter.text
    assert try_it(stranger, user, "000000") == 429
    assert subjects(app, kept_mail) == []


def test_tries_in_an_open_session_are_counted_and_told_as_well(
    app: Flask, user: User, secret: str, kept_mail: KeptMail
) -> None:
    client = app.test_client()
    assert try_it(client, user, code_of(secret)) == 303
    deliver(app, kept_mail)
    wrong = {"off_password": factories.PASSWORD, "off_code": "000000"}
    answers = [client.post("/profile/security/second-factor/off", data=wrong).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert subjects(app, kept_mail) == [GUESSED]


def test_a_cookie_of_the_release_before_names_no_second_factor_and_still_a_device(
    app: Flask, user: User, secret: str
) -> None:
    owner = app.test_client()
    with app.test_request_context():
        value = known_devices._serializer().dumps(["a device", {str(user.id): known_devices._mark(user)}])
    owner.set_cookie(known_devices.NAME, value)
    use_up(app.test_client(), user)
    assert try_it(owner, user, "000000") == 429
