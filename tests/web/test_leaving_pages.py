"""The pages of taking everything along, of leaving, and of those who are about to."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import departures, exports
from imagegarden.domain.departures import GRACE
from imagegarden.models import Export, ExportState, Role, User
from imagegarden.worker.exporting import make_export
from tests import factories
from tests.architecture.test_routes import path_of, rules

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def leaving(session: Session, user: User, signed_in: SignIn) -> FlaskClient:
    """Somebody in their two weeks, who signed in."""
    departures.ask(session, user_id=user.id, now=factories.now())
    session.commit()
    return signed_in(user)


def test_what_it_means_is_said_before_the_password_is_asked_for(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    factories.api_key(session, user)
    page = signed_in_client.get("/profile/leave").text
    assert "5 credits" in page
    assert "1 API key stops working" in page
    assert "14 days" in page


def test_a_wrong_password_changes_nothing(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    for password in ("", "wrong"):
        answer = signed_in_client.post("/profile/leave", data={"password": password})
        assert answer.status_code == 422
    assert "That is not your password." in answer.text
    assert session.get_one(User, user.id, populate_existing=True).leaves_at is None


def test_passwords_are_not_tried_there_without_end(app: Flask, signed_in_client: FlaskClient) -> None:
    answers = [signed_in_client.post("/profile/leave", data={"password": "wrong"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_whoever_leaves_is_signed_out_everywhere_and_told_the_day(
    session: Session, user: User, signed_in: SignIn
) -> None:
    here, elsewhere = signed_in(user), signed_in(user)
    answer = here.post("/profile/leave", data={"password": factories.PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/login")
    assert f"{factories.now() + GRACE:%-d %b %Y}" in here.get("/login").text
    for browser in (here, elsewhere):
        assert browser.get("/create").location.startswith("/login")
    assert session.get_one(User, user.id, populate_existing=True).leaves_at is not None


def test_the_last_administrator_is_told_why_not(session: Session, signed_in: SignIn) -> None:
    admin = factories.person(session, role=Role.ADMIN)
    answer = signed_in(admin).post("/profile/leave", data={"password": factories.PASSWORD})
    assert answer.status_code == 409
    assert "this is the last one" in answer.text


def test_whoever_is_leaving_has_one_page(app: Flask, leaving: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    page = leaving.get("/leaving").text
    assert "Keep my account" in page
    assert "Log out" in page
    assert 'class="rail"' not in page
    walked = 0
    for rule, method in rules(app):
        view = app.view_functions[rule.endpoint]
        is_page = rule.endpoint.partition(".")[0] in ("auth", "generate", "billing", "api", "admin")
        # What a program reads has no session.
        if not is_page or hasattr(view, "scopes") or rule.rule.startswith(("/webhooks/", "/api/")):
            continue
        if getattr(view, "is_open_while_leaving", False):
            continue
        answer = leaving.open(path_of(rule), method=method)
        assert (answer.status_code, answer.location) == (303, "/leaving"), (rule, method)
        walked += 1
    assert walked > 100


def test_a_piece_of_a_page_sends_the_whole_page_there(leaving: FlaskClient) -> None:
    answer = leaving.get("/create/updates", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (403, "/leaving")


def test_keeping_the_account_opens_everything(session: Session, user: User, leaving: FlaskClient) -> None:
    answer = leaving.post("/leaving/stay")
    assert (answer.status_code, answer.location) == (303, "/create")
    assert "Everything is as it was" in leaving.get("/create").text
    assert leaving.get("/leaving").location == "/profile"


def test_keeping_the_account_is_too_late_after_two_weeks(
    session: Session, user: User, leaving: FlaskClient, now: datetime
) -> None:
    user.leaves_at = now
    session.commit()
    assert leaving.post("/leaving/stay").status_code == 409


def test_whoever_is_leaving_can_log_out_and_come_again(leaving: FlaskClient, user: User, signed_in: SignIn) -> None:
    assert leaving.post("/logout").location == "/login"
    assert signed_in(user).get("/create").location == "/leaving"


def test_strangers_are_asked_to_log_in(client: FlaskClient) -> None:
    for path in ("/leaving", "/profile/leave", "/profile/data"):
        assert client.get(path).location.startswith("/login"), path


def test_the_api_refuses_the_keys_of_whoever_is_leaving(
    session: Session, user: User, client: FlaskClient, now: datetime
) -> None:
    key = factories.api_key(session, user)
    departures.ask(session, user_id=user.id, now=now)
    session.commit()
    answer = client.get("/api/v1/account", headers={"Authorization": f"Bearer {key.secret}"})
    assert answer.status_code == 403


def test_an_export_is_asked_for_and_fetched(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    assert "Pack everything" in signed_in_client.get("/profile/data").text
    assert signed_in_client.post("/profile/data").location == "/profile/data"
    waiting = signed_in_client.get("/profile/data", headers={"HX-Request": "true"}).text
    assert "We are packing" in waiting
    assert 'hx-trigger="every 3s"' in waiting
    assert "<html" not in waiting

    make_export(session.scalars(select(Export.id)).one())
    session.expire_all()
    made = session.scalars(select(Export)).one()
    page = signed_in_client.get("/profile/data").text
    assert f"/profile/data/{made.uuid}.zip" in page
    answer = signed_in_client.get(f"/profile/data/{made.uuid}.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.data.startswith(b"PK")
    assert len(answer.data) == made.bytes
    part = signed_in_client.get(f"/profile/data/{made.uuid}.zip", headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, b"PK")


def test_nobody_else_fetches_it(session: Session, user: User, signed_in: SignIn, client: FlaskClient) -> None:
    asked = exports.ask(session, user_id=user.id, now=factories.now())
    session.commit()
    make_export(asked.id)
    path = f"/profile/data/{asked.uuid}.zip"
    assert signed_in(factories.person(session)).get(path).status_code == 404
    assert client.get(path).location.startswith("/login")
    assert signed_in(user).get(path).status_code == 200


def test_nobody_fetches_it_a_day_later(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    asked = exports.ask(session, user_id=user.id, now=now - timedelta(hours=25))
    exports.record_ready(session, export_id=asked.id, size=1, now=now - timedelta(hours=25))
    session.commit()
    assert signed_in_client.get(f"/profile/data/{asked.uuid}.zip").status_code == 404


def test_exports_are_asked_for_a_few_times_a_day(signed_in_client: FlaskClient) -> None:
    answers = [signed_in_client.post("/profile/data").status_code for _ in range(4)]
    assert answers == [303, 303, 303, 429]


def test_whoever_is_leaving_takes_everything_along(session: Session, leaving: FlaskClient) -> None:
    assert leaving.post("/profile/data").status_code == 303
    assert leaving.get("/profile/data").location == "/leaving"
    assert "We are packing" in leaving.get("/leaving").text
    made = session.scalars(select(Export)).one()
    make_export(made.id)
    assert leaving.get(f"/profile/data/{made.uuid}.zip").status_code == 200


def test_one_that_failed_says_so(session: Session, user: User, signed_in_client: FlaskClient, now: datetime) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    asked.state, asked.expires_at = ExportState.FAILED, now + timedelta(hours=1)
    session.commit()
    assert "could not be packed" in signed_in_client.get("/profile/data").text


def test_the_staff_sees_that_somebody_leaves(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    departures.ask(session, user_id=user.id, now=now)
    session.commit()
    assert "Leaves" in admin_client.get(f"/admin/users/{user.id}").text
