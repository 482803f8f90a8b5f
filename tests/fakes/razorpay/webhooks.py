"""Webhooks: in which order they go out, how they are signed, and when they are tried again."""

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Coroutine, Iterable
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.razorpay import lies
from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.events import Event, sign
from tests.fakes.razorpay.faults import WEBHOOK_FAULTS, About, Drawn
from tests.fakes.razorpay.ids import new_token

WRONG_SECRET = "a secret of somebody else"
Faults = dict[str, Drawn]


class Postman:
    """Carries events to the one address that they are sent to."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._under_way = asyncio.Semaphore(bank.settings.webhook_at_once)

    async def close(self) -> None:
        """Carry nothing any more."""
        for task in self._bank.webhook_tasks:
            task.cancel()
        await self._session.close()

    def flush(self) -> list[asyncio.Task[None]]:
        """Send what has happened, or keep it until it is released; ends when each event was tried once."""
        events = list(self._bank.outbox)
        self._bank.outbox.clear()
        if self._bank.is_holding:
            self._bank.held += events
            return []
        return self._send(events)

    def release(self, *, copies: int, is_shuffled: bool, with_new_ids: bool) -> int:
        """Send what was kept, each so many times; in any order if shuffled. Nothing is kept any more."""
        held = list(self._bank.held)
        self._bank.held.clear()
        self._bank.is_holding = False
        if not is_shuffled and copies == 1:
            self._send(held)
            return len(held)
        more = [_renamed(event) if with_new_ids else event for event in held * (copies - 1)]
        released = held + more
        if is_shuffled:
            self._bank.faults.random.shuffle(released)
        for event in released:
            self._start(self._deliver(event, self._draw(event)))
        return len(released)

    async def send_now(self, event: Event, faults: Faults) -> dict[str, Any]:
        """Send one event, once, and tell how it was answered."""
        await self._try(event, faults, attempt=1)
        return self._bank.deliveries[-1]

    def _send(self, events: list[Event]) -> list[asyncio.Task[None]]:
        if self._bank.settings.webhook_url is None:
            return []
        scopes: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            scopes[event.scope].append(event)
        return [self._start(self._carry(together)) for together in scopes.values()]

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._bank.webhook_tasks.add(task)
        task.add_done_callback(self._bank.webhook_tasks.discard)
        return task

    def _draw(self, event: Event) -> Faults:
        return self._bank.faults.draw_any(WEBHOOK_FAULTS, About(event=event.name, text=event.body))

    async def _carry(self, events: Iterable[Event]) -> None:
        """Send events one after another; those that are to come last do so, the latest first."""
        drawn = [(event, self._draw(event)) for event in events]
        last = [one for one in drawn if "webhook_last" in one[1]]
        for event, faults in [one for one in drawn if one not in last] + last[::-1]:
            if "webhook_delay" in faults:
                self._start(self._deliver_later(event, faults))
            else:
                await self._deliver(event, faults)

    async def _deliver_later(self, event: Event, faults: Faults) -> None:
        await self._bank.clock.sleep(self._bank.faults.seconds(faults["webhook_delay"], 3))
        await self._deliver(event, faults)

    async def _deliver(self, event: Event, faults: Faults) -> None:
        if "webhook_drop" in faults:
            self._log(event, faults, 0, error="dropped")
            return
        copies = [event]
        if "webhook_duplicate" in faults:
            copies *= int(faults["webhook_duplicate"].number(2))
        if "webhook_duplicate_new_id" in faults:
            copies += [_renamed(event) for _ in range(int(faults["webhook_duplicate_new_id"].number(2)) - 1)]
        # Copies go out at once: that is when they hurt.
        await asyncio.gather(*(self._try_first(copy, faults) for copy in copies))

    async def _try_first(self, event: Event, faults: Faults) -> None:
        if not await self._try(event, faults, attempt=1):
            self._start(self._try_again(event, faults))

    async def _try_again(self, event: Event, faults: Faults) -> None:
        """Try for a day, at longer and longer intervals; then send nothing to that address any more."""
        settings, age, attempt = self._bank.settings, 0.0, 1
        pause = settings.webhook_first_pause
        while age < settings.webhook_lifetime:
            pause = min(pause, settings.webhook_lifetime - age)
            age += pause + await self._bank.clock.sleep(pause, settings.webhook_scale)
            attempt, pause = attempt + 1, pause * 2
            if await self._try(event, faults, attempt=attempt):
                return
        self._bank.webhook_is_disabled = True

    async def _try(self, event: Event, faults: Faults, *, attempt: int) -> bool:
        """Whether it needs not be tried again."""
        url = self._bank.settings.webhook_url
        if url is None or self._bank.webhook_is_disabled:
            self._log(event, faults, attempt, error="disabled")
            return True
        async with self._under_way:
            answered, error = await self._post(url, event, faults)
        self._log(event, faults, attempt, answer=answered, error=error, url=url)
        # A redirect is not followed, and is a failure.
        return answered is not None and 200 <= answered < 300

    async def _post(self, url: str, event: Event, faults: Faults) -> tuple[int | None, str | None]:
        body = lies.told(event.body, faults)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Razorpay-Webhook/v1",
            "x-razorpay-event-id": event.id,
            "X-Razorpay-Signature": sign(self._secret(event, faults), body),
        }
        if "webhook_unsigned" in faults:
            del headers["X-Razorpay-Signature"]
        timeout = aiohttp.ClientTimeout(total=self._bank.settings.webhook_timeout)
        try:
            async with self._session.post(
                url, data=body.encode(), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"

    def _secret(self, event: Event, faults: Faults) -> str:
        if "webhook_bad_signature" in faults:
            return WRONG_SECRET
        return self._bank.previous_secret if "webhook_old_secret" in faults else event.secret

    def _log(
        self,
        event: Event,
        faults: Faults,
        attempt: int,
        *,
        answer: int | None = None,
        error: str | None = None,
        url: str | None = None,
    ) -> None:
        self._bank.deliveries.append(
            {
                "event_id": event.id,
                "event": event.name,
                "scope": event.scope,
                "faults": sorted(faults),
                "attempt": attempt,
                "answer": answer,
                "error": error,
                "url": url,
                "at": self._bank.clock.now(),
            }
        )


def _renamed(event: Event) -> Event:
    return dataclasses.replace(event, id=new_token())


POSTMAN = web.AppKey("postman", Postman)
