"""What happened on a day, in numbers: reckoned from the tables, and kept, so that nobody counts a year twice.

A day is one of UTC. What was asked for counts on the day of the asking, what came of it on the day when it ended.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Select,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from imagegarden.models import (
    ApiUsage,
    Attempt,
    DailyFigure,
    Generation,
    GenerationKind,
    GenerationStatus,
    Payment,
    Period,
    Refund,
    User,
)

# Any number will do, as long as nothing else locks by it.
LOCK = 0x1A6E_F163
CURRENCY = "INR"
_Row = Select[tuple[str, str, int]]


class Figure(StrEnum):
    """What is counted of a day. Some come in parts, each with a label."""

    SIGN_UPS = "sign_ups"
    # People who asked for something, by whatever door, or whose programs called.
    ACTIVE = "active"
    # Periods of Premium that came to be, and how many people had one when the day ended.
    PERIODS = "periods"
    PREMIUM = "premium"
    # Money, in paise: what came in, and what of it went back.
    CAPTURED = "captured"
    REFUNDED = "refunded"
    # How long the providers said that they worked, by provider: what they charge for it is not known here.
    PROVIDER_MS = "provider_ms"
    # Generations: by model and by door on the day of the asking, by how they came out on the day when they ended.
    MADE = "made"
    DOOR = "door"
    OUTCOME = "outcome"
    CHARGED = "charged"
    # From the asking to the end, so that 95 % of those that succeeded took no longer; none where nothing succeeded.
    P95_MS = "p95_ms"
    # Calls of the API, by how they ended.
    CALLS = "calls"
    FIRST_PICTURES = "first_pictures"
    FIRST_PAYMENTS = "first_payments"


_DAY = bindparam("of_day", type_=Date)
_START = bindparam("start", type_=DateTime(timezone=True))
_END = bindparam("end", type_=DateTime(timezone=True))
_AT = bindparam("at", type_=DateTime(timezone=True))


def _row(name: Figure, value: Any, label: Any = None) -> _Row:
    part = literal("") if label is None else label
    return select(literal(name.value).label("name"), part.label("label"), cast(value, BigInteger).label("value"))


def _within(column: Any) -> Any:
    return (column >= _START) & (column < _END)


_ASKED = _within(Generation.created_at)
_ENDED = _within(Generation.finished_at)
_MILLISECONDS = func.extract("epoch", Generation.finished_at - Generation.created_at) * 1000
_PEOPLE = (
    select(Generation.user_id).where(_ASKED).union(select(ApiUsage.user_id).where(ApiUsage.usage_date == _DAY))
).subquery()
# People first, and each looked up once: somebody may have made thousands on a day.
_WITH_PICTURES = (
    select(Generation.user_id)
    .where(_ENDED, Generation.status == GenerationStatus.SUCCEEDED, Generation.kind != GenerationKind.ENHANCE)
    .distinct()
    .subquery()
)
_HAD_A_PICTURE = exists().where(
    Generation.user_id == _WITH_PICTURES.c.user_id,
    Generation.status == GenerationStatus.SUCCEEDED,
    Generation.kind != GenerationKind.ENHANCE,
    Generation.finished_at < _START,
)
_PAYING = select(Payment.user_id).where(_within(Payment.captured_at), Payment.fault.is_(None)).distinct().subquery()
_HAD_PAID = exists().where(Payment.user_id == _PAYING.c.user_id, Payment.captured_at < _START, Payment.fault.is_(None))
# A query that finds nothing to add up still gives a row where it has no label: so a day that was counted can be told.
_FIGURES = union_all(
    _row(Figure.SIGN_UPS, func.count()).where(_within(User.created_at)),
    _row(Figure.ACTIVE, func.count()).select_from(_PEOPLE),
    _row(Figure.PERIODS, func.count()).where(_within(Period.created_at)),
    _row(Figure.PREMIUM, func.count(Period.user_id.distinct())).where(Period.starts_at <= _AT, Period.ends_at > _AT),
    _row(Figure.CAPTURED, func.coalesce(func.sum(Payment.amount_paise), 0)).where(
        _within(Payment.captured_at), Payment.currency == CURRENCY
    ),
    _row(Figure.REFUNDED, func.coalesce(func.sum(Refund.amount_paise), 0))
    .join(Payment, Payment.id == Refund.payment_id)
    # Of what never counted as come in, nothing goes back.
    .where(_within(Refund.created_at), Payment.currency == CURRENCY, Payment.captured_at.is_not(None)),
    _row(Figure.PROVIDER_MS, func.sum(Attempt.run_seconds) * 1000, Attempt.provider)
    .join(Generation, Generation.id == Attempt.generation_id)
    .where(_ENDED, Attempt.run_seconds.is_not(None))
    .group_by(Attempt.provider),
    _row(Figure.MADE, func.count(), Generation.model).where(_ASKED).group_by(Generation.model),
    _row(Figure.DOOR, func.count(), Generation.via).where(_ASKED).group_by(Generation.via),
    _row(Figure.OUTCOME, func.count(), Generation.status).where(_ENDED).group_by(Generation.status),
    _row(Figure.CHARGED, func.coalesce(func.sum(Generation.charged), 0)).where(_ENDED),
    _row(Figure.P95_MS, func.percentile_cont(0.95).within_group(_MILLISECONDS.asc()))
    .where(_ENDED, Generation.status == GenerationStatus.SUCCEEDED)
    .having(func.count() > 0),
    _row(Figure.CALLS, func.sum(ApiUsage.count), ApiUsage.outcome)
    .where(ApiUsage.usage_date == _DAY)
    .group_by(ApiUsage.outcome),
    _row(Figure.FIRST_PICTURES, func.count()).select_from(_WITH_PICTURES).where(~_HAD_A_PICTURE),
    _row(Figure.FIRST_PAYMENTS, func.count()).select_from(_PAYING).where(~_HAD_PAID),
).subquery()


def _bounds(day: date, now: datetime) -> dict[str, object]:
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    return {"of_day": day, "start": start, "end": end, "at": min(end, now)}


def of_day(session: Session, day: date, *, now: datetime) -> Sequence[tuple[str, str, int]]:
    """The figures of a day, counted now: name, label and value of each. One query."""
    found = session.execute(select(_FIGURES.c.name, _FIGURES.c.label, _FIGURES.c.value), _bounds(day, now))
    return [(name, label, value) for name, label, value in found]


def roll_up(session: Session, day: date, *, now: datetime) -> None:
    """Count a day anew and keep its figures in place of those that were. Twice is once, also at the same time."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK, day.toordinal())))
    session.execute(delete(DailyFigure).where(DailyFigure.day == day))
    found = select(_DAY, _FIGURES.c.name, _FIGURES.c.label, _FIGURES.c.value).params(_bounds(day, now))
    session.execute(insert(DailyFigure).from_select(["day", "name", "label", "value"], found))


def list_due(session: Session, *, now: datetime, limit: int) -> Sequence[date]:
    """The days to count: yesterday, which may have been counted too early, and those that never were, the latest first.

    Today is not over, and before the first person came there was nothing.
    """
    yesterday = now.astimezone(UTC).date() - timedelta(days=1)
    first = session.scalar(select(func.min(User.created_at)))
    if first is None:
        return []
    counted = set(session.scalars(select(DailyFigure.day).where(DailyFigure.name == Figure.SIGN_UPS)))
    counted.discard(yesterday)
    days = (yesterday - first.astimezone(UTC).date()).days + 1
    missing = (yesterday - timedelta(days=ago) for ago in range(days))
    return [day for day in missing if day not in counted][:limit]
