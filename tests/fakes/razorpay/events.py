"""What webhooks say."""

import hashlib
import hmac
from dataclasses import dataclass

from tests.fakes.razorpay.views import Entity, written

ACCOUNT_ID = "acc_FakeRazorpay01"
# What events have in common that are delivered one after another: an order, or a subscription.
Scope = str


@dataclass(frozen=True)
class Event:
    """Something that has happened, as it was then."""

    id: str
    name: str
    scope: Scope
    body: str
    # Retries are signed with the secret that there was when it happened.
    secret: str
    at: float


def envelope(name: str, entities: dict[str, Entity], created_at: int) -> str:
    """The body of a webhook."""
    return written(
        {
            "entity": "event",
            "account_id": ACCOUNT_ID,
            "event": name,
            "contains": list(entities),
            "payload": {kind: {"entity": entity} for kind, entity in entities.items()},
            "created_at": created_at,
        }
    )


def sign(secret: str, text: str) -> str:
    """Hexadecimal HMAC-SHA256: of webhooks with their secret, of payments with that of the key."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
