"""The way of a purchase, through the gateway's jobs and Razorpay's SDK, to a faithful fake and back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

from imagegarden.clock import now
from imagegarden.current import adapters
from imagegarden.db import db, transaction
from imagegarden.domain import alarms, payment_events, payments, plans, purchases, statements, subscriptions
from imagegarden.domain.plans import Tier
from imagegarden.models import (
    DisputeState,
    Payment,
    PaymentFault,
    PaymentState,
    PlanKey,
    Purchase,
    PurchaseState,
    Subscription,
    SubscriptionState,
    User,
)
from imagegarden.payments.base import Event, GatewayUnavailable
from imagegarden.worker.gateway import GATEWAY_ALARM, ask_gateway
from tests import factories
from tests.fakes.guard import Guarded
from tests.razorpay_site import VENDOR, RazorpaySite, razorpay_site
from tests.servers import Servers

# A first of January, so that billing cycles are easy to read.
START = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def the_site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RazorpaySite]:
    folder: Path = tmp_path_factory.mktemp("razorpay")
    # What was reported is told by hand here: nobody listens.
    with razorpay_site(running_servers, folder, fake={"webhook_url": None, "aligns_cycles": False}) as site:
        built = site.app.extensions["adapters"]
        object.__setattr__(built, "gateway", Guarded(built.gateway))
        yield site


@pytest.fixture
def site(the_site: RazorpaySite) -> Iterator[RazorpaySite]:
    the_site.fake.clear_faults()
    with the_site.app.app_context():
        yield the_site
        assert the_site.faults() == []
        db.session.remove()


@pytest.fixture
def person(site: RazorpaySite) -> User:
    return factories.person(db.session())


def refunds_of(site: RazorpaySite, purchase: Purchase) -> list[dict[str, object]]:
    found = site.fake.entities("refunds")
    return [refund for refund in found if refund["payment_id"] == payment_of(purchase).vendor_id]


def refunds_are_due() -> None:
    """The pause until the next try at a refund is over."""
    with transaction() as session:
        session.execute(update(Payment).where(Payment.refund_next_at.is_not(None)).values(refund_next_at=now()))


def tier(user: User) -> Tier:
    db.session.commit()
    return plans.tier_of(db.session(), user_id=user.id, now=now())


def payment_of(purchase: Purchase) -> Payment:
    return db.session.scalars(select(Payment).where(Payment.purchase_id == purchase.id)).one()


def subscription_of(purchase: Purchase) -> Subscription:
    db.session.commit()
    db.session.expire_all()
    return db.session.get_one(Subscription, purchase.id)


def ask(site: RazorpaySite, purchase: Purchase) -> Purchase:
    ask_gateway(purchase.id)
    return site.reload(purchase)


def tell(purchase: Purchase, kind: str, payment_id: str | None = None) -> None:
    """A genuine report."""
    event = Event(f"{kind} {now()}", kind, purchase.vendor_id, payment_id)
    with transaction() as session:
        payment_events.receive(session, vendor=VENDOR, event=event, now=now())


def move(site: RazorpaySite, traveller: time_machine.Traveller, moment: datetime) -> None:
    """Both clocks are at this moment."""
    traveller.move_to(moment, tick=False)
    site.fake.set_clock(moment.timestamp())


@pytest.fixture
def clock(site: RazorpaySite) -> Iterator[time_machine.Traveller]:
    """A clock that stands, here and at the fake."""
    real = datetime.now(UTC).timestamp()
    with time_machine.travel(START, tick=False) as traveller:
        site.fake.set_clock(START.timestamp())
        yield traveller
    site.fake.set_clock(real)


# Orders.


def test_an_order_has_our_amount_and_our_name_for_it(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    [order] = [order for order in site.fake.entities("orders") if order["id"] == purchase.vendor_id]
    assert (order["amount"], order["currency"], order["receipt"]) == (50_000, "INR", str(purchase.uuid))
    assert order["notes"]["purchase"] == str(purchase.uuid)
    assert purchase.state == PurchaseState.OPEN


def test_a_paid_order_is_credited_when_the_gateway_is_asked(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    paid = site.fake.pay(purchase.vendor_id)
    purchase = ask(site, purchase)
    assert (purchase.state, payment_of(purchase).vendor_id) == (PurchaseState.PAID, paid["razorpay_payment_id"])
    assert factories.balance(db.session(), person.id).available == 1605
    assert tier(person) == Tier.PREMIUM


@pytest.mark.parametrize("outcome", ["failed", "authorized"])
def test_an_order_that_is_not_paid_gives_nothing(site: RazorpaySite, person: User, outcome: str) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id, outcome=outcome, later=10_000)
    assert (ask(site, purchase).state, tier(person)) == (PurchaseState.OPEN, Tier.FREE)


def test_what_failed_and_was_captured_late_is_credited_once(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id, outcome="late", later=3600)
    ask(site, purchase)
    assert tier(person) == Tier.FREE
    move(site, clock, START + timedelta(hours=2))
    for _ in range(2):
        ask(site, purchase)
    assert (tier(person), payment_of(purchase).state) == (Tier.PREMIUM, PaymentState.CAPTURED)


def test_when_nobody_tells_us_the_clock_finds_the_money_after_ten_minutes(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    move(site, clock, START + timedelta(minutes=9))
    site.tick()
    assert tier(person) == Tier.FREE
    move(site, clock, START + timedelta(minutes=10))
    site.tick()
    assert tier(person) == Tier.PREMIUM


def test_an_order_whose_making_got_no_answer_is_made_again_and_only_that_one_can_be_paid(
    site: RazorpaySite, person: User
) -> None:
    site.fake.fault("dropped", times=1, method="POST", path="/v1/orders$")
    purchase = site.buy(person)
    made = [order for order in site.fake.entities("orders") if order["receipt"] == str(purchase.uuid)]
    assert (len(made), purchase.state) == (2, PurchaseState.OPEN)
    assert purchase.vendor_id in {order["id"] for order in made}


@pytest.mark.parametrize("fault", ["status_500", "status_502", "status_503", "status_429", "gateway_error", "reset"])
def test_a_gateway_that_is_away_is_asked_again_later(site: RazorpaySite, person: User, fault: str) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    site.fake.fault(fault, times=1, path="/v1/orders/")
    with pytest.raises(GatewayUnavailable):
        ask(site, purchase)
    assert ask(site, purchase).state == PurchaseState.PAID


def test_wrong_keys_are_told_to_the_operators_and_end_the_purchase(site: RazorpaySite, person: User) -> None:
    site.fake.fault("status_401", times=1, path="/v1/orders$")
    purchase = site.buy(person)
    assert (purchase.state, purchase.error_code) == (PurchaseState.FAILED, "gateway_refused")
    assert alarms.get_alarm(db.session(), code=GATEWAY_ALARM) is not None


@pytest.mark.parametrize(("lie", "fault"), [("amount", PaymentFault.AMOUNT), ("currency", PaymentFault.CURRENCY)])
def test_other_money_gives_nothing(site: RazorpaySite, person: User, lie: str, fault: PaymentFault) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    site.fake.fault(f"answer_{lie}", times=1, path="/payments$")
    assert ask(site, purchase).state != PurchaseState.PAID
    assert (payment_of(purchase).fault, tier(person)) == (fault, Tier.FREE)


def test_a_payment_for_another_order_gives_nothing(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    site.fake.fault("answer_order", times=1, path="/payments$")
    ask(site, purchase)
    assert tier(person) == Tier.FREE


def test_an_order_that_was_paid_twice_gives_once_and_the_rest_goes_back(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    site.fake.pay(purchase.vendor_id, again=True)
    ask(site, purchase)
    site.work()
    found = db.session.scalars(select(Payment).where(Payment.purchase_id == purchase.id)).all()
    assert sorted(payment.state for payment in found) == [PaymentState.CAPTURED, PaymentState.REFUNDED]
    assert factories.balance(db.session(), person.id).available == 1605


def test_a_refund_of_ours_happens_once_however_often_it_is_tried(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    with transaction() as session:
        payments.refund(session, vendor_id=payment_of(purchase).vendor_id, reason="asked for", actor_id=None, now=now())
    site.fake.fault("dropped", times=1, path="/refund$")
    with pytest.raises(GatewayUnavailable):
        site.work()
    refunds_are_due()
    site.tick()
    refunds = refunds_of(site, purchase)
    assert (len(refunds), refunds[0]["amount"]) == (1, 50_000)
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.FREE, 5)


def test_a_refund_from_the_dashboard_takes_back_what_is_left(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    paid = site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    site.fake.refund(paid["razorpay_payment_id"])
    tell(purchase, "refund.processed", paid["razorpay_payment_id"])
    site.work()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.FREE, 5)


def test_a_lost_dispute_takes_back_what_is_left(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    paid = site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    tell(purchase, "payment.dispute.lost", paid["razorpay_payment_id"])
    site.work()
    assert (tier(person), payment_of(purchase).dispute) == (Tier.FREE, DisputeState.LOST)


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_what_was_reported_while_the_gateway_was_away_is_found_by_the_clock(
    site: RazorpaySite, person: User, clock: time_machine.Traveller, what: str
) -> None:
    purchase = site.buy(person)
    paid = site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    if what == "refund":
        site.fake.refund(paid["razorpay_payment_id"])
        tell(purchase, "refund.processed", paid["razorpay_payment_id"])
    else:
        tell(purchase, "payment.dispute.lost", paid["razorpay_payment_id"])
    site.fake.fault("status_503", path="/v1/orders/")
    site.work()
    assert tier(person) == Tier.PREMIUM
    site.fake.clear_faults()
    move(site, clock, START + timedelta(minutes=2))
    site.tick()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.FREE, 5)


def test_a_refused_refund_alarms_and_is_tried_until_it_is_done(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    with transaction() as session:
        payments.refund(session, vendor_id=payment_of(purchase).vendor_id, reason="x", actor_id=None, now=now())
    site.fake.fault("status_401", times=1, path="/refund$")
    site.work()
    assert alarms.get_alarm(db.session(), code=GATEWAY_ALARM) is not None
    assert tier(person) == Tier.PREMIUM
    move(site, clock, START + timedelta(minutes=11))
    site.tick()
    assert (tier(person), payment_of(purchase).refund_next_at) == (Tier.FREE, None)
    move(site, clock, START + DAY)
    site.tick()
    assert (
        len([one for one in site.fake.entities("refunds") if one["payment_id"] == payment_of(purchase).vendor_id]) == 1
    )


def test_a_refusal_to_answer_delays_a_paid_order_by_minutes(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    site.fake.fault("status_401", times=1, path="/v1/orders/")
    ask(site, purchase)
    assert tier(person) == Tier.FREE
    move(site, clock, START + timedelta(minutes=10))
    site.tick()
    assert tier(person) == Tier.PREMIUM


def test_a_report_counts_though_the_worker_asked_by_a_clock_that_is_ahead(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person, PlanKey.SUBSCRIPTION)
    paid = site.fake.pay_subscription(purchase.vendor_id)
    move(site, clock, START + timedelta(minutes=1))
    ask(site, purchase)
    move(site, clock, START + timedelta(seconds=30))
    site.fake.refund(paid["razorpay_payment_id"])
    tell(purchase, "refund.processed", paid["razorpay_payment_id"])
    move(site, clock, START + timedelta(minutes=2))
    site.work()
    assert tier(person) == Tier.FREE


def test_what_follows_a_refunded_pass_begins_at_once(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    first = site.buy(person)
    paid = site.fake.pay(first.vendor_id)
    ask(site, first)
    second = site.buy(person)
    site.fake.pay(second.vendor_id)
    ask(site, second)
    move(site, clock, START + 5 * DAY)
    site.fake.refund(paid["razorpay_payment_id"])
    tell(first, "refund.processed", paid["razorpay_payment_id"])
    site.work()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.PREMIUM, 1605)
    assert statements.standing(db.session(), user_id=person.id, now=now()).paid_until == START + 35 * DAY


def test_a_failed_refund_is_told_to_the_operators(site: RazorpaySite, person: User) -> None:
    purchase = site.buy(person)
    paid = site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    tell(purchase, "refund.failed", paid["razorpay_payment_id"])
    assert alarms.get_alarm(db.session(), code=payment_events.REFUND_FAILED) is not None


# Subscriptions.


@pytest.fixture
def subscribed(site: RazorpaySite, person: User, clock: time_machine.Traveller) -> Purchase:
    """A subscription whose first period is paid."""
    purchase = site.buy(person, PlanKey.SUBSCRIPTION)
    site.fake.pay_subscription(purchase.vendor_id)
    return ask(site, purchase)


def test_a_subscription_is_credited_for_its_first_period(
    site: RazorpaySite, person: User, subscribed: Purchase
) -> None:
    subscription = subscription_of(subscribed)
    assert (subscription.state, subscription.paid_until) == (SubscriptionState.ACTIVE, START + MONTH)
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.PREMIUM, 1605)


def test_a_renewal_that_nobody_told_of_is_found_by_the_clock(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    move(site, clock, START + MONTH + timedelta(minutes=11))
    assert tier(person) == Tier.PREMIUM
    site.tick()
    assert factories.balance(db.session(), person.id).available == 1605
    assert subscription_of(subscribed).paid_until == START + 2 * MONTH
    assert site.reload(subscribed).next_check_at == START + 2 * MONTH + timedelta(minutes=10)


def test_a_reported_charge_is_credited_once_however_often_it_is_reported(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    move(site, clock, START + MONTH)
    charged = site.fake.entities("invoices")[-1]["payment_id"]
    for _ in range(3):
        tell(subscribed, "subscription.charged", charged)
        site.work()
    assert site.fake.entities("subscriptions")[-1]["paid_count"] == 2
    assert len(db.session.scalars(select(Payment).where(Payment.purchase_id == subscribed.id)).all()) == 2


def test_pending_halted_and_a_new_card(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    site.fake.fail_renewals(subscribed.vendor_id, times=4)
    move(site, clock, START + MONTH + timedelta(hours=1))
    tell(subscribed, "subscription.pending")
    site.work()
    assert (subscription_of(subscribed).state, tier(person)) == (SubscriptionState.PENDING, Tier.PREMIUM)
    assert factories.balance(db.session(), person.id).available == 5
    move(site, clock, START + MONTH + 3 * DAY + timedelta(hours=2))
    site.tick()
    assert (subscription_of(subscribed).state, tier(person)) == (SubscriptionState.HALTED, Tier.FREE)
    site.fake.change_card(subscribed.vendor_id)
    tell(subscribed, "subscription.activated")
    site.work()
    assert subscription_of(subscribed).state == SubscriptionState.ACTIVE
    move(site, clock, START + 2 * MONTH + timedelta(hours=1))
    site.tick()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.PREMIUM, 1605)


def test_a_card_that_is_only_tried_gives_nothing_and_raises_no_alarm(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    later = site.buy(person, PlanKey.SUBSCRIPTION)
    tried = site.fake.pay_subscription(later.vendor_id)
    with transaction() as session:
        purchases.confirm(session, purchase_id=later.id, payment_id=tried["razorpay_payment_id"], now=now())
    site.work()
    assert subscription_of(later).state == SubscriptionState.AUTHENTICATED
    assert db.session.scalars(select(Payment).where(Payment.purchase_id == later.id)).all() == []
    # It begins when the pass ends, and no paid day is lost.
    move(site, clock, START + MONTH + timedelta(minutes=1))
    tell(later, "subscription.charged")
    site.work()
    assert subscription_of(later).state == SubscriptionState.ACTIVE
    assert factories.balance(db.session(), person.id).available == 1605


def test_a_wish_to_cancel_reaches_the_gateway_a_day_before_the_end(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    with transaction() as session:
        subscriptions.wish_cancel(session, user_id=person.id, now=now())
    move(site, clock, START + 28 * DAY)
    site.tick()
    assert subscription_of(subscribed).cancel_sent_at is None
    move(site, clock, START + 29 * DAY)
    site.tick()
    assert subscription_of(subscribed).cancel_sent_at == START + 29 * DAY
    move(site, clock, START + MONTH + timedelta(minutes=11))
    site.tick()
    assert (subscription_of(subscribed).state, tier(person)) == (SubscriptionState.CANCELED, Tier.FREE)
    assert len(site.fake.requests(f"/v1/subscriptions/{subscribed.vendor_id}/cancel")) == 1


def test_a_cancellation_is_tried_again_while_the_gateway_is_away(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    move(site, clock, START + 29 * DAY + timedelta(hours=1))
    site.fake.fault("status_503", times=1, path="/cancel$")
    with transaction() as session:
        subscriptions.wish_cancel(session, user_id=person.id, now=now())
    with pytest.raises(GatewayUnavailable):
        site.work()
    site.tick()
    assert subscription_of(subscribed).cancel_sent_at is not None


def test_a_cancellation_that_is_refused_is_not_taken_for_sent(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    move(site, clock, START + 29 * DAY + timedelta(hours=1))
    site.fake.fault("status_401", times=1, path="/cancel$")
    with transaction() as session:
        subscriptions.wish_cancel(session, user_id=person.id, now=now())
    site.work()
    assert subscription_of(subscribed).cancel_sent_at is None
    site.tick()
    assert subscription_of(subscribed).cancel_sent_at is not None
    move(site, clock, START + MONTH + timedelta(hours=1))
    site.tick()
    assert (subscription_of(subscribed).state, tier(person)) == (SubscriptionState.CANCELED, Tier.FREE)


def test_of_two_subscriptions_the_second_ends_and_both_can_be_canceled(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    older = site.buy(person, PlanKey.SUBSCRIPTION)
    move(site, clock, START + timedelta(hours=13))
    newer = site.buy(person, PlanKey.SUBSCRIPTION)
    assert older.id != newer.id
    for purchase in (older, newer):
        site.fake.pay_subscription(purchase.vendor_id)
        ask(site, purchase)
    assert subscription_of(older).cancel_wished_at is None
    assert subscription_of(newer).cancel_wished_at is not None
    # Both were paid, and no day of it is lost.
    assert (
        statements.standing(db.session(), user_id=person.id, now=now()).paid_until == subscription_of(newer).paid_until
    )
    with transaction() as session:
        subscriptions.wish_cancel(session, user_id=person.id, now=now())
    assert subscription_of(older).cancel_wished_at is not None


def test_a_refunded_renewal_is_taken_back_though_no_report_comes(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    with transaction() as session:
        payments.refund(
            session, vendor_id=payment_of(subscribed).vendor_id, reason="asked for", actor_id=None, now=now()
        )
    site.work()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.FREE, 5)


def test_a_refund_at_the_dashboard_is_known_once_somebody_asks(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    site.fake.refund(payment_of(subscribed).vendor_id)
    with transaction() as session:
        purchases.ask_all(session, user_id=person.id, now=now())
    site.work()
    assert (tier(person), factories.balance(db.session(), person.id).available) == (Tier.FREE, 5)


def test_a_subscription_that_was_authorized_too_late_is_over_and_can_be_begun_again(
    site: RazorpaySite, person: User, clock: time_machine.Traveller
) -> None:
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    move(site, clock, START + 30 * DAY - timedelta(hours=2))
    late = site.buy(person, PlanKey.SUBSCRIPTION)
    move(site, clock, START + 30 * DAY + timedelta(hours=1))
    ask(site, late)
    assert site.reload(late).state == PurchaseState.EXPIRED
    assert site.buy(person, PlanKey.SUBSCRIPTION).id != late.id


def test_who_halted_and_has_another_card_may_buy_a_pass_until_it_is_charged(
    site: RazorpaySite, person: User, subscribed: Purchase, clock: time_machine.Traveller
) -> None:
    site.fake.fail_renewals(subscribed.vendor_id, times=4)
    move(site, clock, START + MONTH + 5 * DAY)
    ask(site, subscribed)
    site.fake.change_card(subscribed.vendor_id)
    ask(site, subscribed)
    assert (subscription_of(subscribed).state, tier(person)) == (SubscriptionState.ACTIVE, Tier.FREE)
    purchase = site.buy(person)
    site.fake.pay(purchase.vendor_id)
    ask(site, purchase)
    assert tier(person) == Tier.PREMIUM


def test_a_plan_of_other_terms_is_not_sold(site: RazorpaySite, person: User) -> None:
    with transaction() as session:
        plans.set_terms(session, PlanKey.SUBSCRIPTION, price_paise=60_000, amount=1600, now=now())
    purchase = site.buy(person, PlanKey.SUBSCRIPTION)
    assert (purchase.state, purchase.error_code) == (PurchaseState.FAILED, "gateway_refused")
    with transaction() as session:
        plans.set_terms(session, PlanKey.SUBSCRIPTION, price_paise=50_000, amount=1600, now=now())


def test_a_standing_says_what_there_is_and_what_comes(site: RazorpaySite, person: User, subscribed: Purchase) -> None:
    standing = statements.standing(db.session(), user_id=person.id, now=now())
    assert (standing.tier, standing.balance.available, standing.renews) == (Tier.PREMIUM, 1605, True)
    assert (standing.paid_until, standing.next_credits_at) == (START + MONTH, START + MONTH)


def test_the_site_has_the_gateway_of_its_settings(site: RazorpaySite) -> None:
    gateway = adapters().gateway
    assert gateway is not None
    assert (gateway.name, gateway.is_real, gateway.sells_subscriptions) == ("razorpay", True, True)
