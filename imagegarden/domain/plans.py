"""What a person's plan allows. Entitlement follows from dates, and is asked here alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.models import GenerationKind, User


class Plan(StrEnum):
    """What a person has paid for."""

    FREE = "free"
    PREMIUM = "premium"


@dataclass(frozen=True)
class Allowance:
    """How many generations, and better prompts, a person may start in any hour, and have under way at once."""

    per_hour: int
    at_once: int
    words_per_hour: int = 30

    def per_hour_of(self, kind: GenerationKind) -> int:
        """How many of a kind the person may start in any hour."""
        return self.words_per_hour if kind == GenerationKind.ENHANCE else self.per_hour


Allowances = Mapping[Plan, Allowance]
_PREMIUM_UNTIL = select(User.premium_until).where(User.id == bindparam("user"))


def plan_of(session: Session, *, user_id: int, now: datetime) -> Plan:
    """The plan that holds at `now`. Raises NotFound."""
    row = session.execute(_PREMIUM_UNTIL, {"user": user_id}).one_or_none()
    if row is None:
        raise NotFound
    until: datetime | None = row[0]
    return Plan.PREMIUM if until is not None and until > now else Plan.FREE
