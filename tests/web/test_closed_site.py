"""A closed site keeps everybody out but the staff, and goes on hearing what vendors say."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import switches
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.domain.switches import Switches
from imagegarden.models import Role, User
from imagegarden.steering import SteeringReader
from tests import factories

WORDS = "We are moving to a larger <garden>."


@pytest.fixture
def closed(session: Session, now: datetime) -> None:
    switches.close_site(session, words=WORDS, actor_id=None, reason="a test", now=now)
    session.commit()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("path", ["/", "/create", "/gallery", "/signup", "/premium", "/docs/api"])
def test_people_read_why_and_when_to_come_again(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "We are moving to a larger &lt;garden&gt;." in answer.text


def test_who_was_at_work_is_kept_out_too(
    session: Session, signed_in_client: FlaskClient, user: User, now: datetime
) -> None:
    assert signed_in_client.get("/create").status_code == 200
    switches.close_site(session, words=WORDS, actor_id=None, reason="a test", now=now)
    session.commit()
    assert signed_in_client.get("/create").status_code == 503
    assert signed_in_client.post("/create", data={"prompt": "a pond"}).status_code == 503
    part = signed_in_client.get("/create", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"]) == (503, "#toasts")
    assert factories.balance(session, user.id).available == 5


def test_programs_get_a_code_at_both_doors(session: Session, user: User, client: FlaskClient, now: datetime) -> None:
    key = factories.api_key(session, user)
    switches.close_site(session, words=WORDS, actor_id=None, reason="a test", now=now)
    session.commit()
    sent = {"Authorization": f"Bearer {key.secret}"}
    answer = client.get("/api/v1/models", headers=sent)
    assert (answer.status_code, answer.json["code"], answer.json["detail"]) == (503, "maintenance", WORDS)  # type: ignore[index]
    answer = client.get("/v1/models", headers=sent)
    assert (answer.status_code, answer.json["error"]["message"]) == (503, WORDS)  # type: ignore[index]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("role", [Role.SUPPORT, Role.MODERATOR, Role.ADMIN])
def test_the_staff_logs_in_and_works(session: Session, signed_in: Callable[[User], FlaskClient], role: Role) -> None:
    client = signed_in(factories.person(session, role=role))
    for path in ("/create", "/gallery", "/admin/users"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "The site is closed to everybody but the staff." in answer.text


@pytest.mark.usefixtures("closed")
def test_what_vendors_and_operators_ask_is_answered(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/login").status_code == 200
    # Not 503: who knows the token is answered.
    assert client.get("/metrics").status_code == 404
    assert client.get("/static/img/favicon.svg").status_code == 200
    assert client.post("/webhooks/razorpay", data="{}").status_code != 503


@pytest.mark.usefixtures("closed")
def test_an_address_that_does_not_exist_is_still_not_found(client: FlaskClient) -> None:
    assert client.get("/no/such/page").status_code == 404


def test_nobody_signs_up_once_that_is_closed_not_even_with_a_code_in_hand(
    session: Session, client: FlaskClient, now: datetime
) -> None:
    sent = {"email": "new@example.com", "password": factories.PASSWORD}
    assert client.post("/signup", data=sent).status_code == 303
    switches.set_sign_ups(session, sign_ups=switches.SignUps.CLOSED, actor_id=None, reason="a test", now=now)
    session.commit()
    answers = [
        client.get("/signup"),
        client.post("/signup", data=sent),
        client.post("/signup/verify", data={"code": "123456"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all("No new accounts are made at the moment." in answer.text for answer in answers)


def test_limits_of_plans_hold_from_the_next_request_on(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    given = {tier: Allowance(per_hour=10, at_once=3) for tier in Tier}
    switches.set_limits(
        session,
        limits={Tier.FREE: {"outputs": 1}},
        given=given,
        actor_id=None,
        reason="a test",
        now=now,
    )
    session.commit()
    page = signed_in_client.get("/create").text
    assert re.findall(r'name="count" value="(\d)"(?: checked)?>', page) == ["1"]


def test_who_sets_the_site_sees_what_they_set_whichever_process_answers(
    app: Flask, session: Session, admin_client: FlaskClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["steering"], "good_seconds", 60)
    assert admin_client.get("/admin/switches").status_code == 200
    # As another process does it, of which this one has not heard yet.
    switches.set_banner(session, words="Fresh tulips.", actor_id=None, reason="a test", now=now)
    session.commit()
    assert "Fresh tulips." not in admin_client.get("/gallery").text
    assert '<p class="site-banner" role="note">Fresh tulips.</p>' in admin_client.get("/admin/switches").text
    assert "Fresh tulips." in admin_client.get("/gallery").text


def test_a_look_that_began_before_a_change_does_not_hide_it(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = SteeringReader(good_seconds=60)
    with app.app_context():
        reader.current()
    reads, has_read, is_changed = switches.read, Event(), Event()

    def read_and_dawdle(session: Session) -> Switches:
        found = reads(session)
        has_read.set()
        is_changed.wait(10)
        return found

    def look_early() -> None:
        with app.app_context():
            reader.look()

    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(switches, "read", read_and_dawdle)
        early = pool.submit(look_early)
        assert has_read.wait(10)
        switches.set_banner(session, words="Fresh tulips.", actor_id=None, reason="a test", now=now)
        session.commit()
        monkeypatch.setattr(switches, "read", reads)

        def look_late() -> str:
            with app.app_context():
                return reader.look().switches.banner

        late = pool.submit(look_late)
        is_changed.set()
        early.result(10)
        assert late.result(10) == "Fresh tulips."
    with app.app_context():
        assert reader.current().switches.banner == "Fresh tulips."
