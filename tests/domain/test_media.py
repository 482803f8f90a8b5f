"""The rules of finished pictures."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import media
from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.models import FileRole, Media, User
from tests import factories


@pytest.fixture
def pictures(session: Session, user: User, now: datetime) -> list[Media]:
    """Five pictures of one person, oldest first."""
    generation = factories.generation(user)
    return [
        factories.MediaFactory(user_id=user.id, generation_id=generation.id, created_at=now + timedelta(seconds=n // 2))
        for n in range(5)
    ]


def test_the_gallery_is_newest_first_and_pages_by_key(session: Session, user: User, pictures: list[Media]) -> None:
    first = media.list_newest(session, user_id=user.id, limit=2)
    last = first[-1].media
    rest = media.list_newest(session, user_id=user.id, limit=9, after=Cursor(last.created_at, last.id))
    assert [p.media.id for p in (*first, *rest)] == [p.id for p in pictures[::-1]]


def test_another_persons_pictures_are_not_in_it(session: Session, pictures: list[Media]) -> None:
    assert media.list_newest(session, user_id=factories.person(session).id, limit=9) == []


def test_another_persons_picture_is_not_found(session: Session, pictures: list[Media]) -> None:
    stranger = factories.person(session)
    for act in (
        lambda: media.get(session, user_id=stranger.id, uuid=pictures[0].uuid),
        lambda: media.get_file(session, user_id=stranger.id, uuid=pictures[0].uuid, role=FileRole.ORIGINAL),
        lambda: media.trash(session, user_id=stranger.id, uuid=pictures[0].uuid, now=factories.now()),
        lambda: media.restore(session, user_id=stranger.id, uuid=pictures[0].uuid, now=factories.now()),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_picture_in_the_trash_is_gone_from_everywhere_and_can_be_taken_back(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    thrown = pictures[0]
    factories.MediaFileFactory(media_id=thrown.id)
    media.trash(session, user_id=user.id, uuid=thrown.uuid, now=now)
    session.flush()
    assert len(media.list_newest(session, user_id=user.id, limit=9)) == 4
    with pytest.raises(NotFound):
        media.get(session, user_id=user.id, uuid=thrown.uuid)
    with pytest.raises(NotFound):
        media.get_file(session, user_id=user.id, uuid=thrown.uuid, role=FileRole.ORIGINAL)
    media.restore(session, user_id=user.id, uuid=thrown.uuid, now=factories.now())
    session.flush()
    assert media.get(session, user_id=user.id, uuid=thrown.uuid).media is thrown


def test_the_trash_keeps_a_picture_for_30_days(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    file = factories.MediaFileFactory(media_id=pictures[0].id)
    media.trash(session, user_id=user.id, uuid=pictures[0].uuid, now=now)
    session.flush()
    assert media.list_purgeable(session, now=now + timedelta(days=29)) == []
    later = now + timedelta(days=30)
    assert media.list_purgeable(session, now=later) == [(pictures[0].id, [file.key])]
    media.purge(session, media_id=pictures[0].id, now=later)
    assert session.scalar(select(func.count(Media.id))) == 4


def test_a_picture_taken_back_in_time_is_not_purged(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    media.trash(session, user_id=user.id, uuid=pictures[0].uuid, now=now)
    media.restore(session, user_id=user.id, uuid=pictures[0].uuid, now=factories.now())
    session.flush()
    media.purge(session, media_id=pictures[0].id, now=now + timedelta(days=31))
    assert session.scalar(select(func.count(Media.id))) == 5


def test_neighbors_are_the_ones_beside_it_in_the_gallery(session: Session, pictures: list[Media]) -> None:
    assert media.neighbors(session, pictures[2]) == (pictures[3].uuid, pictures[1].uuid)
    assert media.neighbors(session, pictures[4]) == (None, pictures[3].uuid)
    assert media.neighbors(session, pictures[0]) == (pictures[1].uuid, None)


def test_siblings_come_from_the_same_request(session: Session, pictures: list[Media]) -> None:
    assert {m.id for m in media.siblings(session, pictures[0])} == {m.id for m in pictures[1:]}


def test_a_missing_picture_is_not_found(session: Session, user: User) -> None:
    with pytest.raises(NotFound):
        media.get(session, user_id=user.id, uuid=uuid4())


def test_after_its_30_days_a_picture_cannot_be_taken_back(
    session: Session, user: User, pictures: list[Media], now: datetime
) -> None:
    media.trash(session, user_id=user.id, uuid=pictures[0].uuid, now=now - timedelta(days=30))
    with pytest.raises(NotFound):
        media.restore(session, user_id=user.id, uuid=pictures[0].uuid, now=now)
