"""Subscriptions of the fake Razorpay, held against Razorpay's own client: their states and their clock."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from razorpay.errors import BadRequestError, SignatureVerificationError

from tests.fakes.razorpay.client import FakeRazorpay
from tests.fakes.razorpay.fixtures import fresh_fake, real_client, started_fake  # noqa: F401

DAY = 24 * 3600
ITEM = {"name": "Premium", "amount": 49900, "currency": "INR"}
# Half past five in the afternoon in India, on the last of a month.
BEGINNING = int(datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp())


def midnight(year: int, month: int, day: int) -> int:
    """When that day begins in India."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) - int(5.5 * 3600)


def plan(client: Any, **more: Any) -> str:
    """The id of a new plan."""
    return str(client.plan.create({"period": "monthly", "interval": 1, "item": ITEM, **more})["id"])


def subscription(client: Any, **more: Any) -> str:
    """The id of a new subscription."""
    return str(client.subscription.create({"plan_id": plan(client), "total_count": 12, **more})["id"])


def begun(client: Any, fake: FakeRazorpay, **more: Any) -> str:
    """The id of a subscription that was paid for at the beginning."""
    fake.set_clock(BEGINNING)
    id_ = subscription(client, **more)
    fake.pay_subscription(id_)
    return id_


def said(fake: FakeRazorpay, of: str = "subscription.") -> list[str]:
    """What events there were of subscriptions, in their order."""
    return [one["name"].removeprefix(of) for one in fake.events() if one["name"].startswith(of)]


def test_plan_is_created_as_documented(client: Any) -> None:
    made = client.plan.create({"period": "monthly", "interval": 1, "item": ITEM, "notes": {"a": "b"}})
    assert client.plan.fetch(made["id"]) == made == client.plan.all()["items"][0]
    assert re.fullmatch(r"plan_\w{14}", made["id"])
    assert (made["item"]["amount"], made["item"]["type"], made["item"]["active"]) == (49900, "plan", True)
    for wrong in ({"period": "hourly"}, {"interval": 0}, {"period": "daily", "interval": 6}, {"item": {}}):
        with pytest.raises(BadRequestError):
            plan(client, **wrong)


def test_subscription_is_created_as_documented(client: Any) -> None:
    made = client.subscription.create({"plan_id": plan(client), "total_count": 12, "customer_notify": 1})
    assert (made["status"], made["remaining_count"], made["paid_count"]) == ("created", 12, 0)
    assert [made[name] for name in ("current_start", "current_end", "charge_at", "ended_at")] == [None] * 4
    assert "customer_id" not in made
    assert client.subscription.fetch(made["id"]) == made
    [invoice] = client.invoice.all({"subscription_id": made["id"]})["items"]
    assert (invoice["status"], invoice["payment_id"], invoice["billing_start"]) == ("issued", None, None)


def test_subscription_is_refused_when_something_is_wrong_with_it(fake: FakeRazorpay, client: Any) -> None:
    with pytest.raises(BadRequestError, match="id provided does not exist"):
        subscription(client, plan_id="plan_00000000000000")
    for wrong in ({"total_count": None}, {"total_count": 0}, {"quantity": 0}, {"start_at": int(fake.now()) - 9}):
        with pytest.raises(BadRequestError):
            subscription(client, **wrong)
    assert fake.entities("subscriptions") == []


def test_subscriptions_are_listed_by_plan(client: Any) -> None:
    first, second = subscription(client), subscription(client)
    assert [one["id"] for one in client.subscription.all()["items"]] == [second, first]
    of_plan = client.subscription.fetch(first)["plan_id"]
    assert [one["id"] for one in client.subscription.all({"plan_id": of_plan})["items"]] == [first]


