"""The pages about what a person has and paid: Premium, Billing, receipts, the history of credits, and the frame."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, generations, outcomes, payments, periods
from imagegarden.models import (
    DisputeState,
    GenerationStatus,
    LotSource,
    Payment,
    Period,
    PlanKey,
    Purchase,
    PurchaseState,
    Subscription,
    SubscriptionState,
    User,
)
from imagegarden.payments.test_gateway import PretendGateway
from tests import factories, money

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _with_gateway(gateway: PretendGateway) -> None:
    """All of these pages are looked at where something is sold."""


def text_of(client: FlaskClient, path: str) -> str:
    """What a person reads."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())


def subscribe(
    session: Session, user: User, state: SubscriptionState, *, paid_until: datetime, **more: object
) -> Subscription:
    """A subscription as it stands."""
    purchase: Purchase = factories.purchase(session, user, PlanKey.SUBSCRIPTION)
    purchase.state = PurchaseState.PAID
    subscription = session.get_one(Subscription, purchase.id)
    subscription.state, subscription.paid_until = state, paid_until
    for name, value in more.items():
        setattr(subscription, name, value)
    session.commit()
    return subscription


def test_premium_says_what_there_is_and_what_it_costs(signed_in_client: FlaskClient) -> None:
    page = text_of(signed_in_client, "/premium")
    for words in (
        "You are on Free, with 5 credits left",
        "5 credits, once, that never expire",
        "INR 500 once",
        "1,600 credits for these 30 days",
        "10 requests an hour, 3 at once",
        "120 requests an hour, 12 at once",
        "until 24 hours before its period ends",
        "Test payments: no money moves",
    ):
        assert words in page, words
    # Nothing here needs Premium, so no such model is promised.
    assert "Premium models" not in page


