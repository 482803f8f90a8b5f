"""Codes by mail: nobody can have one address sent many, and no stranger keeps the owner from theirs."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import switches
from imagegarden.models import OneTimeCode, User
from imagegarden.web.confirming import GOOD_SECONDS
from imagegarden.web.sessions import PASSWORD_AT
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import code_in, deliver

PASSWORD = "correct horse battery lotus"
PAGE = "/profile/security"


def send(client: FlaskClient, path: str, address: str = "198.51.100.7", **data: str) -> int:
    return client.post(path, data=data, environ_base={"REMOTE_ADDR": address}).status_code


def ask_reset(app: Flask, email: str, address: str) -> int:
    return send(app.test_client(), "/password/forgotten", address, email=email)


def later(session: Session) -> None:
    """A minute on: another code may be asked for."""
    session.execute(
        text(
            "UPDATE one_time_codes SET created_at = created_at - interval '61 s', begun_at = begun_at - interval '61 s'"
        )
    )
    session.commit()


def count(session: Session, email: str) -> int:
    found = session.scalar(select(func.count()).select_from(OneTimeCode).where(OneTimeCode.email == email)) or 0
    session.commit()
    return found


def log_in(app: Flask, user: User) -> FlaskClient:
    browser = app.test_client()
    assert send(browser, "/login", email=user.email, password=factories.PASSWORD) == 303
    return browser


def test_by_all_ways_together_an_address_is_sent_five(app: Flask, session: Session, user: User) -> None:
    email = "victim@example.com"
    first, second, changer = app.test_client(), app.test_client(), log_in(app, user)
    assert send(first, "/signup", "203.0.113.1", email=email, password=PASSWORD) == 303
    assert send(second, "/password/forgotten", "203.0.113.2", email=email) == 303
    later(session)
    assert send(first, "/signup/resend", "203.0.113.1") == 303
    assert send(second, "/password/resend", "203.0.113.2") == 303
    assert send(changer, f"{PAGE}/email", email=email) == 303
    later(session)
    assert send(app.test_client(), "/signup", "203.0.113.3", email=email, password=PASSWORD) == 429
    assert send(app.test_client(), "/password/forgotten", "203.0.113.4", email=email) == 429
    assert send(changer, f"{PAGE}/email", email=email) == 429
    for browser, path in ((first, "/signup"), (second, "/password"), (changer, f"{PAGE}/email")):
        answer = browser.post(f"{path}/resend", environ_base={"REMOTE_ADDR": "203.0.113.9"})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 600
        assert "As many codes were sent" in answer.text
    assert count(session, email) == 5


def test_who_asks_for_one_too_many_reads_so_beside_the_address(app: Flask, session: Session, user: User) -> None:
    email = "victim@example.com"
    for number in range(5):
        ask_reset(app, email, f"203.0.113.{number}")
    fields = {"email": email, "password": PASSWORD}
    changer, stranger = log_in(app, user), app.test_client()
    for browser, path in ((stranger, "/signup"), (stranger, "/password/forgotten"), (changer, f"{PAGE}/email")):
        answer = browser.post(path, data=fields)
        assert answer.status_code == 429, path
        assert int(answer.headers["Retry-After"]) > 600
        assert 'id="email-error"' in answer.text
        assert "As many codes were sent" in answer.text
        assert f'value="{email}"' in answer.text


def test_one_household_has_an_address_sent_four_by_all_ways_together(app: Flask, session: Session) -> None:
    browser = app.test_client()
    assert send(browser, "/signup", email="new@example.com", password=PASSWORD) == 303
    assert ask_reset(app, "new@example.com", "198.51.100.7") == 303
    later(session)
    assert send(browser, "/signup/resend") == 303
    later(session)
    assert send(browser, "/signup/resend") == 303
    later(session)
    assert send(browser, "/signup/resend") == 429
    assert ask_reset(app, "new@example.com", "198.51.100.7") == 429
    assert ask_reset(app, "new@example.com", "198.51.100.8") == 303


def test_many_accounts_cannot_have_somebody_sent_more(app: Flask, session: Session) -> None:
    answers = []
    for _ in range(7):
        browser = log_in(app, factories.person(session))
        answers.append(send(browser, f"{PAGE}/email", email="victim@example.com"))
    assert answers == [303] * 5 + [429] * 2


def test_one_person_is_sent_five_wherever_to(app: Flask, user: User) -> None:
    browser = log_in(app, user)
    answers = [send(browser, f"{PAGE}/email", email=f"{number}@example.com") for number in range(6)]
    assert answers == [303] * 5 + [429]


def test_strangers_who_ask_all_the_time_leave_the_owner_a_code(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    owner = log_in(app, user)
    owner.post("/logout")
    answers = [ask_reset(app, user.email, f"203.0.113.{number}") for number in range(8)]
    assert answers == [303] * 5 + [429] * 3
    deliver(app, kept_mail)
    # From the address of one of them, too.
    assert send(owner, "/password/forgotten", "203.0.113.1", email=user.email) == 303
    code = code_in(deliver(app, kept_mail))
    later(session)
    assert send(owner, "/password/resend", "203.0.113.1") == 303
    code = code_in(deliver(app, kept_mail))
    assert send(owner, "/password/reset", code=code, password="violet otter kite harbor") == 303


def test_a_known_browser_has_five_in_an_hour(app: Flask, user: User) -> None:
    owner = log_in(app, user)
    owner.post("/logout")
    answers = [send(owner, "/password/forgotten", email=user.email) for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_a_browser_that_knew_an_earlier_password_counts_as_a_strangers(
    app: Flask, session: Session, user: User
) -> None:
    thief = log_in(app, user)
    thief.post("/logout")
    user.password_hash = "another"
    session.commit()
    answers = [send(thief, "/password/forgotten", email=user.email) for _ in range(5)]
    assert answers == [303] * 4 + [429]


def test_a_browser_of_one_account_is_a_strangers_to_another(app: Flask, session: Session, user: User) -> None:
    browser = log_in(app, user)
    browser.post("/logout")
    other = factories.person(session).email
    assert [send(browser, "/password/forgotten", email=other) for _ in range(5)] == [303] * 4 + [429]


def test_asking_too_soon_uses_nothing_up(app: Flask, session: Session) -> None:
    browser = app.test_client()
    send(browser, "/signup", email="new@example.com", password=PASSWORD)
    assert {send(browser, "/signup/resend") for _ in range(5)} == {429}
    later(session)
    assert send(browser, "/signup/resend") == 303


def test_after_sign_ups_were_closed_no_other_code_is_mailed(app: Flask, session: Session, kept_mail: KeptMail) -> None:
    browser = app.test_client()
    send(browser, "/signup", email="new@example.com", password=PASSWORD)
    deliver(app, kept_mail)
    later(session)
    switches.set_sign_ups(session, sign_ups=switches.SignUps.CLOSED, actor_id=None, reason="a test", now=now())
    session.commit()
    answer = browser.post("/signup/resend")
    assert answer.status_code == 403
    assert "No new accounts are made" in answer.text
    assert deliver(app, kept_mail) == []


def test_a_change_of_the_address_that_was_begun_long_ago_begins_anew_with_the_password(app: Flask, user: User) -> None:
    browser = log_in(app, user)
    begun = now()
    send(browser, f"{PAGE}/email", email="new@example.com")
    with time_machine.travel(begun + timedelta(minutes=61), tick=False):
        answer = browser.post(f"{PAGE}/email/resend")
        assert (answer.status_code, answer.location) == (303, PAGE)
        assert browser.post(f"{PAGE}/email", data={"email": "new@example.com"}).status_code == 401


@pytest.mark.parametrize("seconds_left", [-1, 60])
def test_a_code_for_an_address_is_no_password(app: Flask, user: User, kept_mail: KeptMail, seconds_left: int) -> None:
    browser = log_in(app, user)
    send(browser, f"{PAGE}/email", email="new@example.com")
    with browser.session_transaction() as kept:
        given_at = kept[PASSWORD_AT] = now().timestamp() - GOOD_SECONDS + seconds_left
    assert send(browser, f"{PAGE}/email/code", code=code_in(deliver(app, kept_mail))) == 303
    with browser.session_transaction() as kept:
        assert kept[PASSWORD_AT] == given_at
