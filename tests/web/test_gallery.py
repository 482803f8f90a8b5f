"""The gallery, the page of one picture, and its files."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.models import FileRole, Media, User
from tests import factories

CONTENT = bytes(range(200)) * 5


@pytest.fixture
def picture(app: Flask, session: Session, user: User) -> Media:
    """A picture whose files are in the store."""
    generation = factories.generation(user, prompt="a heron at dawn", seed=41)
    media: Media = factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    mimes = {FileRole.SVG: "image/svg+xml", FileRole.ORIGINAL: "image/png"}
    for role in FileRole:
        file = factories.MediaFileFactory(
            media_id=media.id, role=role, mime=mimes.get(role, "image/webp"), bytes=len(CONTENT)
        )
        key, mime = file.key, file.mime
        session.commit()
        app.extensions["adapters"].store.put(key, CONTENT, mime=mime)
    return media


def address(media: Media, role: str = "original") -> str:
    return f"/media/{media.uuid}/{role}"


def test_the_gallery_shows_the_newest_first(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    made = [factories.MediaFactory(user_id=user.id, generation_id=generation.id) for _ in range(3)]
    session.commit()
    page = signed_in_client.get("/gallery").text
    places = [page.index(f"/i/{media.uuid}") for media in made]
    assert places == sorted(places, reverse=True)


def test_an_empty_gallery_teaches(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get("/gallery").text
    assert page.count("/create?prompt=") == 3


def test_the_gallery_takes_the_same_queries_for_one_and_for_a_page_and_on_every_page(
    session: Session, signed_in_client: FlaskClient, user: User, count_queries: Callable[[], Any]
) -> None:
    generation = factories.generation(user)

    def queries(path: str) -> tuple[int, str]:
        with count_queries() as seen:
            answer = signed_in_client.get(path)
        return len(seen), answer.text

    factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    session.commit()
    few, _ = queries("/gallery")
    for _ in range(139):
        factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    session.commit()
    many, page = queries("/gallery")
    older = page.partition("/gallery?after=")[2].partition('"')[0]
    later, rest = queries(f"/gallery?after={older}")
    assert few == many == later
    assert page.count("/i/") == rest.count("/i/")


def test_the_page_of_a_picture_shows_how_it_was_made(signed_in_client: FlaskClient, picture: Media) -> None:
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    for shown in ("a heron at dawn", "41", "Garden engine", "Art style", "Vibrant"):
        assert shown in page


def test_a_deleted_picture_is_gone_and_can_be_taken_back(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.post(f"/i/{picture.uuid}/delete")
    assert answer.status_code == 303
    page = signed_in_client.get(answer.location).text
    assert f"/i/{picture.uuid}/restore" in page
    assert signed_in_client.get(f"/i/{picture.uuid}").status_code == 404
    assert signed_in_client.get(address(picture)).status_code == 404
    assert signed_in_client.post(f"/i/{picture.uuid}/restore").status_code == 303
    assert signed_in_client.get(f"/i/{picture.uuid}").status_code == 200


def test_a_file_comes_whole_and_may_be_kept_by_its_owner_alone(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.get(address(picture))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, CONTENT, "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_file_that_is_known_is_not_sent_again(signed_in_client: FlaskClient, picture: Media) -> None:
    etag = signed_in_client.get(address(picture)).headers["ETag"]
    again = signed_in_client.get(address(picture), headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "content", "said"),
    [
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/1000"),
        ("bytes=990-", 206, CONTENT[990:], "bytes 990-999/1000"),
        ("bytes=-5", 206, CONTENT[-5:], "bytes 995-999/1000"),
        ("bytes=0-5000", 206, CONTENT, "bytes 0-999/1000"),
        ("bytes=0-1,5-6", 200, CONTENT, None),
        ("lines=0-1", 200, CONTENT, None),
        ("nonsense", 200, CONTENT, None),
    ],
)
def test_a_part_of_a_file_can_be_asked_for(
    signed_in_client: FlaskClient, picture: Media, asked: str, status: int, content: bytes, said: str | None
) -> None:
    answer = signed_in_client.get(address(picture), headers={"Range": asked})
    assert (answer.status_code, answer.data, answer.headers.get("Content-Range")) == (status, content, said)


def test_a_part_that_a_file_does_not_have_is_refused(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.get(address(picture), headers={"Range": "bytes=2000-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */1000")


def test_a_part_of_another_version_is_not_mixed_in(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.get(address(picture), headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_a_download_has_a_name(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.get(f"{address(picture)}?download=1")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="image-garden-{picture.uuid}.png"'


def test_an_svg_is_never_opened_as_a_page(signed_in_client: FlaskClient, picture: Media) -> None:
    answer = signed_in_client.get(address(picture, "svg"))
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("role", ["nothing", "../secret", "original/"])
def test_a_file_that_is_not_kept_is_not_found(signed_in_client: FlaskClient, picture: Media, role: str) -> None:
    assert signed_in_client.get(address(picture, role)).status_code == 404


def test_a_file_missing_in_the_store_is_not_found(
    app: Flask, signed_in_client: FlaskClient, session: Session, user: User
) -> None:
    generation = factories.generation(user)
    media = factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    factories.MediaFileFactory(media_id=media.id)
    session.commit()
    assert signed_in_client.get(address(media)).status_code == 404


def test_behind_nginx_the_bytes_are_left_to_it(app: Flask, signed_in_client: FlaskClient, picture: Media) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"media_accel_prefix": "/protected-media"})
    try:
        answer = signed_in_client.get(address(picture))
    finally:
        app.extensions["settings"] = settings
    assert answer.data == b""
    assert answer.headers["X-Accel-Redirect"].startswith("/protected-media/users/")


def test_a_stranger_gets_no_file(client: FlaskClient, picture: Media) -> None:
    assert client.get(address(picture)).status_code == 303
