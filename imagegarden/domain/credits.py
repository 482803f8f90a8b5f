"""The credit ledger: every movement is an entry, balances are sums of entries, and the account row is the lock.

For every lot: granted + adjusted = remaining + held + captured + expired. domain/ledger.py proves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from imagegarden.domain import lots
from imagegarden.domain.errors import Conflict, InsufficientCredits, NotFound
from imagegarden.models import (
    CreditAccount,
    CreditEntry,
    CreditHold,
    CreditLot,
    EntryKind,
    Generation,
    HoldState,
    LotSource,
    Period,
)

# Statements of every request and every settlement, built once: they cost more to put together than to run.
# What the account's row will say once somebody has brought it up to date.
_SPENDABLE = (
    select(func.coalesce(func.sum(CreditLot.remaining), 0))
    .where(
        CreditLot.user_id == bindparam("user"),
        CreditLot.remaining > 0,
        CreditLot.starts_at <= bindparam("now"),
        or_(CreditLot.expires_at.is_(None), CreditLot.expires_at > bindparam("now")),
    )
    .scalar_subquery()
)
_COMING = (
    select(func.coalesce(func.sum(Period.credits), 0))
    .where(
        Period.user_id == bindparam("user"),
        Period.opened_at.is_(None),
        Period.starts_at <= bindparam("now"),
        Period.ends_at > bindparam("now"),
    )
    .scalar_subquery()
)
# A sum of integers is no integer to the database.
_BALANCE = select(cast(_SPENDABLE + _COMING, BigInteger), CreditAccount.held).where(
    CreditAccount.user_id == bindparam("user")
)
_ACCOUNT = (
    select(CreditAccount)
    .where(CreditAccount.user_id == bindparam("user"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_EARLIER_HOLD = select(CreditHold).where(CreditHold.reference == bindparam("reference"))
_HOLD = (
    select(CreditHold)
    .where(CreditHold.reference == bindparam("reference"), CreditHold.user_id == bindparam("user"))
    .execution_options(populate_existing=True)
)
_PARTS = (
    select(CreditEntry.amount, CreditLot)
    .join(CreditLot, CreditLot.id == CreditEntry.lot_id)
    .where(CreditEntry.hold_id == bindparam("hold"), CreditEntry.kind == EntryKind.HOLD)
    .order_by(CreditEntry.id)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Balance:
    """What a person can spend, and what is set aside for unfinished work. In credits."""

    available: int
    held: int


def balance(session: Session, user_id: int, *, now: datetime) -> Balance:
    """A person's balance at `now`, without a lock: what is over does not count, and what has begun does."""
    row = session.execute(_BALANCE, {"user": user_id, "now": now}).one_or_none()
    return Balance(*row) if row else Balance(0, 0)


def open_account(session: Session, *, user_id: int) -> CreditAccount:
    """Give a new person an empty account."""
    account = CreditAccount(user_id=user_id, available=0, held=0)
    session.add(account)
    session.flush()
    return account


def lock_account(session: Session, user_id: int) -> CreditAccount:
    """The person's account row, locked: whoever moves credits comes through here, one at a time.

    Raises NotFound when there is no account.
    """
    account = session.scalar(_ACCOUNT, {"user": user_id})
    if account is None:
        raise NotFound("This person has no credit account.")
    return account


def grant(
    session: Session,
    *,
    user_id: int,
    amount: int,
    source: LotSource,
    reference: str,
    now: datetime,
    reason: str | None = None,
    expires_at: datetime | None = None,
) -> CreditLot:
    """Give `amount` credits. Granting again under the same reference returns the first lot."""
    if amount < 1:
        raise ValueError("a grant is of at least one credit")
    account = lock_account(session, user_id)
    earlier = session.scalar(
        select(CreditLot)
        .join(CreditEntry, CreditEntry.lot_id == CreditLot.id)
        .where(CreditEntry.reference == reference, CreditEntry.kind == EntryKind.GRANT)
    )
    if earlier is not None:
        return earlier
    lot = CreditLot(
        user_id=user_id,
        source=source,
        granted=amount,
        remaining=0,
        starts_at=now,
        expires_at=expires_at,
        created_at=now,
    )
    lots.add(session, account, lot, reference=reference, now=now, reason=reason)
    return lot


def hold(session: Session, *, user_id: int, amount: int, reference: str, now: datetime) -> CreditHold:
    """Set `amount` credits aside for the piece of work named `reference`.

    The account row is locked first, so two requests cannot both spend the last credit. Holding again under the same
    reference returns the first hold: a double click or a retried job is free. Credits that expire soonest go first.

    Raises InsufficientCredits when the account cannot cover the amount, and Conflict when the reference already holds
    another amount.
    """
    if amount < 1:
        raise ValueError("a hold is for at least one credit")
    account = lock_account(session, user_id)
    earlier = session.scalar(_EARLIER_HOLD, {"reference": reference})
    if earlier is not None:
        if earlier.amount != amount or earlier.user_id != user_id:
            raise Conflict(f"{reference} already holds {earlier.amount} credits")
        return earlier
    spendable = lots.bring_up_to_date(session, account, now=now)
    _require(spendable, amount)
    return _set_aside(session, account, spendable, amount, reference, now)


def give_for(
    session: Session,
    *,
    user_id: int,
    amount: int,
    reference: str,
    given_as: str,
    reason: str,
    over_at: datetime,
    now: datetime,
) -> CreditHold:
    """Set `amount` credits aside for the piece of work named `reference`, which are given for nothing else.

    They are a lot of their own, under the name `given_as`, whose time is over once they are set aside: what is not
    taken of them expires as it comes back, in the transaction that settles. `over_at` has passed by everybody's clock.
    """
    lot = grant(
        session,
        user_id=user_id,
        amount=amount,
        source=LotSource.GRANT,
        reference=given_as,
        reason=reason,
        now=now,
    )
    held = _set_aside(session, lock_account(session, user_id), [lot], amount, reference, now)
    lot.expires_at = over_at
    return held


