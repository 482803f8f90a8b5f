"""Days of Premium: they follow one another, so that no paid day is lost, and end early only with the money."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from imagegarden.domain import credits
from imagegarden.models import LIVE_SUBSCRIPTION, Payment, Period, Subscription

# When a person is told that the last paid day is near.
NOTICE = timedelta(days=3)

_ending = aliased(Period)


def paid_until(session: Session, *, user_id: int, now: datetime) -> datetime | None:
    """The end of the last day that is paid or given; None when there is none left."""
    return session.scalar(select(func.max(Period.ends_at)).where(Period.user_id == user_id, Period.ends_at > now))


def add(
    session: Session,
    *,
    user_id: int,
    payment_id: int | None,
    days: int,
    credits_each: int,
    starts_at: datetime,
    now: datetime,
) -> Period:
    """Give days of Premium from `starts_at`, or from the end of those that the person has, whichever is later."""
    credits.lock_account(session, user_id)
    start = max(starts_at, paid_until(session, user_id=user_id, now=starts_at) or starts_at)
    period = Period(
        user_id=user_id,
        payment_id=payment_id,
        credits=credits_each,
        starts_at=start,
        ends_at=start + timedelta(days=days),
        created_at=now,
    )
    session.add(period)
    session.flush()
    credits.keep_time(session, user_id=user_id, now=now)
    return period


def end(session: Session, period: Period, *, reason: str, now: datetime) -> None:
    """End a period now and take back what is left of its credits. Twice is once."""
    credits.lock_account(session, period.user_id)
    session.refresh(period)
    if period.ends_at > now:
        _move_up(session, period, period.ends_at - max(period.starts_at, now))
        period.starts_at = min(period.starts_at, now)
        period.ends_at = now
    if period.opened_at is None:
        period.opened_at = now
    credits.withdraw(session, user_id=period.user_id, period_id=period.id, reason=reason, now=now)
    credits.keep_time(session, user_id=period.user_id, now=now)


def _move_up(session: Session, ended: Period, by: timedelta) -> None:
    """What follows days that are gone begins by so much earlier: no hole is left."""
    following = session.scalars(
        select(Period)
        .where(Period.user_id == ended.user_id, Period.starts_at >= ended.ends_at, Period.id != ended.id)
        .execution_options(populate_existing=True)
    ).all()
    for period in following:
        period.starts_at -= by
        period.ends_at -= by


def end_all(session: Session, *, user_id: int, reason: str, now: datetime) -> None:
    """End what a person has of Premium now."""
    for period in session.scalars(select(Period).where(Period.user_id == user_id, Period.ends_at > now)).all():
        end(session, period, reason=reason, now=now)


def of_payment(session: Session, payment: Payment) -> Period | None:
    """The days that a payment gave."""
    return session.scalar(select(Period).where(Period.payment_id == payment.id))


def list_ending(session: Session, *, now: datetime, limit: int) -> Sequence[Period]:
    """Last periods that end soon, are not renewed by themselves, and whose owner was not told. Locked."""
    later = select(Period.id).where(Period.user_id == _ending.user_id, Period.ends_at > _ending.ends_at).exists()
    renewed = (
        select(Subscription.purchase_id)
        .where(
            Subscription.user_id == _ending.user_id,
            Subscription.state.in_(LIVE_SUBSCRIPTION),
            Subscription.cancel_wished_at.is_(None),
        )
        .exists()
    )
    return session.scalars(
        select(_ending)
        .where(
            _ending.ends_at > now,
            _ending.ends_at <= now + NOTICE,
            _ending.ends_at - _ending.created_at > NOTICE,
            _ending.end_told_at.is_(None),
            ~later,
            ~renewed,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
