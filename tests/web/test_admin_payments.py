"""Pages about payments."""

import csv
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from imagegarden.admin import payments as pages
from imagegarden.domain import payment_events, payment_lists, payments, purchases
from imagegarden.domain.payment_lists import Group, Wanted
from imagegarden.models import (
    AuditEntry,
    DisputeState,
    Payment,
    PaymentFault,
    PaymentState,
    PlanKey,
    Purchase,
    Role,
    User,
)
from imagegarden.payments.base import Event, Outcome
from imagegarden.payments.test_gateway import PretendGateway
from imagegarden.worker.gateway import ask_gateway, refund_payment
from tests import factories, money, turns

WHY = {"reason": "a test", "request_key": "one"}


def shown(client: FlaskClient, query: str = "") -> list[str]:
    """The gateway's ids on a page of the list, in order."""
    answer = client.get(f"/admin/payments{query}")
    assert answer.status_code == 200
    return re.findall(r"<code>(pay_\w+)</code>", answer.text)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_newest_come_first_with_person_state_and_amount(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    first = factories.payment(session, user, at=now - timedelta(hours=2))
    second = factories.payment(session, factories.person(session), at=now - timedelta(hours=1))
    assert shown(admin_client) == [second.vendor_id, first.vendor_id]
    page = plain(admin_client.get("/admin/payments").text)
    assert f"{user.email} Captured Premium, 30 days" in page
    assert "Captured INR 1,000" in page


def test_states_people_ids_and_days_narrow_it(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    old = factories.payment(session, user, at=now - timedelta(days=9))
    other = factories.person(session)
    failed = factories.payment(session, other, state=PaymentState.FAILED, at=now - timedelta(days=3))
    wrong = factories.payment(session, other, amount_paise=100, at=now - timedelta(days=2))
    disputed = factories.payment(session, other, at=now - timedelta(days=1))
    disputed.dispute = DisputeState.OPEN
    session.commit()
    day = f"{now - timedelta(days=3):%Y-%m-%d}"
    for query, found in (
        ("?state=failed", [failed]),
        ("?state=unmatched", [wrong]),
        ("?state=disputed", [disputed]),
        ("?state=refunded", []),
        (f"?person={user.email.upper()}", [old]),
        (f"?person={user.id}", [old]),
        ("?person=nobody@example.com", []),
        (f"?q={failed.vendor_id}", [failed]),
        (f"?q={old.purchase.vendor_id}", [old]),
        ("?q=pay", []),
        (f"?from={day}&to={day}", [failed]),
        (f"?to={day}", [failed, old]),
        ("?from=never&to=0001-01-01&after=!!", [disputed, wrong, failed, old]),
        ("?person=%00&q=%00&to=9999-12-31", [disputed, wrong, failed, old]),
    ):
        assert shown(admin_client, query) == [payment.vendor_id for payment in found], query
    assert "Other money than the price" in admin_client.get("/admin/payments").text


def test_the_list_pages_by_key_and_keeps_what_was_asked(
    session: Session, user: User, admin_client: FlaskClient, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    made = [factories.payment(session, user, at=now - n * timedelta(hours=1)).vendor_id for n in range(5)]
    seen, query = [], "?state=captured"
    while query:
        seen.append(shown(admin_client, query))
        older = re.search(r'load-more" href="/admin/payments([^"]+)"', admin_client.get(f"/admin/payments{query}").text)
        query = older[1].replace("&amp;", "&") if older else ""
    assert seen == [made[:2], made[2:4], made[4:]]


def test_however_many_there_are_a_page_takes_as_many_queries(
    session: Session, user: User, admin_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for more in (1, 12):
        for _ in range(more):
            factories.payment(session, factories.person(session))
        with count_queries() as seen:
            admin_client.get("/admin/payments")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_table_for_a_spreadsheet_holds_the_same_and_runs_nothing(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    payment = factories.payment(session, user, method="=1+1")
    answer = admin_client.get("/admin/payments.csv?state=captured")
    head, row = csv.reader(answer.text.splitlines())
    found = dict(zip(head, row, strict=True))
    assert (found["payment"], found["amount"], found["currency"]) == (payment.vendor_id, "500.00", "INR")
    assert (found["person"], found["method"]) == (user.email, "'=1+1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="payments.csv"'
    assert len(admin_client.get("/admin/payments.csv?state=failed").text.splitlines()) == 1


def test_a_payments_page_tells_days_reports_refunds_and_what_is_left(
    session: Session, user: User, admin_client: FlaskClient, now: datetime
) -> None:
    payment = factories.payment(session, user, at=now)
    event = Event(
        id="evt_1", kind="payment.captured", subject_id=payment.purchase.vendor_id, payment_id=payment.vendor_id
    )
    payment_events.receive(session, vendor="test", event=event, now=now)
    factories.generation(user)
    session.commit()
    page = plain(admin_client.get(f"/admin/payments/{payment.uuid}").text)
    for words in (
        "INR 500",
        "payment.captured evt_1",
        "with 1,600 credits of which 1,599 are left",
        "Of its 1,600 credits, 1,599 are left and taken back; 1 is spent",
        str(payment.vendor_id),
    ):
        assert words in page, words


def test_money_goes_back_by_the_job_and_takes_days_and_credits_with_it(
    session: Session, user: User, admin_client: FlaskClient, gateway: PretendGateway
) -> None:
    purchase = purchases.begin(session, user_id=user.id, key=PlanKey.PASS, vendor="test", now=factories.now())
    session.commit()
    ask_gateway(purchase.id)
    vendor_id = session.get_one(Purchase, purchase.id).vendor_id
    assert vendor_id is not None
    gateway.pay(vendor_id, Outcome.PAID)
    ask_gateway(purchase.id)
    payment = session.scalars(select(Payment)).one()
    for _ in range(2):
        answer = admin_client.post(f"/admin/payments/{payment.uuid}/refund", data=WHY)
        assert (answer.status_code, answer.location) == (303, f"/admin/payments/{payment.uuid}")
    assert "Refund on its way" in admin_client.get(answer.location).text
    assert [job["payment_id"] for job in turns.jobs(session, payments.REFUND_TASK)] == [payment.id]
    session.commit()
    refund_payment(payment.id)
    ask_gateway(purchase.id)
    session.expire_all()
    assert payment.state == PaymentState.REFUNDED
    assert factories.balance(session, user.id).available == 5
    page = admin_client.get(answer.location).text
    assert 'id="refund"' not in page
    assert "Refunded a payment" in page
    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "payment.refund")) == 1


def test_what_cannot_go_back_is_not_offered_and_refused_in_words(
    session: Session, user: User, admin_client: FlaskClient
) -> None:
    payment = factories.payment(session, user, state=PaymentState.FAILED)
    assert 'id="refund"' not in admin_client.get(f"/admin/payments/{payment.uuid}").text
    answer = admin_client.post(f"/admin/payments/{payment.uuid}/refund", data=WHY | {"reason": "my <reason>"})
    assert (answer.status_code, "only what was captured can go back" in answer.text) == (409, True)
    assert "my &lt;reason&gt;" in answer.text


def test_a_purchase_is_asked_about_without_calling_anybody(
    session: Session, user: User, admin_client: FlaskClient, razorpay: object
) -> None:
    purchase = factories.purchase(session, user, vendor="razorpay")
    path = f"/admin/payments/purchases/{purchase.uuid}"
    assert "Last asked: not yet" in plain(admin_client.get(path).text)
    answer = admin_client.post(f"{path}/reconcile", data=WHY)
    assert (answer.status_code, answer.location) == (303, path)
    page = plain(admin_client.get(path).text)
    assert "Asked; reload in a moment." in page
    assert "Asked the gateway" in page
    assert turns.jobs(session, purchases.TASK)[-1]["purchase_id"] == purchase.id


def test_all_that_wait_are_listed_and_asked_about(
    session: Session, user: User, admin_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing waits" in admin_client.get("/admin/payments/waiting").text
    monkeypatch.setattr(pages, "PAGE", 2)
    made = [factories.purchase(session, factories.person(session)) for _ in range(3)]
    factories.payment(session, user)
    first = admin_client.get("/admin/payments/waiting").text
    assert re.findall(r"<code>(order_\w+)</code>", first) == [made[2].vendor_id, made[1].vendor_id]
    older = re.search(r'load-more" href="([^"]+)"', first)
    assert older is not None
    assert re.findall(r"<code>(order_\w+)</code>", admin_client.get(older[1]).text) == [made[0].vendor_id]
    assert admin_client.post("/admin/payments/waiting/reconcile", data=WHY).status_code == 303
    assert "Asked; reload in a moment." in admin_client.get("/admin/payments/waiting").text


def test_reports_about_nothing_are_listed(session: Session, admin_client: FlaskClient, now: datetime) -> None:
    assert "Every report has found its purchase" in admin_client.get("/admin/payments/reports").text
    event = Event(id="evt_9", kind="order.paid", subject_id="order_<b>", payment_id="pay_lost")
    payment_events.receive(session, vendor="test", event=event, now=now)
    session.commit()
    page = admin_client.get("/admin/payments/reports").text
    assert "order_&lt;b&gt;" in page
    assert "pay_lost" in page
    assert "1 report" in admin_client.get("/admin/payments").text


def test_support_looks_and_changes_nothing(
    session: Session, user: User, signed_in: Callable[[User], FlaskClient]
) -> None:
    client = signed_in(factories.person(session, role=Role.SUPPORT))
    payment = factories.payment(session, user)
    waiting = factories.purchase(session, factories.person(session))
    for path in (str(payment.uuid), f"purchases/{waiting.uuid}", "waiting"):
        page = client.get(f"/admin/payments/{path}")
        assert page.status_code == 200
        assert 'class="act"' not in page.text
    assert client.post(f"/admin/payments/{payment.uuid}/refund", data=WHY).status_code == 403


def test_what_does_not_exist_is_not_found(admin_client: FlaskClient) -> None:
    for path in (f"/admin/payments/{uuid4()}", f"/admin/payments/purchases/{uuid4()}"):
        assert admin_client.get(path).status_code == 404
    assert admin_client.post(f"/admin/payments/{uuid4()}/refund", data=WHY).status_code == 404
    assert admin_client.post(f"/admin/payments/purchases/{uuid4()}/reconcile", data=WHY).status_code == 404


@pytest.fixture
def many(session: Session, now: datetime) -> None:
    """A table of many payments, few of which are in trouble."""
    people = [factories.person(session).id for _ in range(150)]
    plan_id = money.buy(session, session.get_one(User, people[0]), now).plan_id
    bought = [
        {"uuid": uuid4(), "user_id": people[n % 150], "plan_id": plan_id, "vendor": "test", "created_at": now}
        for n in range(2000)
    ]
    purchase_ids = session.scalars(insert(Purchase).returning(Purchase.id), bought).all()
    session.execute(text("ANALYZE purchases"))
    rows = []
    for n in range(20_000):
        rows.append(
            {
                "uuid": uuid4(),
                "purchase_id": purchase_ids[n % 2000],
                "user_id": people[n % len(people)],
                "vendor": "test",
                "vendor_id": f"pay_{n}",
                "amount_paise": 50_000,
                "currency": "INR",
                "state": PaymentState.FAILED if n % 4000 == 7 else PaymentState.CAPTURED,
                "fault": PaymentFault.AMOUNT if n % 4000 == 9 else None,
                "created_at": now - timedelta(minutes=n),
                "captured_at": now,
            }
        )
    session.execute(insert(Payment), rows)
    session.execute(text("ANALYZE payments"))


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ix_payments_created_at_id"),
        (Wanted(group=Group.FAILED), "ix_payments_uncaptured"),
        (Wanted(group=Group.UNMATCHED), "ix_payments_trouble"),
        (Wanted(group=Group.DISPUTED), "ix_payments_trouble"),
        (Wanted(name="pay_77"), "ix_payments_vendor_id"),
        (Wanted(person="somebody@example.com"), "ix_payments_user_id_id"),
    ],
)
def test_no_search_reads_the_whole_table(session: Session, many: None, wanted: Wanted, index: str) -> None:
    query = (
        select(Payment.id)
        .where(*payment_lists.conditions(wanted))
        .order_by(Payment.created_at.desc(), Payment.id.desc())
        .limit(51)
    )
    statement = query.compile(session.connection(), compile_kwargs={"render_postcompile": True})
    explained = session.connection().exec_driver_sql(f"EXPLAIN {statement}", statement.construct_params())
    plan = "\n".join(row[0] for row in explained)
    assert "Seq Scan on payments" not in plan, plan
    assert index in plan, plan
