"""Webhooks of the fake Razorpay: how they are signed, in which order they come, and how they go astray."""

import json
import socket
from collections import Counter
from typing import Any

import pytest
from razorpay.errors import SignatureVerificationError

from tests.fakes.razorpay import WEBHOOK_SECRET
from tests.fakes.razorpay.client import FakeRazorpay
from tests.fakes.razorpay.fixtures import fresh_fake, real_client, started_fake, webhook_receiver  # noqa: F401
from tests.fakes.replicate.receiver import Receiver
from tests.processes import wait_for

DAY = 24 * 3600
PAID = ["payment.authorized", "payment.captured", "order.paid"]


def order(client: Any, **more: Any) -> str:
    """The id of a new order."""
    return str(client.order.create({"amount": 49900, "currency": "INR", **more})["id"])


def subscription(client: Any) -> str:
    """The id of a new subscription."""
    item = {"name": "Premium", "amount": 49900, "currency": "INR"}
    plan = client.plan.create({"period": "monthly", "interval": 1, "item": item})
    return str(client.subscription.create({"plan_id": plan["id"], "total_count": 12})["id"])


def names(receiver: Receiver) -> list[str]:
    """What was said, in the order in which it came."""
    return [body["event"] for body in receiver.bodies()]


def ids(receiver: Receiver) -> list[str]:
    """Under which ids it was said."""
    return [headers["x-razorpay-event-id"] for headers, _ in receiver.received]


def pay(fake: FakeRazorpay, client: Any) -> str:
    """The id of a payment, all of whose events have been delivered."""
    id_ = str(fake.pay(order(client))["razorpay_payment_id"])
    fake.wait_until_delivered()
    return id_


