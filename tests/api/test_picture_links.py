"""Links that open without a key: for an hour, for what is there, and only as they were signed."""

import io
import logging
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from imagegarden.api.links import link_to
from imagegarden.clock import now
from imagegarden.domain import accounts, media
from imagegarden.models import Media, User, UserStatus
from imagegarden.web.picture_forms import Form
from tests import factories


@pytest.fixture
def picture(session: Session, user: User) -> Media:
    return factories.upload(user)


def path_to(app: Flask, picture: Media, form: Form) -> str:
    with app.test_request_context():
        return "/shown/" + link_to(picture.uuid, form).rpartition("/")[2]


@pytest.mark.parametrize("form", [Form(), Form("webp"), Form("jpeg", 0), Form("png", 50)])
def test_a_link_opens_for_anybody_in_the_form_that_was_signed(
    app: Flask, client: FlaskClient, picture: Media, form: Form
) -> None:
    answer = client.get(path_to(app, picture, form))
    assert answer.status_code == 200
    assert answer.mimetype == f"image/{form.format or 'jpeg'}"
    assert Image.open(io.BytesIO(answer.data)).size == (picture.width, picture.height)
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_what_the_caller_has_is_not_sent_again(app: Flask, client: FlaskClient, picture: Media) -> None:
    path = path_to(app, picture, Form("webp"))
    tag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_link_ends_after_an_hour(app: Flask, client: FlaskClient, picture: Media) -> None:
    path = path_to(app, picture, Form())
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        answer = client.get(path)
    assert answer.status_code == 410
    assert "This link has ended" in answer.text


def test_a_link_to_what_is_in_the_trash_opens_nothing(
    app: Flask, client: FlaskClient, session: Session, user: User, picture: Media
) -> None:
    path = path_to(app, picture, Form())
    media.trash(session, user_id=user.id, uuid=picture.uuid, now=now())
    session.commit()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("change", ["x{}", "{}x", "made-up", "{}.{}"])
def test_a_link_that_was_tampered_with_opens_nothing(
    app: Flask, client: FlaskClient, picture: Media, change: str
) -> None:
    token = path_to(app, picture, Form()).removeprefix("/shown/")
    assert client.get("/shown/" + change.format(token, token)).status_code == 404


def test_a_link_can_be_shown_by_other_sites(app: Flask, client: FlaskClient, picture: Media) -> None:
    answer = client.get(path_to(app, picture, Form()))
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_link_stands_in_no_log(
    app: Flask, client: FlaskClient, picture: Media, caplog: pytest.LogCaptureFixture
) -> None:
    path = path_to(app, picture, Form())
    with caplog.at_level(logging.INFO):
        assert client.get(path).status_code == 200
    said = [vars(record) for record in caplog.records if record.name == "imagegarden.requests"]
    assert [line["path"] for line in said] == ["/shown/<token>"]
    assert path.rpartition("/")[2] not in str(said)


def test_the_links_of_a_suspended_person_open_nothing(
    app: Flask, client: FlaskClient, session: Session, user: User, picture: Media
) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="test", now=now())
    session.commit()
    assert client.get(path_to(app, picture, Form())).status_code == 404


def test_converting_waits_for_a_place_and_opens_without_one_where_nothing_is_converted(
    app: Flask, client: FlaskClient, picture: Media
) -> None:
    places = app.extensions["waiting_places"]
    taken = 0
    while places.take():
        taken += 1
    try:
        answer = client.get(path_to(app, picture, Form("webp")))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.get(path_to(app, picture, Form())).status_code == 200
    finally:
        for _ in range(taken):
            places.leave()
    assert client.get(path_to(app, picture, Form("webp"))).status_code == 200


def test_links_are_opened_so_often_from_one_address_and_not_more(
    app: Flask, client: FlaskClient, picture: Media
) -> None:
    path = path_to(app, picture, Form())
    assert {client.get(path).status_code for _ in range(121)} == {200, 429}
