"""The gallery, for programs."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from imagegarden.models import User
from tests import factories, kinds
from tests.api.conftest import Program


def send(program: Program, content: bytes, name: str = "pond.jpg") -> Any:
    return program.post("/uploads", data={"file": (io.BytesIO(content), name)})


def test_a_picture_is_brought_along_and_fetched_again(program: Program) -> None:
    answer = send(program, kinds.PHOTO)
    assert answer.status_code == 201, answer.text
    item = answer.json
    assert (item["origin"], item["title"], item["width"], item["height"]) == ("upload", "pond.jpg", *kinds.SIZE)
    content = program.get(f"/media/{item['id']}/content")
    assert content.status_code == 200
    assert Image.open(io.BytesIO(content.data)).size == kinds.SIZE
    small = program.get(f"/media/{item['id']}/content?size=small")
    assert small.mimetype == "image/webp"


def test_what_has_come_once_is_not_sent_again_and_parts_can_be_asked_for(program: Program, user: User) -> None:
    path = f"/media/{factories.upload(user).uuid}/content"
    whole = program.get(path)
    assert program.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    part = program.get(path, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.data) == (206, whole.data[:10])


@pytest.mark.parametrize("content", [b"", b"no picture", b"<svg/>"])
def test_what_is_no_picture_is_refused(program: Program, content: bytes) -> None:
    answer = send(program, content)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["file"]


def test_without_a_file_an_upload_says_what_is_missing(program: Program) -> None:
    answer = program.post("/uploads", data={"other": (io.BytesIO(kinds.PHOTO), "pond.jpg")})
    assert answer.status_code == 422
    assert "file" in (answer.json or {})["errors"]


def test_uploads_of_pages_and_programs_share_one_limit(
    program: Program, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        app.extensions, "settings", app.extensions["settings"].model_copy(update={"upload_limit": "1 per hour"})
    )
    assert send(program, kinds.PHOTO).status_code == 201
    assert send(program, kinds.PHOTO).status_code == 429


def test_the_gallery_is_newest_first_and_goes_on_where_it_ended(program: Program, user: User) -> None:
    wanted = [str(factories.upload(user, title=f"{n}.jpg").uuid) for n in range(3)][::-1]
    first = program.get("/media?limit=2").json or {}
    rest = program.get(f"/media?limit=2&cursor={first['next']}").json or {}
    assert [one["id"] for one in (*first["items"], *rest["items"])] == wanted
    assert rest["next"] is None
    assert (program.get("/media?show=videos").json or {})["items"] == []


def test_a_picture_goes_into_the_trash_and_comes_back(program: Program, user: User) -> None:
    path = f"/media/{factories.upload(user).uuid}"
    for _ in range(2):
        assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404
    assert program.get(f"{path}/content").status_code == 404
    assert program.post(f"{path}/restore").status_code == 200
    assert program.get(path).status_code == 200


def test_a_mask_is_no_picture_of_the_gallery(program: Program, user: User) -> None:
    mask = factories.mask(user, factories.upload(user))
    assert program.get(f"/media/{mask.uuid}").status_code == 404
    assert len((program.get("/media").json or {})["items"]) == 1


def test_the_gallery_asks_the_database_as_often_for_many_as_for_one(
    program: Program, session: Session, user: User, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            factories.upload(user)
        with count_queries() as seen:
            program.get("/media")
        counts.append(len(seen))
    assert counts == [2, 2]
