"""How often one may try to log in. Strangers who guess use up their own tries, and not the owner's."""

from flask import g, request

from imagegarden.auth import known_devices
from imagegarden.current import settings
from imagegarden.domain import accounts
from imagegarden.domain.errors import InvalidRequest
from imagegarden.extensions import household, limiter
from imagegarden.models import User


def count_try(user: User | None) -> None:
    """Count a try at the account of this person, or at none, before the password is looked at.

    A browser that the account knows has a count of its own. Others are counted by address, by account and address, and
    by account over all addresses, in this order: what one count refuses does not use up the next. Raises
    RateLimitExceeded.
    """
    device = known_devices.vouched_for(user) if user is not None else None
    if user is not None and device is not None:
        # The library keeps one rule for each line of code, whichever request it was made for: what differs is in `g`.
        g.trying_device = f"{device} {user.id}"
        with limiter.limit(lambda: settings().login_limit, key_func=_trying_device, scope="log in, known device"):
            return
    with limiter.limit(lambda: settings().login_address_limit, scope="log in, address"):
        pass
    with limiter.limit(lambda: settings().login_limit, key_func=_email_and_address, scope="log in, both"):
        pass
    with limiter.limit(lambda: settings().login_account_limit, key_func=posted_email, scope="log in, account"):
        pass


def posted_email() -> str:
    """The address of the form as it would be kept; what is none has no account."""
    try:
        return accounts.normalize_email(request.form.get("email", ""))
    except InvalidRequest:
        return "nobody"


def _email_and_address() -> str:
    return f"{posted_email()} {household()}"


def _trying_device() -> str:
    return str(g.trying_device)
