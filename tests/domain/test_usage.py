"""What was called is added up, by key, day, operation and outcome."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import usage
from imagegarden.domain.api_keys import NewKey
from imagegarden.domain.usage import Call
from imagegarden.models import ApiKey, ApiUsage, Outcome, User
from tests import factories


def call(made: NewKey, at: datetime, endpoint: str = "v1.list_media", outcome: Outcome = Outcome.OK) -> Call:
    return Call(made.key.id, made.key.user_id, at.astimezone(UTC).date(), endpoint, outcome)


def test_batches_add_up_and_the_last_use_never_goes_back(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    key = made.key.id
    usage.record(session, calls={call(made, now): 3}, used_at={key: now})
    usage.record(
        session,
        calls={call(made, now): 2, call(made, now, outcome=Outcome.LIMITED): 1},
        used_at={key: now - timedelta(minutes=1)},
    )
    rows = session.execute(select(ApiUsage.outcome, ApiUsage.count).order_by(ApiUsage.count)).all()
    assert [tuple(row) for row in rows] == [(Outcome.LIMITED, 1), (Outcome.OK, 5)]
    assert session.scalar(select(ApiKey.last_used_at).execution_options(populate_existing=True)) == now


def test_nothing_to_write_asks_the_database_nothing(session: Session, count_queries: Callable[[], Any]) -> None:
    with count_queries() as seen:
        usage.record(session, calls={}, used_at={})
    assert seen == []


def test_days_without_a_call_are_there_with_zeros(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    usage.record(session, calls={call(made, now - timedelta(days=29)): 2, call(made, now): 1}, used_at={})
    found = usage.of_person(session, user_id=user.id, days=30, now=now)
    assert len(found.days) == 30
    assert list(found.days) == sorted(found.days)
    assert [counts.calls for counts in found.days.values()] == [2, *[0] * 28, 1]


def test_what_lies_before_the_period_does_not_count(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    usage.record(session, calls={call(made, now - timedelta(days=7)): 2}, used_at={})
    found = usage.of_person(session, user_id=user.id, days=7, now=now)
    assert (found.total.calls, found.keys) == (0, [])


def test_another_persons_calls_are_not_seen(session: Session, user: User, now: datetime) -> None:
    usage.record(session, calls={call(factories.api_key(session, user), now): 2}, used_at={})
    stranger = factories.person(session)
    assert usage.of_person(session, user_id=stranger.id, days=7, now=now).total.calls == 0


def test_calls_are_told_apart_by_key_operation_and_outcome(session: Session, user: User, now: datetime) -> None:
    blog, shop = (factories.api_key(session, user, name=name) for name in ("blog", "shop"))
    usage.record(
        session,
        calls={
            call(blog, now): 5,
            call(blog, now, outcome=Outcome.FAILED): 1,
            call(shop, now, "v1.submit_generation", Outcome.REFUSED): 2,
        },
        used_at={},
    )
    found = usage.of_person(session, user_id=user.id, days=1, now=now)
    assert [(one.name, one.counts.calls, one.counts.errors) for one in found.keys] == [("blog", 6, 1), ("shop", 2, 2)]
    assert {name: counts.calls for name, counts in found.endpoints.items()} == {
        "v1.list_media": 6,
        "v1.submit_generation": 2,
    }
    assert (found.total.calls, found.total.errors) == (8, 3)


def test_generations_are_told_apart_by_the_door_that_they_came_through(
    session: Session, user: User, now: datetime
) -> None:
    made = factories.api_key(session, user)
    factories.generation(user, key=made)
    factories.generation(user)
    found = usage.of_person(session, user_id=user.id, days=2, now=now)
    assert {source: (counts.generations, counts.credits) for source, counts in found.sources.items()} == {
        "api": (1, 1),
        "web": (1, 1),
    }
    assert [(one.counts.generations, one.counts.credits) for one in found.keys] == [(1, 1)]
    assert found.total.generations == 1


def test_the_number_of_queries_is_the_same_for_many_keys_and_days(
    session: Session, user: User, now: datetime, count_queries: Callable[[], Any]
) -> None:
    for number in range(5):
        made = factories.api_key(session, user)
        usage.record(session, calls={call(made, now - timedelta(days=number)): 1}, used_at={made.key.id: now})
    with count_queries() as seen:
        usage.of_person(session, user_id=user.id, days=30, now=now)
    assert len(seen) == 3


def test_a_batch_may_hold_more_than_a_statement_takes(session: Session, user: User, now: datetime) -> None:
    made = factories.api_key(session, user)
    calls = {call(made, now, f"endpoint {number}"): 1 for number in range(11_000)}
    usage.record(session, calls=calls, used_at={})
    assert usage.of_person(session, user_id=user.id, days=1, now=now).total.calls == 11_000
