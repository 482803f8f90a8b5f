"""The rules by which credits come and go with their time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, ledger, lots, periods
from imagegarden.domain.errors import InsufficientCredits
from imagegarden.models import CreditEntry, CreditLot, EntryKind, Period, User
from tests import factories, money

DAY = timedelta(days=1)


@pytest.fixture
def paid(session: Session, user: User, now: datetime) -> Period:
    """Thirty days with ten credits, from now on."""
    return periods.add(session, user_id=user.id, payment_id=None, days=30, credits_each=10, starts_at=now, now=now)


def hold(session: Session, user: User, amount: int, reference: str, now: datetime) -> None:
    credits.hold(session, user_id=user.id, amount=amount, reference=reference, now=now)


def entries(session: Session, kind: EntryKind) -> list[int]:
    session.flush()
    return list(session.scalars(select(CreditEntry.amount).where(CreditEntry.kind == kind).order_by(CreditEntry.id)))


def test_what_expires_soonest_is_spent_first(session: Session, user: User, paid: Period, now: datetime) -> None:
    hold(session, user, 11, "work", now)
    assert money.lots_of(session, user) == [4, 0]


def test_what_is_left_of_a_period_expires_with_it_and_free_credits_stay(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    hold(session, user, 3, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=3, now=now)
    credits.keep_time(session, user_id=user.id, now=paid.ends_at)
    assert money.lots_of(session, user) == [5, 0]
    assert entries(session, EntryKind.EXPIRE) == [-7]
    assert ledger.check(session) == []


def test_credits_whose_time_is_over_cannot_be_spent_though_nobody_looked(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    assert credits.balance(session, user.id, now=paid.ends_at - DAY).available == 15
    assert credits.balance(session, user.id, now=paid.ends_at).available == 5
    with pytest.raises(InsufficientCredits):
        hold(session, user, 6, "work", paid.ends_at)


def test_a_period_that_has_begun_counts_before_anybody_looked(session: Session, user: User, now: datetime) -> None:
    later = now + 3 * DAY
    periods.add(session, user_id=user.id, payment_id=None, days=30, credits_each=10, starts_at=later, now=now)
    assert credits.balance(session, user.id, now=later - timedelta(seconds=1)).available == 5
    assert credits.balance(session, user.id, now=later).available == 15
    hold(session, user, 15, "work", later)
    assert ledger.check(session) == []


def test_held_credits_do_not_expire_and_are_charged_after_their_time(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    hold(session, user, 10, "work", now)
    credits.keep_time(session, user_id=user.id, now=paid.ends_at)
    credits.settle(session, user_id=user.id, reference="work", captured=10, now=paid.ends_at + DAY)
    assert entries(session, EntryKind.EXPIRE) == []
    assert factories.balance(session, user.id, at=paid.ends_at + DAY) == credits.Balance(5, 0)
    assert ledger.check(session) == []


def test_what_comes_back_into_a_lot_that_is_over_expires_at_once(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    hold(session, user, 12, "work", now)
    credits.settle(session, user_id=user.id, reference="work", captured=0, now=paid.ends_at)
    assert factories.balance(session, user.id, at=paid.ends_at) == credits.Balance(5, 0)
    assert entries(session, EntryKind.EXPIRE) == [-10]
    assert ledger.check(session) == []


def test_what_a_machine_with_a_slow_clock_puts_back_expires_again(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    hold(session, user, 4, "work", now)
    credits.keep_time(session, user_id=user.id, now=paid.ends_at)
    credits.settle(session, user_id=user.id, reference="work", captured=0, now=paid.ends_at - DAY)
    credits.keep_time(session, user_id=user.id, now=paid.ends_at + DAY)
    assert entries(session, EntryKind.EXPIRE) == [-6, -4]
    assert ledger.check(session) == []


def test_what_has_begun_on_another_machine_is_not_spent_before_its_time_here(
    session: Session, user: User, now: datetime
) -> None:
    periods.add(session, user_id=user.id, payment_id=None, days=1, credits_each=10, starts_at=now + DAY, now=now)
    credits.keep_time(session, user_id=user.id, now=now + DAY)
    with pytest.raises(InsufficientCredits) as refusal:
        hold(session, user, 6, "work", now)
    assert refusal.value.available == 5
    assert ledger.check(session) == []


def test_a_period_that_passed_unseen_came_and_went(session: Session, user: User, now: datetime) -> None:
    later = now + 10 * DAY
    periods.add(session, user_id=user.id, payment_id=None, days=30, credits_each=10, starts_at=later, now=now)
    credits.keep_time(session, user_id=user.id, now=later + 31 * DAY)
    assert (entries(session, EntryKind.GRANT), entries(session, EntryKind.EXPIRE)) == ([5, 10], [-10])
    assert ledger.check(session) == []


def test_keeping_time_twice_is_once(session: Session, user: User, paid: Period, now: datetime) -> None:
    for moment in (now, now, paid.ends_at, paid.ends_at):
        credits.keep_time(session, user_id=user.id, now=moment)
    assert (entries(session, EntryKind.GRANT), entries(session, EntryKind.EXPIRE)) == ([5, 10], [-10])


def test_the_clock_finds_whose_credits_come_and_go_and_nobody_else(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    other = factories.person(session)
    periods.add(session, user_id=other.id, payment_id=None, days=1, credits_each=3, starts_at=now + 5 * DAY, now=now)
    assert lots.list_accounts_due(session, now=now, limit=10) == []
    assert lots.list_accounts_due(session, now=now + 5 * DAY, limit=10) == [other.id]
    assert sorted(lots.list_accounts_due(session, now=paid.ends_at, limit=10)) == sorted([user.id, other.id])


def test_an_adjustment_gives_or_takes_once_and_says_why(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    for _ in range(2):
        credits.adjust(session, user_id=user.id, delta=4, reason="a gift", reference="a", now=now)
        credits.adjust(session, user_id=user.id, delta=-12, reason="a mistake", reference="b", now=now)
    assert money.lots_of(session, user) == [3, 0, 4]
    assert set(session.scalars(select(CreditEntry.reason).where(CreditEntry.reference == "b"))) == {"a mistake"}
    assert ledger.check(session) == []


def test_more_than_there_is_cannot_be_taken(session: Session, user: User, now: datetime) -> None:
    hold(session, user, 3, "work", now)
    with pytest.raises(InsufficientCredits) as refusal:
        credits.adjust(session, user_id=user.id, delta=-3, reason="a mistake", reference="b", now=now)
    assert refusal.value.available == 2


def test_withdrawn_credits_are_gone_and_what_was_held_of_them_too_once_it_comes_back(
    session: Session, user: User, paid: Period, now: datetime
) -> None:
    hold(session, user, 4, "work", now)
    for _ in range(2):
        credits.withdraw(session, user_id=user.id, period_id=paid.id, reason="refund", now=now)
    assert factories.balance(session, user.id, at=now) == credits.Balance(5, 4)
    credits.settle(session, user_id=user.id, reference="work", captured=1, now=now + DAY)
    assert factories.balance(session, user.id, at=now + DAY) == credits.Balance(5, 0)
    assert ledger.check(session) == []


def test_a_lot_that_gave_back_more_than_was_held_of_it_is_a_fault(session: Session, user: User, now: datetime) -> None:
    lot = session.scalars(select(CreditLot).where(CreditLot.user_id == user.id)).one()
    lots.enter(session, lot, EntryKind.RELEASE, 2, "from nowhere", now)
    session.flush()
    assert f"lot {lot.id}: -2 are held of it" in ledger.check(session)


def test_nothing_is_held_for_a_generation_that_has_ended(session: Session, user: User, now: datetime) -> None:
    assert credits.release_dead(session, now=now) == 0
