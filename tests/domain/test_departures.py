"""Leaving: two weeks in which all of it can be taken back, and the end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, api_keys, departures, leavings, shares, showcase, subscriptions
from imagegarden.domain.departures import GRACE
from imagegarden.domain.errors import AccountUnavailable, Conflict, NotFound
from imagegarden.models import (
    AuditEntry,
    Departure,
    Generation,
    GenerationStatus,
    Media,
    Role,
    Subscription,
    User,
    UserStatus,
)
from tests import factories, money, turns

SECOND = timedelta(seconds=1)


def acts(session: Session, user: User) -> list[str]:
    session.flush()
    found = session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == user.id).order_by(AuditEntry.id))
    return [action for action in found if action in ("user.leave", "user.stay", "user.delete")]


def shown(session: Session, user: User, now: datetime) -> Media:
    """A picture with a link, on the front page."""
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=factories.generation(user).id)
    shares.share(session, user_id=user.id, uuid=made.uuid, shows_prompt=False, now=now)
    made.offered_at = made.showcased_at = now
    session.commit()
    return made


def test_whoever_asks_has_two_weeks_and_is_written_to(session: Session, user: User, now: datetime) -> None:
    version = user.session_version
    departures.ask(session, user_id=user.id, now=now)
    assert user.leaves_at == now + GRACE
    assert user.session_version > version
    assert turns.jobs(session, departures.LETTER_TASK)[0]["user_id"] == user.id
    assert acts(session, user) == ["user.leave"]


def test_asking_twice_is_once_and_the_first_date_stays(session: Session, user: User, now: datetime) -> None:
    for later in (timedelta(), timedelta(days=3)):
        departures.ask(session, user_id=user.id, now=now + later)
    assert user.leaves_at == now + GRACE
    assert acts(session, user) == ["user.leave"]
    assert len(turns.jobs(session, departures.LETTER_TASK)) == 1


def test_what_is_under_way_is_canceled(session: Session, user: User, now: datetime) -> None:
    made = factories.generation(user)
    departures.ask(session, user_id=user.id, now=now)
    assert session.get_one(Generation, made.id).status == GenerationStatus.CANCELED
    assert factories.balance(session, user.id).available == 5


def test_the_last_administrator_cannot_leave(session: Session, now: datetime) -> None:
    admin = factories.person(session, role=Role.ADMIN)
    with pytest.raises(Conflict, match="the last one"):
        departures.ask(session, user_id=admin.id, now=now)
    assert admin.leaves_at is None


def test_an_administrator_who_leaves_is_none_that_the_site_could_keep(session: Session, now: datetime) -> None:
    one, other = (factories.person(session, role=Role.ADMIN) for _ in range(2))
    departures.ask(session, user_id=one.id, now=now)
    with pytest.raises(Conflict, match="the last one"):
        departures.ask(session, user_id=other.id, now=now)
    departures.finish(session, user_id=one.id, now=now + GRACE)
    assert one.status == UserStatus.DELETED


def test_links_keys_and_the_front_page_are_shut_at_once_and_open_when_they_stay(
    session: Session, user: User, now: datetime
) -> None:
    made, key = shown(session, user, now), factories.api_key(session, user)
    assert made.share_token is not None
    departures.ask(session, user_id=user.id, now=now)
    session.flush()
    with pytest.raises(NotFound):
        shares.get(session, token=made.share_token)
    with pytest.raises(AccountUnavailable):
        api_keys.find_caller(session, secret=key.secret, now=now)
    with pytest.raises(AccountUnavailable):
        factories.generation(user)
    assert showcase.list_newest(session, limit=5) == []

    departures.stay(session, user_id=user.id, now=now + GRACE - SECOND)
    session.flush()
    assert shares.get(session, token=made.share_token).media.id == made.id
    assert api_keys.find_caller(session, secret=key.secret, now=now).user_id == user.id
    assert [one.media.id for one in showcase.list_newest(session, limit=5)] == [made.id]
    assert factories.generation(user)
    assert acts(session, user) == ["user.leave", "user.stay"]
    assert session.get(Departure, user.id) is None


def test_staying_twice_is_harmless(session: Session, user: User, now: datetime) -> None:
    departures.ask(session, user_id=user.id, now=now)
    for _ in range(2):
        departures.stay(session, user_id=user.id, now=now)
    assert acts(session, user) == ["user.leave", "user.stay"]


def test_nobody_stays_whose_two_weeks_are_over(session: Session, user: User, now: datetime) -> None:
    departures.ask(session, user_id=user.id, now=now)
    with pytest.raises(Conflict, match="being deleted"):
        departures.stay(session, user_id=user.id, now=now + GRACE)


def test_a_subscription_is_not_renewed_and_goes_on_when_they_stay(session: Session, user: User, now: datetime) -> None:
    purchase = money.subscribe(session, user, now)
    departures.ask(session, user_id=user.id, now=now)
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now
    departures.stay(session, user_id=user.id, now=now)
    assert session.get_one(Subscription, purchase.id).cancel_wished_at is None


def test_a_subscription_that_was_to_end_anyway_still_ends_when_they_stay(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.subscribe(session, user, now)
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    departures.ask(session, user_id=user.id, now=now + SECOND)
    departures.stay(session, user_id=user.id, now=now + 2 * SECOND)
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now


def test_a_subscription_whose_end_is_on_its_way_ends_and_they_stay_all_the_same(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.subscribe(session, user, now)
    departures.ask(session, user_id=user.id, now=now)
    session.get_one(Subscription, purchase.id).cancel_decided_at = now
    departures.stay(session, user_id=user.id, now=now)
    assert user.leaves_at is None
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now


def test_only_those_are_due_whose_two_weeks_are_over(session: Session, user: User, now: datetime) -> None:
    other = factories.person(session)
    departures.ask(session, user_id=user.id, now=now)
    departures.ask(session, user_id=other.id, now=now + SECOND)
    session.flush()
    assert list(departures.list_due(session, now=now + GRACE, limit=10)) == [user.id]
    departures.finish(session, user_id=other.id, now=now + GRACE)
    assert other.status == UserStatus.ACTIVE
    departures.finish(session, user_id=user.id, now=now + GRACE)
    assert (user.status, user.leaves_at) == (UserStatus.DELETED, None)
    assert acts(session, user) == ["user.leave", "user.delete"]


def test_who_stayed_in_the_last_moment_is_not_deleted(session: Session, user: User, now: datetime) -> None:
    departures.ask(session, user_id=user.id, now=now)
    departures.stay(session, user_id=user.id, now=now + GRACE - SECOND)
    departures.finish(session, user_id=user.id, now=now + GRACE)
    assert user.status == UserStatus.ACTIVE


def test_who_is_suspended_meanwhile_is_deleted_all_the_same(session: Session, user: User, now: datetime) -> None:
    departures.ask(session, user_id=user.id, now=now)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now)
    departures.finish(session, user_id=user.id, now=now + GRACE)
    assert user.status == UserStatus.DELETED


def test_the_address_is_kept_until_no_trace_can_be_found_by_it(session: Session, user: User, now: datetime) -> None:
    address = user.email
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)
    session.flush()
    assert session.get_one(Departure, user.id).address == address
    assert leavings.wake_forgotten(session) == 0


def test_what_is_lost_is_said_before(session: Session, user: User, now: datetime) -> None:
    shown(session, user, now)
    factories.api_key(session, user)
    stakes = departures.stakes(session, user_id=user.id, now=now)
    assert (stakes.credits, stakes.links, stakes.keys, stakes.unfinished) == (4, 1, 1, 1)
    assert stakes.outlook.until is None
