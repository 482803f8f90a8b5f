"""A year of each way to be Premium, day by day, with both clocks moved: credits and days are as the rules say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import credits, lots, notices, plans, subscriptions
from imagegarden.domain.plans import Tier
from imagegarden.models import Period, PlanKey, Purchase, User
from imagegarden.worker import schedule
from tests import factories, turns
from tests.razorpay_site import RazorpaySite, razorpay_site
from tests.servers import Servers

# Over a leap day, the ends of long and short months, and both changes of summer time in most places.
START = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FREE, PAID = 5, 1600


@pytest.fixture(scope="module")
def the_site(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RazorpaySite]:
    folder = tmp_path_factory.mktemp("year")
    # No report ever arrives: what is known is what the clock asked for.
    with razorpay_site(running_servers, folder, fake={"webhook_url": None, "aligns_cycles": False}) as site:
        yield site


@pytest.fixture
def site(the_site: RazorpaySite) -> Iterator[RazorpaySite]:
    with the_site.app.app_context(), time_machine.travel(START, tick=False) as traveller:
        the_site.fake.reset()
        the_site.fake.set_clock(START.timestamp())
        the_site.remake_plan()
        the_site.traveller = traveller
        yield the_site
        assert the_site.faults() == []
        db.session.remove()


@pytest.fixture
def person(site: RazorpaySite) -> User:
    return factories.person(db.session(), at=START)


def go_to(site: RazorpaySite, day: float) -> None:
    """This many days after the start; what is due at the gateway has happened, and the clock has looked."""
    moment = START + day * DAY
    site.traveller.move_to(moment, tick=False)
    site.fake.set_clock(moment.timestamp())
    site.tick()


def sleep_to(site: RazorpaySite, day: float) -> None:
    """This many days after the start, while the clock was down."""
    moment = START + day * DAY
    site.traveller.move_to(moment, tick=False)
    site.fake.set_clock(moment.timestamp())


def pay(site: RazorpaySite, user: User) -> None:
    purchase = site.buy(user)
    site.fake.pay(purchase.vendor_id)
    site.ask(purchase)


def subscribe(site: RazorpaySite, user: User) -> Purchase:
    purchase = site.buy(user, PlanKey.SUBSCRIPTION)
    site.fake.pay_subscription(purchase.vendor_id)
    return site.ask(purchase)


def has(user: User) -> tuple[Tier, int]:
    db.session.commit()
    tier = plans.tier_of(db.session(), user_id=user.id, now=now())
    return tier, credits.balance(db.session(), user.id, now=now()).available


def paid_periods(user: User) -> int:
    return db.session.scalar(
        select(func.count(Period.id)).where(Period.user_id == user.id, Period.payment_id.is_not(None))
    )


def letters(user: User) -> list[object]:
    found = turns.jobs(db.session(), notices.TASK)
    return [letter["notice"] for letter in found if letter["user_id"] == user.id]


def spend(user: User, amount: int) -> None:
    with transaction() as session:
        reference = f"work {user.id} {now()}"
        credits.hold(session, user_id=user.id, amount=amount, reference=reference, now=now())
        credits.settle(session, user_id=user.id, reference=reference, captured=amount, now=now())


def test_a_year_of_being_free(site: RazorpaySite, person: User) -> None:
    for day in range(0, 366, 30):
        go_to(site, day)
        assert has(person) == (Tier.FREE, FREE)


def test_a_year_of_passes_that_are_bought_as_soon_as_one_ends(site: RazorpaySite, person: User) -> None:
    for day in range(366):
        go_to(site, day)
        if day % 30 == 0:
            assert has(person) == (Tier.FREE, FREE)
            pay(site, person)
            spend(person, 100)
        assert has(person) == (Tier.PREMIUM, FREE + PAID - 100)


def test_a_year_of_passes_that_are_bought_ten_days_early_loses_no_day(site: RazorpaySite, person: User) -> None:
    bought = 0
    for day in range(366):
        go_to(site, day)
        if day % 20 == 0 and bought < 12:
            pay(site, person)
            bought += 1
        expected = (Tier.PREMIUM, FREE + PAID) if day < 360 else (Tier.FREE, FREE)
        assert has(person) == expected


def test_a_year_of_a_subscription_resets_the_quota_each_period(site: RazorpaySite, person: User) -> None:
    subscribe(site, person)
    for day in range(366):
        # A quarter of an hour after the renewal, nobody having told of it.
        go_to(site, day + 1 / 96)
        if day % 30 == 0:
            assert has(person) == (Tier.PREMIUM, FREE + PAID)
            spend(person, 700)
        assert has(person) == (Tier.PREMIUM, FREE + PAID - 700)
    assert paid_periods(person) == 13


def test_a_pass_and_then_a_subscription_that_is_canceled_after_three_periods(site: RazorpaySite, person: User) -> None:
    pay(site, person)
    go_to(site, 5)
    subscribe(site, person)
    for day in range(5, 140):
        go_to(site, day + 1 / 96)
        if day == 100:
            with transaction() as session:
                subscriptions.wish_cancel(session, user_id=person.id, now=now())
        assert has(person) == ((Tier.PREMIUM, FREE + PAID) if day < 120 else (Tier.FREE, FREE)), day


def test_a_renewal_that_fails_has_three_days_of_grace_and_then_none(site: RazorpaySite, person: User) -> None:
    purchase = subscribe(site, person)
    site.fake.fail_renewals(purchase.vendor_id, times=4)
    seen = []
    for day in (29, 30.02, 31.02, 32.02, 32.99, 33.01, 34, 60):
        go_to(site, day)
        seen.append(has(person))
    in_grace, over = (Tier.PREMIUM, FREE), (Tier.FREE, FREE)
    assert seen == [(Tier.PREMIUM, FREE + PAID), in_grace, in_grace, in_grace, in_grace, over, over, over]


def test_a_clock_that_was_down_for_three_days_makes_up_for_it(site: RazorpaySite, person: User) -> None:
    subscribe(site, person)
    sleep_to(site, 33)
    # What is over counts as over, though nobody looked.
    assert has(person) == (Tier.FREE, FREE)
    site.tick()
    assert has(person) == (Tier.PREMIUM, FREE + PAID)
    sleep_to(site, 62)
    assert has(person) == (Tier.PREMIUM, FREE)
    site.tick()
    assert has(person) == (Tier.PREMIUM, FREE + PAID)


def test_three_clocks_in_the_same_minute_are_one(site: RazorpaySite, person: User) -> None:
    pay(site, person)
    subscriber = factories.person(db.session(), at=START)
    subscribe(site, subscriber)
    for day in (27.5, 30.01, 60.02):
        sleep_to(site, day)
        for _ in range(3):
            site.tick()
    assert (paid_periods(person), paid_periods(subscriber)) == (1, 3)
    assert (letters(person), letters(subscriber)) == (["premium_ends"], [])
    assert lots.list_accounts_due(db.session(), now=now(), limit=10) == []


def test_whose_days_end_is_told_three_days_before_and_who_renews_is_not(site: RazorpaySite, person: User) -> None:
    pay(site, person)
    go_to(site, 26.9)
    assert letters(person) == []
    go_to(site, 27)
    go_to(site, 28)
    assert letters(person) == ["premium_ends"]


def test_each_trouble_of_a_renewal_is_told_once(site: RazorpaySite, person: User) -> None:
    purchase = subscribe(site, person)
    site.fake.fail_renewals(purchase.vendor_id, times=4)
    for day in (30.02, 31.02, 32.02, 33.3, 34, 35):
        go_to(site, day)
    assert letters(person) == ["renewal_failed", "renewal_stopped"]


def test_the_clock_has_all_of_it_on_its_schedule() -> None:
    scheduled = {job for _, job in schedule.SCHEDULE}
    assert {
        schedule.keep_credits_in_time,
        schedule.ask_about_purchases,
        schedule.send_cancellations,
        schedule.send_notices,
        schedule.release_dead_holds,
    } <= scheduled
