"""The rules of what renews by itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import accounts, plans, purchases, subscriptions
from imagegarden.domain.errors import AlreadySubscribed, Conflict, NotFound
from imagegarden.domain.plans import GRACE, Tier
from imagegarden.models import PlanKey, Purchase, PurchaseState, Subscription, SubscriptionState, User, UserStatus
from tests import factories, money, turns
from tests.money import MONTH

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def purchase(session: Session, user: User, now: datetime) -> Purchase:
    """A subscription whose first period is paid."""
    return money.subscribe(session, user, now)


def tier(session: Session, user: User, at: datetime) -> Tier:
    return plans.tier_of(session, user_id=user.id, now=at)


def available(session: Session, user: User, at: datetime) -> int:
    return factories.balance(session, user.id, at=at).available


def of(session: Session, purchase: Purchase) -> Subscription:
    return session.get_one(Subscription, purchase.id)


def test_each_paid_period_resets_the_quota(session: Session, user: User, purchase: Purchase, now: datetime) -> None:
    assert available(session, user, now + MONTH - SECOND) == 5 + money.CREDITS
    money.renew(session, purchase, now + MONTH)
    assert money.periods_of(session, user) == [(now, now + MONTH), (now + MONTH, now + 2 * MONTH)]
    assert available(session, user, now + MONTH) == 5 + money.CREDITS


def test_a_renewal_that_nobody_told_of_yet_keeps_premium_without_new_credits(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    assert (tier(session, user, now + MONTH), available(session, user, now + MONTH)) == (Tier.PREMIUM, 5)
    assert purchase.next_check_at == now + MONTH + subscriptions.RENEWAL_CHECK


def test_a_pending_renewal_keeps_premium_for_three_days(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    end = now + MONTH
    money.stands(session, purchase, SubscriptionState.PENDING, end + SECOND, paid_until=end)
    assert tier(session, user, end + GRACE - SECOND) == Tier.PREMIUM
    assert tier(session, user, end + GRACE) == Tier.FREE
    assert available(session, user, end + SECOND) == 5


def test_a_pending_renewal_that_is_paid_after_all_gives_the_whole_period(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    end = now + MONTH
    money.stands(session, purchase, SubscriptionState.PENDING, end, paid_until=end)
    money.renew(session, purchase, end + 2 * DAY)
    assert of(session, purchase).state == SubscriptionState.ACTIVE
    assert money.periods_of(session, user)[1] == (end, end + MONTH)
    assert available(session, user, end + 2 * DAY) == 5 + money.CREDITS


@pytest.mark.parametrize(
    "state",
    [
        SubscriptionState.HALTED,
        SubscriptionState.CANCELED,
        SubscriptionState.COMPLETED,
        SubscriptionState.EXPIRED,
        SubscriptionState.PAUSED,
    ],
)
def test_what_will_not_be_renewed_ends_with_the_paid_days(
    session: Session, user: User, purchase: Purchase, now: datetime, state: SubscriptionState
) -> None:
    money.stands(session, purchase, state, now + DAY, paid_until=now + MONTH)
    assert tier(session, user, now + MONTH - SECOND) == Tier.PREMIUM
    assert tier(session, user, now + MONTH) == Tier.FREE


def test_a_changed_card_brings_a_halted_subscription_back(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    end = now + MONTH
    money.stands(session, purchase, SubscriptionState.HALTED, end + 4 * DAY, paid_until=end)
    assert tier(session, user, end + 4 * DAY) == Tier.FREE
    money.pay(session, purchase, end + MONTH, starts_at=end + MONTH)
    money.stands(session, purchase, SubscriptionState.ACTIVE, end + MONTH, paid_until=end + 2 * MONTH)
    assert tier(session, user, end + MONTH) == Tier.PREMIUM
    assert money.periods_of(session, user)[1] == (end + MONTH, end + 2 * MONTH)


def test_an_ended_subscription_does_not_come_back_and_a_late_answer_changes_nothing(
    session: Session, purchase: Purchase, now: datetime
) -> None:
    money.stands(session, purchase, SubscriptionState.CANCELED, now + 2 * DAY)
    money.stands(session, purchase, SubscriptionState.ACTIVE, now + 3 * DAY)
    assert of(session, purchase).state == SubscriptionState.CANCELED
    assert (of(session, purchase).ended_at, purchase.next_check_at) == (now + 2 * DAY, None)


def test_an_answer_that_was_asked_for_earlier_changes_nothing(
    session: Session, purchase: Purchase, now: datetime
) -> None:
    money.stands(session, purchase, SubscriptionState.PENDING, now + 2 * DAY)
    money.stands(session, purchase, SubscriptionState.ACTIVE, now + DAY)
    assert of(session, purchase).state == SubscriptionState.PENDING


def test_the_wish_to_cancel_stays_here_and_can_be_taken_back(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    assert subscriptions.send_due_cancellations(session, now=now + MONTH - DAY - SECOND) == 0
    subscriptions.keep(session, user_id=user.id)
    assert subscriptions.send_due_cancellations(session, now=now + MONTH - DAY) == 0
    assert turns.jobs(session, subscriptions.CANCEL_TASK) == []


def test_the_wish_is_sent_a_day_before_the_end_and_then_stands(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    for _ in range(3):
        subscriptions.send_due_cancellations(session, now=now + MONTH - DAY)
    assert [job["purchase_id"] for job in turns.jobs(session, subscriptions.CANCEL_TASK)] == [purchase.id]
    with pytest.raises(Conflict):
        subscriptions.keep(session, user_id=user.id)


def test_a_wish_on_the_last_day_is_sent_at_once(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now + MONTH - timedelta(hours=1))
    assert len(turns.jobs(session, subscriptions.CANCEL_TASK)) == 1


def test_a_wish_that_was_sent_is_not_sent_again(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    subscriptions.record_cancellation_sent(session, purchase_id=purchase.id, now=now)
    assert subscriptions.send_due_cancellations(session, now=now + MONTH) == 0


def test_a_canceled_subscription_has_no_days_of_grace(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    subscriptions.send_due_cancellations(session, now=now + MONTH - DAY)
    session.flush()
    assert tier(session, user, now + MONTH) == Tier.FREE


def test_nobody_cancels_or_keeps_what_there_is_not(session: Session, user: User, now: datetime) -> None:
    with pytest.raises(NotFound):
        subscriptions.wish_cancel(session, user_id=user.id, now=now)
    with pytest.raises(NotFound):
        subscriptions.keep(session, user_id=user.id)


@pytest.mark.parametrize("key", [PlanKey.PASS, PlanKey.SUBSCRIPTION])
def test_who_renews_buys_nothing_more(
    session: Session, user: User, purchase: Purchase, now: datetime, key: PlanKey
) -> None:
    with pytest.raises(AlreadySubscribed):
        purchases.begin(session, user_id=user.id, key=key, vendor=money.VENDOR, now=now)


def test_who_has_canceled_may_buy_a_pass_that_follows(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    money.buy_pass(session, user, now + DAY)
    assert money.periods_of(session, user)[1] == (now + MONTH, now + 2 * MONTH)


def test_who_is_halted_may_buy_a_pass(session: Session, user: User, purchase: Purchase, now: datetime) -> None:
    end = now + MONTH
    money.stands(session, purchase, SubscriptionState.HALTED, end, paid_until=end)
    money.buy_pass(session, user, end + DAY)
    assert tier(session, user, end + DAY) == Tier.PREMIUM


def test_an_authorized_subscription_is_asked_about_when_it_begins(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now)
    purchase = money.buy(session, user, now, PlanKey.SUBSCRIPTION)
    money.stands(session, purchase, SubscriptionState.AUTHENTICATED, now)
    assert purchase.next_check_at == now + MONTH + subscriptions.RENEWAL_CHECK


def test_a_renewal_after_days_that_were_bought_otherwise_follows_them(
    session: Session, user: User, purchase: Purchase, now: datetime
) -> None:
    subscriptions.wish_cancel(session, user_id=user.id, now=now)
    money.buy_pass(session, user, now + DAY)
    subscriptions.keep(session, user_id=user.id)
    money.renew(session, purchase, now + MONTH)
    assert money.periods_of(session, user)[2] == (now + 2 * MONTH, now + 3 * MONTH)


def test_a_subscription_during_a_pass_begins_when_the_pass_ends(session: Session, user: User, now: datetime) -> None:
    money.buy_pass(session, user, now)
    purchase = money.buy(session, user, now + DAY, PlanKey.SUBSCRIPTION)
    assert of(session, purchase).starts_at == now + MONTH
    authorized = money.stands(session, purchase, SubscriptionState.AUTHENTICATED, now + DAY)
    assert (purchase.state, authorized.paid_until) == (PurchaseState.PAID, None)


def test_a_subscription_that_is_authorized_by_who_is_kept_out_is_not_renewed(
    session: Session, user: User, now: datetime
) -> None:
    purchase = money.buy(session, user, now, PlanKey.SUBSCRIPTION)
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="x", now=now)
    payment = money.pay(session, purchase, now)
    money.stands(session, purchase, SubscriptionState.ACTIVE, now)
    assert payment.refund_wished_at == now
    assert of(session, purchase).cancel_wished_at == now


def test_a_subscription_that_nobody_authorized_is_given_up(session: Session, user: User, now: datetime) -> None:
    purchase = money.buy(session, user, now, PlanKey.SUBSCRIPTION)
    money.stands(session, purchase, SubscriptionState.CREATED, now + 4 * DAY)
    assert (purchase.state, purchase.next_check_at) == (PurchaseState.EXPIRED, None)
    assert purchases.find_live(session, user_id=user.id) is None
