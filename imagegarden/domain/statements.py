"""What a person has, what moved it, and what they can still get: for the pages about money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, case, cast, exists, func, select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, plans, purchases
from imagegarden.domain.ledger import MOVES_AVAILABLE
from imagegarden.domain.plans import Tier
from imagegarden.models import (
    CreditEntry,
    CreditLot,
    EntryKind,
    Generation,
    LotSource,
    Period,
    Subscription,
    SubscriptionState,
)

# Renewals that nobody worries about.
SOUND = (SubscriptionState.AUTHENTICATED, SubscriptionState.ACTIVE)


@dataclass(frozen=True)
class Standing:
    """How a person stands at a moment.

    `period` is the one that runs; `paid_until` the end of the last one. `next_credits_at` is when credits come next
    without anybody doing anything, as far as that is paid or renews by itself.
    """

    tier: Tier
    balance: credits.Balance
    period: Period | None
    paid_until: datetime | None
    next_credits_at: datetime | None
    subscription: Subscription | None

    @property
    def renews(self) -> bool:
        """Whether a subscription pays for the coming days, so that a pass would be for nothing."""
        return self.subscription is not None and purchases.pays_coming_days(self.subscription, self.tier)

    @property
    def grace_until(self) -> datetime | None:
        """Until when Premium is kept while a renewal is tried again; None while days are paid."""
        if self.tier == Tier.FREE or self.period is not None or self.subscription is None:
            return None
        paid_until = self.subscription.paid_until
        return paid_until + plans.GRACE if paid_until else None


def _renewal_after(subscription: Subscription | None, now: datetime) -> datetime | None:
    """When the next period is paid, if that is known: of one that is overdue, nobody knows."""
    if subscription is None or not subscription.goes_on:
        return None
    due = subscription.paid_until or subscription.starts_at
    return due if due is not None and due > now else None


@dataclass(frozen=True)
class Line:
    """An entry of the ledger as its owner reads it.

    `change` is what it did to the credits that can be spent, and `balance` what they were after it. `prompt` and
    `generation` say what it was for, where it was for a generation.
    """

    id: int
    at: datetime
    kind: EntryKind
    source: LotSource
    amount: int
    change: int
    balance: int
    reason: str | None
    generation: UUID | None
    prompt: str | None


def standing(session: Session, *, user_id: int, now: datetime) -> Standing:
    """How a person stands at `now`."""
    ahead = session.scalars(
        select(Period).where(Period.user_id == user_id, Period.ends_at > now).order_by(Period.starts_at)
    ).all()
    running = next((period for period in ahead if period.starts_at <= now), None)
    coming = next((period for period in ahead if period.starts_at > now and period.credits), None)
    subscription = purchases.find_live(session, user_id=user_id)
    next_credits_at = coming.starts_at if coming else None
    if next_credits_at is None:
        next_credits_at = _renewal_after(subscription, now)
    return Standing(
        tier=plans.tier_of(session, user_id=user_id, now=now),
        balance=credits.balance(session, user_id, now=now),
        period=running,
        paid_until=max((period.ends_at for period in ahead), default=None),
        next_credits_at=next_credits_at,
        subscription=subscription,
    )


@dataclass(frozen=True)
class Outlook:
    """The end of a person's paid days, None where there are none, and whether they go on by themselves then."""

    until: datetime | None
    renews: bool


def outlook(session: Session, *, user_id: int, now: datetime) -> Outlook:
    """What lies ahead, in one query: for the frame of every page."""
    until = select(func.max(Period.ends_at)).where(Period.user_id == user_id, Period.ends_at > now)
    renews = exists().where(
        Subscription.user_id == user_id,
        Subscription.state.in_(SOUND),
        Subscription.cancel_wished_at.is_(None),
    )
    return Outlook(*session.execute(select(until.scalar_subquery(), renews)).one())


@dataclass(frozen=True)
class Meter:
    """How many credits came together, how many of them are left, and how many others have no end."""

    granted: int
    left: int
    lasting: int


def meter(session: Session, *, user_id: int, period: Period | None, now: datetime) -> Meter:
    """How far the credits of the period that runs are used up; without one, those that have no end."""
    lasts = CreditLot.expires_at.is_(None)
    counted = CreditLot.period_id == period.id if period is not None else lasts
    granted, left, lasting, is_open = session.execute(
        select(
            cast(func.coalesce(func.sum(CreditLot.granted).filter(counted), 0), BigInteger),
            cast(func.coalesce(func.sum(CreditLot.remaining).filter(counted), 0), BigInteger),
            cast(func.coalesce(func.sum(CreditLot.remaining).filter(lasts), 0), BigInteger),
            func.coalesce(func.bool_or(counted), False),
        ).where(CreditLot.user_id == user_id)
    ).one()
    if period is not None and not is_open:
        # They have come, and are written down when somebody spends.
        return Meter(period.credits, period.credits, lasting)
    return Meter(granted, left, lasting)


def list_lines(session: Session, *, user_id: int, limit: int, before: int | None = None) -> Sequence[Line]:
    """A page of a person's ledger, the newest first; `before` is the id of the last line of the page before."""
    moves = CreditEntry.kind.in_(MOVES_AVAILABLE)
    change = case((moves, CreditEntry.amount), else_=0)
    query = (
        select(CreditEntry, change, CreditLot.source, Generation.uuid, Generation.prompt)
        .join(CreditLot, CreditLot.id == CreditEntry.lot_id)
        .outerjoin(
            Generation,
            (CreditEntry.reference == Generation.hold_reference) & (Generation.user_id == user_id),
        )
        .where(CreditEntry.user_id == user_id)
        .order_by(CreditEntry.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(CreditEntry.id < before)
    rows = session.execute(query).all()
    if not rows:
        return []
    until_then = select(cast(func.sum(change), BigInteger)).where(
        CreditEntry.user_id == user_id, CreditEntry.id <= rows[0][0].id
    )
    after = session.scalar(until_then)
    lines, balance = [], after or 0
    for entry, moved, source, generation, prompt in rows:
        lines.append(
            Line(
                entry.id,
                entry.created_at,
                entry.kind,
                source,
                entry.amount,
                moved,
                balance,
                entry.reason,
                generation,
                prompt,
            )
        )
        balance -= moved
    return lines
