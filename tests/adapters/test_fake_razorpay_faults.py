"""What goes wrong between Razorpay's own client and the fake."""

import itertools
import threading
from typing import Any

import pytest
import razorpay
import requests
from razorpay.errors import BadRequestError, GatewayError, ServerError

from tests.fakes.razorpay import KEY_ID, KEY_SECRET
from tests.fakes.razorpay.client import FakeRazorpay
from tests.fakes.razorpay.fixtures import fresh_fake, real_client, started_fake, webhook_receiver  # noqa: F401
from tests.fakes.replicate.receiver import Receiver
from tests.processes import wait_for

WANTED = {"amount": 49900, "currency": "INR", "receipt": "r-1"}


def order(client: Any) -> str:
    """The id of a new order."""
    return str(client.order.create(WANTED, timeout=30)["id"])


def test_misspelled_fault_is_refused(fake: FakeRazorpay) -> None:
    with pytest.raises(AssertionError, match="no such fault: lattency"):
        fake.fault("lattency")
    with pytest.raises(AssertionError, match="no such settings: secret"):
        fake.configure(secret="x")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("status_401", BadRequestError),
        ("status_429", ServerError),
        ("status_500", ServerError),
        ("status_502", requests.exceptions.JSONDecodeError),
        ("status_503", ServerError),
        ("gateway_error", GatewayError),
        ("reset", requests.ConnectionError),
    ],
)
def test_refused_create_has_created_nothing(
    fake: FakeRazorpay, client: Any, fault: str, error: type[Exception]
) -> None:
    fake.fault(fault, times=1, method="POST", path="/v1/orders")
    assert client.order.all()["count"] == 0
    with pytest.raises(error):
        order(client)
    assert client.order.all()["count"] == 0
    order(client)
    assert client.order.all()["count"] == 1


@pytest.mark.parametrize(("fault", "error"), [("timeout", requests.Timeout), ("dropped", requests.ConnectionError)])
def test_create_whose_answer_is_lost_is_found_by_its_receipt(
    fake: FakeRazorpay, client: Any, fault: str, error: type[Exception]
) -> None:
    fake.fault(fault, times=1, method="POST")
    with pytest.raises(error):
        client.order.create(WANTED, timeout=(30, 0.3))
    assert client.order.all({"receipt": "r-1"})["count"] == 1
    wait_for(lambda: len(fake.requests(method="POST")) == 1, what="the request to be over")
    assert fake.requests(method="POST")[0]["status"] == (499 if fault == "timeout" else 0)


def test_hanging_request_has_done_nothing(fake: FakeRazorpay, client: Any) -> None:
    fake.fault("hang", times=1)
    with pytest.raises(requests.Timeout):
        client.order.create(WANTED, timeout=(30, 0.3))
    assert client.order.all()["count"] == 0


def test_late_answer_comes(fake: FakeRazorpay, client: Any) -> None:
    fake.fault("latency", times=1, value=[0.3, 0.4])
    with pytest.raises(requests.Timeout):
        client.order.create(WANTED, timeout=(30, 0.1))
    fake.fault("latency", times=1, value=0.1)
    assert client.order.create(WANTED, timeout=30)["status"] == "created"


def test_fault_happens_as_often_as_is_probable(fake: FakeRazorpay, client: Any) -> None:
    fake.fault("status_429", probability=0.5)
    statuses = [
        requests.get(f"{fake.url}/v1/orders", auth=(KEY_ID, KEY_SECRET), timeout=30).status_code for _ in range(40)
    ]
    assert 5 < statuses.count(429) < 35
    assert set(statuses) == {200, 429}


def test_answers_lie_about_payments(fake: FakeRazorpay, client: Any) -> None:
    id_ = order(client)
    payment_id = fake.pay(id_)["razorpay_payment_id"]
    fake.fault("answer_amount", times=1, path="/v1/payments/", value=100)
    assert client.payment.fetch(payment_id)["amount"] == 100
    fake.fault("answer_currency", times=1, path=f"/v1/orders/{id_}/payments")
    assert client.order.payments(id_)["items"][0]["currency"] == "USD"
    fake.fault("answer_order", times=1)
    assert client.payment.fetch(payment_id)["order_id"] != id_
    honest = client.payment.fetch(payment_id)
    assert (honest["amount"], honest["currency"], honest["order_id"]) == (49900, "INR", id_)


