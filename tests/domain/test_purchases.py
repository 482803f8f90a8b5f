"""The rules of buying, and of asking what became of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import payment_events, plans, purchases
from imagegarden.domain.errors import NotFound
from imagegarden.models import PaymentEvent, PaymentState, PlanKey, Purchase, PurchaseState, User
from imagegarden.payments.base import Event
from tests import factories, money, turns

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def begin(session: Session, user: User, now: datetime, key: PlanKey = PlanKey.PASS) -> Purchase:
    return purchases.begin(session, user_id=user.id, key=key, vendor=money.VENDOR, now=now)


def asked_about(session: Session) -> list[object]:
    return [job["purchase_id"] for job in turns.jobs(session, purchases.TASK)]


def receive(session: Session, now: datetime, event_id: str = "e1", **about: str | None) -> None:
    event = Event(event_id, "payment.captured", about.get("subject"), about.get("payment"))
    payment_events.receive(session, vendor=money.VENDOR, event=event, now=now)


def test_a_click_on_buy_has_the_gateway_asked(session: Session, user: User, now: datetime) -> None:
    purchase = begin(session, user, now)
    assert (purchase.state, purchase.vendor_id) == (PurchaseState.NEW, None)
    assert asked_about(session) == [purchase.id]


def test_a_double_click_and_a_second_tab_are_one_purchase(session: Session, user: User, now: datetime) -> None:
    first = begin(session, user, now)
    assert begin(session, user, now + HOUR).id == first.id
    assert asked_about(session) == [first.id]


def test_another_plan_a_new_price_another_person_and_another_day_are_purchases_of_their_own(
    session: Session, user: User, now: datetime
) -> None:
    made = {
        begin(session, user, now).id,
        begin(session, user, now, PlanKey.SUBSCRIPTION).id,
        begin(session, factories.person(session), now).id,
        begin(session, user, now + 2 * purchases.REUSABLE).id,
    }
    plans.set_terms(session, PlanKey.PASS, price_paise=60_000, amount=1600, now=now)
    made.add(begin(session, user, now).id)
    assert len(made) == 5


def test_the_free_plan_is_not_sold(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(NotFound):
        begin(session, user, now, PlanKey.FREE)


def test_another_persons_purchase_is_not_found(session: Session, user: User, now: datetime) -> None:
    purchase = begin(session, user, now)
    assert purchases.get(session, uuid=purchase.uuid, user_id=user.id) is purchase
    with pytest.raises(NotFound):
        purchases.get(session, uuid=purchase.uuid, user_id=factories.person(session).id)


def test_what_nobody_told_of_is_asked_for_after_ten_minutes_and_then_less_and_less(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now)
    looks = []
    moment = now
    while purchase.next_check_at is not None:
        moment = purchase.next_check_at
        looks.append(round((moment - now) / MINUTE))
        purchases.plan_next_check(purchase, paid=False, now=moment)
    assert looks[:4] == [10, 20, 40, 80]
    assert len(looks) < 12
    assert (purchase.state, moment - now > purchases.PAYABLE) == (PurchaseState.EXPIRED, True)


def test_what_is_paid_stays_paid_whatever_is_said_later(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy_pass(session, user, now).purchase
    purchases.plan_next_check(purchase, paid=False, now=now + 2 * purchases.PAYABLE)
    assert (purchase.state, purchase.next_check_at) == (PurchaseState.PAID, None)


def test_a_payment_that_comes_after_it_was_given_up_still_counts(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now)
    purchases.plan_next_check(purchase, paid=False, now=now + 2 * purchases.PAYABLE)
    money.pay(session, purchase, now + 2 * purchases.PAYABLE)
    assert (purchase.state, len(money.periods_of(session, user))) == (PurchaseState.PAID, 1)


def test_a_browser_that_came_back_has_the_gateway_asked_at_once_and_then_every_minute(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now)
    for _ in range(2):
        purchases.confirm(session, purchase_id=purchase.id, payment_id="pay_1", now=now + HOUR)
    purchases.plan_next_check(purchase, paid=False, now=now + HOUR)
    assert purchase.next_check_at == now + HOUR + MINUTE
    assert purchases.knowledge(session, purchase).reported == ["pay_1"]


def test_a_payment_that_the_browser_brought_and_nobody_takes_is_given_up_in_the_end(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now)
    purchases.confirm(session, purchase_id=purchase.id, payment_id="pay_1", now=now + 10 * HOUR)
    purchases.plan_next_check(purchase, paid=False, now=now + purchases.PAYABLE)
    assert purchase.state == PurchaseState.OPEN
    # Somebody who wants to pay again is not led back to it.
    assert begin(session, user, now + 11 * HOUR + MINUTE).id != purchase.id
    purchases.plan_next_check(purchase, paid=False, now=now + purchases.PAYABLE + 11 * HOUR)
    assert purchase.state == PurchaseState.EXPIRED


def test_the_clock_has_what_is_due_asked_about_and_twice_is_once(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now)
    assert purchases.ask_due(session, now=now + 9 * MINUTE) == 0
    assert [purchases.ask_due(session, now=now + 10 * MINUTE) for _ in range(3)] == [1, 0, 0]
    # Should its job be lost, it is due again.
    assert purchases.ask_due(session, now=now + 11 * MINUTE) == 1
    assert asked_about(session) == [purchase.id]


def test_a_report_has_the_gateway_asked_once_however_often_it_comes(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now)
    for _ in range(5):
        receive(session, now, subject=purchase.vendor_id, payment="pay_1")
    assert session.scalar(select(func.count(PaymentEvent.id))) == 1
    assert asked_about(session) == [purchase.id]


def test_a_report_about_nothing_we_know_stays_visible(session: Session, now: datetime) -> None:
    receive(session, now, subject="order_of_somebody_else", payment="pay_x")
    [event] = payment_events.list_unmatched(session, limit=10)
    assert (event.subject_id, event.payment_id, event.purchase_id) == ("order_of_somebody_else", "pay_x", None)
    assert asked_about(session) == []


def test_a_report_that_came_before_the_answer_belongs_to_the_purchase_afterwards(
    session: Session, user: User, now: datetime
) -> None:
    receive(session, now, subject="order_early")
    purchase = begin(session, user, now)
    purchases.record_placed(session, purchase, vendor_id="order_early", now=now)
    assert payment_events.list_unmatched(session, limit=10) == []


def test_a_report_that_names_only_a_known_payment_is_about_its_purchase(
    session: Session, user: User, now: datetime
) -> None:
    payment = money.buy_pass(session, user, now)
    session.commit()
    receive(session, now, payment=payment.vendor_id)
    assert payment_events.list_unmatched(session, limit=10) == []
    assert purchases.knowledge(session, payment.purchase).reported == [payment.vendor_id]


def test_reports_of_a_payment_are_matched_once_the_payment_is_known(
    session: Session, user: User, now: datetime
) -> None:
    receive(session, now, subject="order_of_an_invoice", payment="pay_5")
    purchase = money.buy(session, user, now)
    money.record(session, purchase, money.told(purchase, "pay_5", PaymentState.AUTHORIZED), now)
    session.expire_all()
    assert payment_events.list_unmatched(session, limit=10) == []


def test_what_the_gateway_refuses_ends_and_buying_again_begins_anew(
    session: Session, user: User, now: datetime
) -> None:
    purchase = begin(session, user, now)
    purchases.record_refused(session, purchase, error_code="gateway_refused")
    assert (purchase.state, purchase.next_check_at) == (PurchaseState.FAILED, None)
    assert begin(session, user, now).id != purchase.id
