"""Everything that the fake knows, in memory."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from tests.fakes.razorpay.clock import Clock
from tests.fakes.razorpay.events import Event, Scope, envelope
from tests.fakes.razorpay.faults import Faults
from tests.fakes.razorpay.ids import new_token
from tests.fakes.razorpay.payments import Payment
from tests.fakes.razorpay.problems import unknown_id
from tests.fakes.razorpay.settings import Settings
from tests.fakes.razorpay.subscriptions import Subscription
from tests.fakes.razorpay.views import Entity

Kept = TypeVar("Kept")

MOST_LOGGED = 200_000
SOME_EARLIER_SECRET = "fake-razorpay-earlier-webhook-secret"


@dataclass
class Bank:
    """The state of the fake."""

    url: str
    initial: Settings
    settings: Settings = field(init=False)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    orders: dict[str, Entity] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Entity] = field(default_factory=dict)
    plans: dict[str, Entity] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    invoices: dict[str, Entity] = field(default_factory=dict)
    disputes: dict[str, Entity] = field(default_factory=dict)
    # The refund that was made under a key of idempotency, with the request for it; and keys whose request goes on.
    refund_keys: dict[str, tuple[Any, Entity]] = field(default_factory=dict)
    busy_keys: set[str] = field(default_factory=set)
    events: dict[str, Event] = field(default_factory=dict)
    # Events that have happened and not been handed to the postman; and those that wait to be released.
    outbox: list[Event] = field(default_factory=list)
    held: list[Event] = field(default_factory=list)
    is_holding: bool = False
    webhook_is_disabled: bool = False
    previous_secret: str = SOME_EARLIER_SECRET
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_LOGGED))
    deliveries: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=MOST_LOGGED))
    webhook_tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.settings = self.initial
        self.reset()

    def configure(self, settings: Settings) -> None:
        """Other settings. A webhook that is given an address is enabled; the secret before this one is remembered."""
        if settings.seed != self.settings.seed:
            self.faults.random.seed(settings.seed)
        if settings.webhook_url != self.settings.webhook_url:
            self.webhook_is_disabled = False
        if settings.webhook_secret != self.settings.webhook_secret:
            self.previous_secret = self.settings.webhook_secret
        self.settings = settings

    def reset(self) -> None:
        """As at the beginning."""
        for task in self.webhook_tasks:
            task.cancel()
        for kept in (self.faults, self.orders, self.payments, self.refunds, self.plans, self.subscriptions):
            kept.clear()
        for more in (self.invoices, self.disputes, self.refund_keys, self.busy_keys, self.events):
            more.clear()
        for listed in (self.outbox, self.held, self.requests, self.deliveries):
            listed.clear()
        self.is_holding = self.webhook_is_disabled = False
        self.settings, self.previous_secret = self.initial, SOME_EARLIER_SECRET
        self.faults.random = random.Random(self.settings.seed)
        self.clock.reset(self.settings.clock)

    def emit(self, name: str, scope: Scope, **entities: Entity) -> None:
        """Something has happened to these, as they are now; events of one scope are delivered one after another."""
        event = Event(
            id=new_token(),
            name=name,
            scope=scope,
            body=envelope(name, entities, self.clock.stamp()),
            secret=self.settings.webhook_secret,
            at=self.clock.now(),
        )
        self.events[event.id] = event
        self.outbox.append(event)

    def order(self, id_: str) -> Entity:
        """An order."""
        return _get(self.orders, id_)

    def payment(self, id_: str) -> Payment:
        """A payment."""
        return _get(self.payments, id_)

    def subscription(self, id_: str) -> Subscription:
        """A subscription."""
        return _get(self.subscriptions, id_)


def _get(kept: dict[str, Kept], id_: str) -> Kept:
    if id_ not in kept:
        raise unknown_id()
    return kept[id_]


BANK = web.AppKey("bank", Bank)
