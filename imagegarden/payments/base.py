"""What every payment gateway can do, and what it may say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from imagegarden.models import PaymentState, SubscriptionState


class GatewayError(Exception):
    """The gateway did not do what it was asked for."""


class GatewayUnavailable(GatewayError):
    """It cannot be reached, has no time, or broke: asking again later may work. Nothing is known of what it did."""


class GatewayRefused(GatewayError):
    """It understood and said no: asking again will not help."""


class BadSignature(Exception):
    """What claims to come from the gateway does not."""


@dataclass(frozen=True)
class Terms:
    """What is to be paid. `purchase` names it with us, and is kept by the gateway beside it."""

    purchase: UUID
    amount_paise: int
    currency: str
    description: str


@dataclass(frozen=True)
class RenewingTerms(Terms):
    """What is to be paid for each period of `days`, for the first time at `starts_at`, or at once."""

    days: int
    starts_at: datetime | None


@dataclass(frozen=True)
class VendorPayment:
    """A payment as the gateway tells it. `order_id` is what it was paid for, where that is an order of ours."""

    id: str
    amount_paise: int
    currency: str
    state: PaymentState
    refunded_paise: int
    method: str | None
    order_id: str | None


@dataclass(frozen=True)
class Charge:
    """A payment for a period of a subscription. `starts_at` is the period's, where the gateway says it."""

    payment: VendorPayment
    starts_at: datetime | None


@dataclass(frozen=True)
class VendorSubscription:
    """A subscription as the gateway tells it, with what was paid for it, the oldest first."""

    state: SubscriptionState
    paid_until: datetime | None
    charges: Sequence[Charge]


@dataclass(frozen=True)
class Event:
    """A genuine report of the gateway: that something happened, and to what."""

    id: str
    kind: str
    # An order or a subscription.
    subject_id: str | None
    payment_id: str | None
    sent_at: datetime | None = None


class Outcome(StrEnum):
    """What a person lets a pretend payment come to."""

    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class CheckoutOptions:
    """What the gateway's script on the checkout page needs. Nothing in it is secret."""

    script_url: str
    key_id: str
    # Where else the page may load from, as sources of a content security policy.
    sources: Sequence[str]


class Gateway(Protocol):
    """A conversation with one payment gateway. Every call has a time-out; none is made while a transaction is open.

    All raise GatewayUnavailable and GatewayRefused, where nothing else is said.
    """

    name: str
    # Whether money really moves.
    is_real: bool
    sells_subscriptions: bool
    checkout: CheckoutOptions

    def create_order(self, terms: Terms) -> str:
        """Make an order that can be paid once; returns its id. One that nobody hears of is never paid."""

    def create_subscription(self, terms: RenewingTerms) -> str:
        """Make a subscription that begins when it is authorized; returns its id.

        Raises GatewayRefused also when the gateway's own plan has other terms.
        """

    def payments_of_order(self, order_id: str) -> Sequence[VendorPayment]:
        """Everything that was paid, or tried, for an order."""

    def look_up_subscription(
        self, subscription_id: str, *, known: Collection[str] = (), hints: Sequence[str] = ()
    ) -> VendorSubscription:
        """How a subscription stands, with what was paid for it but for the payments that are `known`.

        `hints` are payments that were reported for it: they are told of in any case.
        """

    def cancel_subscription(self, subscription_id: str, *, at_period_end: bool) -> None:
        """End a subscription for good. Doing so twice is no error."""

    def refund(self, payment_id: str, *, amount_paise: int, key: str) -> None:
        """Give the money back. The same key twice is one refund."""

    def verify_return(self, *, vendor_id: str, payment_id: str, signature: str, renews: bool) -> None:
        """Check what the browser brought back: the payment was made for this order or subscription.

        Asks nobody. Raises BadSignature.
        """

    def read_event(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Check and read a report. Asks nobody. Raises BadSignature."""


@runtime_checkable
class MakesPlans(Protocol):
    """A gateway that wants to know the plan of subscriptions beforehand."""

    def create_plan(self, *, name: str, amount_paise: int, currency: str, days: int) -> str:
        """Make the plan; returns its id. A plan is never changed."""


@runtime_checkable
class PretendMoney(Protocol):
    """What only a gateway can do at which no money moves. Its reports go out as those of a real one: over HTTP."""

    def pay(self, vendor_id: str, outcome: Outcome) -> tuple[str, str, Sequence[str]]:
        """Pay an order, or authorize a subscription. Returns the payment, its signature and the reports to send."""

    def renew(self, subscription_id: str, outcome: Outcome) -> Sequence[str]:
        """Pay the next period of a subscription now, or let that fail. Returns the reports to send."""

    def tick(self) -> Sequence[str]:
        """Renew what is due by now. Returns the reports to send."""

    def sign_event(self, body: bytes) -> Mapping[str, str]:
        """The headers under which a report goes out."""
