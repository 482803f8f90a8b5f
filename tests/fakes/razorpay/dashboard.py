"""What the merchant does with subscriptions, by the API or on the dashboard."""

from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.billing import boundary, end, follow, tell
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.subscriptions import Subscription
from tests.fakes.razorpay.views import Entity


def cancel(bank: Bank, subscription: Subscription, *, at_cycle_end: bool = False) -> None:
    """End it now, or when what has been paid for is over. Raises Refusal."""
    if subscription.has_ended:
        raise _refused("cancellable", subscription)
    if not at_cycle_end:
        end(bank, subscription, "cancelled")
        return
    if not subscription.cycles:
        raise Refusal(
            "Subscription cannot be cancelled since no billing cycle is going on", field="cancel_at_cycle_end"
        )
    subscription.is_canceled_at_end = True
    follow(bank, subscription)


def pause(bank: Bank, subscription: Subscription) -> None:
    """Charge nothing until it is resumed; one that has not begun is canceled by it. Raises Refusal."""
    if subscription.status == "authenticated":
        end(bank, subscription, "cancelled")
        return
    if subscription.status != "active":
        raise _refused("pausable", subscription)
    subscription.entity.update(status="paused", charge_at=None, paused_at=bank.clock.stamp(), pause_initiated_by="self")
    tell(bank, subscription, "paused")


def resume(bank: Bank, subscription: Subscription) -> None:
    """Charge it again, from the next cycle on; those that passed are lost. Raises Refusal."""
    if subscription.status != "paused":
        raise _refused("resumable", subscription)
    while boundary(bank, subscription) <= bank.clock.now() and subscription.entity["remaining_count"]:
        subscription.count_cycle()
    subscription.entity.update(status="active", charge_at=boundary(bank, subscription))
    for name in ("paused_at", "pause_initiated_by"):
        del subscription.entity[name]
    tell(bank, subscription, "resumed")
    if not subscription.entity["remaining_count"]:
        subscription.entity["charge_at"] = None
        end(bank, subscription, "completed")
    follow(bank, subscription)


def update(bank: Bank, subscription: Subscription, plan: Entity, quantity: int) -> None:
    """Another plan, or more of it, from the next charge on. Raises Refusal."""
    if subscription.status not in ("authenticated", "active"):
        raise _refused("updatable", subscription)
    subscription.plan = plan
    subscription.entity.update(plan_id=plan["id"], quantity=quantity)
    tell(bank, subscription, "updated")


def _refused(what: str, subscription: Subscription) -> Refusal:
    return Refusal(f"Subscription is not {what} in {subscription.status} status.", field="status")
