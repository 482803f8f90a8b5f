"""The fake Razorpay, held against Razorpay's own client: orders, payments and refunds."""

import re
from typing import Any

import pytest
import razorpay
import requests
from razorpay.errors import BadRequestError, SignatureVerificationError

from tests.fakes.razorpay import KEY_ID, KEY_SECRET
from tests.fakes.razorpay.client import FakeRazorpay
from tests.fakes.razorpay.fixtures import fresh_fake, real_client, started_fake  # noqa: F401

DAY = 24 * 3600
WANTED = {"amount": 49900, "currency": "INR", "receipt": "r-1", "notes": {"user": "7"}}


def order(client: Any, **more: Any) -> dict[str, Any]:
    """A new order."""
    return dict(client.order.create({**WANTED, **more}, timeout=30))


def paid(client: Any, fake: FakeRazorpay, **more: Any) -> str:
    """The id of a payment that was captured."""
    return str(fake.pay(order(client, **more)["id"])["razorpay_payment_id"])


def test_keys_are_taken_with_their_secret_alone(fake: FakeRazorpay, client: Any) -> None:
    razorpay.Client(auth=("rzp_test_another", KEY_SECRET), base_url=fake.url).order.all()
    for wrong in ((KEY_ID, "wrong"), ("rzp_live_1", KEY_SECRET)):
        with pytest.raises(BadRequestError, match="Authentication failed"):
            razorpay.Client(auth=wrong, base_url=fake.url).order.create(WANTED)
    assert requests.get(f"{fake.url}/v1/orders", timeout=30).status_code == 401
    assert fake.entities("orders") == []


def test_order_is_created_as_documented(client: Any) -> None:
    made = order(client)
    assert re.fullmatch(r"order_[0-9A-Za-z]{14}", made["id"])
    assert client.order.fetch(made["id"]) == made
    assert {**made, "id": "", "created_at": 0} == {
        **WANTED,
        "id": "",
        "entity": "order",
        "amount_paid": 0,
        "amount_due": 49900,
        "offer_id": None,
        "status": "created",
        "attempts": 0,
        "created_at": 0,
    }
    assert order(client, notes={})["notes"] == []
    assert client.order.edit(made["id"], {"notes": {"user": "8"}})["notes"] == {"user": "8"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"amount": 99}, "at least INR 1.00"),
        ({"amount": 499.5}, "must be an integer"),
        ({"amount": "49900"}, "must be an integer"),
        ({"amount": None}, "amount field is required"),
        ({"currency": "XXX"}, "Currency is not supported"),
        ({"currency": None}, "currency field is required"),
        ({"receipt": "r" * 41}, "greater than 40"),
        ({"notes": {str(n): "" for n in range(16)}}, "more than 15"),
        ({"notes": {"long": "x" * 257}}, "greater than 256"),
        ({"amt": 1}, "amt is/are not required"),
    ],
)
def test_order_is_refused_when_something_is_wrong_with_it(client: Any, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequestError, match=re.escape(message)):
        order(client, **wrong)
    assert client.order.all()["count"] == 0


def test_refusals_have_razorpays_form(fake: FakeRazorpay) -> None:
    answer = requests.post(f"{fake.url}/v1/orders", json={"amount": 1}, auth=(KEY_ID, KEY_SECRET), timeout=30)
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "BAD_REQUEST_ERROR",
        "description": "The amount must be at least INR 1.00",
        "source": "business",
        "step": "payment_initiation",
        "reason": "input_validation_failed",
        "metadata": {},
        "field": "amount",
    }


def test_id_that_does_not_exist_is_a_bad_request(fake: FakeRazorpay, client: Any) -> None:
    for ask in (client.order.fetch, client.order.payments, client.payment.fetch, client.refund.fetch):
        with pytest.raises(BadRequestError, match="The id provided does not exist"):
            ask("order_doesnotexist0")
    assert {one["status"] for one in fake.requests()} == {400}