@pytest.mark.parametrize(
    ("fault", "value", "first", "then"),
    [
        ("pay_failed", None, "failed", "failed"),
        ("pay_late", 60, "failed", "captured"),
        ("pay_authorized", 60, "authorized", "captured"),
        ("pay_authorized", None, "authorized", "authorized"),
    ],
)
def test_payment_at_the_checkout_goes_another_way(
    fake: FakeRazorpay, client: Any, fault: str, value: Any, first: str, then: str
) -> None:
    id_ = order(client)
    fake.fault(fault, times=1, match=id_, value=value)
    fake.pay(order(client))
    fake.pay(id_)
    assert client.order.payments(id_)["items"][0]["status"] == first
    fake.advance(60)
    assert client.order.payments(id_)["items"][0]["status"] == then


def test_webhooks_come_before_the_answer(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    fake.configure(auto_capture=False)
    payment_id = fake.pay(order(client))["razorpay_payment_id"]
    fake.wait_until_delivered()
    fake.fault("webhook_first", path="/capture", method="POST")
    client.payment.capture(payment_id, 49900, {"currency": "INR"})
    assert [body["event"] for body in receiver.bodies()][1:] == ["payment.captured", "order.paid"]


def test_refund_under_a_key_that_is_in_use_is_a_conflict(fake: FakeRazorpay, client: Any) -> None:
    payment_id = fake.pay(order(client))["razorpay_payment_id"]
    fake.fault("latency", times=1, path="/refund$", value=0.5)
    headers = {"X-Refund-Idempotency": "refund-0000001"}
    url, auth = f"{fake.url}/v1/payments/{payment_id}/refund", (KEY_ID, KEY_SECRET)
    slow = threading.Thread(target=requests.post, args=(url,), kwargs={"auth": auth, "headers": headers, "timeout": 30})
    slow.start()
    wait_for(lambda: fake.entities("refunds"), what="the refund")
    assert requests.post(url, auth=auth, headers=headers, timeout=30).status_code == 409
    slow.join()
    again = requests.post(url, auth=auth, headers=headers, timeout=30)
    assert again.json()["id"] == fake.entities("refunds")[0]["id"]
    assert len(fake.entities("refunds")) == 1


def test_sdk_that_retries_creates_twice(fake: FakeRazorpay, client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    retrying = razorpay.Client(auth=(KEY_ID, KEY_SECRET), base_url=fake.url, initial_delay=0.01, max_retries=2)
    retrying.enable_retry(True)
    fake.fault("dropped", times=1)
    retrying.order.create(WANTED)
    assert client.order.all({"receipt": "r-1"})["count"] == 2
    retrying.session.close()
    assert "Retrying" in capsys.readouterr().out


def test_script_of_the_checkout_fails_only_when_it_is_meant(fake: FakeRazorpay) -> None:
    fake.fault("status_503")
    assert requests.get(fake.checkout_url, timeout=30).status_code == 200
    fake.fault("status_503", path="/v1/checkout")
    assert requests.get(fake.checkout_url, timeout=30).status_code == 503
    assert fake.pay("order_none")["error"]["description"] == "The id provided does not exist"


def test_requests_are_written_down(fake: FakeRazorpay, client: Any) -> None:
    id_ = order(client)
    client.order.fetch(id_)
    [create, fetch] = fake.requests()
    assert (create["method"], create["path"], create["status"]) == ("POST", "/v1/orders", 200)
    assert '"receipt": "r-1"' in create["body"]
    assert create["user_agent"].startswith("Razorpay-Python/2.0.1")
    assert fake.requests("/v1/orders/") == [fetch]
    for earlier, later in itertools.pairwise(fake.requests()):
        assert earlier["at"] <= later["at"]
