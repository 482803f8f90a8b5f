"""The rules of boards: names, who has them, and what ends with them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, boards, names
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound
from imagegarden.models import Board, Media, Safety, User
from tests import factories


@pytest.fixture
def board(session: Session, user: User, now: datetime) -> Board:
    return boards.make(session, user_id=user.id, name="Herons", now=now)


def picture(user: User, **more: object) -> Media:
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=factories.generation(user).id, **more)
    return made


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(InvalidRequest) as refused:
        act()
    return refused.value.fields["name"]


def test_a_board_has_the_name_that_it_was_given_without_needless_space(
    session: Session, user: User, now: datetime
) -> None:
    assert boards.make(session, user_id=user.id, name="  Ponds \n at   dawn ", now=now).name == "Ponds at dawn"


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07"])
def test_a_board_without_a_name_is_refused(session: Session, user: User, now: datetime, name: str) -> None:
    assert refusal(lambda: boards.make(session, user_id=user.id, name=name, now=now)) == boards.EMPTY


def test_a_name_of_more_than_60_characters_is_refused(session: Session, user: User, now: datetime) -> None:
    assert boards.make(session, user_id=user.id, name="ह" * 60, now=now)
    assert refusal(lambda: boards.make(session, user_id=user.id, name="x" * 61, now=now)) == names.LONG


def test_a_name_that_is_taken_is_refused_whatever_its_letters_size(
    session: Session, user: User, board: Board, now: datetime
) -> None:
    assert refusal(lambda: boards.make(session, user_id=user.id, name="hERONS", now=now)) == boards.TAKEN


def test_two_people_may_have_boards_of_the_same_name(session: Session, board: Board, now: datetime) -> None:
    other = factories.person(session)
    assert boards.make(session, user_id=other.id, name="Herons", now=now)


def test_there_can_be_so_many_boards_and_no_more(
    session: Session, user: User, board: Board, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MOST_BOARDS", 1)
    with pytest.raises(Conflict):
        boards.make(session, user_id=user.id, name="Ponds", now=now)


def test_a_board_can_be_renamed_also_to_its_own_name_in_other_letters(
    session: Session, user: User, board: Board
) -> None:
    assert boards.rename(session, user_id=user.id, uuid=board.uuid, name="HERONS").name == "HERONS"


def test_a_board_cannot_be_renamed_to_a_name_that_another_has(
    session: Session, user: User, board: Board, now: datetime
) -> None:
    other = boards.make(session, user_id=user.id, name="Ponds", now=now)
    renaming = lambda: boards.rename(session, user_id=user.id, uuid=other.uuid, name="herons")  # noqa: E731
    assert refusal(renaming) == boards.TAKEN


def test_another_persons_board_is_not_found(session: Session, board: Board) -> None:
    stranger = factories.person(session).id
    for act in (
        lambda: boards.get(session, user_id=stranger, uuid=board.uuid),
        lambda: boards.rename(session, user_id=stranger, uuid=board.uuid, name="Mine"),
        lambda: boards.remove(session, user_id=stranger, uuid=board.uuid),
        lambda: boards.get(session, user_id=stranger, uuid=uuid4()),
    ):
        with pytest.raises(NotFound):
            act()


def test_pictures_outlive_their_board(session: Session, user: User, board: Board) -> None:
    kept = picture(user, board_id=board.id)
    assert boards.remove(session, user_id=user.id, uuid=board.uuid) == "Herons"
    session.refresh(kept)
    assert kept.board_id is None
    assert kept.trashed_at is None
    assert boards.list_cards(session, user_id=user.id) == []


def test_a_card_counts_what_is_there_and_shows_the_newest_that_may_be_shown(
    session: Session, user: User, board: Board, now: datetime
) -> None:
    shown = picture(user, board_id=board.id)
    picture(user, board_id=board.id, safety=Safety.FLAGGED)
    picture(user, board_id=board.id, trashed_at=now)
    picture(user)
    (card,) = boards.list_cards(session, user_id=user.id)
    assert card.count == 2
    assert card.cover is not None
    assert card.cover.uuid == shown.uuid


def test_an_empty_board_has_no_cover(session: Session, user: User, board: Board) -> None:
    (card,) = boards.list_cards(session, user_id=user.id)
    assert (card.board.name, card.count, card.cover) == ("Herons", 0, None)


def test_boards_are_listed_by_name_in_one_query(
    session: Session, user: User, board: Board, now: datetime, count_queries: Callable[[], Any]
) -> None:
    for name in ("zebras", "Apples", "moss"):
        boards.make(session, user_id=user.id, name=name, now=now)
    with count_queries() as seen:
        cards = boards.list_cards(session, user_id=user.id)
    assert [card.board.name for card in cards] == ["Apples", "Herons", "moss", "zebras"]
    assert len(seen) == 1
    assert [one.name for one in boards.names(session, user_id=user.id)] == [card.board.name for card in cards]


def test_boards_end_with_their_account(session: Session, board: Board, user: User, now: datetime) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    assert session.scalars(select(Board)).all() == []
