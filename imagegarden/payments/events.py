"""The envelope of Razorpay's reports: only what it is about is taken from it, and no data of cards or persons."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from imagegarden.payments.base import BadSignature, Event

EVENT_ID = "X-Razorpay-Event-Id"
SIGNATURE = "X-Razorpay-Signature"
LONGEST = 100
# In the year 2100.
LATEST_SECONDS = 4_102_444_800


def read(headers: Mapping[str, str], body: bytes) -> Event:
    """What a verified report says. Raises BadSignature for what Razorpay would never send."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadSignature from None
    kind = _text(content.get("event")) if isinstance(content, dict) else None
    if kind is None:
        raise BadSignature
    payment = _entity(content, "payment")
    dispute, refund = _entity(content, "dispute"), _entity(content, "refund")
    subscription, order = _entity(content, "subscription"), _entity(content, "order")
    return Event(
        # The header is not signed: without it, the body names itself.
        id=_text(headers.get(EVENT_ID)) or hashlib.sha256(body).hexdigest(),
        kind=kind,
        subject_id=_text(subscription.get("id")) or _text(order.get("id")) or _text(payment.get("order_id")),
        payment_id=_text(payment.get("id")) or _text(refund.get("payment_id")) or _text(dispute.get("payment_id")),
        sent_at=_moment(content.get("created_at")),
    )


def _moment(value: object) -> datetime | None:
    """The time of a number of seconds; None for anything else."""
    is_seconds = isinstance(value, int) and 0 < value < LATEST_SECONDS
    return datetime.fromtimestamp(value, UTC) if is_seconds else None  # type: ignore[arg-type]


def _entity(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The part of the payload of this name; an empty one where there is none."""
    payload = content.get("payload")
    part = payload.get(name) if isinstance(payload, dict) else None
    entity = part.get("entity") if isinstance(part, dict) else None
    return entity if isinstance(entity, dict) else {}


def _text(value: object) -> str | None:
    """A name as the gateway makes them; None for anything else."""
    is_name = isinstance(value, str) and value.isascii() and value.isprintable()
    return str(value)[:LONGEST] or None if is_name else None
