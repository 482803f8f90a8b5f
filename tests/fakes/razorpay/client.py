"""The fake in the hands of a test."""

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.processes import process, wait_for

READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)

Found = dict[str, Any]


class FakeRazorpay:
    """A running fake: what people pay at it, what goes wrong with it, and what it was asked."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid
        self.checkout_url = f"{url}/v1/checkout.js"
        # Loopback alone: a proxy of the environment has no part in it, and certificates need not be read.
        self._http = httpx.Client(base_url=f"{url}/__fake__", timeout=60, trust_env=False, verify=False)

    # What people and banks do.

    def pay(
        self,
        order_id: str,
        *,
        outcome: str = "captured",
        later: float | None = None,
        again: bool = False,
        method: str = "card",
    ) -> Found:
        """Pay an order at the checkout; what the merchant's page is told: three fields, or an `error`.

        `outcome` is captured, failed, authorized or late; the last two are captured `later` seconds after.
        `again` pays one that is paid already, which is given back.
        """
        return self._pay(order_id=order_id, outcome=outcome, later=later, again=again, method=method)

    def pay_subscription(
        self, subscription_id: str, *, outcome: str = "captured", later: float | None = None, method: str = "card"
    ) -> Found:
        """Pay the first time for a subscription, or show that its card is good; told as of an order."""
        return self._pay(subscription_id=subscription_id, outcome=outcome, later=later, method=method)

    def change_card(self, subscription_id: str, *, outcome: str = "captured") -> Found:
        """Give a subscription another card, at the checkout."""
        return self._pay(subscription_id=subscription_id, outcome=outcome, card_change=True)

    def pay_many(self, order_ids: list[str], outcome: str = "captured") -> list[str]:
        """Pay all of these at once; the ids of the payments."""
        return list(self._ask("POST", "pay_many", {"order_ids": order_ids, "outcome": outcome}))

    def fail_renewals(self, subscription_id: str, times: int = 1) -> None:
        """Let its next charges fail; a retry is a charge."""
        self._ask("POST", "fail_renewals", {"subscription_id": subscription_id, "times": times})

    def dispute(self, payment_id: str, amount: int | None = None) -> Found:
        """Let a bank ask for a payment back; the dispute."""
        return self._do("dispute", payment_id=payment_id, amount=amount)

    def decide(self, dispute_id: str, status: str) -> Found:
        """Go on with a dispute: under_review, action_required, won, lost or closed."""
        return self._do("decide", dispute_id=dispute_id, status=status)

    # What the merchant does on the dashboard.

    def refund(self, payment_id: str, amount: int | None = None) -> Found:
        """Give back some of a payment, or all; the refund."""
        return self._do("refund", payment_id=payment_id, amount=amount)

    def cancel(self, subscription_id: str, *, at_cycle_end: bool = False) -> Found:
        """Cancel a subscription; the subscription."""
        return self._do("cancel", subscription_id=subscription_id, at_cycle_end=at_cycle_end)

    def rotate_secret(self, secret: str | None = None) -> str:
        """Sign new events with another secret, which is returned."""
        return str(self._do("rotate_secret", secret=secret)["secret"])

    def enable_webhook(self) -> None:
        """Send events again, after they were not taken for a day."""
        self._do("enable_webhook")

    # Time.

    def now(self) -> float:
        """What its clock says."""
        return float(self._ask("GET", "clock")["now"])

    def set_clock(self, now: float) -> None:
        """Be at this time, in the past too; on the way forward, what is due happens."""
        self._ask("POST", "clock", {"now": now})

    def advance(self, seconds: float | None = None, *, to: float | None = None) -> float:
        """Go forward; what is due until then has happened, each at its own time. What the clock says then."""
        given = {"seconds": seconds} if to is None else {"to": to}
        return float(self._ask("POST", "advance", given)["now"])

    # Webhooks.

    def hold(self) -> None:
        """Send no events until they are released."""
        self._do("hold")

    def release(self, *, copies: int = 1, shuffle: bool = False, new_ids: bool = False) -> int:
        """Send the events that were held, each so many times, in any order if shuffled; how many were sent."""
        return int(self._do("release", copies=copies, shuffle=shuffle, new_ids=new_ids)["sent"])

    def resend(self, event_id: str, *, new_id: bool = False) -> Found:
        """Send an event again, once, under its own id or another; the delivery, with its `answer`."""
        return self._do("resend", event_id=event_id, new_id=new_id)

    def send(self, body: Any, *, signature: str = "good", event_id: str | None = None) -> Found:
        """Send any body once, with a signature that is good, bad, previous or none; the delivery."""
        return self._do("send", body=body, signature=signature, event_id=event_id)

    def wait_until_delivered(self, seconds: float = 30) -> None:
        """Until no event is under way, or waits to be tried again."""
        wait_for(lambda: self.counts()["webhook_tasks"] == 0, seconds, "the webhooks to be delivered")

    # What goes wrong.

    def fault(
        self,
        name: str,
        *,
        probability: float = 1.0,
        times: int | None = None,
        path: str | None = None,
        method: str | None = None,
        event: str | None = None,
        match: str | None = None,
        value: Any = None,
    ) -> None:
        """From now on, or for so many times, this goes wrong with what the rule is meant for."""
        rule = {"fault": name, "probability": probability, "times": times, "value": value}
        self._ask("POST", "faults", [{**rule, "path": path, "method": method, "event": event, "match": match}])

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("DELETE", "faults")

    def configure(self, **settings: Any) -> Found:
        """Change some settings; all of them as they are now."""
        return dict(self._ask("POST", "settings", settings))

    # What there is.

    def entities(self, kind: str) -> list[Found]:
        """All orders, payments, refunds, plans, subscriptions, invoices or disputes, oldest first."""
        return list(self._ask("GET", f"entities/{kind}"))

    def events(self, name: str | None = None) -> list[Found]:
        """What has happened, oldest first, whether it was sent or not; events of one name."""
        return [one for one in self._ask("GET", "events") if name in (None, one["name"])]

    def requests(self, path_prefix: str = "", method: str | None = None) -> list[Found]:
        """What was asked, oldest first. The status of a cut connection is 0, of one that the other side left 499."""
        found = self._ask("GET", "requests", path_prefix=path_prefix)
        return [one for one in found if method in (None, one["method"])]

    def deliveries(self, event: str | None = None) -> list[Found]:
        """The attempts to deliver an event, oldest first."""
        return [one for one in self._ask("GET", "deliveries") if event in (None, one["event"])]

    def counts(self) -> Found:
        """How many there are of everything, by status where it has one."""
        return dict(self._ask("GET", "counts"))

    def reset(self) -> None:
        """As at the beginning: settings as started with, no rules, the real time, nothing remembered."""
        self._ask("POST", "reset")

    def close(self) -> None:
        """Talk to it no more."""
        self._http.close()

    def _pay(self, **about: Any) -> Found:
        answer = self._http.post("/pay", json={name: value for name, value in about.items() if value is not None})
        assert answer.status_code in (200, 400), answer.text
        return dict(answer.json())

    def _do(self, what: str, **about: Any) -> Found:
        return dict(self._ask("POST", what, {name: value for name, value in about.items() if value is not None}))

    def _ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self._http.request(method, f"/{path}", params=query, **({} if body is None else {"json": body}))
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextlib.contextmanager
def running(log: Path, **settings: Any) -> Iterator[FakeRazorpay]:
    """The fake on a free port, with these settings, until the end of the block."""
    command = (sys.executable, "-m", "tests.fakes.razorpay", "--port", "0", "--settings", json.dumps(settings))
    before = log.stat().st_size if log.exists() else 0
    with process(command, os.environ, log) as started:

        def address() -> str | None:
            found = READY.search(log.read_bytes()[before:].decode(errors="replace"))
            return found[1] if found else None

        url = wait_for(address, what=f"the fake to listen: {log}")
        fake = FakeRazorpay(url, started.pid)
        try:
            yield fake
        finally:
            fake.close()
