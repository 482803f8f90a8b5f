"""The rules of unlisted links."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import shares
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.models import Media, MediaOrigin, Moderation, Safety, User
from tests import factories


@pytest.fixture
def picture(session: Session, user: User) -> Media:
    generation = factories.generation(user)
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    return made


def share(session: Session, media: Media, now: datetime, user_id: int | None = None) -> Media:
    return shares.share(session, user_id=user_id or media.user_id, uuid=media.uuid, shows_prompt=False, now=now)


def test_a_link_has_192_random_bits_and_sharing_twice_keeps_it(session: Session, picture: Media, now: datetime) -> None:
    token = share(session, picture, now).share_token
    assert token is not None
    assert len(token) == 32
    assert share(session, picture, now).share_token == token
    assert shares.get(session, token=token).media is picture


def test_a_link_that_was_ended_leads_nowhere_and_the_next_is_another(
    session: Session, picture: Media, now: datetime
) -> None:
    token = share(session, picture, now).share_token
    assert token is not None
    for _ in range(2):
        shares.unshare(session, user_id=picture.user_id, uuid=picture.uuid)
    session.flush()
    assert share(session, picture, now).share_token != token
    session.flush()
    with pytest.raises(NotFound):
        shares.get(session, token=token)


def test_a_prompt_that_was_shown_is_not_shown_by_the_next_link(session: Session, picture: Media, now: datetime) -> None:
    shares.share(session, user_id=picture.user_id, uuid=picture.uuid, shows_prompt=True, now=now)
    assert shares.unshare(session, user_id=picture.user_id, uuid=picture.uuid).shows_prompt is False


def test_a_picture_whose_files_tell_its_prompt_is_shared_with_it_alone(
    session: Session, picture: Media, now: datetime
) -> None:
    picture.carries_words = True
    with pytest.raises(Conflict, match="Show the prompt with it"):
        share(session, picture, now)
    shares.share(session, user_id=picture.user_id, uuid=picture.uuid, shows_prompt=True, now=now)
    with pytest.raises(Conflict):
        share(session, picture, now)


@pytest.mark.parametrize("token", ["", "\0", "a\0b", "ссылка", "x" * 65, "a/b", "a b"])
def test_what_can_be_no_link_leads_nowhere(session: Session, token: str) -> None:
    with pytest.raises(NotFound):
        shares.get(session, token=token)
    with pytest.raises(NotFound):
        shares.get_file(session, token=token, role="original")


@pytest.mark.parametrize("differs", [{"trashed_at": True}, {"moderation": Moderation.REMOVED, "decided_at": True}])
def test_what_is_not_there_is_not_shared(
    session: Session, picture: Media, now: datetime, differs: dict[str, Any]
) -> None:
    for name, value in differs.items():
        setattr(picture, name, now if value is True else value)
    session.flush()
    with pytest.raises(NotFound):
        share(session, picture, now)


def test_a_mask_is_not_shared(session: Session, user: User, now: datetime) -> None:
    mask = factories.MediaFactory(user_id=user.id, origin=MediaOrigin.MASK, ordinal=None)
    with pytest.raises(NotFound):
        share(session, mask, now)


def test_another_persons_picture_is_not_shared_nor_its_link_ended(
    session: Session, picture: Media, now: datetime
) -> None:
    stranger = factories.person(session)
    with pytest.raises(NotFound):
        share(session, picture, now, stranger.id)
    with pytest.raises(NotFound):
        shares.unshare(session, user_id=stranger.id, uuid=picture.uuid)
    with pytest.raises(NotFound):
        shares.share(session, user_id=stranger.id, uuid=uuid4(), shows_prompt=False, now=now)


@pytest.mark.parametrize("moderation", Moderation)
def test_what_the_safety_check_marked_is_shared_once_it_was_approved(
    session: Session, picture: Media, now: datetime, moderation: Moderation
) -> None:
    picture.safety, picture.moderation = Safety.FLAGGED, moderation
    picture.decided_at = None if moderation == Moderation.UNDECIDED else now
    session.flush()
    if moderation in (Moderation.APPROVED, Moderation.RESTORED):
        assert share(session, picture, now).share_token
    else:
        with pytest.raises((Conflict, NotFound)):
            share(session, picture, now)
