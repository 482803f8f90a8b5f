"""What every gateway keeps: Razorpay's adapter, through its SDK to the fake, and the test gateway."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests

from imagegarden.clock import now
from imagegarden.models import PaymentState, SubscriptionState
from imagegarden.payments import events, signatures
from imagegarden.payments.base import (
    BadSignature,
    CheckoutOptions,
    Gateway,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    RenewingTerms,
    Terms,
)
from imagegarden.payments.razorpay import Razorpay
from imagegarden.payments.test_gateway import PretendGateway
from tests.fakes.razorpay import KEY_ID, KEY_SECRET, WEBHOOK_SECRET
from tests.fakes.razorpay.client import FakeRazorpay, running
from tests.fakes.replicate.receiver import receiving
from tests.razorpay_site import make_plan

MONTH = timedelta(days=30)


@dataclass
class Kind:
    """A gateway, and how people pay at it: what the browser brings back of an order or a subscription."""

    gateway: Gateway
    pay: Callable[[str], tuple[str, str]]
    fail: Callable[[str], object]


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeRazorpay]:
    with running(tmp_path_factory.mktemp("fake") / "razorpay.log", webhook_scale=1e-6, aligns_cycles=False) as fake:
        yield fake


@pytest.fixture
def razorpay(fake: FakeRazorpay) -> Razorpay:
    fake.reset()
    return Razorpay(
        key_id=KEY_ID,
        key_secret=KEY_SECRET,
        webhook_secrets=[WEBHOOK_SECRET, "the one before"],
        plan_id=make_plan(fake),
        base_url=fake.url,
        checkout=CheckoutOptions(fake.checkout_url, KEY_ID, ()),
    )


@pytest.fixture(params=["razorpay", "test"])
def kind(request: pytest.FixtureRequest, razorpay: Razorpay, fake: FakeRazorpay, tmp_path: Path) -> Kind:
    if request.param == "razorpay":

        def pay(vendor_id: str) -> tuple[str, str]:
            paid = fake.pay_subscription(vendor_id) if vendor_id.startswith("sub_") else fake.pay(vendor_id)
            return paid["razorpay_payment_id"], paid["razorpay_signature"]

        return Kind(razorpay, pay, lambda vendor_id: fake.pay(vendor_id, outcome="failed"))
    pretended = PretendGateway(tmp_path / "gateway", secret="secret", clock=now)
    return Kind(
        pretended,
        lambda vendor_id: pretended.pay(vendor_id, Outcome.PAID)[:2],
        lambda vendor_id: pretended.pay(vendor_id, Outcome.FAILED),
    )


def order(**other: Any) -> Terms:
    return Terms(**{"purchase": uuid4(), "amount_paise": 50_000, "currency": "INR", "description": "Premium", **other})


def renewing(**other: Any) -> RenewingTerms:
    given = {"purchase": uuid4(), "amount_paise": 50_000, "currency": "INR", "description": "Premium"}
    return RenewingTerms(**{**given, "days": 30, "starts_at": None, **other})


# The contract.


def test_a_new_order_has_no_payments(kind: Kind) -> None:
    assert kind.gateway.payments_of_order(kind.gateway.create_order(order())) == []


def test_a_paid_order_says_what_was_paid(kind: Kind) -> None:
    order_id = kind.gateway.create_order(order())
    payment_id, _ = kind.pay(order_id)
    [payment] = kind.gateway.payments_of_order(order_id)
    assert (payment.id, payment.order_id) == (payment_id, order_id)
    assert (payment.amount_paise, payment.currency, payment.refunded_paise) == (50_000, "INR", 0)
    assert payment.state == PaymentState.CAPTURED


def test_a_failed_payment_can_be_followed_by_a_good_one(kind: Kind) -> None:
    order_id = kind.gateway.create_order(order())
    kind.fail(order_id)
    kind.pay(order_id)
    states = sorted(payment.state for payment in kind.gateway.payments_of_order(order_id))
    assert states == [PaymentState.CAPTURED, PaymentState.FAILED]


@pytest.mark.parametrize("renews", [False, True])
def test_what_the_browser_brings_back_is_believed_for_its_own_purchase_alone(kind: Kind, renews: bool) -> None:
    gateway = kind.gateway
    vendor_id = gateway.create_subscription(renewing()) if renews else gateway.create_order(order())
    payment_id, signature = kind.pay(vendor_id)
    gateway.verify_return(vendor_id=vendor_id, payment_id=payment_id, signature=signature, renews=renews)
    for other in (
        {"vendor_id": "order_other"},
        {"payment_id": "pay_other"},
        {"signature": signature[:-1] + ("0" if signature[-1] != "0" else "1")},
        {"signature": ""},
        {"signature": "é"},
        {"payment_id": ""},
        {"renews": not renews},
    ):
        given = {"vendor_id": vendor_id, "payment_id": payment_id, "signature": signature, "renews": renews, **other}
        with pytest.raises(BadSignature):
            gateway.verify_return(**given)  # type: ignore[arg-type]


def test_a_new_subscription_waits_to_be_authorized(kind: Kind) -> None:
    told = kind.gateway.look_up_subscription(kind.gateway.create_subscription(renewing()))
    assert (told.state, told.paid_until, told.charges) == (SubscriptionState.CREATED, None, [])


def test_a_subscription_that_begins_at_once_is_charged_at_once(kind: Kind) -> None:
    subscription_id = kind.gateway.create_subscription(renewing())
    before = now()
    payment_id, _ = kind.pay(subscription_id)
    told = kind.gateway.look_up_subscription(subscription_id)
    [charge] = told.charges
    assert (told.state, charge.payment.id, charge.payment.amount_paise) == (
        SubscriptionState.ACTIVE,
        payment_id,
        50_000,
    )
    assert charge.starts_at is not None
    assert told.paid_until is not None
    assert abs(charge.starts_at - before) < timedelta(minutes=1)
    assert told.paid_until - charge.starts_at == MONTH


def test_a_known_payment_is_told_of_only_when_it_was_reported(kind: Kind) -> None:
    subscription_id = kind.gateway.create_subscription(renewing())
    payment_id, _ = kind.pay(subscription_id)
    look_up = kind.gateway.look_up_subscription
    assert look_up(subscription_id, known=[payment_id]).charges == []
    assert len(look_up(subscription_id, known=[payment_id], hints=[payment_id]).charges) == 1


def test_a_subscription_that_begins_later_is_authorized_and_not_charged(kind: Kind) -> None:
    subscription_id = kind.gateway.create_subscription(renewing(starts_at=now() + timedelta(days=5)))
    kind.pay(subscription_id)
    told = kind.gateway.look_up_subscription(subscription_id)
    assert (told.state, told.paid_until, told.charges) == (SubscriptionState.AUTHENTICATED, None, [])


def test_canceling_at_the_end_of_a_period_leaves_it_active_until_then(kind: Kind) -> None:
    subscription_id = kind.gateway.create_subscription(renewing())
    kind.pay(subscription_id)
    kind.gateway.cancel_subscription(subscription_id, at_period_end=True)
    assert kind.gateway.look_up_subscription(subscription_id).state == SubscriptionState.ACTIVE


def test_canceling_at_once_and_again_ends_it(kind: Kind) -> None:
    subscription_id = kind.gateway.create_subscription(renewing())
    kind.pay(subscription_id)
    for _ in range(2):
        kind.gateway.cancel_subscription(subscription_id, at_period_end=False)
    assert kind.gateway.look_up_subscription(subscription_id).state == SubscriptionState.CANCELED


def test_the_same_refund_twice_is_one(kind: Kind) -> None:
    order_id = kind.gateway.create_order(order())
    payment_id, _ = kind.pay(order_id)
    for _ in range(2):
        kind.gateway.refund(payment_id, amount_paise=50_000, key="refund-of-this-payment")
    [payment] = kind.gateway.payments_of_order(order_id)
    assert (payment.state, payment.refunded_paise) == (PaymentState.REFUNDED, 50_000)


def test_what_does_not_exist_is_refused(kind: Kind) -> None:
    with pytest.raises(GatewayRefused):
        kind.gateway.payments_of_order("order_AAAAAAAAAAAAAA")
    with pytest.raises(GatewayRefused):
        kind.gateway.look_up_subscription("sub_AAAAAAAAAAAAAA")


# Razorpay alone.


@pytest.mark.parametrize(
    "fault",
    ["status_500", "status_502", "status_503", "status_429", "gateway_error", "reset", "dropped"],
)
def test_a_broken_answer_is_temporary_and_says_no_secret(
    razorpay: Razorpay, fake: FakeRazorpay, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.fault(fault, times=1)
    with pytest.raises(GatewayUnavailable) as trouble:
        razorpay.create_order(order())
    assert KEY_SECRET not in str(trouble.value)
    assert capsys.readouterr() == ("", "")


def test_a_gateway_that_does_not_answer_is_given_up(
    razorpay: Razorpay, fake: FakeRazorpay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagegarden.payments.razorpay.TIMEOUTS", (0.2, 0.2))
    fake.fault("hang", times=1)
    with pytest.raises(GatewayUnavailable):
        razorpay.create_order(order())


def test_wrong_keys_are_refused(fake: FakeRazorpay, razorpay: Razorpay) -> None:
    fake.fault("status_401", times=1)
    with pytest.raises(GatewayRefused, match="Authentication failed"):
        razorpay.create_order(order())


def test_a_create_is_sent_once_whatever_happens(razorpay: Razorpay, fake: FakeRazorpay) -> None:
    fake.fault("reset", times=1, path="/v1/orders$")
    with pytest.raises(GatewayUnavailable):
        razorpay.create_order(order())
    assert len(fake.requests("/v1/orders", "POST")) == 1


def test_a_plan_with_other_terms_is_not_subscribed_to(razorpay: Razorpay) -> None:
    for other in ({"amount_paise": 40_000}, {"currency": "USD"}, {"days": 31}):
        with pytest.raises(GatewayRefused, match="RAZORPAY_PLAN_ID"):
            razorpay.create_subscription(renewing(**other))


def test_the_plan_that_the_command_makes_is_one_that_can_be_subscribed_to(
    razorpay: Razorpay, fake: FakeRazorpay
) -> None:
    plan_id = razorpay.create_plan(name="Premium", amount_paise=70_000, currency="INR", days=30)
    other = Razorpay(
        key_id=KEY_ID,
        key_secret=KEY_SECRET,
        webhook_secrets=[],
        plan_id=plan_id,
        base_url=fake.url,
        checkout=razorpay.checkout,
    )
    assert other.create_subscription(renewing(amount_paise=70_000)).startswith("sub_")


def test_a_real_report_is_read(razorpay: Razorpay, fake: FakeRazorpay) -> None:
    order_id = razorpay.create_order(order())
    with receiving() as receiver:
        fake.configure(webhook_url=receiver.url)
        paid = fake.pay(order_id)
        fake.wait_until_delivered()
        heard = [razorpay.read_event(headers, body.encode()) for headers, body in receiver.received]
    assert {event.kind for event in heard} == {"payment.authorized", "payment.captured", "order.paid"}
    assert {(event.subject_id, event.payment_id) for event in heard} == {(order_id, paid["razorpay_payment_id"])}
    assert len({event.id for event in heard}) == 3


def sealed(body: bytes, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    return {events.SIGNATURE: signatures.sign(secret, body)}


def test_a_report_is_believed_with_the_present_and_the_previous_secret_alone(razorpay: Razorpay) -> None:
    body = json.dumps({"event": "order.paid", "payload": {"order": {"entity": {"id": "order_1"}}}}).encode()
    for secret in (WEBHOOK_SECRET, "the one before"):
        assert razorpay.read_event(sealed(body, secret), body).subject_id == "order_1"
    for headers in ({}, sealed(body, "another"), sealed(body, KEY_SECRET), {events.SIGNATURE: "é"}):
        with pytest.raises(BadSignature):
            razorpay.read_event(headers, body)
    with pytest.raises(BadSignature):
        razorpay.read_event(sealed(body), body + b" ")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b'{"event": 5}', b"\xff\xfe", b'{"event": "x", "payload": []}', b"9" * 5000),
        *(b"[" * 100_000, b'{"event": "\\u0000"}', b'{"event": "\\ud800", "payload": {}}'),
        b'{"event": "x", "payload": {"order": {"entity": {"id": "\\u0000\\ud800"}}}}',
    ],
)
def test_a_signed_body_without_sense_does_no_harm(razorpay: Razorpay, body: bytes) -> None:
    try:
        event = razorpay.read_event(sealed(body), body)
    except BadSignature:
        return
    assert (event.subject_id, event.payment_id) == (None, None)


def test_a_report_without_an_id_is_named_by_its_body(razorpay: Razorpay) -> None:
    body = b'{"event": "order.paid"}'
    assert razorpay.read_event(sealed(body), body).id == razorpay.read_event(sealed(body), body).id
    assert razorpay.read_event({**sealed(body), events.EVENT_ID: "evt_1"}, body).id == "evt_1"


def test_no_redirect_is_followed_with_our_keys(razorpay: Razorpay) -> None:
    with receiving() as receiver:
        answer = httpx.Response(302, headers={"Location": receiver.url})
        session = razorpay._client.session
        session.mount("http://", _Answering(answer))
        with pytest.raises(GatewayUnavailable):
            razorpay.create_order(order())
        assert receiver.received == []


class _Answering:
    """A transport of requests that answers every request alike."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def send(self, request: Any, **_: Any) -> Any:

        found = requests.Response()
        found.status_code, found.request, found.url = self._answer.status_code, request, request.url
        found.headers.update(self._answer.headers)
        found._content = self._answer.content
        return found

    def close(self) -> None:
        """Nothing is open."""


