"""Webhooks: when they go out, how they are signed, and when they are tried again."""

import asyncio
import base64
import hashlib
import hmac
import math
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.replicate.cloud import Cloud
from tests.fakes.replicate.faults import WEBHOOK_FAULTS, Drawn
from tests.fakes.replicate.predictions import TERMINAL, Prediction
from tests.fakes.replicate.views import prediction_view, written

CONNECTIONS = 100
# `output` and `logs` are sent at most this often.
THROTTLE_SECONDS = 0.5
STALE_SECONDS = 600
OVERSIZE_BYTES = 5 * 1024 * 1024
# What makes sense at the end alone.
AT_THE_END = {"webhook_shuffle", "webhook_unknown"}
WRONG_SECRET = "whsec_" + base64.b64encode(b"a secret of somebody else").decode()


def sign(secret: str, webhook_id: str, timestamp: int, body: str) -> str:
    """The signature header of one delivery."""
    key = base64.b64decode(secret.partition("_")[2])
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Postman:
    """Carries what predictions have to say to those who asked for it."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))

    async def close(self) -> None:
        """Carry nothing any more."""
        for task in self._cloud.webhook_tasks:
            task.cancel()
        await self._session.close()

    def follow(self, prediction: Prediction) -> None:
        """Send what happens to this prediction, as it happens."""
        self._start(self._follow(prediction))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._cloud.webhook_tasks.add(task)
        task.add_done_callback(self._cloud.webhook_tasks.discard)
        return task

    async def _follow(self, prediction: Prediction) -> None:
        events, throttled_until = prediction.events, 0.0
        if events & {"start", "logs"}:
            await self._wait(prediction, lambda: prediction.starts)
        if "start" in events and prediction.status(self._cloud.now()) == "processing":
            await self._send(prediction, "start")
        if "logs" in events:
            said = ""
            while (now := self._cloud.now()) < prediction.ending()[0]:
                if prediction.logs(now) != said:
                    said, throttled_until = prediction.logs(now), now + THROTTLE_SECONDS
                    await self._send(prediction, "logs")
                again = now + THROTTLE_SECONDS
                await self._wait(prediction, lambda again=again: again)  # type: ignore[misc]
        await self._wait(prediction, lambda: math.inf)
        now = self._cloud.now()
        if "output" in events and now >= throttled_until and prediction.output(now):
            await self._send(prediction, "output")
        if "completed" in events and prediction.status(now) in TERMINAL:
            await self._send(prediction, "completed")

    async def _wait(self, prediction: Prediction, moment: Callable[[], float]) -> None:
        """Until the moment, or the prediction's end if that comes first."""
        while (left := min(moment(), prediction.ending()[0]) - self._cloud.now()) > 0:
            prediction.moved.clear()
            try:
                async with asyncio.timeout(None if math.isinf(left) else left):
                    await prediction.moved.wait()
            except TimeoutError:
                continue

    async def _send(self, prediction: Prediction, event: str) -> None:
        """Send one event; the next one waits a moment for it, so that they usually arrive in order."""
        is_last = event == "completed"
        view = prediction_view(self._cloud, prediction, self._cloud.now(), is_held=not is_last)
        possible = WEBHOOK_FAULTS if is_last else WEBHOOK_FAULTS - AT_THE_END
        faults = self._cloud.faults.draw_any(possible, prediction.prompt, prediction.model.slug)
        task = self._start(self._deliver(prediction, event, view, faults))
        await asyncio.wait({task}, timeout=THROTTLE_SECONDS)

    async def _deliver(
        self, prediction: Prediction, event: str, view: dict[str, Any], faults: dict[str, Drawn]
    ) -> None:
        url, webhook_id = str(prediction.webhook), f"msg_{self._cloud.new_id()}"
        about = {"prediction": prediction.id, "event": event, "faults": sorted(faults), "url": url}
        if "webhook_drop" in faults:
            self._log(about, view, webhook_id, attempt=0, error="dropped")
            return
        if "webhook_delay" in faults:
            await asyncio.sleep(faults["webhook_delay"].number(3))
        if "webhook_oversize" in faults:
            view = {**view, "logs": "x" * int(faults["webhook_oversize"].number(OVERSIZE_BYTES))}
        copies = int(faults["webhook_duplicate"].number(2)) if "webhook_duplicate" in faults else 1
        pauses = self._cloud.settings.webhook_retries if event == "completed" else []
        # Copies go out at once: that is when they hurt.
        await asyncio.gather(*(self._try_until_taken(about, view, webhook_id, pauses) for _ in range(copies)))
        if "webhook_shuffle" in faults:
            late = {**view, "status": "processing", "output": None}
            late = {key: value for key, value in late.items() if key not in ("completed_at", "metrics")}
            await self._try_until_taken({**about, "event": "logs"}, late, f"msg_{self._cloud.new_id()}", [])
        if "webhook_unknown" in faults:
            stranger = {**view, "id": self._cloud.new_id()}
            await self._try_until_taken(about, stranger, f"msg_{self._cloud.new_id()}", [])
            await self._try_until_taken({**about, "url": f"{url}0unknown"}, view, f"msg_{self._cloud.new_id()}", [])

    async def _try_until_taken(
        self, about: dict[str, Any], view: dict[str, Any], webhook_id: str, pauses: list[float]
    ) -> None:
        body = written(view)
        for attempt, pause in enumerate([0.0, *pauses], 1):
            await asyncio.sleep(pause)
            answered, error = await self._post(about, webhook_id, body)
            self._log(about, view, webhook_id, attempt=attempt, answer=answered, error=error)
            # A redirect is not followed, and counts as taken.
            if answered is not None and answered < 400:
                return

    async def _post(self, about: dict[str, Any], webhook_id: str, body: str) -> tuple[int | None, str | None]:
        settings, faults = self._cloud.settings, about["faults"]
        timestamp = int(time.time()) - (STALE_SECONDS if "webhook_stale" in faults else 0)
        secret = WRONG_SECRET if "webhook_bad_signature" in faults else settings.webhook_secret
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Replicate/1.0",
            "Webhook-Id": webhook_id,
            "Webhook-Timestamp": str(timestamp),
            "Webhook-Signature": sign(secret, webhook_id, timestamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=settings.webhook_timeout)
        try:
            async with self._session.post(
                about["url"], data=body.encode(), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"

    def _log(
        self,
        about: dict[str, Any],
        view: dict[str, Any],
        webhook_id: str,
        *,
        attempt: int,
        answer: int | None = None,
        error: str | None = None,
    ) -> None:
        self._cloud.deliveries.append(
            {
                **about,
                "said_id": view["id"],
                "said_status": view["status"],
                "webhook_id": webhook_id,
                "attempt": attempt,
                "answer": answer,
                "error": error,
                "at": self._cloud.now(),
            }
        )


POSTMAN = web.AppKey("postman", Postman)
