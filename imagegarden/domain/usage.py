"""What was called with a person's keys, and what came of it, by days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Date, DateTime, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.models import ApiKey, ApiUsage, Generation, Outcome

LONGEST_DAYS = 366


@dataclass(frozen=True)
class Call:
    """What calls are counted by."""

    key_id: int
    user_id: int
    day: date
    endpoint: str
    outcome: Outcome


@dataclass
class Counts:
    """Calls by how they ended, and what was asked for: how many generations, and their credits."""

    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    generations: int = 0
    credits: int = 0

    @property
    def calls(self) -> int:
        """All calls, however they ended."""
        return sum(self.outcomes.values())

    @property
    def errors(self) -> int:
        """The calls that did not end well."""
        return self.calls - self.outcomes[Outcome.OK]


@dataclass(frozen=True)
class CountOfDay:
    """How often a key was used on a day for one operation with one outcome."""

    day: date
    key: str
    prefix: str
    endpoint: str
    outcome: Outcome
    count: int


@dataclass(frozen=True)
class KeyUsage:
    """What one key was used for: altogether, and calls by day."""

    uuid: UUID
    name: str
    prefix: str
    is_revoked: bool
    counts: Counts
    calls_by_day: Mapping[date, int]


@dataclass(frozen=True)
class Usage:
    """A person's usage of some days: every day is there, also those on which nothing was called.

    `sources` says what was asked for by which door: pages, API and commands.
    """

    days: Mapping[date, Counts]
    keys: Sequence[KeyUsage]
    endpoints: Mapping[str, Counts]
    sources: Mapping[str, Counts]

    @property
    def total(self) -> Counts:
        """All days together, of the API alone."""
        found = Counts()
        for counts in self.days.values():
            found.generations += counts.generations
            found.credits += counts.credits
            for outcome, count in counts.outcomes.items():
                found.outcomes[outcome] += count
        return found


def record(session: Session, *, calls: Mapping[Call, int], used_at: Mapping[int, datetime]) -> None:
    """Add up these calls, and note when each key was last used. Three statements, whatever the number.

    In one order, so that two processes that do it at once wait for each other and never for ever.
    """
    if not calls:
        return
    rows = [
        {
            "api_key_id": call.key_id,
            "user_id": call.user_id,
            "usage_date": call.day,
            "endpoint": call.endpoint,
            "outcome": call.outcome,
            "count": count,
        }
        for call, count in sorted(calls.items(), key=lambda item: (item[0].key_id, item[0].day, *_name(item[0])))
    ]
    added = insert(ApiUsage).values(rows)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["api_key_id", "usage_date", "endpoint", "outcome"],
            set_={"count": ApiUsage.count + added.excluded.count},
        )
    )
    _note_use(session, used_at)


def _note_use(session: Session, used_at: Mapping[int, datetime]) -> None:
    keys = sorted(used_at)
    session.execute(select(ApiKey.id).where(ApiKey.id.in_(keys)).order_by(ApiKey.id).with_for_update(key_share=True))
    times = (
        func.unnest(cast(keys, ARRAY(BigInteger)), cast([used_at[key] for key in keys], ARRAY(DateTime(timezone=True))))
        .table_valued("id", "at")
        .render_derived()
    )
    session.execute(
        update(ApiKey)
        .where(ApiKey.id == times.c.id)
        .values(last_used_at=func.greatest(ApiKey.last_used_at, times.c.at))
        .execution_options(synchronize_session=False)
    )


def _name(call: Call) -> tuple[str, str]:
    return call.endpoint, call.outcome


def of_person(session: Session, *, user_id: int, days: int, now: datetime, key_id: int | None = None) -> Usage:
    """The person's usage of so many days, today's included, by UTC; of one key, where one is named. Three queries."""
    first = _first(days, now)
    by_day = {first + timedelta(days=n): Counts() for n in range(days)}
    by_endpoint: dict[str, Counts] = {}
    by_key: dict[int, Counts] = {}
    days_of_keys: dict[int, dict[date, int]] = {}
    for key, day, endpoint, outcome, count in _calls(session, user_id, first, key_id):
        for counts in (
            by_day.setdefault(day, Counts()),
            by_endpoint.setdefault(endpoint, Counts()),
            by_key.setdefault(key, Counts()),
        ):
            counts.outcomes[outcome] += count
        spread = days_of_keys.setdefault(key, {})
        spread[day] = spread.get(day, 0) + count
    by_source: dict[str, Counts] = {}
    for via, by, day, generations, spent in _generations(session, user_id, first, key_id):
        found = [by_source.setdefault(via, Counts())]
        if by is not None:
            found += [by_key.setdefault(by, Counts()), by_day.setdefault(day, Counts())]
        for counts in found:
            counts.generations += generations
            counts.credits += int(spent)
    keys = session.scalars(select(ApiKey).where(ApiKey.id.in_(by_key)))
    used = [
        KeyUsage(
            uuid=key.uuid,
            name=key.name,
            prefix=key.prefix,
            is_revoked=key.revoked_at is not None,
            counts=by_key[key.id],
            calls_by_day=days_of_keys.get(key.id, {}),
        )
        for key in keys
    ]
    used.sort(key=lambda one: (-one.counts.calls, one.name))
    endpoints = dict(sorted(by_endpoint.items(), key=lambda item: (-item[1].calls, item[0])))
    return Usage(days=by_day, keys=used, endpoints=endpoints, sources=by_source)


def list_counts(
    session: Session, *, user_id: int, days: int, now: datetime, key_id: int | None = None
) -> Sequence[CountOfDay]:
    """The same, as it is kept: a row for each day, key, operation and outcome that there was. One query."""
    query = (
        select(ApiUsage.usage_date, ApiKey.name, ApiKey.prefix, ApiUsage.endpoint, ApiUsage.outcome, ApiUsage.count)
        .join(ApiKey, ApiKey.id == ApiUsage.api_key_id)
        .where(*_asked(user_id, _first(days, now), key_id))
        .order_by(ApiUsage.usage_date, ApiKey.name, ApiKey.id, ApiUsage.endpoint, ApiUsage.outcome)
    )
    return [CountOfDay(*row) for row in session.execute(query)]


def _first(days: int, now: datetime) -> date:
    return now.astimezone(UTC).date() - timedelta(days=days - 1)


def _asked(user_id: int, first: date, key_id: int | None) -> Sequence[ColumnElement[bool]]:
    asked = [ApiUsage.user_id == user_id, ApiUsage.usage_date >= first]
    return asked if key_id is None else [*asked, ApiUsage.api_key_id == key_id]


def _calls(
    session: Session, user_id: int, first: date, key_id: int | None
) -> Sequence[tuple[int, date, str, Outcome, int]]:
    query = select(ApiUsage.api_key_id, ApiUsage.usage_date, ApiUsage.endpoint, ApiUsage.outcome, ApiUsage.count).where(
        *_asked(user_id, first, key_id)
    )
    return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


def _generations(
    session: Session, user_id: int, first: date, key_id: int | None
) -> Sequence[tuple[str, int | None, date, int, int]]:
    day = cast(func.timezone("UTC", Generation.created_at), Date)
    spent = func.coalesce(func.sum(func.coalesce(Generation.charged, Generation.price)), 0)
    query = (
        select(Generation.via, Generation.api_key_id, day, func.count(), spent)
        .where(
            Generation.user_id == user_id,
            Generation.created_at >= datetime(first.year, first.month, first.day, tzinfo=UTC),
        )
        .group_by(Generation.via, Generation.api_key_id, day)
    )
    if key_id is not None:
        query = query.where(Generation.api_key_id == key_id)
    return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]
