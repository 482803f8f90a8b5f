"""What the staff gives and takes by hand: credits, and days of Premium."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from imagegarden.domain import accounts, audit, credits, periods, steps
from imagegarden.domain.plans import Allowances, Tier

ADJUST = "user.adjust_credits"
EXTEND = "user.extend_premium"


def adjust_credits(
    session: Session,
    *,
    user_id: int,
    delta: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> None:
    """Give or take so many credits. Under the same request key, once.

    Raises InsufficientCredits, RequestKeyReused, and what `accounts.lock` raises.
    """
    accounts.lock(session, user_id)
    target = f"{delta:+}"
    if audit.is_done(session, request_key, action=ADJUST, subject_id=user_id, target=target):
        return
    credits.adjust(
        session, user_id=user_id, delta=delta, reason=reason, reference=f"adjust:{request_key or uuid4()}", now=now
    )
    audit.record(
        session,
        actor_id=actor_id,
        action=ADJUST,
        subject_id=user_id,
        target=target,
        fields=["credits"],
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )


def extend_premium(
    session: Session,
    *,
    user_id: int,
    days: int,
    credits_each: int,
    allowances: Allowances,
    actor_id: int | None,
    now: datetime,
    reason: str | None = None,
    address: str | None = None,
    request_key: str | None = None,
) -> datetime | None:
    """Give a person so many more days of Premium with these credits, after those they have; none ends it now.

    What waited for room gets it at once. Under the same request key, once. Returns the end of the last day.

    Raises RequestKeyReused, and what `accounts.lock` raises.
    """
    accounts.lock(session, user_id)
    target = f"{days} days, {credits_each} credits"
    if not audit.is_done(session, request_key, action=EXTEND, subject_id=user_id, target=target):
        _extend(session, user_id, days, credits_each, allowances, now)
        audit.record(
            session,
            actor_id=actor_id,
            action=EXTEND,
            subject_id=user_id,
            target=target,
            fields=["premium"],
            reason=reason,
            address=address,
            request_key=request_key,
            now=now,
        )
    return periods.paid_until(session, user_id=user_id, now=now)


def _extend(
    session: Session, user_id: int, days: int, credits_each: int, allowances: Allowances, now: datetime
) -> None:
    if days:
        periods.add(
            session, user_id=user_id, payment_id=None, days=days, credits_each=credits_each, starts_at=now, now=now
        )
        steps.let_in_next(session, user_id=user_id, now=now, times=allowances[Tier.PREMIUM].at_once)
    else:
        periods.end_all(session, user_id=user_id, reason="ended by hand", now=now)
