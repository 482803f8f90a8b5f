"""Razorpay. The only place that imports its SDK, which is kept on a leash: time-outs, no retries, nothing printed."""

import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import razorpay
import requests
from razorpay.errors import BadRequestError, GatewayError, ServerError

from imagegarden.models import PaymentState, SubscriptionState
from imagegarden.payments import events, signatures
from imagegarden.payments.base import (
    BadSignature,
    Charge,
    CheckoutOptions,
    Event,
    GatewayRefused,
    GatewayUnavailable,
    RenewingTerms,
    Terms,
    VendorPayment,
    VendorSubscription,
)

SOURCES = ("https://*.razorpay.com",)
# To connect, and to wait for a piece of an answer. In seconds.
TIMEOUTS = (5, 10)
# Ten years of 30-day periods: the gateway wants a number.
RENEWALS = 120
LISTED = 100
# The end of the year 9999: later ones are no moments to Python.
LATEST = 253_402_300_800
SUBSCRIPTION_STATES = {
    "created": SubscriptionState.CREATED,
    "authenticated": SubscriptionState.AUTHENTICATED,
    "active": SubscriptionState.ACTIVE,
    "pending": SubscriptionState.PENDING,
    "halted": SubscriptionState.HALTED,
    "paused": SubscriptionState.PAUSED,
    "cancelled": SubscriptionState.CANCELED,
    "completed": SubscriptionState.COMPLETED,
    "expired": SubscriptionState.EXPIRED,
}
DAYS = {"daily": 1, "weekly": 7}
# What it answers when there is nothing to end any more.
ENDED = "not cancellable"
Entity = Mapping[str, Any]


