"""What becomes of a subscription: its first payment, its cycles, its retries and its end."""

from typing import Any

from tests.fakes.razorpay import invoices, orders
from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.faults import About
from tests.fakes.razorpay.ids import new_id, new_token
from tests.fakes.razorpay.paying import Outcome, attempt
from tests.fakes.razorpay.payments import Payment
from tests.fakes.razorpay.problems import Refusal
from tests.fakes.razorpay.refunding import give_back
from tests.fakes.razorpay.subscriptions import Subscription
from tests.fakes.razorpay.views import Entity

DAY = 24 * 3600
# On each of the three days after the charge that failed.
RETRIES = 3


def create(bank: Bank, plan: Entity, total_count: int, **given: Any) -> Subscription:
    """A subscription that nobody has paid for yet; `given` is what of the entity was asked for."""
    addons, now = given.pop("addons", []), bank.clock.stamp()
    start_at = given.get("start_at")
    entity: Entity = {
        "id": new_id("sub"),
        "entity": "subscription",
        "plan_id": plan["id"],
        "status": "created",
        "current_start": None,
        "current_end": None,
        "ended_at": None,
        "quantity": 1,
        "notes": [],
        "charge_at": start_at,
        "start_at": None,
        "end_at": None,
        "auth_attempts": 0,
        "total_count": total_count,
        "paid_count": 0,
        "customer_notify": True,
        "created_at": now,
        "expire_by": None,
        "short_url": f"https://rzp.io/rzp/{new_token()[:8]}",
        "has_scheduled_changes": False,
        "change_scheduled_at": None,
        "source": "api",
        "remaining_count": total_count,
        **given,
    }
    made = Subscription(entity, plan, addons)
    bank.subscriptions[made.id] = made
    if start_at is None:
        made.invoice = invoices.issue(bank, made, with_addons=True)
    else:
        made.begin(start_at, is_aligned=bank.settings.aligns_cycles)
    follow(bank, made)
    return made


def pay_first(
    bank: Bank, subscription: Subscription, outcome: Outcome, later: float | None = None, method: str = "card"
) -> Payment:
    """The payment with which a subscription begins, or that shows that its card is good. Raises Refusal."""
    if subscription.status != "created":
        raise Refusal(f"Subscription cannot be authenticated in {subscription.status} status.", field="status")
    if subscription.invoice is not None:
        order = bank.orders[subscription.invoice["order_id"]]
        return _attempt(
            bank, subscription, order, outcome, lambda paid: _start(bank, subscription, paid), later, method
        )
    order = _order(bank, subscription, sum(addon["amount"] for addon in subscription.addons))
    return _attempt(
        bank, subscription, order, outcome, lambda paid: _authenticate(bank, subscription, paid), later, method
    )


def change_card(
    bank: Bank, subscription: Subscription, outcome: Outcome, later: float | None = None, method: str = "card"
) -> Payment:
    """Charge another card from now on. Raises Refusal."""
    if subscription.status not in ("authenticated", "active", "pending", "halted"):
        raise Refusal(f"Card cannot be changed in {subscription.status} status.", field="status")
    order = _order(bank, subscription, 0)
    return _attempt(
        bank, subscription, order, outcome, lambda paid: _take_card(bank, subscription, paid), later, method
    )


def follow(bank: Bank, subscription: Subscription) -> None:
    """See to what is to happen with it next."""
    due = _next_due(bank, subscription)
    if due is not None:
        bank.clock.at(due, lambda: _tick(bank, subscription))


def tell(bank: Bank, subscription: Subscription, what: str, **more: Entity) -> None:
    """Something has happened to it."""
    bank.emit(f"subscription.{what}", subscription.id, subscription=subscription.entity, **more)


def end(bank: Bank, subscription: Subscription, status: str) -> None:
    """It is over."""
    subscription.entity.update(status=status, ended_at=bank.clock.stamp())
    tell(bank, subscription, status, **({"payment": subscription.latest} if subscription.latest else {}))


def boundary(bank: Bank, subscription: Subscription) -> int:
    """When the cycle that was invoiced last ends."""
    return subscription.boundary(subscription.cycles, is_aligned=bank.settings.aligns_cycles)


def _next_due(bank: Bank, subscription: Subscription) -> int | None:
    entity, status = subscription.entity, subscription.status
    if subscription.has_ended or status == "paused":
        return None
    if status == "created":
        ends = [moment for moment in (entity["expire_by"], entity["charge_at"]) if moment is not None]
        return min(ends, default=None)
    due = boundary(bank, subscription) if status == "halted" else int(entity["charge_at"])
    return min(due, boundary(bank, subscription)) if subscription.is_canceled_at_end else due


def _tick(bank: Bank, subscription: Subscription) -> None:
    """Do what is due, if it still is."""
    due = _next_due(bank, subscription)
    if due is None or due > bank.clock.now():
        return
    if subscription.status == "created":
        subscription.entity.update(status="expired", ended_at=bank.clock.stamp(), charge_at=None)
    elif subscription.is_canceled_at_end and due >= boundary(bank, subscription):
        end(bank, subscription, "cancelled")
    elif subscription.status == "pending":
        _charge(bank, subscription)
    else:
        subscription.count_cycle()
        subscription.invoice = invoices.issue(bank, subscription)
        if subscription.status != "halted":
            _charge(bank, subscription)
        elif not subscription.entity["remaining_count"]:
            end(bank, subscription, "completed")
    follow(bank, subscription)


