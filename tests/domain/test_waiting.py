"""The queue as people see it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import waiting
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.domain.waiting import Place
from imagegarden.models import Generation, GenerationStatus, User
from imagegarden.providers import catalogue
from tests import factories, turns

ONE = {tier: Allowance(per_hour=10_000, at_once=1) for tier in Tier}
GARDEN_SECONDS = round(catalogue.GARDEN.usual_seconds)


def place(session: Session, generation: Generation, now: datetime) -> Place | None:
    return waiting.places(session, [generation], now=now).get(generation.id)


def queue(user: User, count: int, at: datetime) -> list[Generation]:
    return [factories.generation(user, count=1, at=at) for _ in range(count)]


@pytest.fixture
def other(session: Session) -> User:
    person = factories.person(session)
    factories.give(session, person, 100)
    return person


@pytest.fixture
def rich(session: Session, user: User) -> User:
    factories.give(session, user, 2000)
    return user


def test_one_alone_is_next(session: Session, rich: User, now: datetime) -> None:
    [alone] = queue(rich, 1, now)
    assert place(session, alone, now) == Place(number=1, seconds=GARDEN_SECONDS, is_held_back=False)


def test_people_take_turns(session: Session, rich: User, other: User, now: datetime) -> None:
    mine, theirs = queue(rich, 3, now), queue(other, 3, now)
    places = waiting.places(session, [*mine, *theirs], now=now)
    assert [places[one.id].number for one in mine] == [1, 3, 5]
    assert [places[one.id].number for one in theirs] == [2, 4, 6]


@pytest.mark.parametrize("bulk", [50, pytest.param(1000, marks=pytest.mark.full)])
def test_a_thousand_of_one_person_let_the_first_of_another_go_next(
    session: Session, rich: User, other: User, now: datetime, bulk: int
) -> None:
    mine = queue(rich, bulk, now)
    turns.begin(session, mine[0], now)
    [theirs] = queue(other, 1, now)
    found = place(session, theirs, now)
    assert found is not None
    assert found.number == 1
    last = place(session, mine[-1], now)
    assert last is not None
    assert last.number == bulk


def test_what_has_begun_or_ended_has_no_place(session: Session, rich: User, now: datetime) -> None:
    begun, ended, queued = queue(rich, 3, now)
    turns.begin(session, begun, now)
    turns.end(session, ended, now)
    assert set(waiting.places(session, [begun, ended, queued], now=now)) == {queued.id}
    found = place(session, queued, now)
    assert found is not None
    assert found.number == 1


def test_nothing_queued_asks_nothing(session: Session, count_queries: Callable[[], Any], now: datetime) -> None:
    with count_queries() as seen:
        assert waiting.places(session, [], now=now) == {}
    assert seen == []


def test_premium_stands_further_ahead(session: Session, rich: User, other: User, now: datetime) -> None:
    queue(rich, 5, now)
    factories.make_premium(session, other, days=1, at=now)
    [theirs] = queue(other, 1, now)
    found = place(session, theirs, now)
    assert found is not None
    assert found.number == 1


def test_one_that_waits_for_its_owners_others_says_so(session: Session, rich: User, now: datetime) -> None:
    begun, held_back = queue(rich, 2, now)
    turns.take(session, begun, now, ONE)
    turns.take(session, held_back, now, ONE)
    found = place(session, held_back, now)
    assert found is not None
    assert found.is_held_back


def test_the_time_left_follows_from_how_fast_the_queue_moves(
    session: Session, rich: User, other: User, now: datetime
) -> None:
    for generation in queue(other, 12, now - timedelta(minutes=1)):
        turns.begin(session, generation, now - timedelta(minutes=1))
    queued = queue(rich, 4, now)
    # Twelve in two minutes: one every ten seconds.
    assert [found.seconds for found in waiting.places(session, queued, now=now).values()] == [
        10 * ahead + GARDEN_SECONDS for ahead in range(4)
    ]


def test_where_nothing_moves_only_the_next_one_is_told_a_time(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 2, now)
    places = waiting.places(session, queued, now=now)
    assert [places[one.id].seconds for one in queued] == [GARDEN_SECONDS, None]


def test_what_began_long_ago_says_nothing_about_the_speed(
    session: Session, rich: User, other: User, now: datetime
) -> None:
    long_ago = now - timedelta(minutes=10)
    for generation in queue(other, 3, long_ago):
        turns.begin(session, generation, long_ago)
    queued = queue(rich, 2, now)
    assert waiting.places(session, queued, now=now)[queued[1].id].seconds is None


def test_however_many_there_are_it_takes_one_query(
    session: Session, rich: User, now: datetime, count_queries: Callable[[], Any]
) -> None:
    queued = queue(rich, 30, now)
    assert all(generation.status == GenerationStatus.QUEUED for generation in queued)
    for some in (queued[:1], queued):
        with count_queries() as seen:
            assert len(waiting.places(session, some, now=now)) == len(some)
        assert len(seen) == 1
