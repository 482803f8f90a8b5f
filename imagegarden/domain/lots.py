"""Credits in lots: they come when their time begins and go when it ends, whoever looks first.

Whoever changes a lot has locked its account.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from imagegarden.models import CreditAccount, CreditEntry, CreditHold, CreditLot, EntryKind, LotSource, Period

# Statements of every request, built once: they cost more to put together than to run.
_WITH_CREDITS = (
    select(CreditLot)
    .where(CreditLot.user_id == bindparam("user"), CreditLot.remaining > 0, CreditLot.starts_at <= bindparam("now"))
    .order_by(CreditLot.expires_at.asc().nulls_last(), CreditLot.id)
    .execution_options(populate_existing=True)
)
_BEGUN = (
    select(Period)
    .where(Period.user_id == bindparam("user"), Period.opened_at.is_(None), Period.starts_at <= bindparam("now"))
    .order_by(Period.starts_at)
    .execution_options(populate_existing=True)
)


def bring_up_to_date(session: Session, account: CreditAccount, *, now: datetime) -> list[CreditLot]:
    """Grant the credits of periods that have begun and expire those whose time is over.

    Returns what can be spent, soonest-expiring lot first.
    """
    for period in session.scalars(_BEGUN, {"user": account.user_id, "now": now}).all():
        period.opened_at = now
        if period.credits:
            _open(session, account, period, now)
    session.flush()
    spendable = []
    for lot in session.scalars(_WITH_CREDITS, {"user": account.user_id, "now": now}):
        if is_over(lot, now):
            # By its moment: a machine whose clock is behind may put something back, which then expires again.
            expire(session, account, lot, reference=f"lot:{lot.id}:{now.isoformat()}", now=now)
        else:
            spendable.append(lot)
    return spendable


def _open(session: Session, account: CreditAccount, period: Period, now: datetime) -> None:
    lot = CreditLot(
        user_id=account.user_id,
        source=LotSource.PERIOD,
        period_id=period.id,
        granted=period.credits,
        remaining=0,
        starts_at=period.starts_at,
        expires_at=period.ends_at,
        created_at=now,
    )
    add(session, account, lot, reference=f"period:{period.id}", now=now)


def add(
    session: Session,
    account: CreditAccount,
    lot: CreditLot,
    *,
    reference: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Put a new lot and all its credits into the account."""
    lot.remaining = lot.granted
    session.add(lot)
    session.flush()
    account.available += lot.granted
    enter(session, lot, EntryKind.GRANT, lot.granted, reference, now, reason=reason)


def portions(lots: Sequence[CreditLot], amount: int) -> Iterator[tuple[CreditLot, int]]:
    """What each of these lots gives of an amount, the first as much as it has."""
    for lot in lots:
        part = min(amount, lot.remaining)
        if part:
            amount -= part
            yield lot, part


def is_over(lot: CreditLot, now: datetime) -> bool:
    """Whether the lot's time has ended."""
    return lot.expires_at is not None and lot.expires_at <= now


def expire(session: Session, account: CreditAccount, lot: CreditLot, *, reference: str, now: datetime) -> None:
    """Take what is left of a lot whose time is over. What is held of it expires when it comes back."""
    account.available -= lot.remaining
    enter(session, lot, EntryKind.EXPIRE, -lot.remaining, reference, now)
    lot.remaining = 0


def list_accounts_due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Whose credits have to come or go by now."""
    coming = select(Period.user_id).where(Period.opened_at.is_(None), Period.starts_at <= now)
    going = select(CreditLot.user_id).where(CreditLot.remaining > 0, CreditLot.expires_at <= now)
    return session.scalars(coming.union(going).limit(limit)).all()


def enter(
    session: Session,
    lot: CreditLot,
    kind: EntryKind,
    amount: int,
    reference: str,
    now: datetime,
    *,
    hold: CreditHold | None = None,
    reason: str | None = None,
) -> None:
    """Write a movement down: the only way by which one comes into the ledger."""
    session.add(
        CreditEntry(
            user_id=lot.user_id,
            lot_id=lot.id,
            hold_id=hold.id if hold else None,
            kind=kind,
            amount=amount,
            reference=reference,
            reason=reason,
            created_at=now,
        )
    )