# The test gateway alone.


@pytest.fixture
def clock() -> list[datetime]:
    return [datetime(2027, 1, 1, tzinfo=UTC)]


@pytest.fixture
def pretended(tmp_path: Path, clock: list[datetime]) -> PretendGateway:
    return PretendGateway(tmp_path / "gateway", secret="secret", clock=lambda: clock[0])


def kinds_of(reports: Any) -> list[str]:
    return [json.loads(report)["event"] for report in reports]


def test_the_test_gateway_renews_what_is_due_by_itself(pretended: PretendGateway, clock: list[datetime]) -> None:
    subscription_id = pretended.create_subscription(renewing())
    pretended.pay(subscription_id, Outcome.PAID)
    assert pretended.tick() == []
    clock[0] += MONTH
    assert kinds_of(pretended.tick()) == ["subscription.charged"]
    assert pretended.tick() == []
    told = pretended.look_up_subscription(subscription_id)
    assert (len(told.charges), told.paid_until) == (2, clock[0] + MONTH)


def test_the_test_gateway_tries_a_failed_renewal_again_each_day_until_it_halts(
    pretended: PretendGateway, clock: list[datetime]
) -> None:
    subscription_id = pretended.create_subscription(renewing())
    pretended.pay(subscription_id, Outcome.PAID)
    clock[0] += MONTH
    heard = kinds_of(pretended.renew(subscription_id, Outcome.FAILED))
    for _ in range(5):
        clock[0] += timedelta(days=1)
        heard += kinds_of(pretended.tick())
    assert heard == ["subscription.pending"] * 3 + ["subscription.halted"]
    assert kinds_of(pretended.renew(subscription_id, Outcome.PAID)) == ["subscription.charged"]
    assert pretended.look_up_subscription(subscription_id).state == SubscriptionState.ACTIVE


