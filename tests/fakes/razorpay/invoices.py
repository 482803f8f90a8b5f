"""What a cycle of a subscription costs, on paper."""

from tests.fakes.razorpay import orders
from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.ids import new_id, new_token
from tests.fakes.razorpay.subscriptions import Subscription
from tests.fakes.razorpay.views import Entity


def issue(bank: Bank, subscription: Subscription, *, with_addons: bool = False) -> Entity:
    """The invoice of the next cycle, and an order to pay it with."""
    item, quantity = subscription.plan["item"], subscription.entity["quantity"]
    lines = [_line(item["name"], item["amount"], item["currency"], quantity, "plan")]
    if with_addons:
        for addon in subscription.addons:
            lines.append(_line(addon["name"], addon["amount"], addon["currency"], 1, "addon"))
    total, now = sum(line["net_amount"] for line in lines), bank.clock.stamp()
    order = orders.make(total, item["currency"], now, notes=subscription.entity["notes"])
    bank.orders[order["id"]] = order
    invoice = _describe(subscription, order, lines, now)
    bank.invoices[invoice["id"]] = invoice
    return invoice


def settle(invoice: Entity, payment: Entity, start: int, end: int, now: int) -> None:
    """This payment has paid it, for the time from `start` to `end`."""
    invoice.update(
        customer_id=payment["customer_id"],
        payment_id=payment["id"],
        status="paid",
        paid_at=now,
        amount_paid=invoice["amount"],
        amount_due=0,
        billing_start=start,
        billing_end=end,
    )


def _line(name: str, amount: int, currency: str, quantity: int, kind: str) -> Entity:
    total = amount * quantity
    return {
        "id": new_id("li"),
        "item_id": None,
        "name": name,
        "description": None,
        "amount": amount,
        "unit_amount": amount,
        "gross_amount": total,
        "tax_amount": 0,
        "taxable_amount": total,
        "net_amount": total,
        "currency": currency,
        "type": kind,
        "tax_inclusive": False,
        "quantity": quantity,
        "taxes": [],
    }


def _describe(subscription: Subscription, order: Entity, lines: list[Entity], now: int) -> Entity:
    total = order["amount"]
    return {
        "id": new_id("inv"),
        "entity": "invoice",
        "receipt": None,
        "invoice_number": None,
        "customer_id": subscription.entity.get("customer_id"),
        "order_id": order["id"],
        "subscription_id": subscription.id,
        "line_items": lines,
        "payment_id": None,
        "status": "issued",
        "expire_by": None,
        "issued_at": now,
        "paid_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "date": now,
        "partial_payment": False,
        "gross_amount": total,
        "tax_amount": 0,
        "taxable_amount": total,
        "amount": total,
        "amount_paid": 0,
        "amount_due": total,
        "currency": order["currency"],
        "currency_symbol": "₹",
        "description": None,
        "notes": [],
        "short_url": f"https://rzp.io/rzp/{new_token()[:8]}",
        "billing_start": None,
        "billing_end": None,
        "type": "invoice",
        "created_at": now,
    }
