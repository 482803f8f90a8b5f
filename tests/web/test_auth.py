"""Signing up, in and out, as a browser sees it."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import accounts
from imagegarden.models import OneTimeCode, User, UserSession, UserStatus
from imagegarden.worker.mails import mail_code
from tests import factories
from tests.fakes.mailer import KeptMail

PASSWORD = "correct horse battery lotus"
SESSION_COOKIE = "image_garden"


def sign_up(client: FlaskClient, email: str = "new@example.com", password: str = PASSWORD) -> None:
    answer = client.post("/signup", data={"email": email, "password": password})
    assert (answer.status_code, answer.location) == (303, "/signup/verify")


def deliver(app: Flask, kept_mail: KeptMail) -> str:
    """Run the mail job; the code of the newest letter, or an empty text."""
    with app.app_context():
        code_id = db.session.scalars(select(OneTimeCode.id).order_by(OneTimeCode.id.desc())).first()
        db.session.commit()
        assert code_id is not None
        mail_code(code_id)
    found = re.search(r"\b\d{6}\b", kept_mail.letters[-1].text)
    return found[0] if found else ""


def cookie(client: FlaskClient, name: str = SESSION_COOKIE) -> str | None:
    kept = client.get_cookie(name)
    return kept.value if kept else None


def test_a_person_signs_up_with_the_code_of_the_mail_and_logs_in(
    app: Flask, client: FlaskClient, kept_mail: KeptMail
) -> None:
    sign_up(client)
    assert "We sent a code" in client.get("/signup/verify").text
    answer = client.post("/signup/verify", data={"code": deliver(app, kept_mail)})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "Account created successfully" in client.get("/login").text
    answer = client.post("/login", data={"email": "New@Example.com", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/create")
    assert client.get("/create").status_code == 200


def test_a_code_may_be_typed_with_spaces(app: Flask, client: FlaskClient, kept_mail: KeptMail) -> None:
    sign_up(client)
    code = deliver(app, kept_mail)
    assert client.post("/signup/verify", data={"code": f" {code[:3]} {code[3:]} "}).status_code == 303


def test_a_wrong_code_says_how_many_tries_are_left_and_keeps_the_form_open(
    app: Flask, client: FlaskClient, kept_mail: KeptMail
) -> None:
    sign_up(client)
    code = deliver(app, kept_mail)
    answer = client.post("/signup/verify", data={"code": "100000" if code != "100000" else "100001"})
    assert answer.status_code == 422
    assert "4 tries left" in answer.text


def test_after_five_wrong_codes_the_right_one_is_refused(app: Flask, client: FlaskClient, kept_mail: KeptMail) -> None:
    sign_up(client)
    code = deliver(app, kept_mail)
    for _ in range(5):
        client.post("/signup/verify", data={"code": "x"})
    answer = client.post("/signup/verify", data={"code": code})
    assert answer.status_code == 422
    assert "ask for a new one" in answer.text


def test_a_code_of_another_browser_is_refused(app: Flask, client: FlaskClient, kept_mail: KeptMail) -> None:
    sign_up(client)
    code = deliver(app, kept_mail)
    other = app.test_client()
    sign_up(other, email="other@example.com")
    assert other.post("/signup/verify", data={"code": code}).status_code == 422


def test_without_a_sign_up_under_way_there_is_no_code_to_enter(client: FlaskClient) -> None:
    assert client.get("/signup/verify").location == "/signup"
    assert client.post("/signup/verify", data={"code": "123456"}).location == "/signup"
    assert client.post("/signup/resend").location == "/signup"


def test_another_code_within_a_minute_is_refused_beside_the_field(client: FlaskClient) -> None:
    sign_up(client)
    answer = client.post("/signup/resend")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 60
    assert "Please wait" in answer.text


def test_another_code_replaces_the_first(
    app: Flask, session: Session, client: FlaskClient, kept_mail: KeptMail
) -> None:
    sign_up(client)
    first = deliver(app, kept_mail)
    session.execute(text("UPDATE one_time_codes SET created_at = created_at - interval '61 s'"))
    session.commit()
    assert client.post("/signup/resend").status_code == 303
    second = deliver(app, kept_mail)
    if first != second:
        assert client.post("/signup/verify", data={"code": first}).status_code == 422
    assert client.post("/signup/verify", data={"code": second}).status_code == 303


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, user: User, kept_mail: KeptMail) -> None:
    pages = []
    for email in (user.email, "unknown@example.com"):
        browser = app.test_client()
        answer = browser.post("/signup", data={"email": email, "password": PASSWORD})
        page = browser.get(answer.location).text.replace(email, "ADDRESS")
        deliver(app, kept_mail)
        refused = browser.post("/signup/verify", data={"code": "x"})
        pages.append((answer.status_code, answer.location, page, refused.status_code))
    without_ids = [re.sub(r'value="[^"]*"|nonce="[^"]*"|content="[^"]*"', "", str(page)) for page in pages]
    assert without_ids[0] == without_ids[1]
    assert "already have" in kept_mail.letters[0].subject


@pytest.mark.parametrize(
    ("email", "password", "complaint"),
    [
        ("not an address", PASSWORD, "does not look like an e-mail address"),
        ("", PASSWORD, "Enter your e-mail address"),
        ("new@mailinator.com", PASSWORD, "thrown away"),
        ("new@example.com", "", "Choose a password"),
        ("new@example.com", "short", "Use 10 characters or more"),
        ("new@example.com", "password1234", "uncommon words"),
    ],
)
def test_a_wrong_sign_up_says_what_is_wrong_and_keeps_the_address(
    client: FlaskClient, email: str, password: str, complaint: str
) -> None:
    answer = client.post("/signup", data={"email": email, "password": password})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert f'value="{email}"' in answer.text or not email
    assert password == "" or f'value="{password}"' not in answer.text


def test_signing_up_is_limited_per_address(client: FlaskClient) -> None:
    data = {"email": "new@example.com", "password": PASSWORD}
    addresses = ["203.0.113.9"] * 5 + ["203.0.113.10"] * 2
    statuses = [
        client.post("/signup", data=data, environ_base={"REMOTE_ADDR": address}).status_code for address in addresses
    ]
    assert statuses == [303] * 4 + [429, 303, 429]


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        ("203.0.113.9", "203.0.113.9", "203.0.113.10"),
        ("2001:db8:1:2::9", "2001:db8:1:2:ffff::1", "2001:db8:1:3::9"),
        ("::ffff:203.0.113.9", "203.0.113.9", "203.0.113.10"),
    ],
)
def test_signing_up_is_limited_per_household(app: Flask, first: str, same: str, other: str) -> None:
    def ask(number: int, address: str) -> int:
        data = {"email": f"new-{number}@example.com", "password": PASSWORD}
        return app.test_client().post("/signup", data=data, environ_base={"REMOTE_ADDR": address}).status_code

    assert {ask(number, first) for number in range(20)} == {303}
    assert ask(20, same) == 429
    assert ask(21, other) == 303


def test_signing_up_is_limited_per_network(app: Flask) -> None:
    def ask(number: int) -> int:
        data = {"email": f"new-{number}@example.com", "password": PASSWORD}
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        return app.test_client().post("/signup", data=data, environ_base=address).status_code

    assert [ask(number) for number in range(61)] == [303] * 60 + [429]


def test_who_makes_a_second_account_with_one_mailbox_is_told_that_it_had_its_credits(
    app: Flask, client: FlaskClient, kept_mail: KeptMail
) -> None:
    for email, told in (("new@example.com", False), ("new+2@example.com", True)):
        sign_up(client, email)
        client.post("/signup/verify", data={"code": deliver(app, kept_mail)})
        assert ("had its free credits" in client.get("/login").text) == told


def test_a_wrong_password_and_an_unknown_address_are_refused_alike(client: FlaskClient, user: User) -> None:
    for email in (user.email, "nobody@example.com"):
        answer = client.post("/login", data={"email": email, "password": "a wrong password"})
        assert answer.status_code == 422
        assert "Invalid e-mail or password." in answer.text
        assert f'value="{email}"' in answer.text


def test_guessing_a_password_is_limited_even_for_the_right_one(client: FlaskClient, user: User) -> None:
    for _ in range(10):
        client.post("/login", data={"email": user.email, "password": "a wrong password"})
    answer = client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_logging_in_gives_the_session_a_new_id(client: FlaskClient, user: User) -> None:
    client.post("/signup", data={"email": "other@example.com", "password": PASSWORD})
    before = cookie(client)
    assert before
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert cookie(client) != before


def test_a_session_has_a_name_of_256_random_bits(app: Flask, user: User) -> None:
    names = set()
    for _ in range(5):
        browser = app.test_client()
        browser.post("/login", data={"email": user.email, "password": factories.PASSWORD})
        names.add(cookie(browser))
    assert len(names) == 5
    # Six bits in each sign of base64.
    assert all(name is not None and len(name) * 6 >= 256 for name in names)


def test_a_session_id_from_before_the_log_in_is_worth_nothing(app: Flask, client: FlaskClient, user: User) -> None:
    client.post("/signup", data={"email": "other@example.com", "password": PASSWORD})
    before = cookie(client)
    assert before
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    attacker = app.test_client()
    attacker.set_cookie(SESSION_COOKIE, before)
    assert attacker.get("/create").status_code == 303


def test_a_session_is_written_down_with_its_device_and_ended_at_log_out(
    session: Session, signed_in_client: FlaskClient
) -> None:
    opened = session.scalars(select(UserSession)).one()
    assert opened.address == "127.0.0.1"
    signed_in_client.post("/logout")
    assert session.scalars(select(UserSession).execution_options(populate_existing=True)).one().ended_at is not None


def test_after_logging_out_the_old_cookie_is_dead(app: Flask, signed_in_client: FlaskClient) -> None:
    old = cookie(signed_in_client)
    assert old
    answer = signed_in_client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "You have been logged out successfully." in signed_in_client.get("/login").text
    thief = app.test_client()
    thief.set_cookie(SESSION_COOKIE, old)
    assert thief.get("/create").status_code == 303


def test_logging_out_by_a_link_does_nothing(signed_in_client: FlaskClient) -> None:
    assert signed_in_client.get("/logout").status_code == 405
    assert signed_in_client.get("/create").status_code == 200


def remembered(app: Flask, user: User) -> str:
    client = app.test_client()
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
    kept = cookie(client, "image_garden_remember")
    assert kept
    return kept


def test_a_remembered_device_comes_in_without_a_session(app: Flask, user: User) -> None:
    browser = app.test_client()
    browser.set_cookie("image_garden_remember", remembered(app, user))
    assert browser.get("/create").status_code == 200


def test_remember_me_ends_with_the_session_version(app: Flask, session: Session, user: User) -> None:
    kept = remembered(app, user)
    session.execute(text("UPDATE users SET session_version = session_version + 1"))
    session.commit()
    browser = app.test_client()
    browser.set_cookie("image_garden_remember", kept)
    assert browser.get("/create").status_code == 303


def test_logging_out_forgets_the_device(app: Flask, user: User) -> None:
    client = app.test_client()
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
    client.post("/logout")
    assert cookie(client, "image_garden_remember") is None


def test_a_suspended_person_is_out_with_the_next_click(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="spam", now=now())
    session.commit()
    assert signed_in_client.get("/create").status_code == 303
    answer = signed_in_client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert answer.status_code == 403
    assert "suspended" in answer.text


def test_whoever_is_signed_in_is_sent_on(signed_in_client: FlaskClient) -> None:
    for path in ("/signup", "/login", "/signup/verify", "/"):
        assert signed_in_client.get(path).status_code == 303


def test_a_stranger_comes_back_to_the_page_that_was_wanted(client: FlaskClient, user: User) -> None:
    wanted = client.get("/gallery?after=x").location
    assert wanted == "/login?next=/gallery?after%3Dx"
    answer = client.post(wanted, data={"email": user.email, "password": factories.PASSWORD})
    assert answer.location == "/gallery?after=x"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/%09/evil.example",
        "evil.example",
        "///evil.example",
        "http:evil.example",
        " //evil.example",
        "/\n//evil.example",
    ],
)
def test_nobody_is_sent_off_this_site(client: FlaskClient, user: User, target: str) -> None:
    answer = client.post(
        "/login", query_string={"next": target}, data={"email": user.email, "password": factories.PASSWORD}
    )
    assert answer.status_code == 303
    assert answer.location == "/create" or re.fullmatch(r"/[%\w./]*", answer.location)
    assert not answer.location.startswith(("//", "/\\"))


def test_the_outbox_exists_only_on_a_local_machine(app: Flask, client: FlaskClient) -> None:
    assert client.get("/outbox").status_code == 404


def test_cookies_are_kept_from_scripts_and_other_sites(client: FlaskClient, user: User) -> None:
    answer = client.post("/login", data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
    cookies = answer.headers.getlist("Set-Cookie")
    names = ["image_garden", "image_garden_changed", "image_garden_device", "image_garden_remember"]
    assert sorted(text_.partition("=")[0] for text_ in cookies) == names
    for text_ in cookies:
        assert "HttpOnly" in text_
        assert "SameSite=Lax" in text_


def test_a_log_in_takes_few_queries(
    app: Flask, user: User, client: FlaskClient, count_queries: Callable[[], object]
) -> None:
    with count_queries() as seen:  # type: ignore[attr-defined]
        client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    assert len(seen) <= 4, seen


def test_on_https_the_remember_me_cookie_is_deleted_the_way_browsers_accept(app: Flask, user: User) -> None:
    app.config["REMEMBER_COOKIE_SECURE"] = True
    try:
        client = app.test_client()
        client.post("/login", data={"email": user.email, "password": factories.PASSWORD, "remember": "y"})
        answer = client.post("/logout")
    finally:
        app.config["REMEMBER_COOKIE_SECURE"] = False
    [deletion] = [text_ for text_ in answer.headers.getlist("Set-Cookie") if "remember" in text_]
    assert "Secure" in deletion
    assert "Max-Age=0" in deletion


@pytest.mark.parametrize("broken", ["1.1|é", "1.1|x", "|", "x" * 500])
def test_a_broken_remember_me_cookie_is_nobodys(app: Flask, broken: str) -> None:
    client = app.test_client()
    client.set_cookie("image_garden_remember", broken)
    assert client.get("/create").status_code == 303


def test_a_malformed_referrer_is_no_page_to_come_back_to(client: FlaskClient) -> None:
    answer = client.get("/gallery", headers={"HX-Request": "true", "HX-Current-URL": "http://["})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login")


@pytest.mark.parametrize("email", ["a\x00b", "\x00", "\udcff", "a" * 5000])
def test_a_hostile_address_is_simply_wrong(client: FlaskClient, email: str) -> None:
    body = {"email": email.encode("utf-8", "surrogateescape"), "password": "a wrong password"}
    assert client.post("/login", data=body).status_code == 422


def test_whoever_signed_up_with_an_international_address_can_log_in(app: Flask, session: Session) -> None:
    kept = accounts.normalize_email("a@xn--bcher-kva.de")
    factories.person(session, email=kept)
    answer = app.test_client().post("/login", data={"email": "a@xn--bcher-kva.de", "password": factories.PASSWORD})
    assert answer.status_code == 303


def test_a_refused_sign_up_does_not_use_up_the_mails(client: FlaskClient) -> None:
    for _ in range(8):
        assert client.post("/signup", data={"email": "new@example.com", "password": "short"}).status_code == 422
    sign_up(client)


def test_what_is_sent_in_order_to_sign_up_is_counted_however_wrong_it_is(app: Flask) -> None:
    def send(address: str) -> int:
        return app.test_client().post("/signup", environ_base={"REMOTE_ADDR": address}).status_code

    assert {send("203.0.113.9") for _ in range(300)} == {422}
    assert send("203.0.113.9") == 429
    assert send("203.0.113.10") == 422
