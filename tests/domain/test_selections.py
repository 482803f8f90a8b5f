"""What is done to many pictures at once: all of them or none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import boards, gallery, media, selections
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound, SelectionTooLarge
from imagegarden.domain.gallery import Look, Tab
from imagegarden.models import FileRole, Media, MediaOrigin, Moderation, User
from tests import factories


@pytest.fixture
def pictures(user: User) -> list[Media]:
    generation = factories.generation(user)
    return [factories.MediaFactory(user_id=user.id, generation_id=generation.id) for _ in range(3)]


Act = Callable[..., Any]
ACTS: dict[str, Act] = {
    "trash": lambda session, **who: selections.trash(session, **who, now=factories.now()),
    "restore": lambda session, **who: selections.restore(session, **who, now=factories.now()),
    "delete": lambda session, **who: selections.delete_for_good(session, **who, now=factories.now()),
    "star": lambda session, **who: selections.star(session, **who, starred=True),
    "move": lambda session, **who: selections.move(session, **who, board=None),
    "zip": lambda session, **who: selections.list_originals(session, **who),
}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


def uuids(chosen: list[Media]) -> list[Any]:
    return [one.uuid for one in chosen]


@every_act
def test_with_another_persons_picture_among_them_nothing_is_done(
    session: Session, user: User, pictures: list[Media], act: Act
) -> None:
    stranger = factories.person(session)
    foreign = factories.MediaFactory(user_id=stranger.id, generation_id=factories.generation(stranger).id)
    before = [(one.trashed_at, one.starred, one.board_id) for one in (*pictures, foreign)]
    with pytest.raises(NotFound):
        act(session, user_id=user.id, uuids=[*uuids(pictures), foreign.uuid])
    session.expire_all()
    assert [(one.trashed_at, one.starred, one.board_id) for one in (*pictures, foreign)] == before


@every_act
def test_what_is_not_there_is_not_found(session: Session, user: User, pictures: list[Media], act: Act) -> None:
    with pytest.raises(NotFound):
        act(session, user_id=user.id, uuids=[pictures[0].uuid, uuid4()])


@every_act
def test_a_mask_is_nobodys_picture(session: Session, user: User, act: Act) -> None:
    mask = factories.MediaFactory(user_id=user.id, origin=MediaOrigin.MASK)
    with pytest.raises(NotFound):
        act(session, user_id=user.id, uuids=[mask.uuid])


@every_act
def test_nothing_selected_is_refused(session: Session, user: User, act: Act) -> None:
    with pytest.raises(InvalidRequest) as refused:
        act(session, user_id=user.id, uuids=[])
    assert refused.value.fields == {"ids": selections.NOTHING}


@every_act
def test_more_than_500_are_refused(session: Session, user: User, act: Act) -> None:
    with pytest.raises(InvalidRequest) as refused:
        act(session, user_id=user.id, uuids=[uuid4() for _ in range(501)])
    assert refused.value.fields == {"ids": selections.TOO_MANY}


def test_many_go_into_the_trash_and_come_back(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    assert selections.trash(session, user_id=user.id, uuids=uuids(pictures), now=now) == 3
    assert {one.trashed_at for one in pictures} == {now}
    later = now + timedelta(days=1)
    selections.trash(session, user_id=user.id, uuids=uuids(pictures), now=later)
    assert {one.trashed_at for one in pictures} == {now}
    assert selections.restore(session, user_id=user.id, uuids=uuids(pictures), now=later) == 3
    assert {one.trashed_at for one in pictures} == {None}


def test_what_comes_back_keeps_its_star_and_its_board(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    board = boards.make(session, user_id=user.id, name="Herons", now=now)
    selections.star(session, user_id=user.id, uuids=uuids(pictures), starred=True)
    selections.move(session, user_id=user.id, uuids=uuids(pictures), board=board.uuid)
    selections.trash(session, user_id=user.id, uuids=uuids(pictures), now=now)
    selections.restore(session, user_id=user.id, uuids=uuids(pictures), now=now)
    assert {(one.starred, one.board_id) for one in pictures} == {(True, board.id)}


def test_after_30_days_none_of_them_comes_back(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    selections.trash(session, user_id=user.id, uuids=uuids(pictures), now=now)
    pictures[0].trashed_at = now - timedelta(days=30)
    session.flush()
    with pytest.raises(NotFound):
        selections.restore(session, user_id=user.id, uuids=uuids(pictures), now=now)
    assert pictures[1].trashed_at == now


def in_trash(session: Session, user: User, now: datetime) -> int:
    return len(gallery.list_page(session, user_id=user.id, look=Look(tab=Tab.TRASH), limit=50, now=now))


def test_what_is_deleted_for_good_is_gone_at_once_and_its_files_with_the_next_sweep(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    selections.trash(session, user_id=user.id, uuids=uuids(pictures), now=now)
    assert selections.delete_for_good(session, user_id=user.id, uuids=uuids(pictures[:2]), now=now) == 2
    session.flush()
    assert in_trash(session, user, now) == 1
    assert [due for due, _ in media.list_purgeable(session, now=now)] == [one.id for one in pictures[:2]]
    with pytest.raises(NotFound):
        selections.restore(session, user_id=user.id, uuids=[pictures[0].uuid], now=now)


def test_only_what_is_in_the_trash_is_deleted_for_good(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    selections.trash(session, user_id=user.id, uuids=[pictures[0].uuid], now=now)
    with pytest.raises(Conflict):
        selections.delete_for_good(session, user_id=user.id, uuids=uuids(pictures), now=now)
    assert pictures[0].trashed_at == now


def test_emptying_the_trash_ends_everything_in_it_and_nothing_else(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    stranger = factories.person(session)
    foreign = factories.MediaFactory(
        user_id=stranger.id, generation_id=factories.generation(stranger).id, trashed_at=now
    )
    selections.trash(session, user_id=user.id, uuids=uuids(pictures[:2]), now=now)
    assert selections.empty_trash(session, user_id=user.id, now=now) == 2
    assert selections.empty_trash(session, user_id=user.id, now=now) == 0
    session.expire_all()
    assert in_trash(session, user, now) == 0
    assert pictures[2].trashed_at is None
    assert foreign.trashed_at == now


def test_a_star_is_given_and_taken(session: Session, user: User, pictures: list[Media]) -> None:
    selections.star(session, user_id=user.id, uuids=uuids(pictures), starred=True)
    selections.star(session, user_id=user.id, uuids=uuids(pictures[:1]), starred=False)
    assert [one.starred for one in pictures] == [False, True, True]


@pytest.mark.parametrize("act", [ACTS["star"], ACTS["move"], ACTS["zip"]])
def test_what_is_in_the_trash_gets_no_star_no_board_and_is_not_downloaded(
    session: Session, user: User, pictures: list[Media], now: datetime, act: Act
) -> None:
    selections.trash(session, user_id=user.id, uuids=uuids(pictures[:1]), now=now)
    session.flush()
    with pytest.raises(NotFound):
        act(session, user_id=user.id, uuids=uuids(pictures))


def test_pictures_move_to_a_board_and_off_it(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    board = boards.make(session, user_id=user.id, name="Herons", now=now)
    assert selections.move(session, user_id=user.id, uuids=uuids(pictures), board=board.uuid) is board
    assert {one.board_id for one in pictures} == {board.id}
    assert selections.move(session, user_id=user.id, uuids=uuids(pictures[:1]), board=None) is None
    assert [one.board_id for one in pictures] == [None, board.id, board.id]


def test_pictures_move_to_a_board_that_is_made_for_them(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    board = selections.move_to_new(session, user_id=user.id, uuids=uuids(pictures), name="Herons", now=now)
    assert {one.board_id for one in pictures} == {board.id}
    with pytest.raises(InvalidRequest):
        selections.move_to_new(session, user_id=user.id, uuids=uuids(pictures), name="herons", now=now)


def test_nothing_moves_to_another_persons_board(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    foreign = boards.make(session, user_id=factories.person(session).id, name="Herons", now=now)
    with pytest.raises(NotFound):
        selections.move(session, user_id=user.id, uuids=uuids(pictures), board=foreign.uuid)
    assert {one.board_id for one in pictures} == {None}


def test_the_originals_come_in_one_query_newest_first(
    session: Session, user: User, pictures: list[Media], count_queries: Callable[[], Any]
) -> None:
    for one in pictures:
        factories.MediaFileFactory(media_id=one.id)
        factories.MediaFileFactory(media_id=one.id, role=FileRole.THUMB_SMALL)
    with count_queries() as seen:
        found = selections.list_originals(session, user_id=user.id, uuids=uuids(pictures))
    assert len(seen) == 1
    assert [one.picture.media.id for one in found] == [one.id for one in pictures[::-1]]
    assert {one.file.role for one in found} == {FileRole.ORIGINAL}


def test_more_than_two_gigabytes_are_not_downloaded_together(
    session: Session, user: User, pictures: list[Media]
) -> None:
    for one in pictures:
        factories.MediaFileFactory(media_id=one.id, bytes=1024**3)
    assert len(selections.list_originals(session, user_id=user.id, uuids=uuids(pictures[:2]))) == 2
    with pytest.raises(SelectionTooLarge, match=r"These files have 3 GB, and at most 2 GB"):
        selections.list_originals(session, user_id=user.id, uuids=uuids(pictures))


def test_what_was_taken_down_is_not_downloaded(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    pictures[0].moderation, pictures[0].decided_at = Moderation.REMOVED, now
    factories.MediaFileFactory(media_id=pictures[0].id)
    with pytest.raises(NotFound):
        selections.list_originals(session, user_id=user.id, uuids=uuids(pictures[:1]))
