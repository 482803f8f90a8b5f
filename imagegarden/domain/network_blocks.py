"""Networks from which nobody may come for a while: for when limits by address are not enough."""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from imagegarden.addresses import Network, read_address
from imagegarden.domain import audit
from imagegarden.domain.errors import Conflict, InvalidRequest, NotFound
from imagegarden.models import NetworkBlock

# One at a time: a form that is sent twice blocks once.
LOCK = 0x1A6E_B10C
BLOCK = "network.block"
MOST_HOURS = 24 * 90
# Wider than that is not a network but a part of the world.
# As many lead an address of IPv4 that is written as one of IPv6.
MAPPED_BITS = 96
FEWEST_BITS = {4: 16, 6: 32}


def block(
    session: Session,
    *,
    network: str,
    hours: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> NetworkBlock:
    """Let nobody come from a network, or from one address, for so many hours; `address` is the actor's own.

    Under the same request key, once. Raises InvalidRequest, and Conflict where it is blocked already.
    """
    found, own = read_network(network), read_address(address)
    if own is not None and own in found:
        raise InvalidRequest({"network": "You come from there yourself."})
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidRequest({"hours": f"From 1 to {MOST_HOURS:,}."})
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    target = f"{found}, {hours} h"
    earlier = session.scalar(select(NetworkBlock).where(NetworkBlock.network == str(found), *_is_current(now)))
    is_again = audit.is_done(session, request_key, action=BLOCK, subject_id=None, target=target)
    if earlier is not None and is_again:
        return earlier
    if earlier is not None or is_again:
        raise Conflict("This network is blocked already." if earlier else "This block was made, and has ended since.")
    made = NetworkBlock(network=str(found), made_by=actor_id, created_at=now, expires_at=now + timedelta(hours=hours))
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor_id=actor_id,
        action=BLOCK,
        subject_id=None,
        target=target,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
    return made


def end(
    session: Session,
    *,
    block_id: int,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
) -> NetworkBlock:
    """Let people come from there again. Raises NotFound where it is not blocked any more."""
    ended: NetworkBlock | None = session.scalar(
        update(NetworkBlock)
        .where(NetworkBlock.id == block_id, *_is_current(now))
        .values(ended_at=now)
        .returning(NetworkBlock)
    )
    if ended is None:
        raise NotFound
    audit.record(
        session,
        actor_id=actor_id,
        action="network.unblock",
        subject_id=None,
        target=ended.network,
        reason=reason,
        address=address,
        now=now,
    )
    return ended


def list_current(session: Session, *, now: datetime) -> Sequence[NetworkBlock]:
    """The networks that are blocked now, the newest first."""
    return session.scalars(select(NetworkBlock).where(*_is_current(now)).order_by(NetworkBlock.id.desc())).all()


def _is_current(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return NetworkBlock.ended_at.is_(None), NetworkBlock.expires_at > now


def read_network(written: str) -> Network:
    """The network that somebody names, or the one address. Raises InvalidRequest."""
    try:
        found = ipaddress.ip_network(written.strip(), strict=False)
    except ValueError:
        raise InvalidRequest({"network": "Write an address or a network, as in 203.0.113.0/24."}) from None
    # IPv4 as a server that listens on both writes it: addresses are read as IPv4 (addresses.py).
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    if mapped is not None and found.prefixlen >= MAPPED_BITS:
        found = ipaddress.ip_network((mapped, found.prefixlen - MAPPED_BITS))
    if found.prefixlen < FEWEST_BITS[found.version]:
        raise InvalidRequest({"network": f"That is too wide: at most a /{FEWEST_BITS[found.version]}."})
    return found
