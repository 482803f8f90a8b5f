"""The page of one picture: its neighbors for the lightbox, other formats, and comparing."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from imagegarden.models import Media, MediaKind, User
from tests import factories


def pictures(session: Session, user: User, count: int) -> list[Media]:
    """Uploads, the oldest first."""
    made = [factories.upload(user, title=f"pond {number}.jpg") for number in range(count)]
    for number, one in enumerate(made):
        one.created_at = factories.a_while_ago() + timedelta(minutes=number)
    session.commit()
    return made


def test_the_lightbox_is_told_of_the_neighbors_the_newest_first(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    made = pictures(session, user, 4)
    made[0].kind = MediaKind.VIDEO
    factories.upload(factories.person(session))
    session.commit()
    found = signed_in_client.get(f"/i/{made[2].uuid}/around").get_json()
    assert [one["page"] for one in found["pictures"]] == [f"/i/{one.uuid}" for one in (made[3], made[2], made[1])]
    assert found["index"] == 1
    assert found["pictures"][1]["alt"] == "pond 2.jpg"


def test_more_neighbors_cost_no_more_statements(
    session: Session, user: User, signed_in_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for _ in range(2):
        picture = pictures(session, user, 3)[1]
        with count_queries() as counted:
            assert signed_in_client.get(f"/i/{picture.uuid}/around").status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("name", "mime"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_a_picture_is_saved_in_another_format(user: User, signed_in_client: FlaskClient, name: str, mime: str) -> None:
    picture = factories.upload(user)
    answer = signed_in_client.get(f"/media/{picture.uuid}/as/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    image = Image.open(io.BytesIO(answer.data))
    assert (image.format, image.size) == (mime, (picture.width, picture.height))


def test_what_is_no_format_or_too_large_or_a_film_is_not_converted(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    picture = factories.upload(user)
    assert signed_in_client.get(f"/media/{picture.uuid}/as/gif").status_code == 404
    for name, value in (("height", 1_000_000), ("kind", MediaKind.VIDEO)):
        picture = session.get_one(Media, picture.id)
        before = getattr(picture, name)
        setattr(picture, name, value)
        session.commit()
        assert signed_in_client.get(f"/media/{picture.uuid}/as/png").status_code == 404
        setattr(picture, name, before)


@pytest.mark.parametrize("way", ["slider", "beside", "hover", "nonsense"])
def test_two_pictures_are_compared_in_several_ways(
    session: Session, user: User, signed_in_client: FlaskClient, way: str
) -> None:
    first, second = pictures(session, user, 2)
    page = signed_in_client.get(f"/compare/{first.uuid}/{second.uuid}?way={way}")
    assert page.status_code == 200
    assert str(first.uuid) in page.text
    assert str(second.uuid) in page.text


def test_what_is_somebody_elses_is_neither_compared_nor_converted_nor_turned_over(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    mine, theirs = factories.upload(user), factories.upload(factories.person(session))
    for path in (
        f"/compare/{mine.uuid}/{theirs.uuid}",
        f"/compare/{theirs.uuid}/{mine.uuid}",
        f"/media/{theirs.uuid}/as/png",
        f"/i/{theirs.uuid}/around",
        f"/i/{uuid4()}/around",
    ):
        assert signed_in_client.get(path).status_code == 404, path


def test_a_film_is_not_compared(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    first, second = pictures(session, user, 2)
    second.kind = MediaKind.VIDEO
    session.commit()
    assert signed_in_client.get(f"/compare/{first.uuid}/{second.uuid}").status_code == 404


def test_two_of_the_gallery_are_compared_and_neither_one_nor_three(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    first, second, third = pictures(session, user, 3)

    def ask(*ids: object) -> Any:
        return signed_in_client.post("/gallery/compare", data={"ids": [str(one) for one in ids]})

    answer = ask(first.uuid, second.uuid)
    assert answer.headers["Location"] == f"/compare/{first.uuid}/{second.uuid}"
    for ids in ([first.uuid], [first.uuid, first.uuid], [first.uuid, second.uuid, third.uuid]):
        refused = ask(*ids)
        assert refused.status_code == 422
        assert "Select two pictures to compare." in refused.text
    assert ask("nonsense").status_code == 404
