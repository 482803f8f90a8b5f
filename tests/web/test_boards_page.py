"""Boards in the browser's terms: addresses, forms, and what is wrong beside the field."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.domain import boards, names
from imagegarden.models import Board, Media, User
from tests import factories


@pytest.fixture
def board(session: Session, user: User) -> Board:
    made = boards.make(session, user_id=user.id, name="Herons", now=factories.now())
    session.commit()
    return made


@pytest.fixture
def picture(app: Flask, session: Session, user: User) -> Media:
    return factories.stored_picture(session, user, app.extensions["adapters"].store)


def test_a_board_is_made_and_has_an_address_of_its_own(signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/boards", data={"name": "Herons at dawn"})
    assert answer.status_code == 303
    page = signed_in_client.get(answer.location).text
    assert "<h1>Herons at dawn</h1>" in page
    assert "Nothing lies on this board yet" in page
    assert answer.location in signed_in_client.get("/gallery").text


@pytest.mark.parametrize(("name", "wrong"), [("", boards.EMPTY), ("x" * 61, names.LONG), ("herons", boards.TAKEN)])
def test_what_is_wrong_with_a_name_stands_beside_it_and_the_name_is_kept(
    signed_in_client: FlaskClient, board: Board, name: str, wrong: str
) -> None:
    answer = signed_in_client.post("/boards", data={"name": name})
    assert answer.status_code == 422
    assert f'id="board-name-error">{wrong}' in answer.text
    assert f'value="{name}"' in answer.text
    assert 'id="filters" method="get" action="/gallery"' in answer.text


def test_a_board_is_renamed(signed_in_client: FlaskClient, board: Board) -> None:
    address = f"/boards/{board.uuid}"
    assert signed_in_client.post(f"{address}/name", data={"name": "Egrets"}).location == address
    assert "<h1>Egrets</h1>" in signed_in_client.get(address).text
    answer = signed_in_client.post(f"{address}/name", data={"name": " "})
    assert answer.status_code == 422
    assert f'id="rename-error">{boards.EMPTY}' in answer.text


def test_a_deleted_board_is_gone_and_its_pictures_are_not(
    session: Session, signed_in_client: FlaskClient, board: Board, picture: Media
) -> None:
    uuid = picture.uuid
    signed_in_client.post("/gallery/move", data={"ids": uuid, "board": board.uuid})
    assert str(uuid) in signed_in_client.get(f"/boards/{board.uuid}").text
    answer = signed_in_client.post(f"/boards/{board.uuid}/delete")
    page = signed_in_client.get(answer.location).text
    assert "“Herons” is gone" in page
    assert f"/i/{uuid}" in page
    assert signed_in_client.get(f"/boards/{board.uuid}").status_code == 404


def test_another_persons_board_is_not_found(
    session: Session, signed_in: Callable[[User], FlaskClient], board: Board
) -> None:
    stranger = signed_in(factories.person(session))
    assert stranger.get(f"/boards/{board.uuid}").status_code == 404
    for act in ("name", "delete"):
        assert stranger.post(f"/boards/{board.uuid}/{act}", data={"name": "Mine"}).status_code == 404
    assert "Herons" not in stranger.get("/gallery").text


def test_a_board_shows_only_its_own_and_filters_narrow_it(
    session: Session, signed_in_client: FlaskClient, user: User, board: Board, picture: Media
) -> None:
    elsewhere = factories.MediaFactory(user_id=user.id, generation_id=factories.generation(user).id).uuid
    signed_in_client.post("/gallery/move", data={"ids": picture.uuid, "board": board.uuid})
    page = signed_in_client.get(f"/boards/{board.uuid}").text
    assert f"tile-{picture.uuid}" in page
    assert f"tile-{elsewhere}" not in page
    assert f"tile-{picture.uuid}" in signed_in_client.get(f"/boards/{board.uuid}?q=heron").text
    assert "Nothing was found" in signed_in_client.get(f"/boards/{board.uuid}?q=fox").text


def test_the_page_of_a_picture_moves_it_and_stars_it(
    session: Session, signed_in_client: FlaskClient, board: Board, picture: Media
) -> None:
    address = f"/i/{picture.uuid}"
    answer = signed_in_client.post("/gallery/move", data={"only": picture.uuid, "board": board.uuid, "back": address})
    assert answer.location == address
    signed_in_client.post("/gallery/star", data={"only": picture.uuid, "back": address})
    page = signed_in_client.get(address).text
    assert 'aria-current="true"' in page.partition("Move to board")[2].partition("Herons")[0]
    assert 'aria-pressed="true" data-hotkey="."' in page
    session.expire_all()
    assert (picture.starred, picture.board_id) == (True, board.id)
