"""The rules by which money gives days and credits, and takes them away again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, alarms, departures, ledger, payment_events, payments, periods, plans
from imagegarden.domain.errors import NotFound
from imagegarden.domain.plans import Tier
from imagegarden.models import (
    DisputeState,
    Payment,
    PaymentFault,
    PaymentState,
    Period,
    PlanKey,
    PurchaseState,
    Subscription,
    User,
    UserStatus,
)
from imagegarden.payments.base import Event
from tests import factories, money, turns
from tests.money import MONTH

DAY = timedelta(days=1)


def tier(session: Session, user: User, at: datetime) -> Tier:
    return plans.tier_of(session, user_id=user.id, now=at)


def available(session: Session, user: User, at: datetime) -> int:
    return factories.balance(session, user.id, at=at).available


def periods_count(session: Session) -> int | None:
    return session.scalar(select(func.count(Period.id)))


def report(session: Session, payment: Payment, kind: str, now: datetime) -> None:
    """A report of the gateway about a payment, and what the job then records."""
    event = Event(f"event {kind} {now}", kind, payment.purchase.vendor_id, payment.vendor_id)
    payment_events.receive(session, vendor=money.VENDOR, event=event, now=now)
    money.record(session, payment.purchase, money.told(payment.purchase, payment.vendor_id), now)


def test_a_captured_payment_gives_thirty_days_and_their_credits(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    assert money.periods_of(session, user) == [(now, now + MONTH)]
    assert available(session, user, now) == 5 + money.CREDITS
    assert (tier(session, user, now), tier(session, user, now + MONTH)) == (Tier.PREMIUM, Tier.FREE)
    assert (payment.purchase.state, payment.purchase.next_check_at) == (PurchaseState.PAID, None)


def test_the_same_payment_again_gives_nothing_more(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for day in range(3):
        money.record(session, payment.purchase, money.told(payment.purchase, payment.vendor_id), now + day * DAY)
    assert periods_count(session) == 1
    assert ledger.check(session) == []


@pytest.mark.parametrize("state", [PaymentState.CREATED, PaymentState.AUTHORIZED, PaymentState.FAILED])
def test_a_payment_that_is_not_captured_gives_nothing(
    session: Session, user: User, now: datetime, state: PaymentState
) -> None:
    purchase = money.buy(session, user, now)
    money.record(session, purchase, money.told(purchase, state=state), now)
    assert periods_count(session) == 0
    assert purchase.state == PurchaseState.OPEN


def test_what_failed_and_is_captured_late_counts(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now)
    money.record(session, purchase, money.told(purchase, "pay_late", PaymentState.FAILED), now)
    money.record(session, purchase, money.told(purchase, "pay_late"), now + DAY)
    assert money.periods_of(session, user) == [(now + DAY, now + DAY + MONTH)]


def test_an_old_word_of_a_captured_payment_changes_nothing(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for state in (PaymentState.AUTHORIZED, PaymentState.FAILED, PaymentState.CREATED):
        money.record(session, payment.purchase, money.told(payment.purchase, payment.vendor_id, state), now)
    assert payment.state == PaymentState.CAPTURED
    assert tier(session, user, now) == Tier.PREMIUM


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"amount": money.PRICE - 1}, PaymentFault.AMOUNT),
        ({"amount": money.PRICE * 2}, PaymentFault.AMOUNT),
        ({"currency": "USD"}, PaymentFault.CURRENCY),
    ],
)
def test_other_money_than_was_asked_for_gives_nothing_and_is_told_to_the_operators(
    session: Session, user: User, now: datetime, wrong: dict[str, object], fault: PaymentFault
) -> None:
    purchase = money.buy(session, user, now)
    payment = money.record(session, purchase, money.told(purchase, **wrong), now)  # type: ignore[arg-type]
    assert (payment.fault, periods_count(session)) == (fault, 0)
    assert alarms.get_alarm(session, code=payments.WRONG_MONEY) is not None


def test_a_price_that_changed_meanwhile_does_not_change_what_was_bought(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now)
    plans.set_terms(session, PlanKey.PASS, price_paise=90_000, amount=1, now=now + DAY)
    payment = money.pay(session, purchase, now + 2 * DAY)
    assert (payment.fault, available(session, user, now + 2 * DAY)) == (None, 5 + money.CREDITS)


def test_a_second_payment_for_one_order_is_given_back_by_itself(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    second = money.pay(session, payment.purchase, now)
    assert (second.fault, second.refund_wished_at) == (PaymentFault.SURPLUS, now)
    assert [job["payment_id"] for job in turns.jobs(session, payments.REFUND_TASK)] == [second.id]
    assert periods_count(session) == 1


def suspend(session: Session, user: User, now: datetime) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now)


def delete(session: Session, user: User, now: datetime) -> None:
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=now)


def leave(session: Session, user: User, now: datetime) -> None:
    departures.ask(session, user_id=user.id, now=now)


@pytest.mark.parametrize("go", [suspend, delete, leave])
def test_what_is_paid_by_who_is_not_here_any_more_is_given_back_by_itself(
    session: Session, user: User, now: datetime, go: Callable[[Session, User, datetime], None]
) -> None:
    purchase = money.buy(session, user, now)
    go(session, user, now)
    payment = money.pay(session, purchase, now)
    assert (payment.fault, payment.refund_wished_at) == (PaymentFault.ABSENT, now)
    assert [job["payment_id"] for job in turns.jobs(session, payments.REFUND_TASK)] == [payment.id]
    assert periods_count(session) == 0


def test_a_payment_of_another_purchase_is_not_taken_for_this_one(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    other = money.buy(session, factories.person(session), now)
    with pytest.raises(ValueError, match="another purchase"):
        money.record(session, other, money.told(other, payment.vendor_id), now)


def test_buying_before_the_end_goes_on_from_the_end(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now)
    money.buy_pass(session, user, now + 10 * DAY)
    assert money.periods_of(session, user) == [(now, now + MONTH), (now + MONTH, now + 2 * MONTH)]
    # The next period's credits come when it starts.
    assert available(session, user, now + 10 * DAY) == 5 + money.CREDITS
    assert available(session, user, now + MONTH) == 5 + money.CREDITS


def test_buying_after_the_end_begins_now(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now)
    money.buy_pass(session, user, now + 40 * DAY)
    assert money.periods_of(session, user)[1] == (now + 40 * DAY, now + 70 * DAY)


def test_a_refund_takes_back_what_is_left_and_ends_the_days_once(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for _ in range(3):
        gone = money.told(payment.purchase, payment.vendor_id, PaymentState.REFUNDED, refunded=money.PRICE)
        money.record(session, payment.purchase, gone, now + DAY)
    assert (tier(session, user, now + DAY), available(session, user, now + DAY)) == (Tier.FREE, 5)
    session.expire_all()
    assert user.flagged_at == now + DAY
    assert ledger.check(session) == []


def test_a_refund_of_a_part_takes_nothing_back(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    money.record(session, payment.purchase, money.told(payment.purchase, payment.vendor_id, refunded=100), now)
    assert (payment.state, payment.refunded_paise) == (PaymentState.CAPTURED, 100)
    assert tier(session, user, now) == Tier.PREMIUM


def test_a_refund_known_before_the_capture_gives_nothing(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now)
    money.record(session, purchase, money.told(purchase, state=PaymentState.REFUNDED, refunded=money.PRICE), now)
    assert periods_count(session) == 0


def test_a_refund_of_coming_days_leaves_the_present_ones(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now)
    second = money.buy_pass(session, user, now)
    gone = money.told(second.purchase, second.vendor_id, PaymentState.REFUNDED, refunded=money.PRICE)
    money.record(session, second.purchase, gone, now + DAY)
    assert (tier(session, user, now + DAY), tier(session, user, now + MONTH)) == (Tier.PREMIUM, Tier.FREE)
    assert available(session, user, now + DAY) == 5 + money.CREDITS
    assert periods.paid_until(session, user_id=user.id, now=now + DAY) == now + MONTH


def test_a_dispute_alone_takes_nothing(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    report(session, payment, "payment.dispute.created", now)
    assert (payment.dispute, tier(session, user, now)) == (DisputeState.OPEN, Tier.PREMIUM)


def test_a_lost_dispute_takes_back_and_flags_the_account(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    report(session, payment, "payment.dispute.lost", now)
    # It may come late, or never.
    report(session, payment, "payment.dispute.created", now + DAY)
    session.expire_all()
    assert (payment.dispute, tier(session, user, now)) == (DisputeState.LOST, Tier.FREE)
    assert (available(session, user, now), user.flagged_at) == (5, now)


def test_a_won_dispute_leaves_everything(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for kind in ("created", "under_review", "won", "closed"):
        report(session, payment, f"payment.dispute.{kind}", now)
    assert (payment.dispute, tier(session, user, now)) == (DisputeState.WON, Tier.PREMIUM)


def test_a_lost_dispute_ends_the_subscription_too(session: Session, user: User, now: datetime) -> None:
    purchase = money.subscribe(session, user, now)
    payment = session.scalars(select(Payment).where(Payment.purchase_id == purchase.id)).one()
    report(session, payment, "payment.dispute.lost", now)
    session.expire_all()
    assert session.get_one(Subscription, purchase.id).cancel_wished_at == now


def test_a_refund_of_a_subscriptions_period_ends_premium_though_it_is_active(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.subscribe(session, user, now)
    payment = session.scalars(select(Payment).where(Payment.purchase_id == purchase.id)).one()
    gone = money.told(purchase, payment.vendor_id, PaymentState.REFUNDED, refunded=money.PRICE)
    money.record(session, purchase, gone, now + DAY)
    assert tier(session, user, now + DAY) == Tier.FREE


def test_days_that_were_over_before_they_were_paid_do_not_count(session: Session, user: User, now: datetime) -> None:
    purchase = money.subscribe(session, user, now)
    late = now + MONTH + 25 * DAY
    money.pay(session, purchase, late, starts_at=now + MONTH)
    assert money.periods_of(session, user)[1] == (late - plans.GRACE, late - plans.GRACE + MONTH)


def test_a_refund_is_wished_once_and_only_of_money_that_is_here(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for _ in range(2):
        payments.refund(session, vendor_id=payment.vendor_id, reason="asked for", actor_id=None, now=now)
    assert len(turns.jobs(session, payments.REFUND_TASK)) == 1
    with pytest.raises(NotFound):
        payments.refund(session, vendor_id="pay_unknown", reason="asked for", actor_id=None, now=now)


def test_premium_lets_more_of_what_waits_begin_at_once(session: Session, user: User, now: datetime) -> None:
    factories.give(session, user, 10)
    waiting = factories.generation(user)
    waiting.next_step_at = None
    session.commit()
    money.buy_pass(session, user, now)
    assert waiting.next_step_at == now
