"""How many generations a person has under way at a time."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.db import db, locked, transaction
from imagegarden.domain import generations, giving, steps
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import Generation, GenerationStatus, User
from tests import factories, turns
from tests.processes import at_once

CAPS = {Tier.FREE: Allowance(per_hour=1000, at_once=3), Tier.PREMIUM: Allowance(per_hour=1000, at_once=5)}


def extend_premium(session: Session, user: User, now: datetime) -> None:
    giving.extend_premium(session, user_id=user.id, days=30, credits_each=0, allowances=CAPS, actor_id=None, now=now)
    session.commit()


@pytest.fixture
def rich(session: Session, user: User) -> User:
    factories.give(session, user, 1000)
    return user


def queue(user: User, count: int, now: datetime) -> list[Generation]:
    return [factories.generation(user, count=1, at=now) for _ in range(count)]


def let_in(session: Session, queued: list[Generation], now: datetime) -> list[bool]:
    """Whether each of them may begin when all ask."""
    return [turns.take(session, generation, now, CAPS) is not None for generation in queued]


def test_one_more_than_the_plan_allows_is_held_back_without_time_or_job(
    session: Session, rich: User, now: datetime
) -> None:
    queued = queue(rich, 4, now)
    before = len(turns.waiting_for(session, queued[3]))
    assert let_in(session, queued, now) == [True, True, True, False]
    assert (queued[3].status, queued[3].next_step_at, queued[3].admitted_at) == (GenerationStatus.QUEUED, None, None)
    # The job that asked is still there in this test; no other one came.
    assert len(turns.waiting_for(session, queued[3])) == before == 1
    session.commit()
    assert steps.wake_forgotten(session, now=now + timedelta(hours=1)) <= 3


def test_people_do_not_stand_in_each_others_way(session: Session, rich: User, now: datetime) -> None:
    let_in(session, queue(rich, 4, now), now)
    other = factories.person(session)
    assert let_in(session, queue(other, 3, now), now) == [True, True, True]


@pytest.mark.parametrize("status", [GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED])
def test_when_one_ends_the_next_is_let_in(
    session: Session, rich: User, now: datetime, status: GenerationStatus
) -> None:
    queued = queue(rich, 5, now)
    let_in(session, queued, now)
    turns.end(session, queued[1], now, status, error_code=None)
    assert (queued[3].next_step_at, queued[4].next_step_at) == (now, None)
    assert let_in(session, queued[3:], now) == [True, False]


def test_when_one_under_way_is_canceled_by_its_owner_the_next_is_let_in(
    session: Session, rich: User, now: datetime
) -> None:
    queued = queue(rich, 4, now)
    let_in(session, queued, now)
    generations.cancel(session, user_id=rich.id, uuid=queued[0].uuid, now=now)
    turns.end(session, queued[0], now, GenerationStatus.CANCELED, error_code=None)
    assert turns.take(session, queued[3], now, CAPS) is not None


def test_the_one_that_waits_longest_is_let_in_first(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 10, now)
    let_in(session, queued, now)
    order = []
    for n in range(6):
        turns.end(session, queued[n], now, error_code="content_refused")
        [woken] = [one for one in queued[3:] if one.next_step_at is not None and one.admitted_at is None]
        order.append(queued.index(woken))
        assert turns.take(session, woken, now, CAPS) is not None
    assert order == [3, 4, 5, 6, 7, 8]


def test_one_that_is_held_back_can_be_canceled_and_costs_nothing(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 4, now)
    let_in(session, queued, now)
    held = factories.balance(session, rich.id).held
    generations.cancel(session, user_id=rich.id, uuid=queued[3].uuid, now=now)
    assert queued[3].status == GenerationStatus.CANCELED
    assert factories.balance(session, rich.id).held == held - 1


def test_canceling_one_that_is_held_back_gives_nobody_more_room(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 6, now)
    let_in(session, queued, now)
    generations.cancel(session, user_id=rich.id, uuid=queued[3].uuid, now=now)
    assert let_in(session, queued[4:], now) == [False, False]


def test_premium_has_more_under_way(session: Session, rich: User, now: datetime) -> None:
    extend_premium(session, rich, now)
    assert let_in(session, queue(rich, 7, now), now) == [True] * 5 + [False] * 2


def test_who_becomes_premium_has_the_room_at_once(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 7, now)
    let_in(session, queued, now)
    extend_premium(session, rich, now)
    woken = [one for one in queued[3:] if one.next_step_at is not None]
    assert let_in(session, woken, now).count(True) == 2


def test_when_premium_ends_what_is_under_way_goes_on(session: Session, rich: User, now: datetime) -> None:
    extend_premium(session, rich, now)
    queued = queue(rich, 6, now)
    let_in(session, queued, now)
    later = now + timedelta(days=31)
    turns.end(session, queued[0], later)
    assert turns.take(session, queued[5], later, CAPS) is None
    assert not any(generation.is_finished for generation in queued[1:5])


def test_what_was_let_in_is_not_counted_twice(session: Session, rich: User, now: datetime) -> None:
    queued = queue(rich, 3, now)
    let_in(session, queued, now)
    admitted = [generation.admitted_at for generation in queued]
    turns.take(session, queued[0], now, CAPS)
    assert [generation.admitted_at for generation in queued] == admitted


def test_one_whose_turn_was_passed_over_is_let_in_when_nothing_of_its_owner_goes_on(own_app: Flask) -> None:
    with own_app.app_context():
        session, moment = db.session(), present()
        queued = queue(factories.person(session), 2, moment)
        only_one = {tier: Allowance(per_hour=1000, at_once=1) for tier in Tier}
        with transaction():
            assert [turns.take(session, one, moment, only_one) is not None for one in queued] == [True, False]
        # A cancellation holds the second one when the first ends, and then comes to nothing.
        locked(session, select(Generation).where(Generation.id == queued[1].id))
        with own_app.app_context(), transaction() as other:
            turns.end(other, other.merge(queued[0]), moment)
        session.rollback()
        with transaction():
            steps.wake_forgotten(session, now=moment)
        assert queued[1].next_step_at == moment


def test_one_that_waits_for_its_owners_others_is_not_taken_for_forgotten(
    session: Session, rich: User, now: datetime
) -> None:
    queued = queue(rich, 4, now)
    let_in(session, queued, now)
    steps.wake_forgotten(session, now=now)
    assert queued[3].next_step_at is None


def test_the_number_is_exact_when_all_ask_at_once(own_app: Flask) -> None:
    with own_app.app_context():
        user = factories.person(db.session(), sign_up_credits=50)
        queued = [generation.id for generation in queue(user, 20, present())]

    def ask(n: int) -> bool:
        with own_app.app_context(), transaction() as session:
            step = steps.claim(
                session, generation_id=queued[n], allowances=CAPS, paced=(), now=present() + timedelta(seconds=1)
            )
            return step is not None

    assert sum(at_once(20, ask, threads=10)) == 3
    with own_app.app_context():
        held_back = select(func.count()).where(Generation.next_step_at.is_(None), Generation.finished_at.is_(None))
        assert db.session.scalar(held_back) == 17


def test_none_is_left_behind_when_ends_and_questions_meet(own_app: Flask) -> None:
    with own_app.app_context():
        user = factories.person(db.session(), sign_up_credits=50)
        queued = [generation.id for generation in queue(user, 20, present())]

    def go(n: int) -> None:
        """One after the other asks and, when it may, is over at once; as its worker would do it."""
        with own_app.app_context():
            with transaction() as session:
                later = present() + timedelta(seconds=1)
                step = steps.claim(session, generation_id=queued[n], allowances=CAPS, paced=(), now=later)
            if step is None:
                return
            with transaction() as session:
                generation = steps.held(session, step)
                turns.end(session, generation, present(), error_code="content_refused")

    def woken() -> list[int]:
        with own_app.app_context():
            asking = select(Generation.id).where(Generation.finished_at.is_(None), Generation.next_step_at.is_not(None))
            return [queued.index(id_) for id_ in db.session.scalars(asking)]

    at_once(20, go, threads=10)
    for _ in range(20):
        for n in woken():
            go(n)
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None))) == 0
