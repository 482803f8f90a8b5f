"""The pictures of a request, thrown away together in the feed and taken back."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.models import Generation, GenerationStatus, Media, User
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture
def made(session: Session, user: User) -> Generation:
    """A finished request with two pictures."""
    generation = factories.generation(user, count=2)
    generation.status, generation.charged = GenerationStatus.SUCCEEDED, generation.price
    generation.finished_at = generation.started_at = factories.a_while_ago()
    generation.next_step_at = None
    for ordinal in range(2):
        factories.MediaFactory(user_id=user.id, generation_id=generation.id, ordinal=ordinal)
    session.commit()
    return generation


def trashed(session: Session, generation: Generation) -> list[bool]:
    session.expire_all()
    found = session.query(Media).where(Media.generation_id == generation.id).order_by(Media.ordinal)
    return [one.trashed_at is not None for one in found]


def batch(page: str) -> str:
    found = re.search(r"<article class=\"batch\".*?>", page)
    assert found
    return found[0]


def test_a_deleted_batch_is_gone_from_the_feed_and_can_be_taken_back(
    session: Session, made: Generation, signed_in_client: FlaskClient
) -> None:
    answer = signed_in_client.post(f"/create/{made.uuid}/delete", headers=HTMX)
    assert "2 pictures moved to the trash." in answer.text
    assert " hidden" in batch(answer.text)
    assert trashed(session, made) == [True, True]
    assert " hidden" in batch(signed_in_client.get("/create").text)

    ids = re.findall(r'name="ids" value="([^"]+)"', answer.text)
    back = signed_in_client.post(f"/create/{made.uuid}/restore", data={"ids": ids}, headers=HTMX)
    assert " hidden" not in batch(back.text)
    assert trashed(session, made) == [False, False]


def test_undo_brings_back_what_was_thrown_away_with_it_and_nothing_else(
    session: Session, made: Generation, signed_in_client: FlaskClient
) -> None:
    first = session.query(Media).where(Media.generation_id == made.id, Media.ordinal == 0).one()
    first.trashed_at = factories.a_while_ago()
    session.commit()
    answer = signed_in_client.post(f"/create/{made.uuid}/delete", headers=HTMX)
    ids = re.findall(r'name="ids" value="([^"]+)"', answer.text)
    signed_in_client.post(f"/create/{made.uuid}/restore", data={"ids": ids}, headers=HTMX)
    assert trashed(session, made) == [True, False]


def test_without_a_script_one_comes_back_to_the_page(made: Generation, signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post(f"/create/{made.uuid}/delete")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/create")


def test_a_batch_of_somebody_else_is_not_found(
    session: Session, made: Generation, signed_in: Callable[[User], FlaskClient]
) -> None:
    client = signed_in(factories.person(session))
    assert client.post(f"/create/{made.uuid}/delete").status_code == 404
    assert client.post(f"/create/{made.uuid}/restore", data={"ids": [str(uuid4())]}).status_code == 404
    assert client.post(f"/create/{made.uuid}/restore", data={"ids": ["nonsense"]}).status_code == 404
    assert trashed(session, made) == [False, False]
