"""Reports about shared pictures: by whoever has the link, limited by address, and kept without it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.models import Media, MediaReport, User
from tests import factories


@pytest.fixture
def path(session: Session, user: User) -> str:
    """The address of a shared picture's form."""
    generation = factories.generation(user)
    factories.MediaFactory(user_id=user.id, generation_id=generation.id, share_token="a-token", shared_at=present())
    session.commit()
    return "/s/a-token/report"


def count(session: Session) -> int:
    return session.scalar(select(func.count(MediaReport.id))) or 0


def test_a_stranger_reports_and_is_thanked(session: Session, client: FlaskClient, path: str) -> None:
    assert "Report this picture" in client.get(path).text
    answer = client.post(path, data={"reason": "copyright", "words": "My own painting"})
    assert answer.status_code == 303
    assert "Thank you" in client.get(answer.location).text
    (kept,) = session.scalars(select(MediaReport)).all()
    assert (kept.reason, kept.words, kept.reporter_id, kept.outcome) == ("copyright", "My own painting", None, None)
    assert not any("address" in column.name for column in MediaReport.__table__.columns)
    assert session.get_one(Media, kept.media_id).queued_at is not None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose what is wrong with it."),
        ({"reason": "boring"}, "Choose what is wrong with it."),
        ({"reason": "other", "words": "  "}, "Say what is wrong with it."),
        ({"reason": "hate", "words": "x" * 1001}, "Say it in at most 1,000 characters."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    session: Session, client: FlaskClient, path: str, sent: dict[str, str], said: str
) -> None:
    answer = client.post(path, data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert sent.get("words", "")[:900] in answer.text
    assert count(session) == 0


def test_one_person_has_one_open_report_of_a_picture(
    session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient, path: str
) -> None:
    for _ in range(2):
        assert signed_in_client.post(path, data={"reason": "hate"}).status_code == 303
    assert count(session) == 1
    # Strangers are not told apart.
    for _ in range(2):
        assert client.post(path, data={"reason": "hate"}).status_code == 303
    assert count(session) == 3


def test_reports_are_limited_by_address(app: Flask, session: Session, client: FlaskClient, path: str) -> None:
    limit = int(app.extensions["settings"].report_limit.split()[0])
    for _ in range(limit):
        assert client.post(path, data={"reason": "hate"}).status_code == 303
    assert client.post(path, data={"reason": "hate"}).status_code == 429
    assert count(session) == limit
    assert client.get(path).status_code == 200


def test_a_report_needs_the_pages_token(app: Flask, session: Session, client: FlaskClient, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post(path, data={"reason": "hate"}).status_code == 400
    assert count(session) == 0