def test_first_payment_begins_a_subscription_at_once(fake: FakeRazorpay, client: Any) -> None:
    fake.set_clock(BEGINNING)
    id_ = subscription(client)
    told = fake.pay_subscription(id_)
    assert client.utility.verify_subscription_payment_signature(told)
    # The same in the order in which orders are signed.
    with pytest.raises(SignatureVerificationError):
        client.utility.verify_payment_signature({**told, "razorpay_order_id": id_})
    assert said(fake) == ["authenticated", "activated", "charged"]
    assert said(fake, "payment.") == ["authorized", "captured"]
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"], now["remaining_count"]) == ("active", 1, 11)
    assert now["current_start"] - BEGINNING < 30
    # January has 31 days, and February has not; cycles end at midnight in India.
    assert now["current_end"] == now["charge_at"] == midnight(2027, 2, 28)
    assert now["end_at"] == midnight(2028, 1, 31)
    payment = client.payment.fetch(told["razorpay_payment_id"])
    assert (payment["amount"], payment["captured"], payment["customer_id"]) == (49900, True, now["customer_id"])
    [invoice] = client.invoice.all({"subscription_id": id_})["items"]
    assert (invoice["payment_id"], invoice["status"], invoice["id"]) == (payment["id"], "paid", payment["invoice_id"])
    assert (invoice["billing_start"], invoice["billing_end"]) == (now["current_start"], now["current_end"])
    [charged] = fake.events("subscription.charged")
    assert charged["body"]["contains"] == ["subscription", "payment"]
    assert charged["body"]["payload"]["payment"]["entity"]["captured"] == "1"
    assert charged["body"]["payload"]["subscription"]["entity"] == now


def test_first_payment_that_fails_can_be_made_again(fake: FakeRazorpay, client: Any) -> None:
    id_ = subscription(client)
    assert fake.pay_subscription(id_, outcome="failed")["error"]["reason"] == "payment_failed"
    assert client.subscription.fetch(id_)["status"] == "created"
    late = fake.pay_subscription(id_, outcome="late", later=60)["error"]["metadata"]["payment_id"]
    fake.pay_subscription(id_)
    assert client.subscription.fetch(id_)["paid_count"] == 1
    # The one that comes late is one too many.
    fake.advance(60)
    assert client.payment.fetch(late)["status"] == "refunded"
    assert client.subscription.fetch(id_)["paid_count"] == 1
    assert "error" in fake.pay_subscription(id_)


def test_first_payment_that_is_captured_late_begins_a_subscription_late(fake: FakeRazorpay, client: Any) -> None:
    id_ = subscription(client)
    assert client.utility.verify_subscription_payment_signature(
        fake.pay_subscription(id_, outcome="authorized", later=60)
    )
    assert client.subscription.fetch(id_)["status"] == "created"
    fake.advance(60)
    assert client.subscription.fetch(id_)["status"] == "active"


def test_first_payment_of_a_canceled_subscription_is_given_back(fake: FakeRazorpay, client: Any) -> None:
    id_ = subscription(client)
    fake.pay_subscription(id_, outcome="authorized", later=60)
    client.subscription.cancel(id_)
    fake.advance(60)
    assert client.subscription.fetch(id_)["status"] == "cancelled"
    assert fake.entities("payments")[0]["status"] == "refunded"


def test_addons_are_paid_with_the_first_cycle(fake: FakeRazorpay, client: Any) -> None:
    addons = [{"item": {"name": "Setup", "amount": 10000, "currency": "INR"}}]
    id_ = begun(client, fake, addons=addons)
    fake.advance(30 * DAY)
    assert [one["amount"] for one in client.invoice.all({"subscription_id": id_})["items"]] == [49900, 59900]