def test_events_are_signed_and_come_in_order(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    id_ = pay(fake, client)
    assert names(receiver) == PAID
    assert len(set(ids(receiver))) == 3
    for headers, body in receiver.received:
        assert client.utility.verify_webhook_signature(body, headers["X-Razorpay-Signature"], WEBHOOK_SECRET)
    assert [body["contains"] for body in receiver.bodies()] == [["payment"], ["payment"], ["payment", "order"]]
    assert receiver.bodies()[2]["payload"]["order"]["entity"]["amount_due"] == 0
    # Each is what there was then, not what there is now.
    payments = [body["payload"]["payment"]["entity"] for body in receiver.bodies()]
    assert [one["status"] for one in payments] == ["authorized", "captured", "captured"]
    assert {one["id"] for one in payments} == {id_}
    assert payments[0]["notes"] == []


def test_body_written_again_has_other_bytes(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    fake.pay_subscription(subscription(client))
    fake.wait_until_delivered()
    headers, body = receiver.received[-1]
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_webhook_signature(
            json.dumps(json.loads(body), separators=(",", ":")), headers["X-Razorpay-Signature"], WEBHOOK_SECRET
        )


def test_everything_that_happens_is_told(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    fake.pay(order(client), outcome="failed")
    id_ = pay(fake, client)
    fake.refund(id_, 100)
    fake.fault("refund_failed", times=1)
    fake.fault("refund_slower", times=1)
    failed = fake.refund(id_)
    assert client.refund.fetch(failed["id"])["status"] == "failed"
    assert client.payment.fetch(id_)["amount_refunded"] == 100
    for status in ("under_review", "action_required", "won", "lost", "closed"):
        dispute = fake.dispute(id_)
        decided = fake.decide(dispute["id"], status)
        assert decided["amount_deducted"] == (49900 if status == "lost" else 0)
    fake.wait_until_delivered()
    said = Counter(names(receiver))
    assert said == {
        **Counter(PAID),
        "payment.failed": 1,
        "refund.created": 2,
        "refund.processed": 1,
        "refund.failed": 1,
        "refund.speed_changed": 1,
        "payment.dispute.created": 5,
        **{f"payment.dispute.{one}": 1 for one in ("under_review", "action_required", "won", "lost", "closed")},
    }
    contents = {body["event"]: body["contains"] for body in receiver.bodies()}
    assert contents["refund.processed"] == ["refund", "payment"]
    assert contents["payment.dispute.lost"] == ["payment", "dispute"]


def test_event_that_is_not_taken_is_sent_again_under_its_id(
    fake: FakeRazorpay, client: Any, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302, 404, 200]
    fake.hold()
    pay(fake, client)
    assert receiver.received == []
    # Only the first of them, so that each answer is one to it.
    fake.fault("webhook_drop", event="payment.captured")
    fake.fault("webhook_drop", event="order.paid")
    fake.release()
    fake.wait_until_delivered()
    assert len(set(ids(receiver))) == 1
    assert [(one["attempt"], one["answer"]) for one in fake.deliveries("payment.authorized")] == [
        (1, 500),
        (2, 302),
        (3, 404),
        (4, 200),
    ]
    assert {body for _, body in receiver.received} == {receiver.received[0][1]}


def test_webhook_is_disabled_that_takes_nothing_for_a_day(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    receiver.statuses = [500]
    pay(fake, client)
    assert fake.counts()["webhook_is_disabled"]
    assert 5 < max(one["attempt"] for one in fake.deliveries()) < 13
    before = len(receiver.received)
    pay(fake, client)
    assert len(receiver.received) == before
    assert fake.deliveries()[-1]["error"] == "disabled"
    fake.enable_webhook()
    receiver.statuses = [200]
    pay(fake, client)
    assert names(receiver)[before:] == PAID


def test_retries_come_when_the_clock_is_moved(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    fake.configure(webhook_scale=1.0)
    fake.fault("webhook_drop", event="payment.captured")
    fake.fault("webhook_drop", event="order.paid")
    receiver.statuses = [503, 200]
    fake.pay(order(client))
    wait_for(lambda: fake.deliveries("payment.authorized"), what="the first try")
    fake.advance(60)
    fake.wait_until_delivered()
    assert [one["answer"] for one in fake.deliveries("payment.authorized")] == [503, 200]


def test_event_that_is_not_answered_in_time_is_sent_again(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        fake.configure(webhook_url=url, webhook_timeout=0.1, webhook_scale=1.0)
        fake.pay(order(client))
        wait_for(lambda: len(fake.deliveries()) == 3, what="the first tries")
    assert {one["error"].partition(":")[0] for one in fake.deliveries()} == {"TimeoutError"}
    fake.configure(webhook_url=receiver.url, webhook_timeout=5)
    fake.advance(60)
    fake.wait_until_delivered()
    assert sorted(names(receiver)) == sorted(PAID)


def test_new_secret_signs_new_events_alone(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    verify = client.utility.verify_webhook_signature
    fake.hold()
    pay(fake, client)
    secret = fake.rotate_secret()
    fake.release()
    fake.wait_until_delivered()
    assert all(verify(body, headers["X-Razorpay-Signature"], WEBHOOK_SECRET) for headers, body in receiver.received)
    pay(fake, client)
    assert all(verify(body, headers["X-Razorpay-Signature"], secret) for headers, body in receiver.received[3:])


def test_event_is_sent_again_when_asked(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    pay(fake, client)
    event = fake.events("order.paid")[0]
    assert fake.resend(event["id"])["answer"] == 200
    assert fake.resend(event["id"], new_id=True)["answer"] == 200
    assert ids(receiver)[2] == ids(receiver)[3] != ids(receiver)[4]
    assert len({body for _, body in receiver.received[2:]}) == 1


@pytest.mark.parametrize(("signature", "secret"), [("good", WEBHOOK_SECRET), ("previous", "old"), ("bad", None)])
def test_any_body_is_sent_with_any_signature(
    fake: FakeRazorpay, client: Any, receiver: Receiver, signature: str, secret: str | None
) -> None:
    fake.configure(webhook_secret="old")
    fake.rotate_secret(WEBHOOK_SECRET)
    receiver.statuses = [400]
    sent = fake.send({"event": "unheard.of"}, signature=signature, event_id="mine")
    assert (sent["answer"], sent["event_id"], ids(receiver)) == (400, "mine", ["mine"])
    [(headers, body)] = receiver.received
    for known in ("old", WEBHOOK_SECRET):
        if known == secret:
            assert client.utility.verify_webhook_signature(body, headers["X-Razorpay-Signature"], known)
            continue
        with pytest.raises(SignatureVerificationError):
            client.utility.verify_webhook_signature(body, headers["X-Razorpay-Signature"], known)
    fake.send("no JSON", signature="none")
    assert receiver.received[1][1] == "no JSON"
    assert "X-Razorpay-Signature" not in receiver.received[1][0]


def test_webhooks_go_astray(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    def delivered(fault: str, event: str | None = "payment.captured", value: Any = None) -> list[tuple[str, str]]:
        before = len(receiver.received)
        fake.clear_faults()
        fake.fault(fault, event=event, value=value)
        pay(fake, client)
        return list(zip(names(receiver)[before:], ids(receiver)[before:], strict=True))

    assert [name for name, _ in delivered("webhook_drop")] == [PAID[0], PAID[2]]
    twice = delivered("webhook_duplicate", value=3)
    assert [name for name, _ in twice] == [PAID[0], PAID[1], PAID[1], PAID[1], PAID[2]]
    assert len({id_ for name, id_ in twice if name == PAID[1]}) == 1
    renamed = delivered("webhook_duplicate_new_id")
    assert len({id_ for name, id_ in renamed if name == PAID[1]}) == 2
    assert [name for name, _ in delivered("webhook_last", "payment.authorized")] == [PAID[1], PAID[2], PAID[0]]
    assert [name for name, _ in delivered("webhook_last", None)] == PAID[::-1]
    assert [name for name, _ in delivered("webhook_delay", value=0.05)] == [PAID[0], PAID[2], PAID[1]]
    for fault in ("webhook_bad_signature", "webhook_old_secret"):
        delivered(fault)
        headers, body = receiver.received[-2]
        with pytest.raises(SignatureVerificationError):
            client.utility.verify_webhook_signature(body, headers["X-Razorpay-Signature"], WEBHOOK_SECRET)


def test_webhooks_lie_under_a_good_signature(fake: FakeRazorpay, client: Any, receiver: Receiver) -> None:
    for fault, value in (("webhook_amount", 100), ("webhook_currency", "USD"), ("webhook_order", "order_x")):
        fake.fault(fault, event="payment.captured", value=value)
    pay(fake, client)
    headers, body = receiver.received[1]
    assert client.utility.verify_webhook_signature(body, headers["X-Razorpay-Signature"], WEBHOOK_SECRET)
    payment = json.loads(body)["payload"]["payment"]["entity"]
    assert (payment["amount"], payment["currency"], payment["order_id"]) == (100, "USD", "order_x")


def test_charge_is_told_of_before_the_activation_and_the_answer(
    fake: FakeRazorpay, client: Any, receiver: Receiver
) -> None:
    fake.fault("webhook_last", event="subscription.activated")
    fake.fault("webhook_first", path="/__fake__/pay")
    fake.pay_subscription(subscription(client))
    # All has been taken before the page was told.
    assert names(receiver)[-2:] == ["subscription.charged", "subscription.activated"]


def test_many_payments_are_told_of_three_times_in_any_order(
    fake: FakeRazorpay, client: Any, receiver: Receiver
) -> None:
    orders = [order(client) for _ in range(100)]
    fake.hold()
    fake.pay_many(orders)
    assert fake.release(copies=3, shuffle=True) == 900
    fake.wait_until_delivered()
    assert Counter(names(receiver)) == dict.fromkeys(PAID, 300)
    assert set(Counter(ids(receiver)).values()) == {3}
    first_seen = {body["payload"]["payment"]["entity"]["id"]: body["event"] for body in reversed(receiver.bodies())}
    assert set(first_seen.values()) == set(PAID)
    assert fake.counts()["orders"] == {"paid": 100}
