"""The rules of asking for pictures and of stopping them."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, credits, generations, ledger, specs
from imagegarden.domain.errors import (
    AccountUnavailable,
    InsufficientCredits,
    ModelUnavailable,
    NotFound,
    RateLimited,
    RequestKeyReused,
)
from imagegarden.domain.glances import Cursor
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import Generation, GenerationStatus, ModelPrice, User, UserStatus, Via
from tests import factories


def submit(session: Session, user: User, now: datetime, **choices: object) -> Generation:
    key = str(choices.pop("key", uuid4().hex))
    per_hour = int(str(choices.pop("per_hour", 1000)))
    spec = specs.parse(models=factories.MODELS, **{"prompt": "a pond", **choices})
    allowances = {tier: Allowance(per_hour=per_hour, at_once=100) for tier in Tier}
    return generations.submit(
        session, user_id=user.id, spec=spec, request_key=key, via=Via.WEB, allowances=allowances, now=now
    )


def waiting_jobs(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'advance'")) or 0


def test_submitting_holds_the_price_and_queues_one_job(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    assert generation.status == GenerationStatus.QUEUED
    assert generation.price == 1
    assert factories.balance(session, user.id) == credits.Balance(available=4, held=1)
    assert waiting_jobs(session) == 1


@pytest.mark.parametrize(("count", "price"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_a_credit_pays_for_each_started_pair_of_pictures(
    session: Session, user: User, now: datetime, count: int, price: int
) -> None:
    assert submit(session, user, now, count=count).price == price


def test_without_the_credits_nothing_is_queued(session: Session, now: datetime) -> None:
    poor = factories.person(session, sign_up_credits=1)
    with pytest.raises(InsufficientCredits):
        submit(session, poor, now, count=4)
    session.rollback()
    assert waiting_jobs(session) == 0
    assert session.scalar(select(func.count(Generation.id))) == 0


def test_the_same_request_sent_twice_is_one_generation(session: Session, user: User, now: datetime) -> None:
    first = submit(session, user, now, key="once")
    second = submit(session, user, now, key="once")
    assert first.id == second.id
    assert factories.balance(session, user.id).held == 1


def test_another_request_under_the_same_key_is_refused(session: Session, user: User, now: datetime) -> None:
    submit(session, user, now, key="once")
    with pytest.raises(RequestKeyReused):
        submit(session, user, now, key="once", prompt="another")


def test_two_people_may_use_the_same_key(session: Session, user: User, now: datetime) -> None:
    other = factories.person(session)
    assert submit(session, user, now, key="once").id != submit(session, other, now, key="once").id


def test_over_the_hourly_limit_a_request_is_refused_and_told_when(session: Session, user: User, now: datetime) -> None:
    submit(session, user, now - timedelta(minutes=50), per_hour=2)
    submit(session, user, now - timedelta(minutes=10), per_hour=2)
    with pytest.raises(RateLimited) as refusal:
        submit(session, user, now, per_hour=2)
    assert refusal.value.retry_after == 600


def test_a_refused_request_does_not_count_against_the_limit(session: Session, user: User, now: datetime) -> None:
    submit(session, user, now - timedelta(minutes=59), per_hour=1)
    for _ in range(3):
        with pytest.raises(RateLimited):
            submit(session, user, now, per_hour=1)
    submit(session, user, now + timedelta(minutes=2), per_hour=1)


def test_a_suspended_person_cannot_submit(session: Session, user: User, now: datetime) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="abuse", now=now)
    with pytest.raises(AccountUnavailable):
        submit(session, user, now)


def test_a_model_without_a_price_cannot_be_used(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(ModelUnavailable):
        submit(session, user, datetime(1999, 1, 1, tzinfo=now.tzinfo))


def test_a_new_price_changes_no_earlier_hold(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    session.add(ModelPrice(model="garden", kind="image", credits=3, outputs=1, valid_from=now))
    session.flush()
    assert (generation.price, submit(session, user, now, count=1).price) == (1, 3)


def test_a_seed_is_drawn_where_none_was_given(session: Session, user: User, now: datetime) -> None:
    seeds = {submit(session, user, now).params["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert submit(session, user, now, seed=7).params["seed"] == 7


def test_the_second_request_of_anyone_comes_after_the_first_of_everyone(
    session: Session, user: User, now: datetime
) -> None:
    mine = [submit(session, user, now).priority for _ in range(3)]
    theirs = submit(session, factories.person(session), now).priority
    assert mine == [0, -1, -2]
    assert theirs == 0


def test_canceling_a_waiting_one_ends_it_and_gives_everything_back(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=now)
    assert generation.status == GenerationStatus.CANCELED
    assert generation.charged == 0
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_canceling_twice_changes_nothing(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    for _ in range(2):
        generations.cancel(session, user_id=user.id, uuid=generation.uuid, now=now)
    assert ledger.check(session) == []


def test_another_persons_generation_cannot_be_canceled(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    with pytest.raises(NotFound):
        generations.cancel(session, user_id=factories.person(session).id, uuid=generation.uuid, now=now)


def test_another_persons_generation_cannot_be_seen(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, now)
    with pytest.raises(NotFound):
        generations.get(session, user_id=factories.person(session).id, uuid=generation.uuid)


def test_the_list_is_newest_first_and_pages_by_key(session: Session, now: datetime) -> None:
    user = factories.person(session, sign_up_credits=9)
    made = [submit(session, user, now + timedelta(seconds=n)).id for n in range(5)]
    first = generations.list_recent(session, user_id=user.id, limit=3)
    rest = generations.list_recent(session, user_id=user.id, limit=3, after=Cursor(first[-1].created_at, first[-1].id))
    assert [generation.id for generation in (*first, *rest)] == made[::-1]
