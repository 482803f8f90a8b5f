"""Free credits for who is new: once for each mailbox, and in a line where many come from one network.

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

# In which one network has one share.
WINDOW = timedelta(days=1)
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
    """Give a new account its free credits: now, or once it is its turn where its network had its share of a day.

    A mailbox that had them before gets none, also under another spelling or after its account was deleted. `keys` are
    those of the seals, the newest first. Of two accounts of one mailbox at once, one gets them.
    """
    if amount < 1:
        return Reception.GIVEN
    user.mailbox_sealed = True
    mailbox = mailbox_of(user.email)
    seals = [_seal(mailbox, key) for key in keys]
    if session.scalar(select(Welcome.id).where(Welcome.mailbox_seal.in_(seals))) is not None:
        return Reception.HAD_BEFORE
    due_at = now if network is None else _turn(session, network, most_of_network, now)
    is_late = due_at > now
    taken = session.scalar(
        insert(Welcome)
        .values(
            mailbox_seal=seals[0],
            user_id=user.id,
            network=network,
            amount=amount,
            created_at=now,
            due_at=due_at,
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


def seal_mailboxes(session: Session, *, keys: Sequence[bytes], now: datetime, limit: int) -> int:
    """Note the mailboxes of at most so many accounts of which that is not done, since they were made before it was.

    They get nothing, and nobody else with their mailbox does. Returns how many it were. Twice is harmless.
    """
    unsealed = select(User).where(~User.mailbox_sealed).order_by(User.id).limit(limit)
    people = session.scalars(unsealed.with_for_update(key_share=True, skip_locked=True)).all()
    noted = [
        {
            "mailbox_seal": _seal(mailbox_of(user.email), keys[0]),
            "user_id": user.id,
            "amount": 0,
            "created_at": now,
            "due_at": now,
            "given_at": now,
        }
        for user in people
        if user.status != UserStatus.DELETED
    ]
    if noted:
        session.execute(insert(Welcome).values(noted).on_conflict_do_nothing())
    for user in people:
        user.mailbox_sealed = True
    return len(people)


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


def _turn(session: Session, network: str, most: int, now: datetime) -> datetime:
    """When the next of a network gets theirs, so that in no day more than so many do: a day after whom they follow."""
    # One of a network at a time: who looks after another sees what that one took.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(network, 0))))
    line = select(Welcome.due_at).where(Welcome.network == network).order_by(Welcome.due_at.desc())
    followed = session.scalar(line.offset(most - 1).limit(1))
    return now if followed is None else max(now, followed + WINDOW)


def _seal(mailbox: str, key: bytes) -> str:
    return hmac.new(key, f"mailbox:{mailbox}".encode(), hashlib.sha256).hexdigest()
