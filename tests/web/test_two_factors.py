"""The second factor on its pages, and the log-in in two steps."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.current import signing_keys
from imagegarden.domain import accounts, recovery_codes, second_factor, switches
from imagegarden.domain.factor_tries import MAX_TRIES
from imagegarden.models import Role, User, UserStatus
from imagegarden.web.confirming import GOOD_SECONDS
from imagegarden.web.sessions import PASSWORD_AT
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import deliver

PAGE = "/profile/security"
FACTOR = f"{PAGE}/second-factor"


@pytest.fixture
def secret(session: Session, user: User) -> str:
    """The app of a person who has set it up."""
    return factories.with_second_factor(session, user, signing_keys())


def code_of(secret: str, seconds: float = 0) -> str:
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=seconds))


def first_step(client: FlaskClient, user: User, **more: str) -> Any:
    return client.post("/login", data={"email": user.email, "password": factories.PASSWORD, **more})


def second_step(client: FlaskClient, code: str) -> Any:
    return client.post("/login/code", data={"code": code})


def is_in(client: FlaskClient) -> bool:
    return client.get("/gallery").status_code == 200


def shown_secret(client: FlaskClient) -> str:
    """What the page of setting up shows as text."""
    client.post(f"{FACTOR}/begin")
    found = re.search(r'data-copy="([A-Z2-7]{32})"', client.get(FACTOR).text)
    assert found
    return found[1]


def turned_on(client: FlaskClient) -> tuple[str, list[str]]:
    secret = shown_secret(client)
    answer = client.post(FACTOR, data={"code": code_of(secret)})
    assert answer.status_code == 200
    return secret, re.findall(r"<li><code>([a-z0-9-]+)</code></li>", answer.text)


def test_it_is_set_up_with_an_app_and_its_recovery_codes_are_shown_once(
    signed_in_client: FlaskClient, user: User, kept_mail: KeptMail, app: Flask
) -> None:
    _, codes = turned_on(signed_in_client)
    assert len(codes) == 10
    page = signed_in_client.get(PAGE).text
    assert "10 recovery codes left" in page
    assert not any(code in page for code in codes)
    # The secret is not shown again either.
    assert signed_in_client.get(FACTOR).location == PAGE
    assert [letter.subject for letter in deliver(app, kept_mail)] == ["Your second factor is on"]


def test_the_code_to_scan_is_a_drawing_of_our_own_server(signed_in_client: FlaskClient) -> None:
    signed_in_client.post(f"{FACTOR}/begin")
    answer = signed_in_client.get(FACTOR)
    assert re.search(r'<svg [^>]*class="qr-code"', answer.text)
    assert "style=" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_first_code_keeps_the_same_secret_and_turns_nothing_on(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    secret = shown_secret(signed_in_client)
    answer = signed_in_client.post(FACTOR, data={"code": "000000"})
    assert answer.status_code == 422
    assert "That is not the code" in answer.text
    assert secret in answer.text
    assert not second_factor.is_on(session, user_id=user.id)
    assert signed_in_client.post(FACTOR, data={"code": code_of(secret)}).status_code == 200


def test_setting_up_asks_for_the_password_again(signed_in_client: FlaskClient) -> None:
    with signed_in_client.session_transaction() as kept:
        kept[PASSWORD_AT] = now().timestamp() - GOOD_SECONDS - 1
    assert signed_in_client.post(f"{FACTOR}/begin").status_code == 401
    assert signed_in_client.post(f"{FACTOR}/begin", data={"confirm_password": factories.PASSWORD}).status_code == 303


def test_the_log_in_takes_two_steps_and_the_first_alone_opens_nothing(
    client: FlaskClient, user: User, secret: str
) -> None:
    answer = first_step(client, user)
    assert answer.location == "/login/code"
    assert not is_in(client)
    assert client.get("/login/code").status_code == 200
    assert second_step(client, code_of(secret)).location == "/create"
    assert is_in(client)


def test_both_steps_give_the_session_a_new_id(app: Flask, client: FlaskClient, user: User, secret: str) -> None:
    ids = []
    client.get("/login")
    for act in (lambda: first_step(client, user), lambda: second_step(client, code_of(secret))):
        kept = client.get_cookie("image_garden")
        ids.append(kept.value if kept else None)
        act()
    thieves = []
    for value in ids:
        assert value
        thief = app.test_client()
        thief.set_cookie("image_garden", value)
        thieves.append(thief)
    assert is_in(client)
    assert not any(is_in(thief) for thief in thieves)
    assert thieves[1].get("/login/code").location == "/login"


def test_where_one_wanted_to_go_and_to_stay_is_kept_over_the_second_step(
    app: Flask, client: FlaskClient, user: User, secret: str
) -> None:
    wanted = client.get("/gallery?q=x").location
    answer = client.post(wanted, data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
    assert client.get_cookie("image_garden_remember") is None
    assert answer.location == "/login/code"
    assert second_step(client, code_of(secret)).location == "/gallery?q=x"
    kept = client.get_cookie("image_garden_remember")
    assert kept is not None
    back = app.test_client()
    back.set_cookie("image_garden_remember", kept.value)
    assert is_in(back)


def test_a_code_lets_in_once(app: Flask, client: FlaskClient, user: User, secret: str) -> None:
    first_step(client, user)
    code = code_of(secret)
    assert second_step(client, code).status_code == 303
    other = app.test_client()
    first_step(other, user)
    assert second_step(other, code).status_code == 422
    assert not is_in(other)


def test_a_recovery_code_lets_in_once(
    app: Flask, session: Session, client: FlaskClient, user: User, secret: str
) -> None:
    code, *_ = recovery_codes.renew(session, user_id=user.id, now=now())
    session.commit()
    first_step(client, user)
    assert second_step(client, code.upper()).status_code == 303
    other = app.test_client()
    first_step(other, user)
    assert second_step(other, code).status_code == 422


def test_after_five_wrong_codes_nobody_gets_further_also_from_another_browser(
    app: Flask, client: FlaskClient, user: User, secret: str
) -> None:
    first_step(client, user)
    for left in range(MAX_TRIES - 1, -1, -1):
        answer = second_step(client, "000000")
        assert answer.status_code == 422
        assert "000000" not in answer.text
        assert (f"You have {left}" in answer.text) is (left > 0)
    other = app.test_client()
    first_step(other, user)
    for browser in (client, other):
        answer = second_step(browser, code_of(secret))
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
    with time_machine.travel(now() + timedelta(minutes=16)):
        fresh = app.test_client()
        first_step(fresh, user)
        assert second_step(fresh, code_of(secret)).status_code == 303


def test_between_the_steps_one_has_ten_minutes(client: FlaskClient, user: User, secret: str) -> None:
    first_step(client, user)
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1)):
        assert second_step(client, code_of(secret)).location == "/login"
        assert "Please log in again" in client.get("/login").text
    assert client.get("/login/code").location == "/login"


def test_who_is_suspended_or_signed_out_between_the_steps_does_not_come_in(
    app: Flask, session: Session, user: User, secret: str
) -> None:
    first, second = app.test_client(), app.test_client()
    first_step(first, user)
    accounts.end_sessions(session, user_id=user.id, actor_id=None, reason="x", now=now())
    session.commit()
    assert second_step(first, code_of(secret)).location == "/login"
    first_step(second, user)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now())
    session.commit()
    assert second_step(second, code_of(secret)).location == "/login"
    assert not is_in(second)


def test_without_the_first_step_there_is_no_second(client: FlaskClient) -> None:
    assert client.get("/login/code").location == "/login"
    assert second_step(client, "000000").location == "/login"


def signed_in_twice(client: FlaskClient, user: User, secret: str) -> FlaskClient:
    first_step(client, user)
    assert second_step(client, code_of(secret)).status_code == 303
    return client


def wrong_in_turn(secret: str) -> list[tuple[str, str, str]]:
    """Passwords and codes of which one is not right, and what is said of it."""
    return [
        ("a wrong password", code_of(secret, 30), "That is not your password."),
        (factories.PASSWORD, "000000", "That is not the code"),
        ("", code_of(secret, 30), "Enter your password."),
        (factories.PASSWORD, "", "Enter the code"),
    ]


def turn_off(client: FlaskClient, password: str, code: str) -> Any:
    return client.post(f"{FACTOR}/off", data={"off_password": password, "off_code": code})


def test_turning_it_off_needs_the_password_and_a_code(
    session: Session, client: FlaskClient, user: User, secret: str
) -> None:
    signed_in_twice(client, user, secret)
    for password, code, complaint in wrong_in_turn(secret):
        answer = turn_off(client, password, code)
        assert answer.status_code == 422
        assert complaint in answer.text
        assert second_factor.is_on(session, user_id=user.id)
    assert turn_off(client, factories.PASSWORD, code_of(secret, 30)).location == PAGE
    assert not second_factor.is_on(session, user_id=user.id)


def renew(client: FlaskClient, password: str, code: str) -> Any:
    return client.post(f"{PAGE}/recovery-codes", data={"renew_password": password, "renew_code": code})


def test_new_recovery_codes_need_the_password_and_a_code(
    session: Session, client: FlaskClient, user: User, secret: str
) -> None:
    signed_in_twice(client, user, secret)
    for password, code, complaint in wrong_in_turn(secret):
        answer = renew(client, password, code)
        assert answer.status_code == 422
        assert complaint in answer.text
        assert '<details class="act" id="renew" open>' in answer.text
        assert '<details class="act" id="off">' in answer.text
        assert recovery_codes.count_left(session, user_id=user.id) == recovery_codes.HOW_MANY
    for _ in range(MAX_TRIES):
        answer = renew(client, factories.PASSWORD, "000000")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_new_recovery_codes_take_the_place_of_the_old_ones(client: FlaskClient, user: User, secret: str) -> None:
    signed_in_twice(client, user, secret)
    answer = renew(client, factories.PASSWORD, code_of(secret, 30))
    assert answer.status_code == 200
    assert len(re.findall(r"<li><code>", answer.text)) == 10
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_has_none_has_no_recovery_codes_and_nothing_to_turn_off(signed_in_client: FlaskClient) -> None:
    assert renew(signed_in_client, factories.PASSWORD, "000000").location == PAGE
    assert turn_off(signed_in_client, factories.PASSWORD, "000000").location == PAGE


def test_turning_it_on_signs_out_who_came_in_by_the_password_alone(app: Flask, client: FlaskClient, user: User) -> None:
    thief = app.test_client()
    for browser in (thief, client):
        assert first_step(browser, user, remember="y").status_code == 303
    thieves, before = thief.get_cookie("image_garden_remember"), client.get_cookie("image_garden")
    assert "is signed out" in client.get(PAGE).text
    turned_on(client)
    assert is_in(client)
    assert not is_in(thief)
    assert thieves is not None
    back = app.test_client()
    back.set_cookie("image_garden_remember", thieves.value)
    assert not is_in(back)
    after = client.get_cookie("image_garden")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    # The cookie by which one comes back is the new one, too.
    client.delete_cookie("image_garden")
    assert is_in(client)


SignIn = Callable[[User], FlaskClient]


def need_it(session: Session) -> None:
    switches.set_staff_second_factor(session, is_needed=True, actor_id=None, reason="policy", now=now())
    session.commit()


def test_where_the_staff_needs_one_who_has_none_is_led_to_set_it_up_and_does_nothing_else(
    session: Session, signed_in: SignIn, user: User
) -> None:
    for role in (Role.SUPPORT, Role.MODERATOR, Role.ADMIN):
        client = signed_in(factories.person(session, role=role))
        assert client.get("/admin/users").status_code == 200
        need_it(session)
        assert client.get("/admin/users").location == PAGE
        assert "needs a second factor" in client.get(PAGE).text
        sent = {"reason": "x", "request_key": "one"}
        answer = client.post(f"/admin/users/{user.id}/sign-out", data=sent)
        assert answer.status_code == 403
        assert is_in(client)
        turned_on(client)
        assert client.get("/admin/users").status_code == 200
        switches.set_staff_second_factor(session, is_needed=False, actor_id=None, reason="x", now=now())
        session.commit()


def test_members_need_none_and_learn_nothing_of_it(session: Session, signed_in_client: FlaskClient) -> None:
    need_it(session)
    assert is_in(signed_in_client)
    assert "The staff of this site" not in signed_in_client.get(PAGE).text
    assert signed_in_client.get("/admin/users").location == "/create"


def test_an_administrator_takes_it_away_and_others_of_the_staff_do_not(
    session: Session, signed_in: SignIn, user: User, secret: str
) -> None:
    path, sent = f"/admin/users/{user.id}/second-factor/reset", {"reason": "lost the phone", "request_key": "one"}
    for role in (Role.SUPPORT, Role.MODERATOR):
        client = signed_in(factories.person(session, role=role))
        assert client.post(path, data=sent).status_code == 403
        assert "Reset the second factor" not in client.get(f"/admin/users/{user.id}").text
    admin = signed_in(factories.person(session, role=Role.ADMIN))
    assert "Reset the second factor" in admin.get(f"/admin/users/{user.id}").text
    assert admin.post(path, data=sent).status_code == 303
    assert not second_factor.is_on(session, user_id=user.id)
    assert admin.post(path, data={**sent, "request_key": "two"}).status_code == 409


def test_an_administrator_does_not_take_their_own_away_without_showing_it(
    session: Session, client: FlaskClient, admin: User
) -> None:
    secret = factories.with_second_factor(session, admin, signing_keys())
    signed_in_twice(client, admin, secret)
    assert "Reset the second factor" not in client.get(f"/admin/users/{admin.id}").text
    sent = {"reason": "lost the phone", "request_key": "one"}
    answer = client.post(f"/admin/users/{admin.id}/second-factor/reset", data=sent)
    assert answer.status_code == 403
    assert "turn it off on your Security page" in answer.text
    assert second_factor.is_on(session, user_id=admin.id)


def test_an_operator_takes_it_away_by_a_command(app: Flask, session: Session, user: User, secret: str) -> None:
    done = app.test_cli_runner().invoke(args=["user", "reset-second-factor", user.email, "--reason", "lost the phone"])
    assert done.exit_code == 0, done.output
    assert not second_factor.is_on(session, user_id=user.id)
    again = app.test_cli_runner().invoke(args=["user", "reset-second-factor", user.email, "--reason", "x"])
    assert again.exit_code == 1
    assert "They have no second factor." in again.output


def test_a_secret_that_was_drawn_long_ago_is_not_set_up_any_more(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    secret = shown_secret(signed_in_client)
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert signed_in_client.get(FACTOR).location == PAGE
        assert signed_in_client.post(FACTOR, data={"code": code_of(secret)}).location == PAGE
    assert not second_factor.is_on(session, user_id=user.id)