def test_orders_are_listed_by_receipt_and_page(fake: FakeRazorpay, client: Any) -> None:
    fake.set_clock(1_800_000_000)
    ids = [order(client, receipt=f"r-{n}")["id"] for n in range(12)]
    fake.advance(DAY)
    ids.append(order(client, receipt="r-3")["id"])
    by_receipt = client.order.all({"receipt": "r-3"})
    assert [one["id"] for one in by_receipt["items"]] == [ids[12], ids[3]]
    assert [one["id"] for one in client.order.all()["items"]] == ids[:2:-1]
    assert [one["id"] for one in client.order.all({"count": 2, "skip": 11})["items"]] == [ids[1], ids[0]]
    assert client.order.all({"from": 1_800_000_000 + DAY})["count"] == 1
    assert client.order.all({"to": 1_800_000_000 + 60, "count": 100})["count"] == 12
    with pytest.raises(BadRequestError, match="between 1 and 100"):
        client.order.all({"count": 101})


def test_order_is_refused_under_the_receipt_of_another_when_accounts_ask_for_it(
    fake: FakeRazorpay, client: Any
) -> None:
    assert order(client)["id"] != order(client)["id"]
    fake.configure(unique_receipts=True)
    with pytest.raises(BadRequestError, match="receipt has already been taken"):
        order(client)


