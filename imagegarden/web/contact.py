"""Whom people write to who cannot help themselves: nobody is promised where the operator has set no address."""

from imagegarden.current import settings


def whom_to_write_to() -> str:
    """A sentence that says it; none where there is no address."""
    address = settings().operator_email
    return f"Please write to {address}." if address else ""