class Razorpay:
    """A conversation with Razorpay, or with what stands at its address."""

    name = "razorpay"
    is_real = True

    def __init__(
        self,
        *,
        key_id: str,
        key_secret: str,
        webhook_secrets: Sequence[str],
        plan_id: str | None,
        base_url: str,
        checkout: CheckoutOptions,
    ) -> None:
        self.checkout = checkout
        self.sells_subscriptions = plan_id is not None
        self._plan_id = plan_id
        self._key_secret = key_secret
        self._webhook_secrets = webhook_secrets
        self._key_id = key_id
        self._base_url = base_url
        # A session is for one thread.
        self._of_thread = threading.local()

    @property
    def _client(self) -> Any:
        if not hasattr(self._of_thread, "client"):
            self._of_thread.client = razorpay.Client(
                session=_Leash(), auth=(self._key_id, self._key_secret), base_url=self._base_url
            )
        return self._of_thread.client

    def create_order(self, terms: Terms) -> str:
        """Make an order; it is named by our purchase."""
        order = self._call(
            "order.create",
            {
                "amount": terms.amount_paise,
                "currency": terms.currency,
                "receipt": str(terms.purchase),
                # Also where the account is not set up to: money that nobody takes goes back after days.
                "payment_capture": 1,
                "notes": _notes(terms),
            },
        )
        return _id(order, "order_")

    def create_subscription(self, terms: RenewingTerms) -> str:
        """Make a subscription to the plan of the settings, if that has our terms."""
        if self._plan_id is None:
            raise GatewayRefused("RAZORPAY_PLAN_ID is not set")
        plan = self._call("plan.fetch", self._plan_id)
        item = _part(plan, "item")
        days = DAYS.get(str(plan.get("period")), 0) * _number(plan, "interval")
        if (item.get("amount"), item.get("currency"), days) != (terms.amount_paise, terms.currency, terms.days):
            raise GatewayRefused(
                f"the plan RAZORPAY_PLAN_ID is not {terms.amount_paise} {terms.currency} for each {terms.days} days"
            )
        order = {"plan_id": self._plan_id, "total_count": RENEWALS, "customer_notify": True, "notes": _notes(terms)}
        if terms.starts_at is not None:
            order["start_at"] = int(terms.starts_at.timestamp())
        return _id(self._call("subscription.create", order), "sub_")

    def create_plan(self, *, name: str, amount_paise: int, currency: str, days: int) -> str:
        """Make the plan that subscriptions are made to; returns what RAZORPAY_PLAN_ID has to be."""
        item = {"name": name, "amount": amount_paise, "currency": currency}
        return _id(self._call("plan.create", {"period": "daily", "interval": days, "item": item}), "plan_")

    def payments_of_order(self, order_id: str) -> Sequence[VendorPayment]:
        """Everything that was paid, or tried, for an order."""
        return [_payment(payment) for payment in _items(self._call("order.payments", order_id))]

    def look_up_subscription(
        self, subscription_id: str, *, known: Collection[str] = (), hints: Sequence[str] = ()
    ) -> VendorSubscription:
        """How a subscription stands, and what was paid for it, which is what its invoices say.

        Trying a card makes payments too, of a small sum that goes back: they have no invoice, and do not count.
        """
        told = self._call("subscription.fetch", subscription_id)
        invoices = _items(self._call("invoice.all", {"subscription_id": subscription_id, "count": LISTED}))
        begins = {
            invoice["payment_id"]: _moment(invoice.get("billing_start"))
            for invoice in reversed(invoices)
            if isinstance(invoice.get("payment_id"), str)
        }
        for hint in hints:
            if hint not in begins and (invoice := self._invoice_of(hint, subscription_id)):
                begins[hint] = _moment(invoice.get("billing_start"))
        charges = [
            Charge(_payment(self._call("payment.fetch", payment_id)), begin)
            for payment_id, begin in begins.items()
            if payment_id not in known or payment_id in hints
        ]
        state = SUBSCRIPTION_STATES.get(str(told.get("status")))
        if state is None:
            raise GatewayUnavailable(f"a subscription in the unknown state {told.get('status')!r}")
        return VendorSubscription(state, _moment(told.get("current_end")), charges)

    def _invoice_of(self, payment_id: str, subscription_id: str) -> Entity | None:
        """The invoice that a payment was for, if it is one of this subscription's."""
        invoice_id = self._call("payment.fetch", payment_id).get("invoice_id")
        if not isinstance(invoice_id, str):
            return None
        invoice = self._call("invoice.fetch", invoice_id)
        return invoice if invoice.get("subscription_id") == subscription_id else None

    def cancel_subscription(self, subscription_id: str, *, at_period_end: bool) -> None:
        """End a subscription for good."""
        try:
            self._call("subscription.cancel", subscription_id, {"cancel_at_cycle_end": int(at_period_end)})
        except GatewayRefused as error:
            if ENDED not in str(error):
                raise

    def refund(self, payment_id: str, *, amount_paise: int, key: str) -> None:
        """Give the money back, once for each key."""
        # Given as a whole body: the SDK has two methods of this name, and the second one takes it.
        self._call("payment.refund", payment_id, {"amount": amount_paise}, headers={"X-Refund-Idempotency": key})

    def verify_return(self, *, vendor_id: str, payment_id: str, signature: str, renews: bool) -> None:
        """Check what the browser brought back with the key's secret. Raises BadSignature."""
        signatures.verify_return(
            self._key_secret, vendor_id=vendor_id, payment_id=payment_id, signature=signature, renews=renews
        )

    def read_event(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Check a report's raw bytes with the present and the previous secret, and read it. Raises BadSignature."""
        signature = headers.get(events.SIGNATURE)
        if signature is None:
            raise BadSignature
        signatures.verify_body(self._webhook_secrets, body, signature)
        return events.read(headers, body)

    def _call(self, what: str, *arguments: object, **options: object) -> dict[str, Any]:
        """Ask the SDK. Raises GatewayUnavailable and GatewayRefused, and nothing else."""
        noun, verb = what.split(".")
        try:
            answer = getattr(getattr(self._client, noun), verb)(*arguments, **options)
        except BadRequestError as error:
            raise GatewayRefused(f"{what}: {error}") from None
        except (GatewayError, ServerError, requests.RequestException, TypeError) as error:
            # The SDK stumbles over error bodies of another form.
            raise GatewayUnavailable(f"{what}: {type(error).__name__}") from None
        if not isinstance(answer, dict):
            raise GatewayUnavailable(f"{what}: an answer that is no object")
        return answer


class _Leash(requests.Session):
    """A session without endless waiting, redirects and cookies, that tells faults before the SDK prints them."""

    def request(self, method: Any, url: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        """One request."""
        self.cookies.clear()
        options |= {"timeout": TIMEOUTS, "allow_redirects": False}
        try:
            response = super().request(method, url, **options)
        except requests.RequestException as error:
            raise GatewayUnavailable(f"{type(error).__name__} at {method} {url}") from None
        if response.status_code == requests.codes.too_many_requests or response.status_code >= 500:
            raise GatewayUnavailable(f"{response.status_code} at {method} {url}")
        try:
            content = response.json()
        except requests.RequestException:
            content = None
        if not isinstance(content, dict) or 300 <= response.status_code < 400:
            raise GatewayUnavailable(f"{response.status_code} without sense at {method} {url}")
        return response


def _notes(terms: Terms) -> dict[str, str]:
    return {"purchase": str(terms.purchase), "for": terms.description}


def _id(entity: Entity, prefix: str) -> str:
    found = entity.get("id")
    if not isinstance(found, str) or not found.startswith(prefix):
        raise GatewayUnavailable(f"an answer without an id of {prefix}")
    return found


def _part(entity: Entity, name: str) -> Entity:
    found = entity.get(name)
    return found if isinstance(found, dict) else {}


def _items(collection: Entity) -> list[Entity]:
    found = collection.get("items")
    if not isinstance(found, list):
        raise GatewayUnavailable("a list without items")
    return [item for item in found if isinstance(item, dict)]


def _number(entity: Entity, name: str) -> int:
    found = entity.get(name)
    # `captured` is sometimes a text; amounts never are.
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise GatewayUnavailable(f"{name} is not a number")
    return found


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < LATEST else None


def _payment(entity: Entity) -> VendorPayment:
    try:
        state = PaymentState(str(entity.get("status")))
    except ValueError:
        raise GatewayUnavailable(f"a payment in the unknown state {entity.get('status')!r}") from None
    method, order_id = entity.get("method"), entity.get("order_id")
    return VendorPayment(
        id=_id(entity, "pay_"),
        amount_paise=_number(entity, "amount"),
        currency=str(entity.get("currency")),
        state=state,
        refunded_paise=_number(entity, "amount_refunded"),
        method=method if isinstance(method, str) else None,
        order_id=order_id if isinstance(order_id, str) else None,
    )
