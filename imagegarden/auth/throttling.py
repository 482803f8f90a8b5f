"""How often one may try to log in, and have codes mailed. Strangers use up their own share, and not the owner's."""

from flask import g, request

from imagegarden.auth import known_devices
from imagegarden.current import settings
from imagegarden.domain import accounts
from imagegarden.domain.errors import InvalidRequest
from imagegarden.extensions import household, limiter, neighborhood
from imagegarden.models import User
from imagegarden.web.guards import account_key


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


def count_code(email: str, user: User | None = None) -> bool:
    """Count that a code is asked for, to be mailed to this address, before anything is done about it.

    A browser that `user` knows, whose address it is, has a count of its own. Others are counted by where they come
    from, and by address and that, so that no household has all codes that an address is sent. Returns whether the
    account vouches for this browser. Raises RateLimitExceeded.
    """
    device = known_devices.vouched_for(user) if user is not None else None
    if user is not None and device is not None:
        g.trying_device = f"{device} {user.id}"
        with limiter.shared_limit(lambda: settings().signup_limit, key_func=_trying_device, scope="code, known device"):
            return True
    with limiter.shared_limit(lambda: settings().signup_address_limit, scope="code, address"):
        pass
    g.code_for = f"{email} {household()}"
    with limiter.shared_limit(lambda: settings().signup_share_limit, key_func=_code_for, scope="code, both"):
        pass
    return False


def count_sign_up(email: str) -> None:
    """Count that somebody wants to sign up with this address: as any code, and by network. Raises RateLimitExceeded."""
    with limiter.shared_limit(lambda: settings().signup_network_limit, key_func=neighborhood, scope="code, network"):
        pass
    count_code(email)


def count_code_of_person() -> bool:
    """Count that the person who is signed in has a code mailed to an address that they want, which is not theirs yet.

    Returns that nobody vouches for them there. Raises RateLimitExceeded.
    """
    with limiter.shared_limit(lambda: settings().signup_limit, key_func=account_key, scope="code, account"):
        return False


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


def _code_for() -> str:
    return str(g.code_for)
