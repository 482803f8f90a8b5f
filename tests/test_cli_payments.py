"""Commands about money, as an operator types them."""

from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import payment_events
from imagegarden.models import AuditEntry, User
from imagegarden.payments.base import Event
from tests import factories, money
from tests.fakes.razorpay import KEY_ID
from tests.razorpay_site import RazorpaySite, razorpay_site
from tests.servers import Servers


def run(app: Flask, *args: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(args))
    return result


@pytest.fixture
def site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RazorpaySite]:
    with razorpay_site(running_servers, tmp_path_factory.mktemp("site"), fake={"webhook_url": None}) as site:
        yield site


@pytest.fixture
def ada(own_app: Flask) -> Iterator[User]:
    with own_app.app_context():
        yield factories.person(db.session(), email="ada@example.com")


def test_plans_are_listed_and_sold_on_new_terms(own_app: Flask) -> None:
    assert run(own_app, "plan", "list").output.splitlines() == [
        "free: 0 paise INR, 5 credits, once",
        "pass: 50000 paise INR, 1600 credits for each 30 days",
        "subscription: 50000 paise INR, 1600 credits for each 30 days",
    ]
    assert run(own_app, "plan", "set", "pass", "--price-paise", "60000", "--credits", "2000").exit_code == 0
    assert "pass: 60000 paise INR, 2000 credits for each 30 days" in run(own_app, "plan", "list").output


def test_the_gateways_plan_is_made_with_our_terms(site: RazorpaySite) -> None:
    result = run(site.app, "payments", "create-plan")
    plan = next(plan for plan in site.fake.entities("plans") if plan["id"] == result.output.strip())
    assert (plan["period"], plan["interval"], plan["item"]["amount"]) == ("daily", 30, 50_000)


def test_no_plan_is_made_without_a_gateway_and_none_with_wrong_keys(own_app: Flask, site: RazorpaySite) -> None:
    assert run(own_app, "payments", "create-plan").output == "Error: This needs RAZORPAY_KEY_ID and its companions.\n"
    site.fake.fault("status_401", times=1, path="/v1/plans$")
    result = run(site.app, "payments", "create-plan")
    assert (result.exit_code, result.output) == (1, "Error: plan.create: Authentication failed\n")
    assert KEY_ID not in result.output


def test_payments_are_listed_refunded_and_audited(own_app: Flask, ada: User) -> None:
    with transaction() as session:
        payment = money.buy_pass(session, ada, now())
    line = f"{payment.captured_at:%Y-%m-%d %H:%M} {payment.vendor_id} 50000 paise captured\n"
    assert run(own_app, "payments", "list", "ada@example.com").output == line
    result = run(own_app, "payments", "refund", payment.vendor_id, "--reason", "asked for it")
    assert result.output == f"On its way back: {line}"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "payment.refund")).one()
    assert (entry.subject_id, entry.reason) == (ada.id, "asked for it")


def test_what_is_no_payment_is_not_refunded(own_app: Flask) -> None:
    result = run(own_app, "payments", "refund", "pay_none", "--reason", "x")
    assert (result.exit_code, result.output) == (1, "Error: There is no captured payment of this name.\n")


def test_the_gateway_is_asked_about_a_persons_purchases(own_app: Flask, ada: User) -> None:
    with transaction() as session:
        money.buy(session, ada, now())
    assert run(own_app, "payments", "ask", "ada@example.com").output == "The gateway is asked about 1.\n"


def test_reports_about_nothing_are_shown(own_app: Flask, ada: User) -> None:
    moment = now()
    with transaction() as session:
        event = Event("evt_1", "order.paid", "order_x", "pay_x")
        payment_events.receive(session, vendor="test", event=event, now=moment)
    assert run(own_app, "payments", "unmatched").output == f"{moment:%Y-%m-%d %H:%M} order.paid order_x pay_x\n"


def test_credits_are_given_and_taken_by_hand_with_a_reason(own_app: Flask, ada: User) -> None:
    adjust = ("credits", "adjust", "ada@example.com", "--reason", "a mistake", "--")
    assert run(own_app, *adjust, "10").output == "ada@example.com has 15 credits now.\n"
    assert run(own_app, *adjust, "-12").output == "ada@example.com has 3 credits now.\n"
    assert run(own_app, *adjust, "-4").output == "Error: This costs 4 credits and you have 3.\n"
    assert run(own_app, *adjust, "0").exit_code == 2
    assert run(own_app, "ledger", "check").output == "The ledger balances.\n"