def test_renewals_are_charged_when_they_are_due(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    fake.advance(to=midnight(2027, 2, 28) - 60)
    assert client.subscription.fetch(id_)["paid_count"] == 1
    fake.advance(to=midnight(2027, 4, 1))
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"]) == ("active", 3)
    assert (now["current_start"], now["current_end"]) == (midnight(2027, 3, 31), midnight(2027, 4, 30))
    assert said(fake) == ["authenticated", "activated", "charged", "charged", "charged"]
    assert [one["at"] for one in fake.events("subscription.charged")][1:] == [
        midnight(2027, 2, 28),
        midnight(2027, 3, 31),
    ]
    invoices = client.invoice.all({"subscription_id": id_})["items"]
    assert len({one["payment_id"] for one in invoices}) == 3


def test_cycles_last_exactly_a_period_when_they_are_not_aligned(fake: FakeRazorpay, client: Any) -> None:
    fake.configure(aligns_cycles=False)
    now = client.subscription.fetch(begun(client, fake, plan_id=plan(client, period="weekly", interval=2)))
    assert now["current_end"] - now["current_start"] == 14 * DAY


def test_subscription_is_completed_with_its_last_charge(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake, total_count=2)
    fake.advance(40 * DAY)
    now = client.subscription.fetch(id_)
    assert (now["status"], now["remaining_count"], now["charge_at"]) == ("completed", 0, None)
    assert said(fake)[-2:] == ["charged", "completed"]
    assert fake.events("subscription.completed")[0]["body"]["contains"] == ["subscription", "payment"]


def test_charge_that_fails_is_pending_and_tried_again_the_next_day(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    fake.fail_renewals(id_, 2)
    fake.advance(to=midnight(2027, 2, 28))
    now = client.subscription.fetch(id_)
    assert (now["status"], now["auth_attempts"], now["charge_at"]) == ("pending", 1, midnight(2027, 3, 1))
    assert now["current_end"] == midnight(2027, 2, 28)
    fake.advance(DAY)
    assert client.subscription.fetch(id_)["auth_attempts"] == 2
    fake.advance(DAY)
    now = client.subscription.fetch(id_)
    assert (now["status"], now["auth_attempts"], now["paid_count"]) == ("active", 0, 2)
    assert (now["current_start"], now["current_end"]) == (midnight(2027, 2, 28), midnight(2027, 3, 31))
    assert said(fake)[3:] == ["pending", "pending", "activated", "charged"]
    assert len(fake.events("payment.failed")) == 2


def test_subscription_halts_after_three_retries_and_goes_on_with_another_card(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    fake.fault("renewal_failed", times=4, path=id_)
    fake.advance(to=midnight(2027, 3, 4))
    assert said(fake)[3:] == ["pending", "pending", "pending", "halted"]
    assert client.subscription.fetch(id_)["status"] == "halted"
    # Invoices go on, charges do not.
    fake.advance(to=midnight(2027, 4, 2))
    assert client.subscription.fetch(id_)["paid_count"] == 1
    assert client.invoice.all({"subscription_id": id_})["count"] == 3
    told = fake.change_card(id_)
    assert client.utility.verify_subscription_payment_signature(told)
    assert client.payment.fetch(told["razorpay_payment_id"])["status"] == "refunded"
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"], now["charge_at"]) == ("active", 1, midnight(2027, 4, 30))
    fake.advance(to=midnight(2027, 5, 1))
    assert client.subscription.fetch(id_)["paid_count"] == 2


def test_another_card_is_charged_at_once_for_what_is_pending(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    fake.fail_renewals(id_, 99)
    fake.advance(to=midnight(2027, 2, 28) + 60)
    assert "error" in fake.change_card(id_, outcome="failed")
    assert client.subscription.fetch(id_)["status"] == "pending"
    fake.change_card(id_)
    assert (client.subscription.fetch(id_)["status"], client.subscription.fetch(id_)["paid_count"]) == ("active", 2)
    assert said(fake)[-2:] == ["activated", "charged"]
    # The retry that was planned is not made.
    fake.advance(DAY)
    assert client.subscription.fetch(id_)["paid_count"] == 2


def test_canceled_subscription_ends_now_and_for_good(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    assert client.subscription.cancel(id_)["status"] == "cancelled"
    assert client.subscription.fetch(id_)["ended_at"] - BEGINNING < 30
    with pytest.raises(BadRequestError, match="not cancellable in cancelled status"):
        client.subscription.cancel(id_)
    fake.advance(100 * DAY)
    assert said(fake)[3:] == ["cancelled"]


def test_subscription_that_is_canceled_at_its_cycles_end_runs_until_then(fake: FakeRazorpay, client: Any) -> None:
    with pytest.raises(BadRequestError, match="no billing cycle is going on"):
        client.subscription.cancel(subscription(client), {"cancel_at_cycle_end": 1})
    id_ = begun(client, fake)
    assert client.subscription.cancel(id_, {"cancel_at_cycle_end": 1})["status"] == "active"
    fake.advance(to=midnight(2027, 2, 28) - 60)
    assert client.subscription.fetch(id_)["status"] == "active"
    fake.advance(120)
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"], now["ended_at"]) == ("cancelled", 1, midnight(2027, 2, 28))


def test_subscription_is_canceled_on_the_dashboard(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    assert fake.cancel(id_)["status"] == client.subscription.fetch(id_)["status"] == "cancelled"


def test_paused_subscription_is_not_charged_until_it_is_resumed(fake: FakeRazorpay, client: Any) -> None:
    with pytest.raises(BadRequestError, match="not pausable in created status"):
        client.subscription.pause(subscription(client), {"pause_at": "now"})
    id_ = begun(client, fake)
    assert client.subscription.pause(id_, {"pause_at": "now"})["status"] == "paused"
    fake.advance(to=midnight(2027, 3, 10))
    assert client.subscription.fetch(id_)["paid_count"] == 1
    now = client.subscription.resume(id_, {"resume_at": "now"})
    assert (now["status"], now["charge_at"]) == ("active", midnight(2027, 3, 31))
    with pytest.raises(BadRequestError, match="not resumable"):
        client.subscription.resume(id_, {"resume_at": "now"})
    fake.advance(to=midnight(2027, 4, 1))
    assert client.subscription.fetch(id_)["paid_count"] == 2
    assert said(fake)[3:] == ["paused", "resumed", "charged"]


def test_subscription_that_begins_later_is_authenticated_first(fake: FakeRazorpay, client: Any) -> None:
    fake.set_clock(BEGINNING)
    id_ = subscription(client, start_at=BEGINNING + 10 * DAY)
    told = fake.pay_subscription(id_)
    payment = client.payment.fetch(told["razorpay_payment_id"])
    assert (payment["amount"], payment["status"]) == (500, "refunded")
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"], now["charge_at"]) == ("authenticated", 0, BEGINNING + 10 * DAY)
    fake.advance(10 * DAY)
    now = client.subscription.fetch(id_)
    assert (now["status"], now["paid_count"], now["current_start"]) == ("active", 1, BEGINNING + 10 * DAY)
    assert said(fake) == ["authenticated", "activated", "charged"]


def test_subscription_expires_that_nobody_pays_for(fake: FakeRazorpay, client: Any) -> None:
    ids = [subscription(client, **{name: int(fake.now()) + DAY}) for name in ("expire_by", "start_at")]
    ids.append(subscription(client))
    fake.advance(2 * DAY)
    assert [client.subscription.fetch(id_)["status"] for id_ in ids] == ["expired", "expired", "created"]
    with pytest.raises(BadRequestError, match="not cancellable in expired status"):
        client.subscription.cancel(ids[0])


def test_updated_subscription_is_charged_its_new_price(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    assert client.subscription.edit(id_, {"quantity": 2})["quantity"] == 2
    fake.advance(30 * DAY)
    assert client.invoice.all({"subscription_id": id_})["items"][0]["amount"] == 2 * 49900
    assert said(fake)[3:] == ["updated", "charged"]


def test_clock_goes_back_and_nothing_happens(fake: FakeRazorpay, client: Any) -> None:
    id_ = begun(client, fake)
    fake.set_clock(BEGINNING - 100 * DAY)
    assert fake.now() < BEGINNING - 99 * DAY
    assert client.subscription.fetch(id_)["paid_count"] == 1
    with pytest.raises(AssertionError, match="past"):
        fake.advance(to=BEGINNING - 200 * DAY)
    fake.reset()
    assert abs(fake.now() - datetime.now(UTC).timestamp()) < 60
