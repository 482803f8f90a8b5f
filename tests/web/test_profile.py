"""A person's own page: a name, a picture, letters, and what they have."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import media, notices, profiles
from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.models import MediaKind, Moderation, User
from tests import factories


def face_in(page: str) -> str | None:
    """The address of the picture that the account's menu shows."""
    menu = re.search(r'<summary aria-label="Account.*?</summary>', page, re.DOTALL)
    assert menu
    found = re.search(r'src="([^"]+)"', menu[0])
    return found[1] if found else None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  Robin   Hood ", "Robin Hood"), ("रोबिन", "रोबिन"), ("👩\u200d🌾 Ada", "👩\u200d🌾 Ada"), ("x" * 60, "x" * 60)],
)
def test_a_person_is_called_what_they_like(session: Session, user: User, given: str, kept: str) -> None:
    profiles.rename(session, user_id=user.id, username=given)
    assert user.username == kept


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\u202eb", "a\x00b", "a\u200bb"])
def test_a_name_that_cannot_be_read_is_refused(session: Session, user: User, name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        profiles.rename(session, user_id=user.id, username=name)
    assert set(refusal.value.fields) == {"username"}


def test_a_new_name_is_on_the_next_page(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/profile/name", data={"username": "<b>Robin</b>"})
    assert answer.status_code == 303
    page = signed_in_client.get("/profile").text
    assert "Account: &lt;b&gt;Robin&lt;/b&gt;" in page
    assert "<b>Robin</b>" not in page


def test_a_refused_name_is_said_beside_the_field_and_stays_there(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/profile/name", data={"username": "x" * 61})
    assert answer.status_code == 422
    assert "at most 60 characters" in answer.text
    assert f'value="{"x" * 61}"' in answer.text


def test_a_picture_stands_for_a_person_until_it_is_gone(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    picture = factories.upload(user)
    assert signed_in_client.post("/profile/face", data={"face": str(picture.uuid)}).status_code == 303
    assert str(picture.uuid) in (face_in(signed_in_client.get("/profile").text) or "")
    media.trash(session, user_id=user.id, uuid=picture.uuid, now=factories.a_while_ago())
    session.commit()
    assert face_in(signed_in_client.get("/profile").text) is None


def test_a_letter_stands_for_a_person_again(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    picture = factories.upload(user)
    signed_in_client.post("/profile/face", data={"face": str(picture.uuid)})
    signed_in_client.post("/profile/face", data={"face": ""})
    assert face_in(signed_in_client.get("/profile").text) is None


def test_a_picture_of_somebody_else_stands_for_nobody(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    theirs = factories.upload(factories.person(session))
    assert signed_in_client.post("/profile/face", data={"face": str(theirs.uuid)}).status_code == 404
    session.refresh(user)
    assert user.face_media_id is None


def test_neither_a_film_nor_what_was_taken_down_nor_a_mask_stands_for_anybody(session: Session, user: User) -> None:
    picture = factories.upload(user)
    mask = factories.mask(user, picture)
    with pytest.raises(NotFound):
        profiles.choose_face(session, user_id=user.id, media_uuid=mask.uuid)
    for name, value in (("kind", MediaKind.VIDEO), ("moderation", Moderation.REMOVED)):
        before = getattr(picture, name)
        setattr(picture, name, value)
        picture.decided_at = factories.a_while_ago() if name == "moderation" else None
        session.flush()
        with pytest.raises(NotFound):
            profiles.choose_face(session, user_id=user.id, media_uuid=picture.uuid)
        setattr(picture, name, before)


def test_who_does_not_want_to_hear_that_days_end_still_hears_of_money(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    assert notices.is_wanted(user, notices.ENDING)
    assert signed_in_client.post("/profile/letters", data={}).status_code == 303
    session.refresh(user)
    assert not notices.is_wanted(user, notices.ENDING)
    assert all(notices.is_wanted(user, failed) for failed in notices.FAILED.values())


def test_the_page_counts_what_a_person_keeps(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    factories.mask(user, factories.upload(user))
    factories.upload(factories.person(session))
    found = profiles.stock(session, user_id=user.id)
    assert (found.pictures, found.films, found.uploads) == (0, 0, 1)
    assert found.bytes > 0
    assert "<dt>Uploads</dt><dd>1</dd>" in signed_in_client.get("/profile").text


def test_the_page_says_until_when_premium_lasts(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    assert "You are on Free" in signed_in_client.get("/profile").text
    factories.make_premium(session, user)
    session.commit()
    assert "You have Premium until" in signed_in_client.get("/profile").text


def test_more_pictures_cost_no_more_statements(
    user: User, signed_in_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for _ in range(2):
        factories.upload(user)
        with count_queries() as counted:
            assert signed_in_client.get("/profile").status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]