def _set_aside(
    session: Session, account: CreditAccount, spendable: Sequence[CreditLot], amount: int, reference: str, now: datetime
) -> CreditHold:
    held = CreditHold(user_id=account.user_id, reference=reference, amount=amount, created_at=now)
    session.add(held)
    session.flush()
    for lot, part in lots.portions(spendable, amount):
        lot.remaining -= part
        lots.enter(session, lot, EntryKind.HOLD, -part, reference, now, hold=held)
    account.available -= amount
    account.held += amount
    return held


def settle(session: Session, *, user_id: int, reference: str, captured: int, now: datetime) -> CreditHold:
    """Take `captured` of the credits held under `reference` for good and give the rest back.

    Settling again with the same amount changes nothing.

    Raises NotFound when nothing is held under it, Conflict when it was settled with another amount, and ValueError
    when more would be taken than was held.
    """
    account = lock_account(session, user_id)
    held = session.scalar(_HOLD, {"reference": reference, "user": user_id})
    if held is None:
        raise NotFound(f"Nothing is held under {reference}.")
    if not 0 <= captured <= held.amount:
        raise ValueError(f"{captured} is not between 0 and the {held.amount} credits held")
    if held.state != HoldState.OPEN:
        if held.captured != captured:
            raise Conflict(f"{reference} was already settled with {held.captured} credits")
        return held
    _return_parts(session, account, held, captured, now)
    account.held -= held.amount
    held.captured = captured
    held.state = HoldState.CAPTURED if captured else HoldState.RELEASED
    held.settled_at = now
    return held


def _return_parts(session: Session, account: CreditAccount, held: CreditHold, captured: int, now: datetime) -> None:
    """Split each lot's part of a hold into what is taken (soonest-expiring lot first) and what goes back."""
    parts = session.execute(_PARTS, {"hold": held.id}).all()
    left = captured
    for amount, lot in parts:
        taken = min(left, -amount)
        returned = -amount - taken
        left -= taken
        if taken:
            lots.enter(session, lot, EntryKind.CAPTURE, -taken, held.reference, now, hold=held)
        if returned:
            lot.remaining += returned
            account.available += returned
            lots.enter(session, lot, EntryKind.RELEASE, returned, held.reference, now, hold=held)
            if lots.is_over(lot, now):
                lots.expire(session, account, lot, reference=held.reference, now=now)


def adjust(session: Session, *, user_id: int, delta: int, reason: str, reference: str, now: datetime) -> None:
    """Give or take credits by hand. What is given does not expire; what is taken goes soonest-expiring lot first.

    Adjusting again under the same reference changes nothing. Raises InsufficientCredits when there is less to take.
    """
    if delta > 0:
        grant(
            session, user_id=user_id, amount=delta, source=LotSource.GRANT, reference=reference, reason=reason, now=now
        )
        return
    account = lock_account(session, user_id)
    if has_entry(session, reference):
        return
    spendable = lots.bring_up_to_date(session, account, now=now)
    _require(spendable, -delta)
    for lot, part in lots.portions(spendable, -delta):
        _take(session, account, lot, part, reference, reason, now)


def has_entry(session: Session, reference: str) -> bool:
    """Whether credits were moved under this reference. Exact while the account is locked."""
    return session.scalar(select(CreditEntry.id).where(CreditEntry.reference == reference).limit(1)) is not None


def _require(spendable: Sequence[CreditLot], amount: int) -> None:
    # Not by the account's row: to a machine whose clock is behind, some of that has not begun.
    available = sum(lot.remaining for lot in spendable)
    if available < amount:
        raise InsufficientCredits(needed=amount, available=available)


def withdraw(session: Session, *, user_id: int, period_id: int, reason: str, now: datetime) -> None:
    """Take back what is left of a period's credits, and of what is held of them once it comes back. Twice is once."""
    account = lock_account(session, user_id)
    lot = session.scalar(
        select(CreditLot).where(CreditLot.period_id == period_id).execution_options(populate_existing=True)
    )
    if lot is None:
        return
    if lot.remaining:
        # By its moment, as what expires: a machine whose clock is behind may put something back.
        reference = f"period:{period_id}:ended:{now.isoformat()}"
        _take(session, account, lot, lot.remaining, reference, reason, now)
    lot.expires_at = min(lot.expires_at or now, now)


def _take(
    session: Session, account: CreditAccount, lot: CreditLot, amount: int, reference: str, reason: str, now: datetime
) -> None:
    lot.remaining -= amount
    account.available -= amount
    lots.enter(session, lot, EntryKind.ADJUST, -amount, reference, now, reason=reason)


def keep_time(session: Session, *, user_id: int, now: datetime) -> None:
    """Let the person's credits come and go as far as their time has come. Twice is once."""
    lots.bring_up_to_date(session, lock_account(session, user_id), now=now)


def release_dead(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Settle what is still held for generations that have ended. Returns how many: it should always be none."""
    dead = session.execute(
        select(CreditHold.user_id, CreditHold.reference, Generation.charged)
        .join(Generation, CreditHold.reference == Generation.hold_reference)
        .where(CreditHold.state == HoldState.OPEN, Generation.finished_at.is_not(None))
        .order_by(CreditHold.user_id)
        .limit(limit)
    ).all()
    for user_id, reference, charged in dead:
        settle(session, user_id=user_id, reference=reference, captured=charged or 0, now=now)
    return len(dead)
