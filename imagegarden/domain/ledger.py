"""The proof that the ledger balances: what rows claim, held against the sums of the entries alone."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from imagegarden.models import CreditAccount, CreditEntry, CreditHold, CreditLot, EntryKind, HoldState

MOVES_AVAILABLE = (EntryKind.GRANT, EntryKind.HOLD, EntryKind.RELEASE, EntryKind.EXPIRE, EntryKind.ADJUST)


def check(session: Session) -> list[str]:
    """Every way in which the ledger does not balance, a sentence each; empty when it is right.

    The sums are computed by the database from the entries alone and compared with every row that claims them.
    """
    return [*_lot_faults(session), *_held_faults(session), *_account_faults(session), *_hold_faults(session)]


def _sum_of(*kinds: EntryKind) -> ColumnElement[int]:
    return func.coalesce(func.sum(CreditEntry.amount).filter(CreditEntry.kind.in_(kinds)), 0)


def _lot_faults(session: Session) -> list[str]:
    sums = (
        select(
            CreditEntry.lot_id,
            _sum_of(EntryKind.GRANT).label("granted"),
            _sum_of(*MOVES_AVAILABLE).label("remaining"),
        )
        .group_by(CreditEntry.lot_id)
        .subquery()
    )
    rows = session.execute(
        select(CreditLot.id, CreditLot.granted, CreditLot.remaining, sums.c.granted, sums.c.remaining)
        .outerjoin(sums, sums.c.lot_id == CreditLot.id)
        .where(
            or_(
                CreditLot.granted != func.coalesce(sums.c.granted, 0),
                CreditLot.remaining != func.coalesce(sums.c.remaining, 0),
            )
        )
        .order_by(CreditLot.id)
    )
    return [
        f"lot {lot}: {granted} granted and {remaining} remaining, but its entries say {says_granted} and {says_left}"
        for lot, granted, remaining, says_granted, says_left in rows
    ]


def _held_faults(session: Session) -> list[str]:
    """Lots that gave back or gave away more than was held of them: what is held is what all the other sums leave."""
    held = _sum_of(EntryKind.CAPTURE) - _sum_of(EntryKind.HOLD) - _sum_of(EntryKind.RELEASE)
    rows = session.execute(select(CreditEntry.lot_id, held.label("held")).group_by(CreditEntry.lot_id).having(held < 0))
    return [f"lot {lot}: {held} are held of it" for lot, held in rows]


def _account_faults(session: Session) -> list[str]:
    sums = (
        select(
            CreditEntry.user_id,
            _sum_of(*MOVES_AVAILABLE).label("available"),
            (_sum_of(EntryKind.CAPTURE) - _sum_of(EntryKind.HOLD) - _sum_of(EntryKind.RELEASE)).label("held"),
        )
        .group_by(CreditEntry.user_id)
        .subquery()
    )
    rows = session.execute(
        select(CreditAccount.user_id, CreditAccount.available, CreditAccount.held, sums.c.available, sums.c.held)
        .outerjoin(sums, sums.c.user_id == CreditAccount.user_id)
        .where(
            or_(
                CreditAccount.available != func.coalesce(sums.c.available, 0),
                CreditAccount.held != func.coalesce(sums.c.held, 0),
            )
        )
        .order_by(CreditAccount.user_id)
    )
    return [
        f"account {user}: {available} available and {held} held, but its entries say {says_available} and {says_held}"
        for user, available, held, says_available, says_held in rows
    ]


def _hold_faults(session: Session) -> list[str]:
    sums = (
        select(
            CreditEntry.hold_id,
            (-_sum_of(EntryKind.HOLD)).label("amount"),
            (-_sum_of(EntryKind.CAPTURE)).label("captured"),
            _sum_of(EntryKind.RELEASE).label("released"),
        )
        .where(CreditEntry.hold_id.is_not(None))
        .group_by(CreditEntry.hold_id)
        .subquery()
    )
    is_open = CreditHold.state == HoldState.OPEN
    rows = session.scalars(
        select(CreditHold.reference)
        .outerjoin(sums, sums.c.hold_id == CreditHold.id)
        .where(
            or_(
                CreditHold.amount != func.coalesce(sums.c.amount, 0),
                CreditHold.captured != func.coalesce(sums.c.captured, 0),
                is_open & (sums.c.captured + sums.c.released != 0),
                ~is_open & (sums.c.captured + sums.c.released != CreditHold.amount),
            )
        )
        .order_by(CreditHold.reference)
    )
    return [f"hold {reference}: its entries do not add up to what it says" for reference in rows]
