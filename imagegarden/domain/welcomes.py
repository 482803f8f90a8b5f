"""Free credits for who is new: once for each mailbox, and later where many come from one network.

Credits are what strangers come for in numbers; an account without them is always made.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import credits
from imagegarden.domain.mailboxes import mailbox_of
from imagegarden.models import LotSource, User, UserStatus, Welcome

COUNTED = timedelta(days=1)
DELAY = timedelta(days=1)
# From where an account was made is known for so long.
NETWORK_KEPT = timedelta(days=30)
AT_ONCE = 500


class Reception(StrEnum):
    """How somebody new was received."""

    GIVEN = "given"
    LATER = "later"
    HAD_BEFORE = "had_before"


def receive(
    session: Session,
    *,
    user: User,
    amount: int,
    network: str | None,
    most_of_network: int,
    keys: Sequence[bytes],
    now: datetime,
) -> Reception:
    """Give a new account its free credits: now, or a day later where its network had its share of a day.

    A mailbox that had them before gets none, also under another spelling or after its account was deleted. `keys` are
    those of the seals, the newest first. Of two accounts of one mailbox at once, one gets them.
    """
    if amount < 1:
        return Reception.GIVEN
    mailbox = mailbox_of(user.email)
    seals = [_seal(mailbox, key) for key in keys]
    if session.scalar(select(Welcome.id).where(Welcome.mailbox_seal.in_(seals))) is not None:
        return Reception.HAD_BEFORE
    is_late = network is not None and _count(session, network, now) >= most_of_network
    taken = session.scalar(
        insert(Welcome)
        .values(
            mailbox_seal=seals[0],
            user_id=user.id,
            network=network,
            amount=amount,
            created_at=now,
            due_at=now + DELAY if is_late else now,
            given_at=None if is_late else now,
        )
        .on_conflict_do_nothing(index_elements=[Welcome.mailbox_seal])
        .returning(Welcome.id)
    )
    if taken is None:
        return Reception.HAD_BEFORE
    if is_late:
        return Reception.LATER
    _give(session, user.id, amount, now)
    return Reception.GIVEN


def give_due(session: Session, *, now: datetime) -> int:
    """Give the free credits whose day has come. Returns how many accounts got them. Twice is harmless."""
    due = session.scalars(
        select(Welcome)
        .join(User, User.id == Welcome.user_id)
        .where(Welcome.given_at.is_(None), Welcome.due_at <= now, User.status == UserStatus.ACTIVE)
        .order_by(Welcome.due_at)
        .limit(AT_ONCE)
        .with_for_update(of=Welcome, skip_locked=True)
    ).all()
    for one in due:
        _give(session, one.user_id, one.amount, now)
        one.given_at = now
    return len(due)


def find_waiting(session: Session, *, user_id: int) -> Welcome | None:
    """The free credits that a person has yet to get."""
    return session.scalar(select(Welcome).where(Welcome.user_id == user_id, Welcome.given_at.is_(None)))


def forget_networks(session: Session, *, now: datetime) -> None:
    """Forget from where accounts were made that are older than a month."""
    session.execute(
        update(Welcome)
        .where(Welcome.network.is_not(None), Welcome.created_at < now - NETWORK_KEPT)
        .values(network=None)
    )


def _give(session: Session, user_id: int, amount: int, now: datetime) -> None:
    reference = f"sign_up:{user_id}"
    credits.grant(session, user_id=user_id, amount=amount, source=LotSource.SIGN_UP, reference=reference, now=now)


def _count(session: Session, network: str, now: datetime) -> int:
    # One of a network at a time: who counts after another sees what that one took.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(network, 0))))
    counted = select(func.count()).where(Welcome.network == network, Welcome.created_at > now - COUNTED)
    return session.scalar(counted) or 0


def _seal(mailbox: str, key: bytes) -> str:
    return hmac.new(key, f"mailbox:{mailbox}".encode(), hashlib.sha256).hexdigest()
