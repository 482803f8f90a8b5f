"""Which mailbox is behind an address: many addresses lead into one, and some into none that is kept."""

from disposable_email_domains import blocklist

from imagegarden.domain.errors import InvalidRequest

# Where dots in front of the @ mean nothing, and the names under which the same provider is known.
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
# What some providers take for a tag besides the plus.
TAGGED_BY_HYPHEN = frozenset({"yahoo.com", "ymail.com", "rocketmail.com"})


def mailbox_of(email: str) -> str:
    """The one form of all addresses that lead into the same mailbox. Only for comparing: mail goes to what was said."""
    name, _, host = email.lower().rpartition("@")
    name = name.partition("+")[0] or name
    if host in TAGGED_BY_HYPHEN:
        name = name.partition("-")[0] or name
    if host in DOTLESS:
        name, host = name.replace(".", "") or name, DOTLESS[host]
    return f"{name}@{host}"


def require_kept(email: str, *, trusted_hosts: frozenset[str] = frozenset()) -> None:
    """Take no address of a service whose mailboxes are thrown away, but for hosts that the operator trusts.

    Raises InvalidRequest.
    """
    parts = email.lower().rpartition("@")[2].split(".")
    hosts = {".".join(parts[start:]) for start in range(len(parts) - 1)}
    if hosts & blocklist and not hosts & trusted_hosts:
        raise InvalidRequest(
            {"email": "Mailboxes of this service are thrown away. Please use an address that you keep."}
        )
