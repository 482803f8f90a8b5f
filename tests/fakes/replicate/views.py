"""Predictions as JSON."""

import json
import math
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.fakes.replicate.cloud import Cloud
from tests.fakes.replicate.inputs import described
from tests.fakes.replicate.predictions import Prediction

# As Replicate writes it: without spaces.
SEPARATORS = (",", ":")


def written_time(at: float) -> str:
    """A time as Replicate writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def written(value: Any) -> str:
    """JSON."""
    return json.dumps(value, separators=SEPARATORS, ensure_ascii=False)


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON as an answer."""
    return web.Response(text=written(value), status=status, content_type="application/json", headers=headers)


def prediction_view(
    cloud: Cloud, prediction: Prediction, now: float, *, with_logs: bool = True, is_held: bool = False
) -> dict[str, Any]:
    """A prediction as clients see it. One that was held until its output was there still says `processing`."""
    status = prediction.status(now)
    removed = prediction.is_removed(now, cloud.settings.ttl)
    ended, _ = prediction.ending()
    has_ended = prediction.has_ended(now)
    seems_running = is_held and status == "succeeded"
    address = f"{cloud.url}/v1/predictions/{prediction.id}"
    view: dict[str, Any] = {
        "id": prediction.id,
        "model": prediction.model.slug,
        "version": "hidden" if prediction.model.is_official else prediction.model.version,
        "input": {} if removed else prediction.given,
        "logs": "" if removed else prediction.logs(now),
        "output": None if removed else prediction.output(now),
        "data_removed": removed,
        "error": prediction.error if status == "failed" else None,
        "status": "processing" if seems_running else status,
        "source": "api",
        "created_at": written_time(prediction.created),
        "urls": {
            "get": address,
            "cancel": f"{address}/cancel",
            "web": f"https://replicate.com/p/{prediction.id}",
        },
    }
    if not with_logs:
        del view["logs"]
    if prediction.deadline is not None:
        view["deadline"] = written_time(prediction.deadline)
    has_started = now >= prediction.starts and ended >= prediction.starts
    # Keys whose values are not known are not there.
    if has_started:
        view["started_at"] = written_time(prediction.starts)
    if has_ended and not seems_running:
        view["completed_at"] = written_time(ended)
        view["metrics"] = {"total_time": round(ended - prediction.created, 6)}
        if has_started:
            view["metrics"]["predict_time"] = round(ended - prediction.starts, 6)
    return view


def record(prediction: Prediction, now: float, ttl: float) -> dict[str, Any]:
    """A prediction as tests see it."""
    ended, _ = prediction.ending()
    return {
        "id": prediction.id,
        "created_seq": prediction.seq,
        "model": prediction.model.slug,
        "input": prediction.given,
        "status": prediction.status(now),
        "created": prediction.created,
        "started": prediction.starts if now >= prediction.starts and ended >= prediction.starts else None,
        "completed": ended if prediction.has_ended(now) else None,
        "ends": None if math.isinf(ended) else ended,
        "deadline": prediction.deadline,
        "cancel_requested": prediction.canceled is not None,
        "data_removed": prediction.is_removed(now, ttl),
        "is_listed": prediction.is_listed,
        "webhook": prediction.webhook,
        "webhook_events": sorted(prediction.events),
        "seed": prediction.seed,
        "shapes": sorted(prediction.shapes),
        "files": prediction.file_urls(),
        "inputs": described(prediction.inputs, prediction.model.list_fields()),
    }