def test_days_that_are_bought_early_are_said_to_begin_later(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    factories.make_premium(session, user, amount=1600)
    page = text_of(signed_in_client, "/premium")
    assert "Add 30 days" in page
    assert "after the days you have" in page


@pytest.mark.parametrize(
    ("wish", "words"),
    [(False, "Your subscription pays for the coming days already"), (True, "ends with the days that are paid")],
)
def test_a_live_subscription_stands_in_place_of_a_button(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime, wish: bool, words: str
) -> None:
    factories.make_premium(session, user, amount=1600)
    given = {"cancel_wished_at": now} if wish else {}
    subscribe(session, user, SubscriptionState.ACTIVE, paid_until=now + 30 * DAY, **given)
    page = signed_in_client.get("/premium").text
    assert words in page
    assert 'value="subscription"' not in page
    assert ('value="pass"' in page) == wish


def test_a_subscription_that_goes_on_later_leaves_the_pass_to_be_bought(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    purchase = money.subscribe(session, user, now - timedelta(days=60))
    money.stands(session, purchase, SubscriptionState.HALTED, now - timedelta(days=25))
    money.stands(session, purchase, SubscriptionState.ACTIVE, now - timedelta(days=1))
    session.commit()
    page = signed_in_client.get("/premium").text
    assert "Get 30 days" in page
    assert "Your subscription goes on with its next charge" in page
    assert signed_in_client.post("/premium/buy", data={"plan": "pass"}).status_code == 303


def test_billing_of_somebody_on_free(signed_in_client: FlaskClient) -> None:
    page = text_of(signed_in_client, "/billing")
    for words in ("Free", "free credits come once", "0 of 5 credits used", "Nothing was paid yet", "See Premium"):
        assert words in page, words
    assert "Renew now" not in page


def test_billing_of_a_pass(session: Session, user: User, signed_in_client: FlaskClient, now: datetime) -> None:
    factories.payment(session, user)
    credits.hold(session, user_id=user.id, amount=2, reference="generation:x", now=now + timedelta(minutes=1))
    session.commit()
    page = text_of(signed_in_client, "/billing")
    for words in (
        *("Premium", "Days left 30", "ends on", "2 of 1,600 credits used", "1,598 left", "2 set aside"),
        *("5 credits more have no end", "Premium, 30 days Paid", "INR 500"),
    ):
        assert words in page, words


def test_the_period_that_begins_now_is_measured_before_anybody_spends_of_it(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.make_premium(session, user, amount=1600)
    period = session.scalars(select(Period)).one()
    period.opened_at = None
    session.commit()
    assert "1,600" in text_of(signed_in_client, "/billing")


def test_a_subscription_is_canceled_and_kept_again(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.make_premium(session, user, amount=1600)
    subscription = subscribe(session, user, SubscriptionState.ACTIVE, paid_until=now + 30 * DAY)
    assert "renews on" in text_of(signed_in_client, "/billing")
    answer = signed_in_client.post("/billing/cancel")
    assert (answer.status_code, answer.location) == (303, "/billing")
    page = text_of(signed_in_client, "/billing")
    assert "Your subscription is canceled" in page
    assert "Keep the subscription" in page
    assert "ends on" in page
    assert signed_in_client.post("/billing/keep").status_code == 303
    session.expire_all()
    assert subscription.cancel_wished_at is None
    assert "Cancel the subscription" in text_of(signed_in_client, "/billing")


def test_a_cancellation_on_its_way_cannot_be_undone_and_says_why(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.make_premium(session, user, amount=1600)
    subscribe(
        session,
        user,
        SubscriptionState.ACTIVE,
        paid_until=now + 30 * DAY,
        cancel_wished_at=now,
        cancel_decided_at=now,
    )
    assert "Keep the subscription" not in text_of(signed_in_client, "/billing")
    answer = signed_in_client.post("/billing/keep")
    assert answer.status_code == 409
    assert "cannot be undone any more" in answer.text


@pytest.mark.parametrize("path", ["/billing/cancel", "/billing/keep"])
def test_without_a_subscription_there_is_none_to_change(signed_in_client: FlaskClient, path: str) -> None:
    assert signed_in_client.post(path).status_code == 404


def test_a_renewal_that_is_tried_again_says_until_when_premium_stays(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    subscription = subscribe(session, user, SubscriptionState.PENDING, paid_until=now - DAY)
    page = signed_in_client.get("/billing").text
    assert "It is tried again by itself" in page
    assert (now + 2 * DAY).strftime("%-d %b") in page
    assert f"/premium/checkout/{subscription.purchase.uuid}?card=1" in page


def test_after_a_halted_renewal_a_pass_can_be_bought(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    subscribe(session, user, SubscriptionState.HALTED, paid_until=now - 5 * DAY)
    page = signed_in_client.get("/premium").text
    assert "Your renewal did not come through" in page
    assert 'value="pass"' in page
    assert 'value="subscription"' not in page
    assert signed_in_client.post("/premium/buy", data={"plan": "pass"}).status_code == 303
    spend(session, user, now)
    refused = signed_in_client.post("/create", data={"prompt": "a quiet pond"}).text
    assert "Your renewal has not come through yet" in refused
    assert "next credits come" not in refused


def test_a_renewal_that_is_not_tried_any_more_says_so(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    subscribe(session, user, SubscriptionState.HALTED, paid_until=now - 5 * DAY)
    page = text_of(signed_in_client, "/billing")
    assert "it is not tried any more" in page
    assert "Change card" in page


def test_a_test_renewal_needs_a_subscription(signed_in_client: FlaskClient) -> None:
    assert signed_in_client.post("/billing/test/renew", data={"outcome": "paid"}).status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"refunded_paise": 50000}, "Refunded"),
        ({"refunded_paise": 12345}, "INR 123.45 refunded"),
        ({"amount_paise": 1}, "Being looked at"),
    ],
)
def test_payments_say_what_became_of_them(
    session: Session, user: User, signed_in_client: FlaskClient, state: dict[str, Any], words: str
) -> None:
    factories.payment(session, user, **state)
    assert words in text_of(signed_in_client, "/billing")


@pytest.mark.parametrize(
    ("dispute", "words"), [(DisputeState.OPEN, "In dispute"), (DisputeState.LOST, "Charged back"), (None, "Paid")]
)
def test_disputed_payments_say_so(
    session: Session, user: User, signed_in_client: FlaskClient, dispute: DisputeState | None, words: str
) -> None:
    factories.payment(session, user).dispute = dispute
    session.commit()
    assert words in text_of(signed_in_client, "/billing").partition("Payments")[2]


def test_a_receipt_says_everything(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    payment = factories.payment(session, user)
    page = text_of(signed_in_client, f"/billing/receipts/{payment.uuid}")
    for words in (
        user.email,
        payment.vendor_id,
        "INR 500",
        "Premium, 30 days",
        "A test payment: no money moved",
        "IG-",
    ):
        assert words in page, words


def test_a_receipt_of_a_refund_says_how_much_came_back(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    payment = factories.payment(session, user, refunded_paise=50000)
    page = text_of(signed_in_client, f"/billing/receipts/{payment.uuid}")
    assert "Refunded −INR 500" in page


def test_a_receipt_of_real_money_says_nothing_of_a_test(
    session: Session, user: User, signed_in_client: FlaskClient, razorpay: object
) -> None:
    payment = factories.payment(session, user)
    payment.vendor = "razorpay"
    session.commit()
    assert "no money moved" not in text_of(signed_in_client, f"/billing/receipts/{payment.uuid}")


def test_what_was_not_paid_and_what_somebody_else_paid_has_no_receipt(
    session: Session, user: User, signed_in: Callable[[User], FlaskClient], signed_in_client: FlaskClient
) -> None:
    paid = factories.payment(session, user)
    failed = factories.payment(session, factories.person(session), state="failed")
    assert signed_in(factories.person(session)).get(f"/billing/receipts/{paid.uuid}").status_code == 404
    for uuid in (failed.uuid, uuid4(), "not-an-id"):
        assert signed_in_client.get(f"/billing/receipts/{uuid}").status_code == 404


def test_payments_are_paged_and_take_the_same_queries_for_one_and_for_many(
    session: Session, user: User, signed_in_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    def queries(path: str) -> tuple[int, str]:
        with count_queries() as seen:
            page = signed_in_client.get(path)
        return len(seen), page.text

    def pay(times: int) -> list[Payment]:
        return [factories.payment(session, user) for _ in range(times)]

    pay(1)
    few, _ = queries("/billing")
    pay(14)
    many, page = queries("/billing")
    assert few == many
    assert page.count("/billing/receipts/") == 12
    older = page.partition("/billing?before=")[2].partition('"')[0]
    _, rest = queries(f"/billing?before={older}")
    assert rest.count("/billing/receipts/") == 3
    assert "Older payments" not in rest


def test_the_history_says_what_each_movement_was(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    made = factories.generation(user, prompt="a heron at dawn", count=4)
    picture = factories.MediaFactory(user_id=user.id, generation_id=made.id)
    credits.settle(session, user_id=user.id, reference=made.hold_reference, captured=1, now=now)
    credits.grant(
        session,
        user_id=user.id,
        amount=7,
        source=LotSource.GRANT,
        reference="grant:1",
        reason="for your patience",
        now=now,
    )
    session.commit()
    page = signed_in_client.get("/credits").text
    lines = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in page.split("<tr>")[2:]]
    assert len(lines) == 5
    assert "A gift from the operators: for your patience +7 11" in lines[0]
    assert {*lines[1:3]} == {
        line for line in lines if "Paid for what arrived: 1 credit" in line or "Given back" in line
    }
    assert "Set aside a heron at dawn −2 3" in lines[3]
    assert "Free credits to begin with +5 5" in lines[4]
    assert f"/i/{picture.uuid}" in page


def test_a_generation_without_a_picture_is_not_linked(user: User, signed_in_client: FlaskClient) -> None:
    factories.generation(user, prompt="a heron at dawn")
    page = signed_in_client.get("/credits").text
    assert "a heron at dawn" in page
    assert "/i/" not in page.partition("<main")[2]


def test_what_a_refund_took_is_named(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    payment = factories.payment(session, user)
    period = periods.of_payment(session, payment)
    assert period is not None
    periods.end(session, period, reason="refund", now=now + timedelta(minutes=1))
    session.commit()
    assert "Withdrawn with a refund −1,600 5" in text_of(signed_in_client, "/credits")


def test_the_history_is_paged_and_takes_the_same_queries_for_one_and_for_a_page(
    session: Session, user: User, signed_in_client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    def queries(path: str) -> tuple[int, str]:
        with count_queries() as seen:
            page = signed_in_client.get(path)
        return len(seen), page.text

    factories.give(session, user, 100)
    factories.generation(user)
    few, _ = queries("/credits")
    for _ in range(40):
        factories.generation(user)
    many, page = queries("/credits")
    older = page.partition("/credits?before=")[2].partition('"')[0]
    _, rest = queries(f"/credits?before={older}")
    assert few == many
    assert page.count("<tr>") == 31
    # 43 entries in all: the balance runs on where the page before ended.
    assert rest.count("<tr>") == 14


@pytest.mark.parametrize("before", ["x", "-1", "", "9" * 40, "1.5", "٣"])
@pytest.mark.parametrize("path", ["/billing", "/credits"])
def test_a_place_that_is_none_is_the_start(signed_in_client: FlaskClient, path: str, before: str) -> None:
    assert signed_in_client.get(path, query_string={"before": before}).status_code == 200


def test_the_pill_says_how_long_premium_lasts_in_one_query_more(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime, count_queries: Callable[[], Any]
) -> None:
    def pill() -> str:
        page = signed_in_client.get("/gallery").text
        return " ".join(re.sub(r"<[^>]+>", " ", page.partition('class="pill is-link"')[2].partition("</a>")[0]).split())

    assert pill().endswith("You have 5 credits left")
    factories.make_premium(session, user, amount=1600)
    until = (now + 30 * DAY).strftime("%-d %b")
    assert f"1,605 credits left · until {until}" in pill()
    subscribe(session, user, SubscriptionState.ACTIVE, paid_until=now + 30 * DAY)
    assert f"· renews {until}" in pill()
    with count_queries() as seen:
        signed_in_client.get("/gallery")
    assert sum("FROM periods" in one and "max(" in one for one in seen) == 1
    with count_queries() as seen:
        signed_in_client.get("/create/updates", headers={"HX-Request": "true"})
    assert not any("max(periods" in one for one in seen)


def test_the_landing_page_says_what_premium_costs(client: FlaskClient) -> None:
    page = text_of(client, "/")
    assert "1,600 credits for 30 days with Premium, for INR 500" in page


def spend(session: Session, user: User, now: datetime) -> None:
    """Leave nothing to spend."""
    left = credits.balance(session, user.id, now=now).available
    credits.hold(session, user_id=user.id, amount=left, reference=f"generation:{uuid4()}", now=now)
    session.commit()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(("path", "cost"), [("/create", 1), ("/video", 5)])
def test_too_few_credits_say_what_is_missing_and_what_helps(
    session: Session,
    user: User,
    signed_in_client: FlaskClient,
    now: datetime,
    path: str,
    cost: int,
    headers: dict[str, str],
) -> None:
    spend(session, user, now)
    answer = signed_in_client.post(path, data={"prompt": "a quiet pond"}, headers=headers)
    assert answer.status_code == 402
    page = " ".join(answer.text.split())
    assert f"This costs {cost} credit" in page
    assert "and you have 0" in page
    assert "Free credits do not come back" in page
    assert "Premium gives you 1,600 credits for 30 days, for INR 500" in page
    assert '<a href="/premium">See Premium</a>' in page
    if not headers:
        assert "a quiet pond</textarea>" in page


def test_a_tool_says_so_too(session: Session, user: User, signed_in_client: FlaskClient, now: datetime) -> None:
    picture = factories.upload(user)
    spend(session, user, now)
    answer = signed_in_client.post(f"/edit/{picture.uuid}/upscale", data={"scale": "2"})
    assert answer.status_code == 402
    assert "Free credits do not come back" in answer.text
    assert 'href="/premium"' in answer.text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_so_does_trying_again(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime, headers: dict[str, str]
) -> None:
    made = factories.generation(user)
    failed = generations.get(session, user_id=user.id, uuid=made.uuid)
    outcomes.end(session, failed, GenerationStatus.FAILED, error_code="model_failed", now=now)
    session.commit()
    spend(session, user, now)
    answer = signed_in_client.post(f"/create/{made.uuid}/retry", data={"price": "1"}, headers=headers)
    assert answer.status_code == 402
    assert "Free credits do not come back" in answer.text
    assert '<a href="/premium">' in answer.text
    told = signed_in_client.post(f"/create/{made.uuid}/retry", headers={"Accept": "application/json"}).json
    assert told is not None
    assert told["detail"] == "This costs 1 credit and you have 0."


def test_with_premium_it_says_when_the_next_credits_come(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.make_premium(session, user, amount=10)
    factories.make_premium(session, user, amount=10)
    spend(session, user, now + timedelta(minutes=1))
    page = signed_in_client.post("/create", data={"prompt": "a quiet pond"}).text
    assert "Your next credits come on" in page
    assert (now + 30 * DAY).strftime("%-d %b") in page


def test_with_a_last_pass_it_says_what_another_one_brings(
    session: Session, user: User, signed_in_client: FlaskClient, now: datetime
) -> None:
    factories.make_premium(session, user, amount=10)
    spend(session, user, now + timedelta(minutes=1))
    page = signed_in_client.post("/create", data={"prompt": "a quiet pond"}).text
    assert "another 30 days bring 1,600 credits when they begin, for INR 500" in page


def test_a_payment_of_somebody_else_is_not_listed(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    other = factories.payment(session, factories.person(session))
    assert payments.list_of(session, user_id=user.id, limit=5) == []
    assert other.vendor_id not in signed_in_client.get("/billing").text