def _charge(bank: Bank, subscription: Subscription) -> None:
    """Charge the card for the invoice that is open."""
    assert subscription.invoice is not None
    fails = subscription.failing > 0 or bank.faults.draw(
        "renewal_failed", About(path=f"/v1/subscriptions/{subscription.id}", event="subscription.charged")
    )
    subscription.failing = max(0, subscription.failing - 1)
    order = bank.orders[subscription.invoice["order_id"]]
    outcome = Outcome.FAILED if fails else Outcome.CAPTURED
    _attempt(bank, subscription, order, outcome, lambda paid: _count_payment(bank, subscription, paid))
    if fails:
        _miss(bank, subscription)


def _miss(bank: Bank, subscription: Subscription) -> None:
    """A charge has failed: it is tried again on the next days, and then no more."""
    entity = subscription.entity
    entity["auth_attempts"] += 1
    if entity["auth_attempts"] > RETRIES:
        entity.update(status="halted", charge_at=None)
        tell(bank, subscription, "halted")
        return
    charged = subscription.boundary(subscription.cycles - 1, is_aligned=bank.settings.aligns_cycles)
    entity.update(status="pending", charge_at=charged + entity["auth_attempts"] * DAY)
    tell(bank, subscription, "pending")


def _start(bank: Bank, subscription: Subscription, payment: Payment) -> None:
    """The first payment of one that begins at once."""
    if subscription.status != "created":
        give_back(bank, payment)
        return
    subscription.begin(bank.clock.now(), is_aligned=bank.settings.aligns_cycles)
    subscription.count_cycle()
    _take_customer(subscription, payment, "authenticated")
    tell(bank, subscription, "authenticated")
    _count_payment(bank, subscription, payment)
    follow(bank, subscription)


def _authenticate(bank: Bank, subscription: Subscription, payment: Payment) -> None:
    """The card of one that begins later is good."""
    is_first = subscription.status == "created"
    if not is_first or not subscription.addons:
        give_back(bank, payment)
    if not is_first:
        return
    _take_customer(subscription, payment, "authenticated")
    tell(bank, subscription, "authenticated")
    follow(bank, subscription)


def _take_card(bank: Bank, subscription: Subscription, payment: Payment) -> None:
    """Another card is good: what is pending is charged at once, what was given up is not."""
    give_back(bank, payment)
    if subscription.has_ended:
        return
    _take_customer(subscription, payment, subscription.status)
    subscription.failing = 0
    if subscription.status == "pending":
        _charge(bank, subscription)
    elif subscription.status == "halted":
        subscription.entity.update(status="active", auth_attempts=0, charge_at=boundary(bank, subscription))
        tell(bank, subscription, "activated")
    follow(bank, subscription)


def _count_payment(bank: Bank, subscription: Subscription, payment: Payment) -> None:
    """A cycle is paid."""
    entity, was, is_aligned = subscription.entity, subscription.status, bank.settings.aligns_cycles
    start = subscription.boundary(subscription.cycles - 1, is_aligned=is_aligned)
    until = subscription.boundary(subscription.cycles, is_aligned=is_aligned)
    assert subscription.invoice is not None
    invoices.settle(subscription.invoice, payment.entity, start, until, bank.clock.stamp())
    subscription.invoice = None
    is_last = not entity["remaining_count"]
    entity.update(status="active", current_start=start, current_end=until, auth_attempts=0)
    entity.update(paid_count=entity["paid_count"] + 1, charge_at=None if is_last else until)
    if was != "active":
        tell(bank, subscription, "activated")
    # Razorpay writes it as a text here.
    tell(bank, subscription, "charged", payment={**payment.entity, "captured": "1"})
    if is_last:
        end(bank, subscription, "completed")


def _take_customer(subscription: Subscription, payment: Payment, status: str) -> None:
    subscription.token_id = payment.entity["token_id"]
    subscription.entity.update(customer_id=payment.entity["customer_id"], status=status)


def _order(bank: Bank, subscription: Subscription, amount: int) -> Entity:
    """An order for something else than a cycle; for as little as a card is tried with if nothing else is asked for."""
    amount = amount or bank.settings.authentication_amount
    made = orders.make(amount, subscription.plan["item"]["currency"], bank.clock.stamp())
    bank.orders[made["id"]] = made
    return made


def _attempt(
    bank: Bank,
    subscription: Subscription,
    order: Entity,
    outcome: Outcome,
    on_captured: Any,
    later: float | None = None,
    method: str = "card",
) -> Payment:
    invoice = subscription.invoice
    is_of_invoice = invoice is not None and invoice["order_id"] == order["id"]
    made = attempt(
        bank,
        order,
        outcome,
        later=later,
        method=method,
        scope=subscription.id,
        captures=True,
        on_captured=on_captured,
        invoice_id=invoice["id"] if invoice and is_of_invoice else None,
        customer_id=subscription.entity.get("customer_id") or new_id("cust"),
        token_id=(is_of_invoice and subscription.token_id) or new_id("token"),
        notes=subscription.entity["notes"],
    )
    subscription.latest = made.entity
    return made
