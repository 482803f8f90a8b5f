"""What can be bought, and what a person's days of Premium allow. Entitlement follows from dates, and is asked here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, DateTime, SQLColumnExpression, bindparam, exists, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.models import GenerationKind, Period, Plan, PlanKey, Subscription, SubscriptionState, User

# How long after the last paid day a subscription whose renewal is under way, or is tried again, keeps Premium.
GRACE = timedelta(days=3)
# The gateway's periods and ours end on the same day, though not at the same hour.
SLACK = timedelta(days=1)
IN_GRACE = (SubscriptionState.ACTIVE, SubscriptionState.PENDING)


class Tier(StrEnum):
    """What a person may use now."""

    FREE = "free"
    PREMIUM = "premium"


@dataclass(frozen=True)
class Allowance:
    """How many generations, and better prompts, a person may start in any hour, and have under way at once.

    `outputs` is how many pictures one of them may bring, `film_seconds` how long a film may be.
    """

    per_hour: int
    at_once: int
    words_per_hour: int = 30
    outputs: int = 4
    film_seconds: int = 10

    def per_hour_of(self, kind: GenerationKind) -> int:
        """How many of a kind the person may start in any hour."""
        return self.words_per_hour if kind == GenerationKind.ENHANCE else self.per_hour


Allowances = Mapping[Tier, Allowance]


def _is_premium(user: SQLColumnExpression[int], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition that it is one of the user's paid days, or a day of grace after them."""
    is_paid = exists().where(Period.user_id == user, Period.starts_at <= now, Period.ends_at > now)
    is_in_grace = exists().where(
        Subscription.user_id == user,
        Subscription.state.in_(IN_GRACE),
        Subscription.cancel_wished_at.is_(None),
        # Before its time a renewal is not under way: whoever got the money back has no grace.
        Subscription.paid_until <= now + SLACK,
        Subscription.paid_until > now - GRACE,
    )
    return is_paid | is_in_grace


# Built once: they cost more to put together than to run.
_NOW = bindparam("now", type_=DateTime(timezone=True))
_TIER = select(_is_premium(User.id, _NOW)).where(User.id == bindparam("user"))
_CURRENT = (
    select(Plan)
    .ext(distinct_on(Plan.key))
    .where(Plan.valid_from <= bindparam("now"))
    .order_by(Plan.key, Plan.valid_from.desc())
)


def is_premium_at(now: datetime) -> ColumnElement[bool]:
    """The condition that a user of the query has Premium at `now`."""
    return _is_premium(User.id, literal(now, DateTime(timezone=True)))


def tier_of(session: Session, *, user_id: int, now: datetime) -> Tier:
    """What a person may use at `now`. Raises NotFound."""
    row = session.execute(_TIER, {"user": user_id, "now": now}).one_or_none()
    if row is None:
        raise NotFound
    return Tier.PREMIUM if row[0] else Tier.FREE


def list_current(session: Session, *, now: datetime) -> dict[PlanKey, Plan]:
    """What can be had at `now`, by its key."""
    return {plan.key: plan for plan in session.scalars(_CURRENT, {"now": now})}


def current(session: Session, key: PlanKey, *, now: datetime) -> Plan:
    """The plan of this key that holds at `now`. Raises NotFound."""
    plan = list_current(session, now=now).get(key)
    if plan is None:
        raise NotFound
    return plan


def set_terms(session: Session, key: PlanKey, *, price_paise: int, amount: int, now: datetime) -> Plan:
    """Sell a plan at another price, or with other credits, from now on. What was bought keeps its own.

    Raises NotFound.
    """
    old = current(session, key, now=now)
    new = Plan(key=key, price_paise=price_paise, currency=old.currency, credits=amount, days=old.days, valid_from=now)
    session.add(new)
    session.flush()
    return new
