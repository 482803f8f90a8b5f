"""What the staff sets for the whole site while it runs. A row is there only for what is set away from its default."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import audit, plans
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.plans import Allowances, Tier
from imagegarden.models import Plan, PlanKey, Switch

# Whoever changes how the site is set does so alone: what would change nothing leaves no line in the audit log.
LOCK = 0x1A6E_5317
LONGEST_WORDS = 300
MOST_CREDITS = 1_000_000
# The largest value of each limit; the least of all is 1.
LARGEST: Mapping[str, int] = {
    "per_hour": 100_000,
    "at_once": 1000,
    "outputs": 4,
    "film_seconds": 10,
    "words_per_hour": 100_000,
}


class SignUps(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


# What of each plan is set otherwise than the settings say.
Limits = Mapping[Tier, Mapping[str, int]]


@dataclass(frozen=True)
class Switches:
    """How the site is set. `maintenance` is what people read while it is closed; empty while it is open."""

    maintenance: str = ""
    banner: str = ""
    sign_ups: SignUps = SignUps.OPEN
    # Whether the staff works only with a second factor.
    staff_second_factor: bool = False
    limits: Limits = field(default_factory=dict)

    def within(self, given: Allowances) -> Allowances:
        """What each plan allows, where the settings give this."""
        return {tier: replace(allowance, **self.limits.get(tier, {})) for tier, allowance in given.items()}


NAMES = frozenset(one.name for one in fields(Switches))


def read(session: Session) -> Switches:
    """How the site is set now. One query."""
    rows: dict[str, Any] = dict(session.execute(select(Switch.name, Switch.value)).all())
    known = {name: value for name, value in rows.items() if name in NAMES}
    if "sign_ups" in known:
        known["sign_ups"] = SignUps(known["sign_ups"])
    if "limits" in known:
        known["limits"] = {Tier(tier): values for tier, values in known["limits"].items()}
    return Switches(**known)


def close_site(
    session: Session, *, words: str, actor_id: int | None, reason: str, now: datetime, address: str | None = None
) -> None:
    """Close the site to everybody but the staff; people read `words`. Raises InvalidRequest."""
    said = _checked_words(words, "words")
    if not said:
        raise InvalidRequest({"words": "Say what people should read meanwhile."})
    _set(session, "maintenance", said, "closed", actor_id=actor_id, reason=reason, now=now, address=address)


def open_site(
    session: Session, *, actor_id: int | None, reason: str, now: datetime, address: str | None = None
) -> None:
    """Open the site again."""
    _set(session, "maintenance", "", "open", actor_id=actor_id, reason=reason, now=now, address=address)


def set_banner(
    session: Session, *, words: str, actor_id: int | None, reason: str, now: datetime, address: str | None = None
) -> None:
    """Show some words on every page, or none. Raises InvalidRequest."""
    said = _checked_words(words, "words")
    target = "shown" if said else "taken down"
    _set(session, "banner", said, target, actor_id=actor_id, reason=reason, now=now, address=address)


def set_sign_ups(
    session: Session,
    *,
    sign_ups: SignUps,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> None:
    """Say who may make an account from now on."""
    value = "" if sign_ups == SignUps.OPEN else sign_ups
    _set(session, "sign_ups", value, sign_ups, actor_id=actor_id, reason=reason, now=now, address=address)


def set_staff_second_factor(
    session: Session, *, is_needed: bool, actor_id: int | None, reason: str, now: datetime, address: str | None = None
) -> None:
    """Say whether the staff needs a second factor for its pages."""
    target = "needed" if is_needed else "not needed"
    _set(session, "staff_second_factor", is_needed, target, actor_id=actor_id, reason=reason, now=now, address=address)


def set_limits(
    session: Session,
    *,
    limits: Limits,
    given: Allowances,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> None:
    """Set what plans allow; what is not named is as `given` by the settings.

    Raises InvalidRequest, a fault's field being tier and limit: `free_per_hour`.
    """
    _refuse_unsound(limits, given)
    value = {str(tier): dict(values) for tier, values in limits.items() if values}
    changed = ", ".join(f"{tier} {name} {number}" for tier, values in value.items() for name, number in values.items())
    target = changed or "as in the settings"
    _set(session, "limits", value, target, actor_id=actor_id, reason=reason, now=now, address=address)


def set_free_credits(
    session: Session, *, amount: int, actor_id: int | None, reason: str, now: datetime, address: str | None = None
) -> Plan:
    """Give so many credits to whoever signs up from now on. Raises InvalidRequest."""
    if not 0 <= amount <= MOST_CREDITS:
        raise InvalidRequest({"amount": f"From 0 to {MOST_CREDITS:,}."})
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    old = plans.current(session, PlanKey.FREE, now=now)
    if old.credits == amount:
        return old
    plan = plans.set_terms(session, PlanKey.FREE, price_paise=0, amount=amount, now=now)
    _record(session, "free_credits", str(amount), actor_id=actor_id, reason=reason, now=now, address=address)
    return plan


def _refuse_unsound(limits: Limits, given: Allowances) -> None:
    faults = {}
    for tier, values in limits.items():
        for name, number in values.items():
            if not 1 <= number <= LARGEST[name]:
                faults[f"{tier}_{name}"] = f"From 1 to {LARGEST[name]:,}."
    if not faults:
        allowed = Switches(limits=limits).within(given)
        free, premium = asdict(allowed[Tier.FREE]), asdict(allowed[Tier.PREMIUM])
        for name in LARGEST:
            if premium[name] < free[name]:
                faults[f"premium_{name}"] = f"Premium may not have less than Free, which has {free[name]:,}."
    if faults:
        raise InvalidRequest(faults)


def _checked_words(text: str, field_name: str) -> str:
    words = " ".join(clean_text(text).split())
    if len(words) > LONGEST_WORDS:
        raise InvalidRequest({field_name: f"At most {LONGEST_WORDS} characters."})
    return words


def _set(
    session: Session,
    name: str,
    value: Any,
    target: str,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None,
) -> None:
    """Keep a value, if it is another one; an empty one is the default, and has no row."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if (value or None) == session.scalar(select(Switch.value).where(Switch.name == name)):
        return
    if value:
        statement = insert(Switch).values(name=name, value=value, changed_at=now)
        session.execute(
            statement.on_conflict_do_update(index_elements=[Switch.name], set_={"value": value, "changed_at": now})
        )
    else:
        session.execute(delete(Switch).where(Switch.name == name))
    _record(session, name, target, actor_id=actor_id, reason=reason, now=now, address=address)


def _record(
    session: Session,
    name: str,
    target: str,
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None,
) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        action="site.set",
        subject_id=None,
        target=f"{name}: {target}",
        fields=[name],
        reason=reason,
        address=address,
        now=now,
    )
