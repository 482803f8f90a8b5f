"""Buying: from the click until the page says that Premium is there, and every way in which it does not come to that."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import plans, purchases, subscriptions
from imagegarden.domain.plans import Tier
from imagegarden.models import (
    PaymentState,
    PlanKey,
    Purchase,
    PurchaseState,
    Subscription,
    SubscriptionState,
    User,
)
from imagegarden.payments.base import Outcome, VendorSubscription
from imagegarden.payments.razorpay import Razorpay
from imagegarden.payments.signatures import sign_return
from imagegarden.payments.test_gateway import PretendGateway
from imagegarden.worker.gateway import ask_gateway
from tests import factories

SECRET = "a secret of the gateway"


def buy(client: FlaskClient, plan: str = "pass") -> str:
    """The address of the checkout page."""
    answer = client.post("/premium/buy", data={"plan": plan})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def the_purchase(session: Session) -> Purchase:
    session.expire_all()
    return session.scalars(select(Purchase).order_by(Purchase.id.desc())).first()  # type: ignore[return-value]


def work(session: Session) -> Purchase:
    """What the worker does about the newest purchase."""
    ask_gateway(the_purchase(session).id)
    return the_purchase(session)


def signed(gateway: PretendGateway, purchase: Purchase, outcome: Outcome = Outcome.PAID) -> dict[str, str]:
    """What the browser brings back after a payment."""
    assert purchase.vendor_id is not None
    payment_id, signature, _ = gateway.pay(purchase.vendor_id, outcome)
    return {"razorpay_payment_id": payment_id, "razorpay_signature": signature}


def stage(client: FlaskClient, path: str) -> str:
    """Which of its states the page shows."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return page.text.partition('data-stage="')[2].partition('"')[0]


def test_a_pass_is_bought_and_the_page_says_each_step(
    session: Session, user: User, signed_in_client: FlaskClient, gateway: PretendGateway, now: datetime
) -> None:
    path = buy(signed_in_client)
    assert stage(signed_in_client, path) == "preparing"
    purchase = work(session)
    assert stage(signed_in_client, path) == "open"
    page = signed_in_client.get(path).text
    assert f'"order_id": "{purchase.vendor_id}"' in page
    assert '"amount": 50000' in page
    back = signed_in_client.post(f"{path}/return", data=signed(gateway, purchase))
    assert (back.status_code, back.location) == (303, path)
    assert stage(signed_in_client, path) == "processing"
    assert "You may close this tab" in signed_in_client.get(path).text
    work(session)
    assert stage(signed_in_client, path) == "active"
    assert "1,605 credits left" in signed_in_client.get(path).text
    assert plans.tier_of(session, user_id=user.id, now=now + timedelta(minutes=1)) == Tier.PREMIUM


