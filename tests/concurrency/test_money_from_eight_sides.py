"""The rules of money while eight threads do everything at once, on real PostgreSQL."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import credits, ledger, payment_events, subscriptions
from imagegarden.domain.errors import DomainError
from imagegarden.models import (
    CreditHold,
    HoldState,
    Payment,
    PaymentState,
    Period,
    PlanKey,
    Purchase,
    SubscriptionState,
    User,
)
from imagegarden.payments.base import Event
from tests import factories, money
from tests.processes import at_once

THREADS = 8
PEOPLE = 3
DAY = timedelta(days=1)
ALL = list(PaymentState)


class Everything:
    """One thread's share: what it does, to the same few people as all the others, at times of its own."""

    def __init__(self, app: Flask, people: list[User], purchases: list[Purchase], seed: int) -> None:
        self.app = app
        self.people = people
        self.purchases = purchases
        self.draw = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.acts: list[Callable[[datetime], None]] = [
            self.hold,
            self.settle,
            self.settle,
            self.pay,
            self.pay,
            self.tell_again,
            self.dispute,
            self.stand,
            self.adjust,
            self.keep_time,
        ]

    def run(self, seconds: float) -> Counter[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            act = self.draw.choice(self.acts)
            moment = now() + self.draw.randrange(100) * DAY
            with self.app.app_context():
                try:
                    act(moment)
                    self.done[act.__name__] += 1
                except DomainError:
                    self.done["refused"] += 1
                finally:
                    db.session.remove()
        return self.done

    def who(self) -> int:
        return self.draw.choice(self.people).id

    def hold(self, moment: datetime) -> None:
        with transaction() as session:
            amount = self.draw.randint(1, 200)
            credits.hold(session, user_id=self.who(), amount=amount, reference=f"work {uuid4()}", now=moment)

    def settle(self, moment: datetime) -> None:
        with transaction() as session:
            held = session.scalars(
                select(CreditHold).where(CreditHold.state == HoldState.OPEN).order_by(func.random()).limit(1)
            ).first()
            if held is not None:
                captured = self.draw.randint(0, held.amount)
                reference, user_id = held.reference, held.user_id
                credits.settle(session, user_id=user_id, reference=reference, captured=captured, now=moment)

    def pay(self, moment: datetime) -> None:
        purchase = self.draw.choice(self.purchases)
        with transaction() as session:
            # A few payments, told again and again by all sides.
            payment = money.told(purchase, f"pay_{purchase.id}_{self.draw.randrange(12)}")
            money.record(session, session.get_one(Purchase, purchase.id), payment, moment)

    def tell_again(self, moment: datetime) -> None:
        with transaction() as session:
            known = session.scalars(select(Payment).order_by(func.random()).limit(1)).first()
            if known is not None:
                state = self.draw.choice(ALL)
                refunded = money.PRICE if state == PaymentState.REFUNDED else 0
                again = money.told(known.purchase, known.vendor_id, state, refunded=refunded)
                money.record(session, known.purchase, again, moment)

    def dispute(self, moment: datetime) -> None:
        with transaction() as session:
            known = session.scalars(select(Payment).order_by(func.random()).limit(1)).first()
            if known is not None and self.draw.random() < 0.2:
                kind = f"payment.dispute.{self.draw.choice(['created', 'won', 'lost'])}"
                event = Event(f"{known.vendor_id} {kind}", kind, None, known.vendor_id)
                payment_events.receive(session, vendor=money.VENDOR, event=event, now=moment)

    def stand(self, moment: datetime) -> None:
        purchase = self.draw.choice([one for one in self.purchases if one.renews])
        state = self.draw.choice([SubscriptionState.ACTIVE, SubscriptionState.PENDING, SubscriptionState.HALTED])
        with transaction() as session:
            money.stands(session, session.get_one(Purchase, purchase.id), state, moment, paid_until=moment + DAY)
        with transaction() as session:
            if self.draw.random() < 0.5:
                subscriptions.wish_cancel(session, user_id=purchase.user_id, now=moment)

    def adjust(self, moment: datetime) -> None:
        with transaction() as session:
            delta = self.draw.choice([-50, -1, 5])
            reference = f"by hand {uuid4()}"
            credits.adjust(session, user_id=self.who(), delta=delta, reason="why", reference=reference, now=moment)

    def keep_time(self, moment: datetime) -> None:
        with transaction() as session:
            credits.keep_time(session, user_id=self.who(), now=moment)


def do_everything(app: Flask, seconds: float) -> None:
    with app.app_context():
        people = [factories.person(db.session(), sign_up_credits=500) for _ in range(PEOPLE)]
        purchases = []
        with transaction() as session:
            for user in people:
                purchases += [money.buy(session, user, now()), money.buy(session, user, now(), PlanKey.SUBSCRIPTION)]
    sides = [Everything(app, people, purchases, seed) for seed in range(THREADS)]
    done = sum(at_once(THREADS, lambda n: sides[n].run(seconds)), Counter())
    assert all(done[act.__name__] for act in sides[0].acts), done
    with app.app_context():
        session = db.session()
        assert ledger.check(session) == []
        # A pass is given once, however many payments were made for it; a payment of a subscription, once.
        granted: list[tuple[int, int]] = session.execute(
            select(Payment.purchase_id, func.count(Period.id))
            .join(Period, Period.payment_id == Payment.id)
            .group_by(Payment.purchase_id)
        ).all()
        given: dict[int, int] = dict(granted)  # type: ignore[arg-type]
        assert given
        assert all(given.get(one.id, 0) <= (12 if one.renews else 1) for one in purchases)


def test_eight_threads_that_do_everything_at_once_leave_the_ledger_in_balance(own_app: Flask) -> None:
    do_everything(own_app, seconds=3)


@pytest.mark.full
def test_eight_threads_that_do_everything_for_thirty_seconds_leave_the_ledger_in_balance(own_app: Flask) -> None:
    do_everything(own_app, seconds=30)
