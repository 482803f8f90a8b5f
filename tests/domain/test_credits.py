"""The rules of the ledger."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from imagegarden.domain import credits, ledger
from imagegarden.domain.errors import Conflict, InsufficientCredits, NotFound
from imagegarden.models import CreditEntry, CreditLot, EntryKind, HoldState, LotSource, User
from tests import factories


def hold(session: Session, user: User, amount: int, reference: str, now: datetime) -> None:
    credits.hold(session, user_id=user.id, amount=amount, reference=reference, now=now)


def test_a_hold_moves_credits_from_available_to_held(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    assert factories.balance(session, user.id) == credits.Balance(available=2, held=3)
    assert ledger.check(session) == []


def test_a_hold_for_more_than_is_available_is_refused_with_both_numbers(
    session: Session, user: User, now: datetime
) -> None:
    with pytest.raises(InsufficientCredits) as refusal:
        hold(session, user, 6, "work", now)
    assert (refusal.value.needed, refusal.value.available) == (6, 5)


def test_holding_again_under_the_same_reference_is_one_hold(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    hold(session, user, 3, "work", now)
    assert factories.balance(session, user.id).held == 3


def test_holding_another_amount_under_the_same_reference_is_refused(
    session: Session, user: User, now: datetime
) -> None:
    hold(session, user, 3, "work", now)
    with pytest.raises(Conflict):
        hold(session, user, 2, "work", now)


def test_a_hold_of_nothing_is_a_mistake(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(ValueError, match="at least one"):
        hold(session, user, 0, "work", now)


@pytest.mark.parametrize(("captured", "left"), [(0, 5), (1, 4), (3, 2)])
def test_settling_takes_what_was_delivered_and_gives_the_rest_back(
    session: Session, user: User, now: datetime, captured: int, left: int
) -> None:
    hold(session, user, 3, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=captured, now=now)
    assert factories.balance(session, user.id) == credits.Balance(available=left, held=0)
    assert ledger.check(session) == []


def test_settling_again_with_the_same_amount_changes_nothing(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=2, now=now)
    credits.settle(session, user_id=user.id, reference="work", captured=2, now=now)
    assert factories.balance(session, user.id) == credits.Balance(available=3, held=0)


def test_settling_again_with_another_amount_is_refused(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=2, now=now)
    with pytest.raises(Conflict):
        credits.settle(session, user_id=user.id, reference="work", captured=0, now=now)


def test_settling_what_was_never_held_is_refused(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(NotFound):
        credits.settle(session, user_id=user.id, reference="nothing", captured=0, now=now)


def test_more_than_was_held_cannot_be_taken(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    with pytest.raises(ValueError, match="not between"):
        credits.settle(session, user_id=user.id, reference="work", captured=4, now=now)


def test_a_settled_hold_says_whether_anything_was_taken(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 1, "delivered", now)
    hold(session, user, 1, "failed", now)
    assert (
        credits.settle(session, user_id=user.id, reference="delivered", captured=1, now=now).state == HoldState.CAPTURED
    )
    released = credits.settle(session, user_id=user.id, reference="failed", captured=0, now=now)
    assert released.state == HoldState.RELEASED


def test_credits_that_expire_soonest_are_spent_first(session: Session, user: User, now: datetime) -> None:
    factories.give(session, user, 4, expires_at=now + timedelta(days=1))
    hold(session, user, 6, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=5, now=now)
    expiring, lasting = session.scalars(select(CreditLot).order_by(CreditLot.expires_at.asc().nulls_last())).all()
    assert (expiring.remaining, lasting.remaining) == (0, 4)
    assert ledger.check(session) == []


def test_expired_credits_cannot_be_held(session: Session, user: User, now: datetime) -> None:
    factories.give(session, user, 10, expires_at=now + timedelta(days=1))
    with pytest.raises(InsufficientCredits) as refusal:
        hold(session, user, 6, "work", now + timedelta(days=2))
    assert refusal.value.available == 5


def test_granting_again_under_the_same_reference_grants_once(session: Session, user: User, now: datetime) -> None:
    for _ in range(2):
        credits.grant(session, user_id=user.id, amount=7, source=LotSource.GRANT, reference="gift", now=now)
    assert factories.balance(session, user.id).available == 12


def test_an_entry_cannot_be_changed(session: Session, user: User) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text("UPDATE credit_entries SET amount = 100"))


def test_an_entry_cannot_be_deleted(session: Session, user: User) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text("DELETE FROM credit_entries"))


def test_entries_cannot_be_emptied(session: Session, user: User) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text("TRUNCATE credit_entries"))


def test_a_balance_cannot_become_negative(session: Session, user: User) -> None:
    with pytest.raises(IntegrityError, match="available"):
        session.execute(text("UPDATE credit_accounts SET available = -1"))


def test_the_check_finds_an_account_that_was_tampered_with(session: Session, user: User) -> None:
    session.execute(text("UPDATE credit_accounts SET available = 500 WHERE user_id = :id"), {"id": user.id})
    assert ledger.check(session) == [f"account {user.id}: 500 available and 0 held, but its entries say 5 and 0"]


def test_the_check_finds_a_lot_that_was_tampered_with(session: Session, user: User) -> None:
    lot = session.scalar(select(CreditLot.id))
    session.execute(text("UPDATE credit_lots SET remaining = 4"))
    assert ledger.check(session) == [f"lot {lot}: 5 granted and 4 remaining, but its entries say 5 and 5"]


def test_the_check_finds_a_hold_that_claims_what_its_entries_do_not(
    session: Session, user: User, now: datetime
) -> None:
    hold(session, user, 3, "work", now)
    session.flush()
    session.execute(text("UPDATE credit_holds SET state = 'released', settled_at = now()"))
    assert ledger.check(session) == ["hold work: its entries do not add up to what it says"]


def test_an_account_is_the_sum_of_its_entries(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 4, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=1, now=now)
    kept = (EntryKind.GRANT, EntryKind.CAPTURE)
    amounts = session.scalars(select(CreditEntry.amount).where(CreditEntry.kind.in_(kept)))
    assert sum(amounts) == factories.balance(session, user.id).available
