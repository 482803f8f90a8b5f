"""How Razorpay signs: HMAC-SHA256 in hex. The test gateway signs the same way."""

import hashlib
import hmac
from collections.abc import Sequence

from imagegarden.payments.base import BadSignature

# With more, the signed text would not be unambiguous.
LONGEST_ID = 64


def sign(secret: str, message: bytes) -> str:
    """The signature of a message."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def sign_return(secret: str, *, vendor_id: str, payment_id: str, renews: bool) -> str:
    """What the browser brings back from a checkout; of a subscription, the two ids are the other way round."""
    pair = (payment_id, vendor_id) if renews else (vendor_id, payment_id)
    return sign(secret, "|".join(pair).encode())


def verify_return(secret: str, *, vendor_id: str, payment_id: str, signature: str, renews: bool) -> None:
    """Check that a checkout brought this payment for this order or subscription. Raises BadSignature."""
    is_sound = payment_id.isascii() and 0 < len(payment_id) <= LONGEST_ID and "|" not in payment_id
    right = sign_return(secret, vendor_id=vendor_id, payment_id=payment_id, renews=renews)
    if not is_sound or not hmac.compare_digest(signature.encode(), right.encode()):
        raise BadSignature


def verify_body(secrets: Sequence[str], body: bytes, signature: str) -> None:
    """Check a report's raw bytes against each of the secrets. Raises BadSignature."""
    given = signature.encode()
    # All are tried, so that the time tells nothing.
    found = [hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets]
    if not any(found):
        raise BadSignature
