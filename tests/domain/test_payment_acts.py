"""What the staff does about money."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from imagegarden.domain import credits, payment_acts, payment_lists, payments, purchases
from imagegarden.domain.errors import Conflict, NotFound, RequestKeyReused
from imagegarden.models import AuditEntry, DisputeState, Payment, PaymentState, PurchaseState, User
from tests import factories, money, turns

BY = {"actor_id": None, "reason": "a test"}
MINUTE = timedelta(minutes=1)


def do(act: Callable[..., Any], session: Session, now: datetime, key: str | None = None, **what: object) -> Any:
    done = act(session, request_key=key, now=now, **BY, **what)
    session.commit()
    return done


def acts(session: Session) -> list[tuple[str, int | None, str | None]]:
    found = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action.startswith("payment.") | AuditEntry.action.startswith("purchase."))
        .order_by(AuditEntry.id)
    )
    return [(entry.action, entry.subject_id, entry.target) for entry in found]


def test_a_refund_is_wished_once_and_a_job_sees_to_it(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    for _ in range(2):
        do(payment_acts.refund, session, now, "one", uuid=payment.uuid)
    assert payment.refund_wished_at == now
    assert turns.jobs(session, payments.REFUND_TASK) == [{"payment_id": payment.id}]
    with pytest.raises(Conflict, match="on its way"):
        do(payment_acts.refund, session, now, "two", uuid=payment.uuid)
    assert acts(session) == [("payment.refund", user.id, payment.vendor_id)]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PaymentState.REFUNDED, "refunded already"),
        (PaymentState.FAILED, "only what was captured"),
        (PaymentState.AUTHORIZED, "only what was captured"),
        (PaymentState.CREATED, "only what was captured"),
    ],
)
def test_only_captured_money_goes_back(
    session: Session, user: User, now: datetime, state: PaymentState, words: str
) -> None:
    payment = money.buy_pass(session, user, now)
    session.execute(update(Payment).values(state=state))
    with pytest.raises(Conflict, match=words):
        do(payment_acts.refund, session, now, uuid=payment.uuid)
    assert acts(session) == []


def test_what_was_charged_back_does_not_go_back_again(session: Session, user: User, now: datetime) -> None:
    payment = money.buy_pass(session, user, now)
    session.execute(update(Payment).values(dispute=DisputeState.LOST))
    with pytest.raises(Conflict, match="charged back"):
        do(payment_acts.refund, session, now, uuid=payment.uuid)


def test_a_purchase_is_asked_about_from_the_beginning_by_the_job(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now)
    purchase.seen_event_id = 7
    session.commit()
    for _ in range(2):
        do(payment_acts.reconcile, session, now, "one", uuid=purchase.uuid)
    assert purchase.seen_event_id is None
    assert purchase.next_check_at == now + purchases.SOON_CHECK
    assert turns.jobs(session, purchases.TASK) == [{"purchase_id": purchase.id}]
    assert acts(session) == [("purchase.reconcile", user.id, str(purchase.uuid))]


def test_what_the_gateway_refused_to_make_is_not_asked_about(session: Session, user: User, now: datetime) -> None:
    purchase = purchases.begin(session, user_id=user.id, key="pass", vendor="test", now=now)  # type: ignore[arg-type]
    purchases.record_refused(session, purchase, error_code="gateway_refused")
    session.commit()
    with pytest.raises(Conflict, match="nothing to ask about"):
        do(payment_acts.reconcile, session, now, uuid=purchase.uuid)


def test_all_that_wait_are_asked_about_and_nothing_else(session: Session, now: datetime) -> None:
    people = [factories.person(session) for _ in range(3)]
    waiting = [factories.purchase(session, one, at=now) for one in people[:2]]
    paid = factories.payment(session, people[2], at=now).purchase
    assert paid.state == PurchaseState.PAID
    assert do(payment_acts.reconcile_all, session, now, "one") == 2
    assert do(payment_acts.reconcile_all, session, now, "one") == 0
    assert [one.next_check_at for one in waiting] == [now + purchases.SOON_CHECK] * 2
    assert paid.next_check_at is None
    assert acts(session) == [("purchase.reconcile_all", None, "all that wait")]


def test_what_does_not_exist_is_not_found_and_keys_are_not_used_twice(
    session: Session, user: User, now: datetime
) -> None:
    for act in (payment_acts.refund, payment_acts.reconcile):
        with pytest.raises(NotFound):
            do(act, session, now, uuid=uuid4())
    payment = money.buy_pass(session, user, now)
    do(payment_acts.reconcile, session, now, "one", uuid=payment.purchase.uuid)
    with pytest.raises(RequestKeyReused):
        do(payment_acts.refund, session, now, "one", uuid=payment.uuid)


def test_what_is_left_of_a_payments_credits_is_known(session: Session, user: User, now: datetime) -> None:
    first = money.buy_pass(session, user, now)
    credits.adjust(session, user_id=user.id, delta=-15, reason="spent", reference="x", now=now)
    second = money.buy_pass(session, user, now + MINUTE)
    # Its own expire before those without an end, so all fifteen are of the first.
    assert payment_lists.lines_of(session, first, now=now).credits_left == money.CREDITS - 15
    assert payment_lists.lines_of(session, second, now=now).credits_left == money.CREDITS
    gone = money.told(first.purchase, first.vendor_id, PaymentState.REFUNDED, refunded=money.PRICE)
    money.record(session, first.purchase, gone, now)
    lines = payment_lists.lines_of(session, first, now=now)
    assert lines.credits_left == 0
    assert [refund.amount_paise for refund in lines.refunds] == [money.PRICE]


def test_sums_are_those_of_the_time_that_is_asked_for(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now - timedelta(days=40))
    paid = money.buy_pass(session, user, now - timedelta(days=2))
    gone = money.told(paid.purchase, paid.vendor_id, PaymentState.REFUNDED, refunded=money.PRICE)
    money.record(session, paid.purchase, gone, now - timedelta(days=1))
    wrong = money.buy(session, user, now - timedelta(days=1))
    money.record(session, wrong, money.told(wrong, amount=100), now - timedelta(days=1))
    money.buy(session, factories.person(session), now)
    found = payment_lists.sums(session, since=now - timedelta(days=30), until=now + MINUTE)
    assert (found.captured_paise, found.refunded_paise) == (money.PRICE + 100, money.PRICE)
    assert (found.faults, found.unmatched_events, found.waiting) == (1, 0, 1)