def test_a_double_click_and_a_second_tab_are_one_purchase(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    assert buy(signed_in_client) == buy(signed_in_client)
    assert len(session.scalars(select(Purchase)).all()) == 1


def test_a_subscription_is_bought_and_then_neither_plan_can_be(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    path = buy(signed_in_client, "subscription")
    purchase = work(session)
    page = signed_in_client.get(path).text
    assert f'"subscription_id": "{purchase.vendor_id}"' in page
    assert "order_id" not in page.partition("data-pay=")[2][:400]
    signed_in_client.post(f"{path}/return", data=signed(gateway, purchase))
    work(session)
    assert stage(signed_in_client, path) == "active"
    for plan in ("pass", "subscription"):
        answer = signed_in_client.post("/premium/buy", data={"plan": plan})
        assert answer.status_code == 409
        assert "You have a subscription already" in answer.text


@pytest.mark.parametrize("plan", ["free", "gold", "", None])
def test_what_is_not_sold_cannot_be_bought(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, plan: str | None
) -> None:
    answer = signed_in_client.post("/premium/buy", data={"plan": plan} if plan is not None else {})
    assert answer.status_code == 404
    assert session.scalars(select(Purchase)).all() == []


def test_without_a_gateway_nothing_is_sold(session: Session, signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/premium/buy", data={"plan": "pass"})
    assert answer.status_code == 503
    assert "Nothing can be bought here" in answer.text
    page = signed_in_client.get("/premium").text
    assert "this site has no payment gateway" in page
    assert 'action="/premium/buy"' not in page


def test_where_no_subscriptions_are_sold_only_the_pass_is_offered(
    signed_in_client: FlaskClient, razorpay: Razorpay
) -> None:
    page = signed_in_client.get("/premium").text
    assert 'value="pass"' in page
    assert 'value="subscription"' not in page
    assert signed_in_client.post("/premium/buy", data={"plan": "subscription"}).status_code == 404


def test_a_return_needs_no_cookie_and_sets_none(
    app: Flask, session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = signed_in_client.get("/premium").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    path = signed_in_client.post("/premium/buy", data={"plan": "pass", "csrf_token": token}).location
    purchase = work(session)
    stranger = app.test_client()
    for data in (signed(gateway, purchase), {"razorpay_payment_id": "pay_x"}, {"error[code]": "BAD_REQUEST_ERROR"}):
        answer = stranger.post(f"{path}/return", data=data, headers={"Origin": "https://api.razorpay.com"})
        # A new session would take the place of the one that the browser did not send.
        assert "Set-Cookie" not in answer.headers
    assert the_purchase(session).confirmed_at is not None


def forged(purchase: Purchase, gateway: PretendGateway) -> dict[str, dict[str, str]]:
    good = signed(gateway, purchase)
    other = sign_return(SECRET, vendor_id="order_of_another", payment_id="pay_1", renews=False)
    return {
        "nothing": {},
        "no signature": {"razorpay_payment_id": good["razorpay_payment_id"]},
        "no payment": {"razorpay_signature": good["razorpay_signature"]},
        "another payment": {**good, "razorpay_payment_id": "pay_of_another"},
        "a made-up signature": {**good, "razorpay_signature": "0" * 64},
        "not even text": {**good, "razorpay_signature": "\u2603"},
        "another order's": {
            "razorpay_payment_id": "pay_1",
            "razorpay_order_id": "order_of_another",
            "razorpay_signature": other,
        },
    }


@pytest.mark.parametrize(
    "fault",
    [
        *("nothing", "no signature", "no payment", "another payment", "a made-up signature", "not even text"),
        "another order's",
    ],
)
def test_a_forged_return_changes_nothing(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, fault: str
) -> None:
    path = buy(signed_in_client)
    purchase = work(session)
    answer = signed_in_client.post(f"{path}/return", data=forged(purchase, gateway)[fault])
    assert answer.status_code == 400
    assert path in answer.text
    assert "nothing was changed" in answer.text
    assert the_purchase(session).confirmed_at is None


def test_a_return_before_there_is_an_order_is_refused(signed_in_client: FlaskClient, gateway: PretendGateway) -> None:
    path = buy(signed_in_client)
    data = {"razorpay_payment_id": "pay_1", "razorpay_signature": "0" * 64}
    assert signed_in_client.post(f"{path}/return", data=data).status_code == 400


def test_a_return_twice_is_once(session: Session, signed_in_client: FlaskClient, gateway: PretendGateway) -> None:
    path = buy(signed_in_client)
    data = signed(gateway, work(session))
    signed_in_client.post(f"{path}/return", data=data)
    first = the_purchase(session).confirmed_at
    assert signed_in_client.post(f"{path}/return", data=data).status_code == 303
    assert the_purchase(session).confirmed_at == first


def test_a_return_with_an_error_leads_back_and_says_so(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    path = buy(signed_in_client)
    work(session)
    answer = signed_in_client.post(f"{path}/return", data={"error[code]": "BAD_REQUEST_ERROR", "error[reason]": "x"})
    assert answer.status_code == 303
    page = signed_in_client.get(answer.location).text
    assert "The payment did not go through" in page
    assert 'data-stage="open"' in page


@pytest.mark.parametrize("end", ["", "/stage", "/return"])
@pytest.mark.parametrize("uuid", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_a_purchase_that_does_not_exist_is_not_found(
    signed_in_client: FlaskClient, gateway: PretendGateway, uuid: str, end: str
) -> None:
    method = "POST" if end == "/return" else "GET"
    assert signed_in_client.open(f"/premium/checkout/{uuid}{end}", method=method).status_code == 404


def test_somebody_elses_purchase_is_not_found(
    session: Session, signed_in: Callable[[User], FlaskClient], signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    path = buy(signed_in_client)
    purchase = work(session)
    theirs = signed_in(factories.person(session))
    for end in ("", "/stage"):
        assert theirs.get(f"{path}{end}").status_code == 404
    data = {"purchase": str(purchase.uuid), "outcome": "paid"}
    assert theirs.post("/test-gateway/pay", data=data).status_code == 404
    assert gateway.payments_of_order(purchase.vendor_id or "") == []


def test_the_page_asks_cheaply_and_hears_only_of_what_is_new(
    session: Session,
    signed_in_client: FlaskClient,
    gateway: PretendGateway,
    count_queries: Callable[[], object],
) -> None:
    path = buy(signed_in_client)
    with count_queries() as seen:  # type: ignore[attr-defined]
        assert signed_in_client.get(f"{path}/stage?shown=preparing").status_code == 204
    # Who asks, and the purchase.
    assert len(seen) == 2
    work(session)
    answer = signed_in_client.get(f"{path}/stage?shown=preparing")
    assert answer.status_code == 200
    assert 'data-stage="open"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PurchaseState.FAILED, "The payment gateway did not take this"),
        (PurchaseState.EXPIRED, "No payment reached us in time"),
    ],
)
def test_what_came_to_nothing_says_so_and_can_be_tried_again(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, state: PurchaseState, words: str
) -> None:
    path = buy(signed_in_client)
    the_purchase(session).state = state
    session.commit()
    page = signed_in_client.get(path).text
    assert words in page
    assert 'action="/premium/buy"' in page
    assert buy(signed_in_client) != path


def test_what_takes_long_is_explained(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, now: datetime
) -> None:
    path = buy(signed_in_client)
    the_purchase(session).created_at = now - timedelta(minutes=1)
    session.commit()
    assert "The payment gateway does not answer right now" in signed_in_client.get(path).text
    assert signed_in_client.get(f"{path}/stage?shown=preparing").status_code == 200
    assert signed_in_client.get(f"{path}/stage?shown=preparing-slow").status_code == 204


def test_a_purchase_at_a_gateway_that_is_gone_cannot_be_paid(
    session: Session, user: User, signed_in_client: FlaskClient, razorpay: Razorpay
) -> None:
    purchase = factories.purchase(session, user, vendor="test")
    assert "This cannot be paid here any more" in signed_in_client.get(f"/premium/checkout/{purchase.uuid}").text


def test_only_the_checkout_page_opens_its_policy_to_the_gateway(
    session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient, razorpay: Razorpay
) -> None:
    paid = factories.payment(session, user)
    purchase = factories.purchase(session, user, vendor="razorpay")
    path = f"/premium/checkout/{purchase.uuid}"
    answer = signed_in_client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    for name in ("script-src", "connect-src", "frame-src", "form-action"):
        assert "https://*.razorpay.com" in policy[name], name
    assert "'unsafe-inline'" in policy["style-src"]
    assert "unsafe" not in policy["script-src"]
    assert policy["default-src"] == policy["object-src"] == "'none'"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert 'data-script="https://checkout.razorpay.com/v1/checkout.js"' in answer.text
    assert "Test payments" not in answer.text
    others = ("/premium", "/billing", "/credits", f"/billing/receipts/{paid.uuid}", "/create", f"{path}/stage", "/none")
    for other in (*(signed_in_client.get(one) for one in others), client.get("/"), client.get("/login")):
        assert "razorpay" not in other.headers["Content-Security-Policy"]
        assert "unsafe" not in other.headers["Content-Security-Policy"]
        assert other.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_before_the_test_gateway_the_checkout_pages_policy_is_like_every_other(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    path = buy(signed_in_client)
    work(session)
    page = signed_in_client.get(path)
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "/static/dist/test-checkout-" in page.text
    assert "Test payments: no money moves" in page.text


def test_pretend_money_pays_and_fails(session: Session, signed_in_client: FlaskClient, gateway: PretendGateway) -> None:
    buy(signed_in_client)
    purchase = work(session)
    data = {"purchase": str(purchase.uuid)}
    failed = signed_in_client.post("/test-gateway/pay", data={**data, "outcome": "failed"})
    assert failed.json is not None
    assert failed.json["razorpay_signature"] == ""
    paid = signed_in_client.post("/test-gateway/pay", data={**data, "outcome": "paid"})
    assert paid.json is not None
    assert paid.json["razorpay_order_id"] == purchase.vendor_id
    states = [payment.state for payment in gateway.payments_of_order(purchase.vendor_id or "")]
    assert states == [PaymentState.FAILED, PaymentState.CAPTURED]
    again = signed_in_client.post("/test-gateway/pay", data={**data, "outcome": "paid"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"outcome": "paid"}, 404),
        ({"outcome": "paid", "purchase": "not-an-id"}, 404),
        ({"outcome": "paid", "purchase": str(uuid4())}, 404),
        ({"outcome": "stolen", "purchase": str(uuid4())}, 422),
        ({"purchase": str(uuid4())}, 422),
    ],
)
def test_pretend_payments_that_make_no_sense_are_refused(
    signed_in_client: FlaskClient, gateway: PretendGateway, data: dict[str, str], status: int
) -> None:
    assert signed_in_client.post("/test-gateway/pay", data=data).status_code == status


def test_where_money_is_real_nobody_pretends(
    session: Session, signed_in_client: FlaskClient, user: User, razorpay: Razorpay
) -> None:
    purchase = factories.purchase(session, user, vendor="razorpay")
    data = {"purchase": str(purchase.uuid), "outcome": "paid"}
    assert signed_in_client.post("/test-gateway/pay", data=data).status_code == 404
    assert signed_in_client.post("/billing/test/renew", data={"outcome": "paid"}).status_code == 404


def troubled(session: Session, gateway: PretendGateway, client: FlaskClient) -> tuple[str, Purchase]:
    """A subscription whose renewal has failed."""
    path = buy(client, "subscription")
    purchase = work(session)
    client.post(f"{path}/return", data=signed(gateway, purchase))
    work(session)
    gateway.renew(purchase.vendor_id or "", Outcome.FAILED)
    return path, work(session)


def test_another_card_is_given_to_a_subscription_in_trouble(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway
) -> None:
    path, purchase = troubled(session, gateway, signed_in_client)
    assert stage(signed_in_client, path) == "active"
    page = signed_in_client.get(f"{path}?card=1").text
    assert "Change your card" in page
    assert '"subscription_card_change": true' in page
    assert f'action="{path}/return?card=1"' in page
    back = signed_in_client.post(f"{path}/return?card=1", data=signed(gateway, purchase))
    assert back.location == f"{path}?card=kept"
    assert stage(signed_in_client, back.location) == "processing"
    work(session)
    assert stage(signed_in_client, back.location) == "active"


def test_a_card_that_was_kept_but_not_tried_yet_says_so(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, now: datetime
) -> None:
    path, purchase = troubled(session, gateway, signed_in_client)
    later = now + timedelta(minutes=1)
    told = VendorSubscription(SubscriptionState.PENDING, None, [])
    purchases.confirm(session, purchase_id=purchase.id, payment_id="pay_of_the_card", now=later)
    subscriptions.record(session, purchase, told, asked_at=later + timedelta(seconds=1), now=later)
    session.commit()
    assert stage(signed_in_client, f"{path}?card=kept") == "card_kept"
    # Who wants to give yet another one can.
    assert stage(signed_in_client, f"{path}?card=1") == "card"


def test_a_sound_subscription_needs_no_other_card(
    session: Session, signed_in_client: FlaskClient, gateway: PretendGateway, user: User
) -> None:
    purchase = factories.purchase(session, user, PlanKey.SUBSCRIPTION)
    purchase.state = PurchaseState.PAID
    session.get_one(Subscription, purchase.id).state = SubscriptionState.ACTIVE
    session.commit()
    assert stage(signed_in_client, f"/premium/checkout/{purchase.uuid}?card=1") == "active"
