"""A new password by mail, as a browser and somebody who guesses see it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import accounts
from imagegarden.models import OneTimeCode, User, UserStatus
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import code_in, deliver

NEW = "violet otter kite harbor"


def ask(client: FlaskClient, email: str) -> None:
    answer = client.post("/password/forgotten", data={"email": email})
    assert (answer.status_code, answer.location) == (303, "/password/reset")


def asked_code(app: Flask, client: FlaskClient, kept_mail: KeptMail, email: str) -> str:
    ask(client, email)
    return code_in(deliver(app, kept_mail))


def send(client: FlaskClient, code: str, password: str = NEW) -> tuple[int, str]:
    answer = client.post("/password/reset", data={"code": code, "password": password})
    return answer.status_code, answer.location if answer.status_code == 303 else answer.text


def log_in(client: FlaskClient, email: str, password: str) -> int:
    return client.post("/login", data={"email": email, "password": password}).status_code


def test_the_way_there_is_on_the_log_in_page(client: FlaskClient) -> None:
    assert 'href="/password/forgotten"' in client.get("/login").text
    assert client.get("/password/forgotten").status_code == 200


def test_the_code_of_the_mail_sets_a_new_password_and_ends_every_session(
    app: Flask,
    client: FlaskClient,
    kept_mail: KeptMail,
    user: User,
    signed_in_client: FlaskClient,
) -> None:
    code = asked_code(app, client, kept_mail, user.email.upper())
    assert user.email in client.get("/password/reset").text
    assert send(client, f" {code[:3]} {code[3:]} ") == (303, "/login")
    assert "Your password is changed" in client.get("/login").text
    assert signed_in_client.get("/gallery").status_code == 303
    assert log_in(client, user.email, factories.PASSWORD) == 422
    assert log_in(client, user.email, NEW) == 303
    (letter,) = deliver(app, kept_mail)
    assert (letter.recipient, letter.subject) == (user.email, "Your password was changed")


def test_known_and_unknown_addresses_get_the_same_answer_and_only_one_gets_mail(
    app: Flask, user: User, kept_mail: KeptMail
) -> None:
    pages = []
    for email in (user.email, "nobody@example.com"):
        browser = app.test_client()
        answer = browser.post("/password/forgotten", data={"email": email})
        page = browser.get(answer.location).text.replace(email, "ADDRESS")
        letters = deliver(app, kept_mail)
        assert [letter.recipient for letter in letters] == ([email] if email == user.email else [])
        status, refused = send(browser, "000000")
        pages.append((answer.status_code, answer.location, page, status, refused.replace(email, "ADDRESS")))
    cleaned = [re.sub(r'value="[^"]*"|nonce="[^"]*"|content="[^"]*"', "", str(page)) for page in pages]
    assert cleaned[0] == cleaned[1]


def test_known_and_unknown_addresses_cost_the_same_work(
    app: Flask, user: User, count_queries: Callable[[], "object"]
) -> None:
    counts = []
    for email in (user.email, "nobody@example.com"):
        with count_queries() as seen:  # type: ignore[attr-defined]
            ask(app.test_client(), email)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_who_is_suspended_gets_no_mail(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now())
    session.commit()
    ask(client, user.email)
    assert deliver(app, kept_mail) == []
    assert session.scalars(select(OneTimeCode.code_hmac)).all() == [None]


def test_who_was_suspended_after_the_mail_gets_no_password(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now())
    session.commit()
    assert send(client, code)[0] == 422


def test_a_code_works_in_the_browser_alone_that_asked_for_it(
    app: Flask, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    other = app.test_client()
    ask(other, user.email)
    assert send(other, code)[0] == 422
    assert send(app.test_client(), code) == (303, "/password/forgotten")
    assert send(client, code)[0] == 303


def test_after_five_wrong_codes_the_right_one_is_refused(
    app: Flask, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    wrong = "100000" if code != "100000" else "100001"
    assert "4 tries left" in send(client, wrong)[1]
    for _ in range(4):
        send(client, wrong)
    status, page = send(client, code)
    assert status == 422
    assert "ask for a new one" in page
    assert log_in(client, user.email, factories.PASSWORD) == 303


def test_a_code_is_good_for_ten_minutes(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    session.execute(text("UPDATE one_time_codes SET expires_at = now()"))
    session.commit()
    assert send(client, code)[0] == 422


def test_a_code_is_good_once_and_ends_the_others(
    app: Flask, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    other = app.test_client()
    code_of_other = asked_code(app, other, kept_mail, user.email)
    code = asked_code(app, client, kept_mail, user.email)
    assert send(client, code)[0] == 303
    assert send(other, code_of_other)[0] == 422


@pytest.mark.parametrize(
    ("password", "complaint"),
    [("", "Choose a new password"), ("short", "Use 10 characters"), ("password1234", "uncommon")],
)
def test_a_weak_password_is_refused_beside_its_field_and_costs_no_try(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail, password: str, complaint: str
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    status, page = send(client, code, password)
    assert status == 422
    assert complaint in page
    assert code not in page
    assert session.scalars(select(OneTimeCode.tries)).one() == 0
    assert send(client, code)[0] == 303


def test_what_is_no_address_is_refused_beside_the_field_and_kept(client: FlaskClient) -> None:
    answer = client.post("/password/forgotten", data={"email": "not an address"})
    assert answer.status_code == 422
    assert "does not look like an e-mail address" in answer.text
    assert 'value="not an address"' in answer.text


def test_another_code_within_a_minute_is_refused_and_later_it_replaces_the_first(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    first = asked_code(app, client, kept_mail, user.email)
    answer = client.post("/password/resend")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    session.execute(text("UPDATE one_time_codes SET created_at = created_at - interval '61 s'"))
    session.commit()
    assert client.post("/password/resend").status_code == 303
    second = code_in(deliver(app, kept_mail))
    assert first == second or send(client, first)[0] == 422
    assert send(client, second)[0] == 303


def test_asking_is_limited_per_address_and_household(client: FlaskClient, user: User) -> None:
    asked = [client.post("/password/forgotten", data={"email": user.email}).status_code for _ in range(5)]
    assert asked == [303] * 4 + [429]


def test_without_having_asked_there_is_no_code_to_enter(client: FlaskClient) -> None:
    assert client.get("/password/reset").location == "/password/forgotten"
    assert client.post("/password/reset").location == "/password/forgotten"
    assert client.post("/password/resend").location == "/password/forgotten"


def test_whoever_is_signed_in_changes_it_on_their_own_page(signed_in_client: FlaskClient) -> None:
    for path in ("/password/forgotten", "/password/reset"):
        assert signed_in_client.get(path).location == "/profile/security"


def test_the_second_factor_stays(
    app: Flask, session: Session, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    factories.with_second_factor(session, user, [b"x"])
    code = asked_code(app, client, kept_mail, user.email)
    assert send(client, code)[0] == 303
    answer = client.post("/login", data={"email": user.email, "password": NEW})
    assert answer.location == "/login/code"
    assert client.get("/gallery").status_code == 303


def test_the_browser_that_set_it_is_known_from_then_on(
    app: Flask, client: FlaskClient, user: User, kept_mail: KeptMail
) -> None:
    code = asked_code(app, client, kept_mail, user.email)
    assert send(client, code)[0] == 303
    assert client.get_cookie("image_garden_device") is not None
