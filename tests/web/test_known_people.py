"""What is kept of a person counts for as long as the database says that it has not changed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import Notify
from sqlalchemy import event, text

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, departures
from imagegarden.known_people import KnownPeople
from imagegarden.models import Role, User, UserStatus
from tests import factories
from tests.money import buy_pass
from tests.processes import wait_for

# How the questions begin that every page would ask.
EVERY_PAGE = ("SELECT users.id", "SELECT (SELECT max(periods.ends_at)", "SELECT switches", "SELECT model_settings")
PREMIUM = "· until"


@pytest.fixture
def people(own_app: Flask) -> Iterator[KnownPeople]:
    """The people that the application knows, while changes are heard of."""
    known: KnownPeople = own_app.extensions["known_people"]
    known.listen()
    wait_for(lambda: known.is_sure)
    yield known
    known.stop()


@pytest.fixture
def person(own_app: Flask, people: KnownPeople) -> User:
    with own_app.app_context():
        return factories.person(db.session())


@pytest.fixture
def browser(own_app: Flask, person: User) -> FlaskClient:
    return _signed_in(own_app, person)


def _signed_in(app: Flask, person: User) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert client.post("/login", data={"email": person.email, "password": factories.PASSWORD}).status_code == 303
    # As though they had been here for a while.
    client.delete_cookie("image_garden_changed")
    return client


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_who_is_known_costs_no_question(own_app: Flask, browser: FlaskClient) -> None:
    # How the site is set is asked once a second, which may end between two requests of a busy machine.
    own_app.extensions["steering"].good_seconds = 60
    browser.get("/gallery")
    with _statements(own_app) as seen:
        assert browser.get("/gallery").status_code == 200
    assert not [one for one in seen if one.startswith(EVERY_PAGE)]


@pytest.mark.alone
def test_a_person_who_is_suspended_is_out_of_every_page(own_app: Flask, browser: FlaskClient, person: User) -> None:
    assert browser.get("/gallery").status_code == 200
    with own_app.app_context(), transaction() as session:
        accounts.set_status(
            session, user_id=person.id, status=UserStatus.SUSPENDED, actor_id=None, reason="spam", now=now()
        )
    wait_for(lambda: browser.get("/gallery").status_code == 303, seconds=1, what="the end of the session")


@pytest.mark.alone
def test_a_person_who_is_leaving_has_one_page_and_who_stays_has_all(
    own_app: Flask, browser: FlaskClient, person: User
) -> None:
    with own_app.app_context(), transaction() as session:
        departures.ask(session, user_id=person.id, now=now())
    wait_for(lambda: browser.get("/gallery").status_code == 303, seconds=1, what="the end of the session")
    browser = _signed_in(own_app, person)
    assert browser.get("/gallery").headers["Location"] == "/leaving"
    with own_app.app_context(), transaction() as session:
        departures.stay(session, user_id=person.id, now=now())
    wait_for(lambda: browser.get("/gallery").status_code == 200, seconds=1, what="the open pages")


def test_who_may_do_something_is_asked_in_that_moment(own_app: Flask, people: KnownPeople) -> None:
    with own_app.app_context():
        factories.person(db.session(), role=Role.ADMIN)
        admin = factories.person(db.session(), role=Role.ADMIN)
    browser = _signed_in(own_app, admin)
    assert browser.get("/gallery").status_code == browser.get("/admin/audit").status_code == 200
    # As though the news were late.
    people._hear = lambda _: None  # type: ignore[method-assign]
    with own_app.app_context():
        db.session.execute(text("UPDATE users SET role = 'member' WHERE id = :id"), {"id": admin.id})
        db.session.commit()
    assert browser.get("/admin/audit").headers["Location"] == "/create"
    with own_app.app_context():
        db.session.execute(text("UPDATE users SET status = 'suspended' WHERE id = :id"), {"id": admin.id})
        db.session.commit()
    assert browser.post("/logout").headers["Location"].startswith("/login")


@pytest.mark.alone
def test_premium_is_shown_as_soon_as_it_begins(own_app: Flask, browser: FlaskClient, person: User) -> None:
    assert PREMIUM not in browser.get("/gallery").text
    with own_app.app_context():
        buy_pass(db.session(), person, now())
        db.session.commit()
    wait_for(lambda: PREMIUM in browser.get("/gallery").text, seconds=1, what="Premium")


def test_nothing_is_known_while_changes_are_not_heard_of(
    own_app: Flask, people: KnownPeople, browser: FlaskClient
) -> None:
    browser.get("/gallery")
    with own_app.app_context():
        db.session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'people_changed'"
            )
        )
        db.session.commit()
    wait_for(lambda: not people.is_sure, what="the loss of the line")
    with _statements(own_app) as seen:
        assert browser.get("/gallery").status_code == 200
    assert [one for one in seen if one.startswith(EVERY_PAGE)]
    wait_for(lambda: people.is_sure, what="the new line")


def test_what_was_read_while_something_changed_is_not_kept(people: KnownPeople) -> None:
    def read_too_early() -> str:
        people._hear([Notify("people_changed", "8", 1)])
        return "from before"

    assert people.get(7, "mood", read_too_early) == "from before"
    assert people.get(7, "mood", lambda: "from after") == "from after"
    assert people.get(7, "mood", lambda: "asked again") == "from after"


def test_what_is_not_there_is_not_kept(people: KnownPeople) -> None:
    assert people.get(7, "mood", lambda: None) is None
    assert people.get(7, "mood", lambda: "there") == "there"


def test_before_anybody_listens_every_question_is_asked() -> None:
    people = KnownPeople("postgresql://nowhere")
    assert [people.get(7, "mood", lambda: "a"), people.get(7, "mood", lambda: "b")] == ["a", "b"]


def test_who_changes_something_sees_it_though_the_news_are_late(
    own_app: Flask, people: KnownPeople, browser: FlaskClient, person: User
) -> None:
    with own_app.app_context():
        session, store = db.session(), own_app.extensions["adapters"].store
        factories.use(session)
        first, second = (factories.stored_picture(session, person, store).uuid for _ in range(2))
        session.commit()
    assert browser.get("/profile").status_code == browser.get("/gallery").status_code == 200
    # As though the news were late.
    unheard: list[object] = []
    people._hear = unheard.append  # type: ignore[method-assign]
    wait_for(lambda: unheard, what="the news that were under way")

    def account() -> str:
        [found] = re.findall(r'<summary aria-label="Account.*?</summary>', browser.get("/gallery").text, re.DOTALL)
        return str(found)

    for uuid in (first, second):
        assert browser.post("/profile/face", data={"face": str(uuid)}).status_code == 303
        assert str(uuid) in account()
    assert browser.post("/profile/name", data={"username": "Robin of the reeds"}).status_code == 303
    assert "Robin of the reeds" in account()
    # Who leaves is signed out, and so is asked about when they come back; then they stay.
    with own_app.app_context(), transaction() as session:
        departures.ask(session, user_id=person.id, now=now())
    browser = _signed_in(own_app, person)
    assert browser.get("/gallery").headers["Location"] == "/leaving"
    assert browser.post("/leaving/stay").headers["Location"] == "/create"
    assert browser.get("/create").status_code == 200


def test_that_something_was_changed_is_noted_for_moments_and_only_where_it_was(
    browser: FlaskClient,
) -> None:
    assert "image_garden_changed" not in str(browser.get("/gallery").headers)
    [note] = browser.post("/profile/name", data={"username": "Robin"}).headers.getlist("Set-Cookie")[:1]
    assert note.startswith("image_garden_changed=1; ")
    assert {"Max-Age=2", "HttpOnly", "SameSite=Lax"} <= set(note.split("; "))
    refused = browser.post("/profile/name", data={"username": "x" * 61})
    assert "image_garden_changed" not in str(refused.headers)