def test_the_test_gateway_ends_a_canceled_subscription_with_its_period(
    pretended: PretendGateway, clock: list[datetime]
) -> None:
    subscription_id = pretended.create_subscription(renewing())
    pretended.pay(subscription_id, Outcome.PAID)
    pretended.cancel_subscription(subscription_id, at_period_end=True)
    clock[0] += MONTH
    assert kinds_of(pretended.tick()) == ["subscription.cancelled"]


def test_the_test_gateway_takes_money_for_an_order_once(pretended: PretendGateway) -> None:
    order_id = pretended.create_order(order())
    pretended.pay(order_id, Outcome.PAID)
    with pytest.raises(GatewayRefused):
        pretended.pay(order_id, Outcome.PAID)


def test_the_test_gateways_reports_are_read_as_the_real_ones(pretended: PretendGateway) -> None:
    order_id = pretended.create_order(order())
    payment_id, _, reports = pretended.pay(order_id, Outcome.PAID)
    for report in reports:
        event = pretended.read_event(pretended.sign_event(report.encode()), report.encode())
        assert (event.subject_id, event.payment_id) == (order_id, payment_id)


@pytest.mark.parametrize("hostile", ["../secret", "order_../../x", "", "order_\n", "."])
def test_no_name_leads_out_of_the_test_gateways_folder(pretended: PretendGateway, hostile: str) -> None:
    with pytest.raises(GatewayRefused):
        pretended.payments_of_order(hostile)
