"""The rules of the front page's pictures."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import media, media_decisions, shares, showcase
from imagegarden.domain.decision_reasons import checked_why
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.domain.media_decisions import Seen
from imagegarden.models import DecisionAction, DecisionReason, Media, MediaKind, User, UserStatus
from tests import factories


@pytest.fixture
def picture(session: Session, user: User, now: datetime) -> Media:
    """One that has a link."""
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=factories.generation(user).id)
    shares.share(session, user_id=user.id, uuid=made.uuid, shows_prompt=False, now=now)
    return made


def offer(session: Session, picture: Media, now: datetime, user_id: int | None = None) -> Media:
    return showcase.offer(session, user_id=user_id or picture.user_id, uuid=picture.uuid, now=now)


def approve(session: Session, picture: Media, now: datetime, *, to_showcase: bool) -> None:
    by: Any = {
        "why": checked_why(DecisionAction.APPROVE, DecisionReason.HARMLESS, ""),
        "seen": Seen(0, 0),
        "actor_id": factories.person(session).id,
        "address": None,
        "request_key": uuid4().hex,
        "now": now,
    }
    media_decisions.approve(session, uuid=picture.uuid, to_showcase=to_showcase, **by)
    session.flush()


def shown(session: Session) -> list[Media]:
    session.flush()
    return [one.media for one in showcase.list_newest(session, limit=10)]


def test_what_is_offered_waits_for_a_moderator_and_is_not_shown(
    session: Session, picture: Media, now: datetime
) -> None:
    offer(session, picture, now)
    offer(session, picture, now + timedelta(hours=1))
    assert (picture.offered_at, picture.queued_at) == (now, now)
    assert shown(session) == []


def test_what_a_moderator_chose_is_shown(session: Session, picture: Media, now: datetime) -> None:
    offer(session, picture, now)
    approve(session, picture, now, to_showcase=True)
    assert shown(session) == [picture]


def test_what_is_all_right_but_not_chosen_is_not_shown_and_can_be_offered_again(
    session: Session, picture: Media, now: datetime
) -> None:
    offer(session, picture, now)
    approve(session, picture, now, to_showcase=False)
    assert shown(session) == []
    assert picture.offered_at is None
    assert offer(session, picture, now).queued_at == now


def test_what_nobody_offered_is_not_shown_whatever_a_moderator_says(
    session: Session, picture: Media, now: datetime
) -> None:
    picture.queued_at = now
    approve(session, picture, now, to_showcase=True)
    assert shown(session) == []


@pytest.mark.parametrize("end", ["withdraw", "unshare", "trash", "suspend"])
def test_it_leaves_the_front_page_at_once(
    session: Session, user: User, picture: Media, now: datetime, end: str
) -> None:
    offer(session, picture, now)
    approve(session, picture, now, to_showcase=True)
    if end == "withdraw":
        showcase.withdraw(session, user_id=user.id, uuid=picture.uuid)
    elif end == "unshare":
        shares.unshare(session, user_id=user.id, uuid=picture.uuid)
    elif end == "trash":
        media.trash(session, user_id=user.id, uuid=picture.uuid, now=now)
    else:
        user.status = UserStatus.SUSPENDED
    assert shown(session) == []


def test_a_picture_without_a_link_and_a_film_are_not_taken(session: Session, picture: Media, now: datetime) -> None:
    picture.kind = MediaKind.VIDEO
    with pytest.raises(Conflict):
        offer(session, picture, now)
    picture.kind = MediaKind.IMAGE
    shares.unshare(session, user_id=picture.user_id, uuid=picture.uuid)
    with pytest.raises(Conflict):
        offer(session, picture, now)


def test_nobody_offers_the_picture_of_somebody_else(session: Session, picture: Media, now: datetime) -> None:
    with pytest.raises(NotFound):
        offer(session, picture, now, user_id=factories.person(session).id)
