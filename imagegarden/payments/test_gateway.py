"""The test gateway: pretend money on one machine, with the same ids, signatures and reports as the real one.

What it remembers are files in a folder, which all processes of the machine share.
"""

import fcntl
import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from imagegarden.models import PaymentState, SubscriptionState
from imagegarden.payments import events, signatures
from imagegarden.payments.base import (
    BadSignature,
    Charge,
    CheckoutOptions,
    Event,
    GatewayRefused,
    Outcome,
    RenewingTerms,
    Terms,
    VendorPayment,
    VendorSubscription,
)

# A failed renewal is tried again each day; the last one ends it.
RETRIES = 3
# Our own stand-in for the gateway's script.
SCRIPT = "test-checkout.js"
Record = dict[str, Any]


class PretendGateway:
    """A gateway at which no money moves."""

    name = "test"
    is_real = False
    sells_subscriptions = True

    def __init__(self, folder: Path, *, secret: str, clock: Callable[[], datetime]) -> None:
        self.checkout = CheckoutOptions(SCRIPT, "rzp_test_garden", sources=())
        self._folder = folder
        self._secret = secret
        self._clock = clock

    def create_order(self, terms: Terms) -> str:
        """Make an order."""
        return self._create("order", terms, {})

    def create_subscription(self, terms: RenewingTerms) -> str:
        """Make a subscription."""
        starts_at = terms.starts_at.timestamp() if terms.starts_at else None
        return self._create("sub", terms, {"days": terms.days, "starts_at": starts_at, "state": "created"})

    def _create(self, kind: str, terms: Terms, more: Record) -> str:
        record = {"amount": terms.amount_paise, "currency": terms.currency, "about": terms.description, "payments": []}
        record |= {"id": _new_id(kind), **more}
        with self._locked():
            self._write(record)
        return str(record["id"])

    def payments_of_order(self, order_id: str) -> Sequence[VendorPayment]:
        """Everything that was paid, or tried, for an order."""
        record = self._read(order_id)
        return [_payment(payment, record) for payment in record["payments"]]

    def look_up_subscription(
        self, subscription_id: str, *, known: Collection[str] = (), hints: Sequence[str] = ()
    ) -> VendorSubscription:
        """How a subscription stands, with everything that was paid for it."""
        record = self._read(subscription_id)
        charges = [
            Charge(_payment(payment, record), _moment(payment["begins"]))
            for payment in record["payments"]
            if payment["id"] not in known or payment["id"] in hints
        ]
        return VendorSubscription(SubscriptionState(record["state"]), _moment(record.get("ends")), charges)

    def cancel_subscription(self, subscription_id: str, *, at_period_end: bool) -> None:
        """End a subscription, with its period or at once."""
        with self._changed(subscription_id) as record:
            if at_period_end:
                record["is_ending"] = True
            else:
                record["state"] = SubscriptionState.CANCELED

    def refund(self, payment_id: str, *, amount_paise: int, key: str) -> None:
        """Give pretend money back."""
        with self._changed(self._owner_of(payment_id)) as record:
            for payment in record["payments"]:
                if payment["id"] == payment_id:
                    payment |= {"state": PaymentState.REFUNDED, "refunded": amount_paise}

    def verify_return(self, *, vendor_id: str, payment_id: str, signature: str, renews: bool) -> None:
        """Check what the browser brought back. Raises BadSignature."""
        signatures.verify_return(
            self._secret, vendor_id=vendor_id, payment_id=payment_id, signature=signature, renews=renews
        )

    def read_event(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Check and read a report. Raises BadSignature."""
        signature = headers.get(events.SIGNATURE)
        if signature is None:
            raise BadSignature
        signatures.verify_body([self._secret], body, signature)
        return events.read(headers, body)

    def sign_event(self, body: bytes) -> dict[str, str]:
        """The headers under which a report goes out."""
        return {
            events.SIGNATURE: signatures.sign(self._secret, body),
            events.EVENT_ID: f"test_{signatures.sign('', body)[:20]}",
            "Content-Type": "application/json",
        }

    def pay(self, vendor_id: str, outcome: Outcome) -> tuple[str, str, Sequence[str]]:
        """What the checkout page does: returns the payment, its signature, and the reports that have to go out.

        Raises GatewayRefused when it was paid already.
        """
        with self._changed(vendor_id) as record:
            renews = vendor_id.startswith("sub_")
            if not renews and any(payment["state"] == PaymentState.CAPTURED for payment in record["payments"]):
                raise GatewayRefused("This order was paid already.")
            if outcome == Outcome.FAILED:
                payment = self._note_payment(record, PaymentState.FAILED, begins=None)
                return payment["id"], "", [_report("payment.failed", record, payment)]
            if renews:
                payment, reports = self._authorize(record)
            else:
                payment = self._note_payment(record, PaymentState.CAPTURED, begins=None)
                reports = [_report("payment.captured", record, payment), _report("order.paid", record, payment)]
        signature = signatures.sign_return(self._secret, vendor_id=vendor_id, payment_id=payment["id"], renews=renews)
        return payment["id"], signature, reports

    def renew(self, subscription_id: str, outcome: Outcome) -> Sequence[str]:
        """Pay the next period of a subscription now, or let that fail; returns the reports that have to go out."""
        with self._changed(subscription_id) as record:
            if outcome == Outcome.PAID:
                return self._charge(record)[1]
            return self._fail(record)

    def tick(self) -> Sequence[str]:
        """What has happened to subscriptions by now; returns the reports that have to go out."""
        reports: list[str] = []
        for path in sorted(self._folder.glob("sub_*.json")):
            with self._changed(path.stem) as record:
                reports += self._advance(record)
        return reports

    def _advance(self, record: Record) -> Sequence[str]:
        now = self._clock().timestamp()
        due = record["starts_at"] if record["state"] == SubscriptionState.AUTHENTICATED else record.get("ends")
        if record["state"] not in ("authenticated", "active", "pending") or due is None or due > now:
            return []
        if record.get("is_ending"):
            record["state"] = SubscriptionState.CANCELED
            return [_report("subscription.cancelled", record)]
        if record["state"] == SubscriptionState.PENDING:
            return self._fail(record) if record["retry_at"] <= now else []
        return self._charge(record)[1]

    def _authorize(self, record: Record) -> tuple[Record, Sequence[str]]:
        now = self._clock().timestamp()
        if record["starts_at"] is not None and record["starts_at"] > now and record["state"] == "created":
            record["state"] = SubscriptionState.AUTHENTICATED
            return {"id": _new_id("pay")}, [_report("subscription.authenticated", record)]
        return self._charge(record)

    def _charge(self, record: Record) -> tuple[Record, Sequence[str]]:
        begins = record.get("ends") or record["starts_at"] or self._clock().timestamp()
        payment = self._note_payment(record, PaymentState.CAPTURED, begins=begins)
        record["ends"] = begins + timedelta(days=record["days"]).total_seconds()
        record |= {"state": SubscriptionState.ACTIVE, "failures": 0}
        return payment, [_report("subscription.charged", record, payment)]

    def _fail(self, record: Record) -> Sequence[str]:
        record["failures"] = record.get("failures", 0) + 1
        is_over = record["failures"] > RETRIES
        record["state"] = SubscriptionState.HALTED if is_over else SubscriptionState.PENDING
        record["retry_at"] = self._clock().timestamp() + timedelta(days=1).total_seconds()
        return [_report(f"subscription.{record['state']}", record)]

    def _note_payment(self, record: Record, state: PaymentState, *, begins: float | None) -> Record:
        payment = {"id": _new_id("pay"), "state": state, "refunded": 0, "begins": begins}
        record["payments"].append(payment)
        return payment

    def _owner_of(self, payment_id: str) -> str:
        for path in self._folder.glob("*.json"):
            if any(payment["id"] == payment_id for payment in json.loads(path.read_text())["payments"]):
                return path.stem
        raise GatewayRefused("There is no such payment.")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _changed(self, vendor_id: str) -> Iterator[Record]:
        """A record that is written back unless something went wrong."""
        with self._locked():
            record = self._read(vendor_id)
            yield record
            self._write(record)

    def _read(self, vendor_id: str) -> Record:
        path = self._folder / f"{vendor_id}.json"
        if not vendor_id.replace("_", "").isalnum() or not path.exists():
            raise GatewayRefused("The id provided does not exist")
        found: Record = json.loads(path.read_text())
        return found

    def _write(self, record: Record) -> None:
        path = self._folder / f"{record['id']}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(record))
        fresh.replace(path)


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(7)}"


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _payment(payment: Record, record: Record) -> VendorPayment:
    return VendorPayment(
        id=payment["id"],
        amount_paise=record["amount"],
        currency=record["currency"],
        state=PaymentState(payment["state"]),
        refunded_paise=payment["refunded"],
        method="test",
        order_id=record["id"],
    )


def _report(kind: str, record: Record, payment: Record | None = None) -> str:
    """The body of a report, as the real gateway sends it."""
    name = "subscription" if record["id"].startswith("sub_") else "order"
    payload = {name: {"entity": {"id": record["id"]}}}
    if payment is not None:
        payload["payment"] = {"entity": {"id": payment["id"]}}
    content = {"entity": "event", "event": kind, "contains": list(payload), "payload": payload}
    return json.dumps(content | {"nonce": secrets.token_hex(8)})
