"""Any order of everything that moves credits and money, with crashes in between: the ledger always balances."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.db import db
from imagegarden.domain import credits, ledger, lots, payment_events, plans, subscriptions
from imagegarden.domain.errors import DomainError
from imagegarden.models import (
    CreditAccount,
    CreditEntry,
    CreditHold,
    EntryKind,
    HoldState,
    LotSource,
    Payment,
    PaymentState,
    Period,
    PlanKey,
    Purchase,
    Subscription,
    SubscriptionState,
)
from imagegarden.payments.base import Event, VendorPayment
from tests import factories, money

STATES = [state for state in SubscriptionState if state != SubscriptionState.CREATED]


class Crash(Exception):
    """The process died here."""


@contextmanager
def crash_after(session: Session, statements: int) -> Iterator[None]:
    """Die before the statement of this number; 0 never dies."""
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == statements:
            raise Crash

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", count)


class Money(RuleBasedStateMachine):
    """One person with everything that can happen to their credits. `session` is set by the test."""

    session: Session

    @initialize()
    def sign_up(self) -> None:
        # Each example leaves nothing behind: the checks read the whole ledger.
        self.session.commit()
        connection = self.session.get_bind()
        assert isinstance(connection, Connection)
        self.before = connection.begin_nested()
        self.now = present()
        self.user = factories.person(self.session, at=self.now)
        self.holds: list[tuple[str, int]] = []
        self.told: list[tuple[Purchase, VendorPayment, datetime | None]] = []
        self.subscription: Purchase | None = None

    def teardown(self) -> None:
        if hasattr(self, "before"):
            self.session.rollback()
            self.session.expunge_all()
            self.before.rollback()

    def do(self, crash: int, act: Callable[[], object]) -> bool:
        """Act in a transaction: with a crash nothing of it happens, and refusals are part of the rules."""
        self.session.commit()
        try:
            with crash_after(self.session, crash):
                act()
                self.session.flush()
            self.session.commit()
        except (Crash, DomainError):
            self.session.rollback()
            return False
        return True

    # Mostly none: an operation that always dies proves nothing.
    crashes = st.one_of(st.just(0), st.just(0), st.integers(1, 15))

    @rule(crash=crashes, amount=st.integers(1, 900))
    def hold(self, crash: int, amount: int) -> None:
        reference = f"work {self.user.id} {uuid4()}"
        if self.do(crash, lambda: self.hold_now(reference, amount)):
            self.holds.append((reference, amount))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), crash=crashes, change=st.integers(0, 1))
    def hold_again(self, data: st.DataObject, crash: int, change: int) -> None:
        reference, amount = data.draw(st.sampled_from(self.holds))
        self.do(crash, lambda: self.hold_now(reference, amount + change))

    def hold_now(self, reference: str, amount: int) -> None:
        credits.hold(self.session, user_id=self.user.id, amount=amount, reference=reference, now=self.now)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), crash=crashes, twice=st.booleans())
    def settle(self, data: st.DataObject, crash: int, twice: bool) -> None:
        reference, amount = data.draw(st.sampled_from(self.holds))
        captured = data.draw(st.integers(0, amount))

        def act() -> None:
            for _ in range(1 + twice):
                credits.settle(self.session, user_id=self.user.id, reference=reference, captured=captured, now=self.now)

        self.do(crash, act)

    @rule(crash=crashes, delta=st.integers(-500, 50).filter(bool))
    def adjust(self, crash: int, delta: int) -> None:
        reference = f"by hand {self.user.id} {self.now} {delta}"
        self.do(
            crash,
            lambda: credits.adjust(
                self.session, user_id=self.user.id, delta=delta, reason="why", reference=reference, now=self.now
            ),
        )

    @rule(crash=crashes, days=st.integers(1, 40))
    def give_credits_that_expire(self, crash: int, days: int) -> None:
        self.do(
            crash,
            lambda: credits.grant(
                self.session,
                user_id=self.user.id,
                amount=20,
                source=LotSource.GRANT,
                reference=f"gift {self.user.id} {self.now}",
                expires_at=self.now + timedelta(days=days),
                now=self.now,
            ),
        )

    @rule(state=st.sampled_from(PaymentState), amount=st.sampled_from([money.PRICE, money.PRICE, 1]))
    def a_pass_is_bought(self, state: PaymentState, amount: int) -> None:
        self.do(0, lambda: self.buy(state, amount))

    def buy(self, state: PaymentState, amount: int) -> None:
        purchase = money.buy(self.session, self.user, self.now)
        refunded = amount if state == PaymentState.REFUNDED else 0
        payment = money.told(purchase, state=state, amount=amount, refunded=refunded)
        self.told.append((purchase, payment, None))
        money.record(self.session, purchase, payment, self.now)

    @precondition(lambda self: self.subscription is None)
    @rule()
    def a_subscription_begins(self) -> None:
        def act() -> None:
            self.subscription = money.buy(self.session, self.user, self.now, PlanKey.SUBSCRIPTION)

        self.do(0, act)

    @precondition(lambda self: self.subscription is not None)
    @rule(crash=crashes, late=st.integers(0, 3))
    def a_subscription_is_charged(self, crash: int, late: int) -> None:
        assert self.subscription is not None
        begins = self.now - timedelta(days=late)
        payment = money.told(self.subscription)
        self.told.append((self.subscription, payment, begins))
        self.do(crash, lambda: self.record(self.subscription, payment, begins))

    @precondition(lambda self: self.subscription is not None)
    @rule(crash=crashes, state=st.sampled_from(STATES), ahead=st.integers(-2, 31))
    def a_subscription_stands(self, crash: int, state: SubscriptionState, ahead: int) -> None:
        assert self.subscription is not None
        until = self.now + timedelta(days=ahead)
        purchase = self.subscription
        self.do(crash, lambda: money.stands(self.session, purchase, state, self.now, paid_until=until))

    @rule(crash=crashes, keep=st.booleans())
    def a_subscription_is_to_end(self, crash: int, keep: bool) -> None:
        if keep:
            self.do(crash, lambda: subscriptions.keep(self.session, user_id=self.user.id))
        else:
            self.do(crash, lambda: subscriptions.wish_cancel(self.session, user_id=self.user.id, now=self.now))

    @precondition(lambda self: self.told)
    @rule(data=st.data(), crash=crashes, state=st.sampled_from(PaymentState))
    def a_payment_is_told_again(self, data: st.DataObject, crash: int, state: PaymentState) -> None:
        purchase, payment, begins = data.draw(st.sampled_from(self.told))
        refunded = payment.amount_paise if state == PaymentState.REFUNDED else 0
        again = money.told(purchase, payment.id, state, amount=payment.amount_paise, refunded=refunded)
        self.do(crash, lambda: self.record(purchase, again, begins))

    @precondition(lambda self: self.told)
    @rule(data=st.data(), crash=crashes, end=st.sampled_from(["created", "lost", "won"]))
    def a_payment_is_disputed(self, data: st.DataObject, crash: int, end: str) -> None:
        purchase, payment, begins = data.draw(st.sampled_from(self.told))
        dispute = Event(f"{payment.id} {end}", f"payment.dispute.{end}", purchase.vendor_id, payment.id)

        def act() -> None:
            payment_events.receive(self.session, vendor=money.VENDOR, event=dispute, now=self.now)
            self.record(purchase, payment, begins)

        self.do(crash, act)

    def record(self, purchase: Purchase | None, payment: VendorPayment, begins: datetime | None) -> None:
        assert purchase is not None
        money.record(self.session, purchase, payment, self.now, starts_at=begins)

    @rule(days=st.integers(0, 20), hours=st.integers(0, 23), crash=crashes, clock=st.booleans())
    def time_passes(self, days: int, hours: int, crash: int, clock: bool) -> None:
        self.now += timedelta(days=days, hours=hours)
        if clock:
            self.do(crash, lambda: credits.keep_time(self.session, user_id=self.user.id, now=self.now))

    @invariant()
    def the_ledger_balances(self) -> None:
        if not hasattr(self, "user"):
            return
        assert ledger.check(self.session) == []

    @invariant()
    def what_is_shown_is_what_can_be_spent(self) -> None:
        if not hasattr(self, "user"):
            return
        shown = credits.balance(self.session, self.user.id, now=self.now)
        self.session.commit()
        account = credits.lock_account(self.session, self.user.id)
        spendable = lots.bring_up_to_date(self.session, account, now=self.now)
        self.session.flush()
        assert shown == credits.Balance(account.available, account.held)
        assert account.available == sum(lot.remaining for lot in spendable) >= 0
        self.session.rollback()

    @invariant()
    def each_generation_settles_once_and_each_payment_grants_once(self) -> None:
        if not hasattr(self, "user"):
            return
        captures = select(CreditEntry.hold_id, CreditEntry.lot_id).where(CreditEntry.kind == EntryKind.CAPTURE)
        twice = captures.group_by(CreditEntry.hold_id, CreditEntry.lot_id).having(func.count() > 1)
        assert self.session.execute(twice).all() == []
        mine = select(Payment, Period.id).outerjoin(Period, Period.payment_id == Payment.id)
        for payment, period in self.session.execute(mine.where(Payment.user_id == self.user.id)):
            if period is not None:
                assert payment.state in (PaymentState.CAPTURED, PaymentState.REFUNDED)
                assert payment.amount_paise == money.PRICE
            # What was captured has given its days, or has a fault that says why it did not.
            assert payment.state != PaymentState.CAPTURED or (period is None) == (payment.fault is not None)
        held = self.session.scalar(
            select(func.coalesce(func.sum(CreditHold.amount), 0)).where(
                CreditHold.user_id == self.user.id, CreditHold.state == HoldState.OPEN
            )
        )
        assert held == self.session.get_one(CreditAccount, self.user.id).held

    @invariant()
    def paid_days_follow_one_another(self) -> None:
        if not hasattr(self, "user"):
            return
        days = [span for span in money.periods_of(self.session, self.user) if span[0] < span[1]]
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(days))

    @invariant()
    def premium_is_on_paid_days_and_days_of_grace_alone(self) -> None:
        if not hasattr(self, "user"):
            return
        is_paid = any(start <= self.now < end for start, end in money.periods_of(self.session, self.user))
        subscription = self.session.scalar(select(Subscription).where(Subscription.user_id == self.user.id))
        is_in_grace = (
            subscription is not None
            and subscription.state in plans.IN_GRACE
            and subscription.cancel_wished_at is None
            and subscription.paid_until is not None
            and self.now - plans.GRACE < subscription.paid_until <= self.now + plans.SLACK
        )
        tier = plans.tier_of(self.session, user_id=self.user.id, now=self.now)
        assert (tier == plans.Tier.PREMIUM) == (is_paid or is_in_grace)


def run(session: Session, *, examples: int, steps: int) -> None:
    Money.session = session
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_a_thousand_steps_in_any_order_leave_the_ledger_in_balance(session: Session) -> None:
    assert db.session() is session
    run(session, examples=20, steps=50)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_twenty_thousand_steps_in_any_order_leave_the_ledger_in_balance(session: Session) -> None:
    run(session, examples=200, steps=100)
