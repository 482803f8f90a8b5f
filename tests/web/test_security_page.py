"""The security page: password, e-mail address, devices."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_login import encode_cookie
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.models import OneTimeCode, User, UserSession
from imagegarden.web.confirming import GOOD_SECONDS
from imagegarden.web.sessions import PASSWORD_AT
from tests import factories
from tests.fakes.mailer import KeptMail
from tests.letters import code_in, deliver

NEW = "violet otter kite harbor"
PAGE = "/profile/security"
REMEMBER = "image_garden_remember"
SESSION = "image_garden"


def browser(app: Flask, user: User, *, remember: bool = False, agent: str = factories.FIREFOX) -> FlaskClient:
    """Another browser of the same person."""
    client = app.test_client()
    data = {"email": user.email, "password": factories.PASSWORD} | ({"remember": "y"} if remember else {})
    assert client.post("/login", data=data, headers={"User-Agent": agent}).status_code == 303
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/gallery").status_code == 200


def cookie(client: FlaskClient, name: str) -> str:
    kept = client.get_cookie(name)
    assert kept is not None
    return kept.value


def with_cookie(app: Flask, name: str, value: str) -> FlaskClient:
    """Somebody who has this cookie and nothing else."""
    thief = app.test_client()
    thief.set_cookie(name, value)
    return thief


def newest_device(session: Session) -> int:
    found = session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()
    assert found is not None
    return found


def test_the_profile_leads_there(signed_in_client: FlaskClient) -> None:
    assert f'href="{PAGE}"' in signed_in_client.get("/profile").text


def test_devices_are_listed_with_browser_address_and_times_and_this_one_is_named(app: Flask, user: User) -> None:
    browser(app, user)
    here = browser(app, user, agent="curl/8.5")
    page = here.get(PAGE).text
    assert page.count("Firefox on Windows</strong>") == 1
    assert re.search(r"curl</strong> <span[^>]*>This device", page)
    assert "127.0.0.1 · last used" in page


def test_the_list_asks_as_much_for_twenty_devices_as_for_one(
    session: Session, signed_in_client: FlaskClient, user: User, count_queries: Callable[[], Any]
) -> None:
    with count_queries() as few:
        signed_in_client.get(PAGE)
    for _ in range(25):
        factories.device(session, user)
    with count_queries() as many:
        page = signed_in_client.get(PAGE).text
    assert len(few) == len(many)
    assert page.count("last used") == 20
    further = re.search(rf'href="({PAGE}\?before=\d+)#', page)
    assert further
    assert signed_in_client.get(further[1]).text.count("last used") == 6


def test_one_device_is_ended_its_cookie_included_and_the_others_go_on(app: Flask, session: Session, user: User) -> None:
    other = browser(app, user, remember=True)
    ended = newest_device(session)
    remembered, third, here = cookie(other, REMEMBER), browser(app, user), browser(app, user)
    answer = here.post(f"{PAGE}/devices/{ended}/end")
    assert answer.location == PAGE
    assert "Firefox on Windows is signed out." in here.get(PAGE).text
    assert not is_in(other)
    assert not is_in(with_cookie(app, REMEMBER, remembered))
    assert is_in(third)
    assert is_in(here)


def test_somebody_elses_device_is_not_found(app: Flask, session: Session, user: User) -> None:
    theirs = browser(app, factories.person(session))
    device = newest_device(session)
    assert browser(app, user).post(f"{PAGE}/devices/{device}/end").status_code == 404
    assert is_in(theirs)


def test_all_others_are_ended_and_this_one_stays_under_a_new_id(app: Flask, user: User) -> None:
    other, here = browser(app, user, remember=True), browser(app, user, remember=True)
    stolen = [cookie(other, REMEMBER), cookie(here, REMEMBER)]
    before = cookie(here, SESSION)
    assert here.post(f"{PAGE}/devices/end-others").location == PAGE
    assert is_in(here)
    assert cookie(here, SESSION) != before
    assert not is_in(with_cookie(app, SESSION, before))
    assert not is_in(other)
    for value in stolen:
        assert not is_in(with_cookie(app, REMEMBER, value))
    # The new one is good.
    assert is_in(with_cookie(app, REMEMBER, cookie(here, REMEMBER)))


def test_a_return_by_the_cookie_goes_on_with_the_same_device(app: Flask, session: Session, user: User) -> None:
    kept = cookie(browser(app, user, remember=True), REMEMBER)
    device = newest_device(session)
    back = with_cookie(app, REMEMBER, kept)
    assert is_in(back)
    assert "This device" in back.get(PAGE).text
    assert newest_device(session) == device
    back.post("/logout")
    assert not is_in(with_cookie(app, REMEMBER, kept))


def test_a_return_by_the_cookie_is_written_down_as_a_use(app: Flask, session: Session, user: User) -> None:
    kept = cookie(browser(app, user, remember=True), REMEMBER)
    session.execute(text("UPDATE user_sessions SET seen_at = seen_at - interval '2 days'"))
    session.commit()
    assert is_in(with_cookie(app, REMEMBER, kept))
    seen = session.scalars(select(UserSession.seen_at).execution_options(populate_existing=True)).one()
    assert (now() - seen).total_seconds() < 60


def test_a_session_id_that_somebody_planted_is_worth_nothing_after_a_return(app: Flask, user: User) -> None:
    kept = cookie(browser(app, user, remember=True), REMEMBER)
    stranger = app.test_client()
    stranger.get("/login")
    planted = cookie(stranger, SESSION)
    victim = with_cookie(app, REMEMBER, kept)
    victim.set_cookie(SESSION, planted)
    assert is_in(victim)
    assert not is_in(stranger)


def test_a_cookie_of_the_release_before_stays_good_and_gets_a_device(app: Flask, session: Session, user: User) -> None:
    with app.app_context():
        value = encode_cookie(f"{user.id}.{user.session_version}")
    back = with_cookie(app, REMEMBER, value)
    assert is_in(back)
    device = newest_device(session)
    assert cookie(back, REMEMBER).split("|")[0] == f"{user.id}.{user.session_version}.{device}"
    other = browser(app, user)
    other.post(f"{PAGE}/devices/{device}/end")
    assert not is_in(back)


def test_a_session_of_the_release_before_without_a_device_gets_one(app: Flask, session: Session, user: User) -> None:
    old = browser(app, user)
    with old.session_transaction() as kept:
        del kept["user_session_id"]
        del kept["seen_at"]
    before = newest_device(session)
    assert is_in(old)
    assert newest_device(session) > before
    assert "This device" in old.get(PAGE).text


def change_password(client: FlaskClient, old: str = factories.PASSWORD, new: str = NEW) -> Any:
    return client.post(f"{PAGE}/password", data={"old_password": old, "password": new})


def test_another_password_ends_every_other_session_and_renews_this_one(
    app: Flask, user: User, kept_mail: KeptMail
) -> None:
    other, here = browser(app, user, remember=True), browser(app, user, remember=True)
    stolen, before = cookie(here, REMEMBER), cookie(here, SESSION)
    assert change_password(here).location == PAGE
    assert "Your password is changed" in here.get(PAGE).text
    assert cookie(here, SESSION) != before
    assert not is_in(with_cookie(app, SESSION, before))
    assert not is_in(with_cookie(app, REMEMBER, stolen))
    assert not is_in(other)
    assert is_in(with_cookie(app, REMEMBER, cookie(here, REMEMBER)))
    subjects = [letter.subject for letter in deliver(app, kept_mail)]
    assert subjects[-1] == "Your password was changed"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("a wrong password", NEW, "That is not your password."),
        ("", NEW, "Enter the password that you have."),
        (factories.PASSWORD, "", "Choose a new password."),
        (factories.PASSWORD, "short", "Use 10 characters or more."),
    ],
)
def test_a_password_is_not_changed_where_something_is_wrong(
    app: Flask, user: User, old: str, new: str, complaint: str
) -> None:
    here = browser(app, user)
    answer = change_password(here, old, new)
    assert answer.status_code == 422
    assert complaint in answer.text
    for typed in (old, new):
        assert not typed or f'value="{typed}"' not in answer.text
    assert browser(app, user)


def test_tries_at_the_old_password_are_counted(app: Flask, user: User) -> None:
    here = browser(app, user)
    for _ in range(10):
        assert change_password(here, "a wrong password").status_code == 422
    answer = change_password(here)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    # It stands beside the field, on the page on which one was.
    assert re.search(r'id="old_password-error"[^>]*>Too many tries. Please try again in \d+ min.<', answer.text)


def want_email(client: FlaskClient, email: str) -> Any:
    return client.post(f"{PAGE}/email", data={"email": email})


def test_the_address_is_changed_by_a_code_that_goes_to_the_new_one(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    other, here = browser(app, user), browser(app, user)
    deliver(app, kept_mail)
    old, before = user.email, cookie(here, SESSION)
    assert want_email(here, "New@Example.com").location == f"{PAGE}/email"
    assert "new@example.com" in here.get(f"{PAGE}/email").text
    letters = deliver(app, kept_mail)
    assert [letter.recipient for letter in letters] == ["new@example.com"]
    answer = here.post(f"{PAGE}/email/code", data={"code": code_in(letters)})
    assert answer.location == PAGE
    session.expire_all()
    assert user.email == "new@example.com"
    assert not is_in(other)
    assert cookie(here, SESSION) != before
    assert not is_in(with_cookie(app, SESSION, before))
    assert is_in(here)
    (letter,) = deliver(app, kept_mail)
    assert (letter.recipient, letter.subject) == (old, "Your e-mail address was changed")
    assert "new@example.com" in letter.text


def test_an_address_that_has_an_account_gets_the_same_answer_and_a_letter(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    taken = factories.person(session)
    pages = []
    for email in (taken.email, "free@example.com"):
        here = browser(app, user)
        deliver(app, kept_mail)
        answer = want_email(here, email)
        (letter,) = deliver(app, kept_mail)
        assert letter.recipient == email
        assert bool(code_in([letter])) == (email != taken.email)
        page = here.get(answer.location).text.replace(email, "ADDRESS")
        pages.append((answer.status_code, answer.location, re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page)))
    assert pages[0] == pages[1]


def test_an_address_that_was_taken_meanwhile_is_refused_at_the_change(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    here = browser(app, user)
    want_email(here, "new@example.com")
    code = code_in(deliver(app, kept_mail))
    factories.person(session, email="new@example.com")
    answer = here.post(f"{PAGE}/email/code", data={"code": code})
    assert answer.status_code == 422
    assert "ask for a new one" in answer.text
    session.expire_all()
    assert user.email != "new@example.com"
    assert is_in(here)


def test_after_five_wrong_codes_the_right_one_changes_nothing(app: Flask, user: User, kept_mail: KeptMail) -> None:
    here = browser(app, user)
    want_email(here, "new@example.com")
    code = code_in(deliver(app, kept_mail))
    for _ in range(5):
        here.post(f"{PAGE}/email/code", data={"code": "x"})
    assert here.post(f"{PAGE}/email/code", data={"code": code}).status_code == 422


def test_a_code_for_another_persons_address_changes_nothing(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    here = browser(app, user)
    want_email(here, "new@example.com")
    code = code_in(deliver(app, kept_mail))
    with here.session_transaction() as kept:
        token = kept["email_token"]
    there = browser(app, factories.person(session))
    with there.session_transaction() as kept:
        kept["email_token"] = token
    assert there.post(f"{PAGE}/email/code", data={"code": code}).status_code == 422


def test_one_address_is_given_to_one_of_two_who_have_shown_it_theirs(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    people = [user, factories.person(session)]
    browsers, codes = [], []
    for person in people:
        here = browser(app, person)
        want_email(here, "new@example.com")
        browsers.append(here)
        codes.append(code_in(deliver(app, kept_mail)))
    answers = [
        here.post(f"{PAGE}/email/code", data={"code": code}).status_code
        for here, code in zip(browsers, codes, strict=True)
    ]
    assert answers == [303, 422]


@pytest.mark.parametrize(
    ("email", "complaint"),
    [("", "Enter the new address."), ("nothing", "does not look like"), (None, "This is your address already.")],
)
def test_an_address_that_is_none_or_the_same_is_refused_beside_the_field(
    app: Flask, user: User, email: str | None, complaint: str
) -> None:
    answer = want_email(browser(app, user), user.email if email is None else email)
    assert answer.status_code == 422
    assert complaint in answer.text


def test_the_password_is_asked_for_again_before_a_change_of_the_address(app: Flask, user: User) -> None:
    here = browser(app, user)
    with here.session_transaction() as kept:
        kept[PASSWORD_AT] = now().timestamp() - GOOD_SECONDS - 1
    asked = want_email(here, "new@example.com")
    assert asked.status_code == 401
    assert 'name="email" value="new@example.com"' in asked.text
    given = here.post(f"{PAGE}/email", data={"email": "new@example.com", "confirm_password": factories.PASSWORD})
    assert given.location == f"{PAGE}/email"


def test_a_code_for_a_password_that_went_to_the_old_address_ends_with_it(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    reader_of_old_mail = app.test_client()
    reader_of_old_mail.post("/password/forgotten", data={"email": user.email})
    reset_code = code_in(deliver(app, kept_mail))
    here = browser(app, user)
    want_email(here, "new@example.com")
    here.post(f"{PAGE}/email/code", data={"code": code_in(deliver(app, kept_mail))})
    answer = reader_of_old_mail.post("/password/reset", data={"code": reset_code, "password": NEW})
    assert answer.status_code == 422
    assert session.scalars(select(OneTimeCode.used_at)).all()


def test_without_a_change_under_way_there_is_no_code_to_enter(signed_in_client: FlaskClient) -> None:
    assert signed_in_client.get(f"{PAGE}/email").location == PAGE
    assert signed_in_client.post(f"{PAGE}/email/code", data={"code": "1"}).location == PAGE
    assert signed_in_client.post(f"{PAGE}/email/resend").location == PAGE


def test_another_code_within_a_minute_is_refused(app: Flask, user: User) -> None:
    here = browser(app, user)
    want_email(here, "new@example.com")
    assert here.post(f"{PAGE}/email/resend").status_code == 429


def test_a_log_in_on_a_device_that_is_not_known_is_told_and_a_known_one_is_not(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    known = browser(app, user)
    # Whoever was never here has nothing to compare it with.
    assert deliver(app, kept_mail) == []
    session.expire_all()
    known.post("/logout")
    assert known.post("/login", data={"email": user.email, "password": factories.PASSWORD}).status_code == 303
    assert deliver(app, kept_mail) == []
    browser(app, user)
    (letter,) = deliver(app, kept_mail)
    assert letter.subject == "Your account was used on a new device"
    for body in (letter.text, letter.html):
        assert "Firefox on Windows" in body
        assert "127.0.0.1" in body
        assert "/password/forgotten" in body


def test_a_device_that_knows_an_earlier_password_alone_is_told_of_as_a_new_one(
    app: Flask, session: Session, user: User, kept_mail: KeptMail
) -> None:
    thief = browser(app, user)
    owner = browser(app, user)
    assert change_password(owner, factories.PASSWORD, NEW).status_code == 303
    deliver(app, kept_mail)
    session.expire_all()
    sent = {"email": user.email, "password": NEW}
    assert thief.post("/login", data=sent).status_code == 303
    assert [letter.subject for letter in deliver(app, kept_mail)] == ["Your account was used on a new device"]
    # Where the password was changed, it is known.
    owner.post("/logout")
    assert owner.post("/login", data=sent).status_code == 303
    assert deliver(app, kept_mail) == []


def test_a_cookie_that_a_process_of_before_took_over_and_did_not_understand_still_lets_in(
    app: Flask, session: Session, user: User
) -> None:
    kept = cookie(browser(app, user, remember=True), REMEMBER)
    back = with_cookie(app, REMEMBER, kept)
    with back.session_transaction() as theirs:
        theirs["_user_id"] = kept.split("|")[0]
    assert is_in(back)
    assert "This device" in back.get(PAGE).text
    assert change_password(back).location == PAGE
    assert is_in(with_cookie(app, REMEMBER, cookie(back, REMEMBER)))


def test_a_use_is_written_down_every_few_minutes_and_keeps_the_session_alive(
    app: Flask, session: Session, user: User
) -> None:
    here = browser(app, user)
    key = f"session:{cookie(here, SESSION)}"
    store = app.extensions["redis"]

    def used_at(minutes: int) -> datetime:
        store.expire(key, 1000)
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            assert is_in(here)
        return session.scalars(select(UserSession.seen_at).execution_options(populate_existing=True)).one()

    first = used_at(0)
    assert used_at(4) == first
    assert store.ttl(key) <= 1000
    assert used_at(6) > first + timedelta(minutes=5)
    assert store.ttl(key) == 14 * 24 * 3600


def test_what_a_page_asks_for_by_itself_is_no_use(app: Flask, session: Session, user: User) -> None:
    here = browser(app, user)
    first = session.scalars(select(UserSession.seen_at)).one()
    with time_machine.travel(now() + timedelta(hours=1)):
        assert here.get("/updates", headers={"HX-Request": "true"}).status_code in (200, 204, 304, 404)
    assert session.scalars(select(UserSession.seen_at).execution_options(populate_existing=True)).one() == first


@pytest.mark.parametrize(("days", "remember", "still_in"), [(13, False, True), (15, False, False), (15, True, True)])
def test_who_does_not_come_for_two_weeks_is_signed_out_unless_they_asked_to_stay(
    app: Flask, user: User, days: int, remember: bool, still_in: bool
) -> None:
    here = browser(app, user, remember=remember)
    with time_machine.travel(now() + timedelta(days=days)):
        assert is_in(here) is still_in


def test_after_a_month_everybody_logs_in_again_however_often_they_came(app: Flask, user: User) -> None:
    here = browser(app, user, remember=True)
    for day in (10, 20, 29):
        with time_machine.travel(now() + timedelta(days=day)):
            assert is_in(here)
    with time_machine.travel(now() + timedelta(days=31)):
        assert not is_in(here)


def test_a_change_that_fails_is_told_to_nobody(app: Flask, user: User, kept_mail: KeptMail) -> None:
    here = browser(app, user)
    change_password(here, "a wrong password")
    assert deliver(app, kept_mail) == []


def test_a_key_that_was_made_is_told(app: Flask, session: Session, user: User, kept_mail: KeptMail) -> None:
    factories.api_key(session, user, name="nightly")
    (letter,) = deliver(app, kept_mail)
    assert letter.subject == "An API key was made"
    assert "nightly" in letter.text


def test_on_https_every_cookie_belongs_to_this_host_alone(app: Flask, user: User) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"public_url": "https://garden.example.com"})
    try:
        data = {"email": user.email, "password": factories.PASSWORD}
        answer = app.test_client().post("/login", data=data, base_url="https://localhost")
    finally:
        app.extensions["settings"] = before
    (given,) = [one for one in answer.headers.getlist("Set-Cookie") if "device" in one]
    assert given.startswith("__Host-image_garden_device=")
    assert "Secure" in given
    assert "Path=/" in given
    assert "Domain" not in given


def test_new_passwords_are_counted_however_weak_they_are(app: Flask, user: User) -> None:
    here = browser(app, user)
    assert {change_password(here, new="short").status_code for _ in range(30)} == {422}
    assert change_password(here, new="short").status_code == 429