def test_payment_is_signed_for_its_order(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    told = fake.pay(made["id"], method="upi")
    assert client.utility.verify_payment_signature(told)
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_payment_signature({**told, "razorpay_order_id": order(client)["id"]})
    payment = client.payment.fetch(told["razorpay_payment_id"])
    assert (payment["status"], payment["captured"], payment["amount"]) == ("captured", True, 49900)
    assert (payment["order_id"], payment["method"], payment["vpa"]) == (made["id"], "upi", "asha@okbank")
    assert (payment["fee"], payment["tax"], payment["error_code"]) == (1178, 180, None)
    after = client.order.fetch(made["id"])
    assert (after["status"], after["attempts"], after["amount_paid"], after["amount_due"]) == ("paid", 1, 49900, 0)


def test_order_is_attempted_until_a_payment_is_captured(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    error = fake.pay(made["id"], outcome="failed")["error"]
    assert error["reason"] == "payment_failed"
    failed = client.payment.fetch(error["metadata"]["payment_id"])
    assert (failed["status"], failed["captured"], failed["error_source"]) == ("failed", False, "bank")
    assert (failed["order_id"], error["metadata"]["order_id"]) == (made["id"], made["id"])
    assert client.order.fetch(made["id"])["status"] == "attempted"
    fake.pay(made["id"])
    assert client.order.fetch(made["id"])["attempts"] == 2
    assert [one["status"] for one in client.order.payments(made["id"])["items"]] == ["captured", "failed"]


def test_paid_order_cannot_be_paid_again_at_the_checkout(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    fake.pay(made["id"])
    assert "already paid" in fake.pay(made["id"])["error"]["description"]
    assert client.order.fetch(made["id"])["attempts"] == 1


def test_second_payment_of_an_order_is_given_back(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    fake.pay(made["id"])
    second = fake.pay(made["id"], again=True)["razorpay_payment_id"]
    payment = client.payment.fetch(second)
    assert (payment["status"], payment["amount_refunded"], payment["refund_status"]) == ("refunded", 49900, "full")
    after = client.order.fetch(made["id"])
    assert (after["status"], after["attempts"], after["amount_paid"]) == ("paid", 2, 49900)


def test_late_payment_fails_and_is_captured_then(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    id_ = fake.pay(made["id"], outcome="late", later=3600)["error"]["metadata"]["payment_id"]
    assert client.payment.fetch(id_)["status"] == "failed"
    fake.advance(3599)
    assert client.order.fetch(made["id"])["status"] == "attempted"
    fake.advance(1)
    assert (client.payment.fetch(id_)["status"], client.payment.fetch(id_)["error_code"]) == ("captured", None)
    assert client.order.fetch(made["id"])["status"] == "paid"


def test_late_payment_of_an_order_that_was_paid_otherwise_is_given_back(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    late = fake.pay(made["id"], outcome="late", later=60)["error"]["metadata"]["payment_id"]
    fake.pay(made["id"])
    fake.advance(60)
    assert client.payment.fetch(late)["status"] == "refunded"


def test_authorized_payment_waits_for_its_capture(fake: FakeRazorpay, client: Any) -> None:
    fake.configure(auto_capture=False)
    made = order(client)
    told = fake.pay(made["id"])
    assert client.utility.verify_payment_signature(told)
    id_ = told["razorpay_payment_id"]
    assert client.payment.fetch(id_)["status"] == "authorized"
    with pytest.raises(BadRequestError, match="should be captured"):
        client.payment.refund(id_, {})
    with pytest.raises(BadRequestError, match="equal to the amount authorized"):
        client.payment.capture(id_, 100, {"currency": "INR"})
    assert client.payment.capture(id_, 49900, {"currency": "INR"})["status"] == "captured"
    assert client.order.fetch(made["id"])["status"] == "paid"
    with pytest.raises(BadRequestError, match="already paid"):
        client.payment.capture(id_, 49900, {"currency": "INR"})


def test_payment_that_nobody_captures_is_given_back_after_three_days(fake: FakeRazorpay, client: Any) -> None:
    made = order(client)
    id_ = fake.pay(made["id"], outcome="authorized")["razorpay_payment_id"]
    fake.advance(3 * DAY - 60)
    assert client.payment.fetch(id_)["status"] == "authorized"
    fake.advance(60)
    assert client.payment.fetch(id_)["status"] == "refunded"
    assert client.order.fetch(made["id"])["status"] == "attempted"
    with pytest.raises(BadRequestError, match="not yet captured"):
        client.payment.capture(id_, 49900, {"currency": "INR"})


def test_refunds_end_where_the_payment_ends(fake: FakeRazorpay, client: Any) -> None:
    id_ = paid(client, fake)
    with pytest.raises(BadRequestError, match="greater than the refund payment amount"):
        client.payment.refund(id_, {"amount": 49901})
    part = client.payment.refund(id_, {"amount": 10000, "notes": {"why": "asked"}})
    assert (part["status"], part["speed_processed"], part["amount"]) == ("processed", "normal", 10000)
    payment = client.payment.fetch(id_)
    assert (payment["status"], payment["refund_status"], payment["amount_refunded"]) == ("captured", "partial", 10000)
    rest = client.payment.refund(id_, {})
    assert (rest["amount"], rest["notes"]) == (39900, [])
    payment = client.payment.fetch(id_)
    assert (payment["status"], payment["refund_status"], payment["amount_refunded"]) == ("refunded", "full", 49900)
    with pytest.raises(BadRequestError, match="fully refunded already"):
        client.payment.refund(id_, {"amount": 100})
    assert client.order.fetch(payment["order_id"])["status"] == "paid"
    assert client.refund.fetch(rest["id"]) == rest
    listed = requests.get(f"{fake.url}/v1/payments/{id_}/refunds", auth=(KEY_ID, KEY_SECRET), timeout=30).json()
    assert [one["id"] for one in listed["items"]] == [rest["id"], part["id"]]


def test_refund_is_made_once_under_one_key(fake: FakeRazorpay, client: Any) -> None:
    id_ = paid(client, fake)
    headers = {"X-Refund-Idempotency": "refund-0000001"}
    first = client.payment.refund(id_, {"amount": 100}, headers=dict(headers))
    assert client.payment.refund(id_, {"amount": 100}, headers=dict(headers)) == first
    with pytest.raises(BadRequestError, match="Different request body"):
        client.payment.refund(id_, {"amount": 200}, headers=dict(headers))
    with pytest.raises(BadRequestError, match="at least 10"):
        client.payment.refund(id_, {"amount": 100}, headers={"X-Refund-Idempotency": "short"})
    assert client.payment.fetch(id_)["amount_refunded"] == 100


def test_refund_that_takes_its_time_is_pending_until_then(fake: FakeRazorpay, client: Any) -> None:
    fake.configure(refund_seconds=DAY)
    id_ = paid(client, fake)
    refund = client.payment.refund(id_, {"speed": "optimum"})
    assert (refund["status"], refund["speed_requested"]) == ("pending", "optimum")
    fake.advance(DAY)
    assert client.refund.fetch(refund["id"])["status"] == "processed"
