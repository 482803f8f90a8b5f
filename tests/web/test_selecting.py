"""What is done to many pictures, by a plain form and by the page's script; and the zip of them."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import boards, selections
from imagegarden.models import Media, User
from tests import factories

HTMX = {"HX-Request": "true"}
NOWHERE = "7a52d5b6-2f0a-4c58-9f0e-2f3b0c6f0a11"
ACTS = ("trash", "restore", "delete", "star", "unstar", "move", "zip")


@pytest.fixture
def pictures(app: Flask, session: Session, user: User) -> list[Media]:
    store = app.extensions["adapters"].store
    return [
        factories.stored_picture(session, user, store, prompt=prompt, content=content)
        for prompt, content in (("a heron", b"one" * 90), ("A Heron", b"two" * 80), ("शांत कमल", b"three" * 70))
    ]


def ids(chosen: list[Media]) -> list[str]:
    return [str(one.uuid) for one in chosen]


def test_a_plain_form_deletes_many_and_says_so_where_it_came_from(
    signed_in_client: FlaskClient, pictures: list[Media]
) -> None:
    chosen = ids(pictures[:2])
    answer = signed_in_client.post("/gallery/trash", data={"ids": chosen, "back": "/gallery?q=heron"})
    assert (answer.status_code, answer.location) == (303, "/gallery?q=heron")
    page = signed_in_client.get("/gallery").text
    assert "2 pictures moved to the trash." in page
    assert not any(f"tile-{one}" in page for one in chosen)
    trash = signed_in_client.get("/gallery?show=trash").text
    assert all(f"tile-{one}" in trash for one in chosen)
    assert trash.count("Goes in 30 days") == 2


def test_the_way_back_never_leads_off_the_site(signed_in_client: FlaskClient, pictures: list[Media]) -> None:
    answer = signed_in_client.post("/gallery/star", data={"ids": ids(pictures), "back": "//evil.example/"})
    assert answer.location == "/gallery"


def test_the_script_gets_a_message_with_an_undo_for_all_of_them(
    signed_in_client: FlaskClient, pictures: list[Media]
) -> None:
    chosen = ids(pictures)
    answer = signed_in_client.post("/gallery/trash", data={"ids": chosen}, headers=HTMX)
    assert answer.status_code == 200
    assert "3 pictures moved to the trash." in answer.text
    assert all(f'name="ids" value="{one}"' in answer.text for one in chosen)
    assert 'action="/gallery/restore"' in answer.text
    again = signed_in_client.post("/gallery/restore", data={"ids": chosen}, headers=HTMX)
    assert "3 pictures restored." in again.text
    assert all(f"tile-{one}" in signed_in_client.get("/gallery").text for one in chosen)


def test_it_takes_the_same_queries_for_one_and_for_three(
    signed_in_client: FlaskClient, pictures: list[Media], count_queries: Callable[[], Any]
) -> None:
    def queries(chosen: list[str], act: str) -> int:
        with count_queries() as seen:
            signed_in_client.post(f"/gallery/{act}", data={"ids": chosen}, headers=HTMX)
        return len(seen)

    chosen = ids(pictures)
    assert queries(chosen[:1], "star") == queries(chosen, "unstar")
    assert queries(chosen[:1], "trash") <= queries(chosen[1:], "trash")


@pytest.mark.parametrize("act", ACTS)
def test_with_anothers_picture_among_them_nothing_is_done(
    session: Session, signed_in_client: FlaskClient, pictures: list[Media], act: str
) -> None:
    stranger = factories.person(session)
    foreign = factories.MediaFactory(user_id=stranger.id, generation_id=factories.generation(stranger).id)
    chosen = [*ids(pictures), str(foreign.uuid)]
    session.commit()
    assert signed_in_client.post(f"/gallery/{act}", data={"ids": chosen}).status_code == 404
    session.expire_all()
    assert {(one.trashed_at, one.starred) for one in (*pictures, foreign)} == {(None, False)}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_no_selection_is_refused_readably(signed_in_client: FlaskClient, act: str) -> None:
    nothing = signed_in_client.post(f"/gallery/{act}", data={})
    assert (nothing.status_code, selections.NOTHING in nothing.text) == (422, True)
    many = signed_in_client.post(f"/gallery/{act}", data={"ids": [str(uuid4()) for _ in range(501)]}, headers=HTMX)
    assert (many.status_code, selections.TOO_MANY in many.text) == (422, True)
    assert many.headers["HX-Retarget"] == "#toasts"
    assert signed_in_client.post(f"/gallery/{act}", data={"ids": "nonsense"}).status_code == 404


@pytest.mark.parametrize("act", [*ACTS, "empty-trash"])
def test_no_act_is_done_by_looking_or_by_a_stranger(client: FlaskClient, pictures: list[Media], act: str) -> None:
    assert client.get(f"/gallery/{act}").status_code in (303, 405)
    assert client.post(f"/gallery/{act}", data={"ids": ids(pictures)}).location.startswith("/login")


def test_a_star_is_a_tab(signed_in_client: FlaskClient, pictures: list[Media]) -> None:
    assert "No stars yet" in signed_in_client.get("/gallery?show=starred").text
    signed_in_client.post("/gallery/star", data={"only": ids(pictures)[0], "ids": ids(pictures)})
    page = signed_in_client.get("/gallery?show=starred").text
    assert [f"tile-{one}" in page for one in ids(pictures)] == [True, False, False]
    signed_in_client.post("/gallery/unstar", data={"ids": ids(pictures)[:1]})
    assert "No stars yet" in signed_in_client.get("/gallery?show=starred").text


def test_pictures_move_to_a_board_to_a_new_one_and_off_it(
    session: Session, signed_in_client: FlaskClient, user: User, pictures: list[Media]
) -> None:
    board = str(boards.make(session, user_id=user.id, name="Herons", now=factories.now()).uuid)
    session.commit()
    moved = signed_in_client.post("/gallery/move", data={"ids": ids(pictures), "board": board}, headers=HTMX)
    assert "3 pictures moved to “Herons”." in moved.text
    assert "3 pictures</span>" in moved.text
    new = signed_in_client.post(
        "/gallery/move", data={"ids": ids(pictures)[:1], "board": "new", "name": "Egrets"}, headers=HTMX
    )
    assert "1 picture moved to “Egrets”." in new.text
    off = signed_in_client.post("/gallery/move", data={"ids": ids(pictures)[1:2], "board": ""}, headers=HTMX)
    assert "1 picture taken off the board." in off.text
    assert f"tile-{ids(pictures)[2]}" in signed_in_client.get(f"/boards/{board}").text


@pytest.mark.parametrize(("board", "status"), [("nonsense", 404), (NOWHERE, 404), ("new", 422)])
def test_a_board_that_is_none_moves_nothing(
    signed_in_client: FlaskClient, pictures: list[Media], board: str, status: int
) -> None:
    answer = signed_in_client.post("/gallery/move", data={"ids": ids(pictures), "board": board, "name": ""})
    assert answer.status_code == status


def test_the_trash_is_emptied_for_good(signed_in_client: FlaskClient, pictures: list[Media]) -> None:
    signed_in_client.post("/gallery/trash", data={"ids": ids(pictures)[:2]})
    answer = signed_in_client.post("/gallery/empty-trash")
    page = signed_in_client.get(answer.location).text
    assert "2 pictures deleted for good." in page
    assert "The trash is empty" in page
    assert signed_in_client.post("/gallery/restore", data={"ids": ids(pictures)[:1]}).status_code == 404


def test_what_is_selected_in_the_trash_is_restored_or_deleted_for_good(
    signed_in_client: FlaskClient, pictures: list[Media]
) -> None:
    first, second, third = ids(pictures)
    assert signed_in_client.post("/gallery/delete", data={"ids": first}).status_code == 409
    signed_in_client.post("/gallery/trash", data={"ids": ids(pictures)})
    deleted = signed_in_client.post("/gallery/delete", data={"ids": [first, second]}, headers=HTMX)
    assert "2 pictures deleted for good." in deleted.text
    signed_in_client.post("/gallery/restore", data={"ids": third})
    assert "The trash is empty" in signed_in_client.get("/gallery?show=trash").text
    assert f"tile-{third}" in signed_in_client.get("/gallery").text


def test_a_thumbnail_in_the_trash_is_shown_to_its_owner_alone_and_kept_by_nobody(
    session: Session, signed_in_client: FlaskClient, signed_in: Callable[[User], FlaskClient], pictures: list[Media]
) -> None:
    chosen = ids(pictures)[0]
    assert signed_in_client.get(f"/trash/{chosen}").status_code == 404
    signed_in_client.post("/gallery/trash", data={"ids": chosen})
    shown = signed_in_client.get(f"/trash/{chosen}")
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-cache")
    assert signed_in_client.get(f"/media/{chosen}/original").status_code == 404
    assert signed_in(factories.person(session)).get(f"/trash/{chosen}").status_code == 404


def test_a_zip_holds_the_originals_under_names_from_their_prompts(
    signed_in_client: FlaskClient, pictures: list[Media]
) -> None:
    answer = signed_in_client.post("/gallery/zip", data={"ids": ids(pictures)})
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="image-garden-')
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        assert {one.compress_type for one in packed.infolist()} == {zipfile.ZIP_STORED}
        held = {name: packed.read(name) for name in packed.namelist()}
    assert held == {"शांत कमल.png": b"three" * 70, "A Heron.png": b"two" * 80, "a heron (2).png": b"one" * 90}


def test_a_zip_is_read_piece_by_piece(app: Flask, signed_in_client: FlaskClient, pictures: list[Media]) -> None:
    store = app.extensions["adapters"].store
    read: list[str] = []
    real = store.read

    def reading(key: str, **part: int) -> Any:
        read.append(key)
        return real(key, **part)

    app.extensions["adapters"].store.__dict__["read"] = reading
    try:
        answer = signed_in_client.post("/gallery/zip", data={"ids": ids(pictures)}, buffered=False)
        assert read == []
        pieces = iter(answer.response)
        next(pieces)
        assert len(read) <= 1
        for _ in pieces:
            pass
        assert len(read) == 3
        answer.close()
    finally:
        del app.extensions["adapters"].store.__dict__["read"]


def test_two_gigabytes_are_the_most_and_the_page_says_so(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    made = factories.MediaFactory(user_id=user.id, generation_id=factories.generation(user).id)
    factories.MediaFileFactory(media_id=made.id, bytes=selections.MOST_BYTES + 1)
    uuid = made.uuid
    session.commit()
    answer = signed_in_client.post("/gallery/zip", data={"ids": uuid})
    assert answer.status_code == 413
    assert "at most 2 GB can be downloaded together" in answer.text


def test_five_hundred_at_once_fit_into_a_form(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    made = [factories.MediaFactory(user_id=user.id, generation_id=generation.id) for _ in range(500)]
    chosen = ids(made)
    session.commit()
    answer = signed_in_client.post("/gallery/trash", data={"ids": chosen}, headers=HTMX)
    assert "500 pictures moved to the trash." in answer.text
    assert signed_in_client.post("/gallery/restore", data={"ids": chosen}).status_code == 303


def test_how_long_something_stays_in_the_trash_is_said_in_days(
    session: Session, signed_in_client: FlaskClient, pictures: list[Media]
) -> None:
    pictures[0].trashed_at = factories.now() - timedelta(days=29, hours=5)
    session.commit()
    assert "Goes in 1 day<" in signed_in_client.get("/gallery?show=trash").text
