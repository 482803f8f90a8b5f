"""Leaving: a person asks for their account to be deleted, may change their mind for a while, and is gone after that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from imagegarden.domain import (
    accounts,
    audit,
    credits,
    devices,
    generations,
    leavings,
    purchases,
    statements,
    subscriptions,
)
from imagegarden.domain.errors import Conflict
from imagegarden.domain.statements import Outlook
from imagegarden.models import ApiKey, Departure, Media, User
from imagegarden.queue import defer

GRACE = timedelta(days=14)
LETTER_TASK = "mail_leaving"
TOO_LATE = "This account is being deleted just now."
BY_THEMSELVES = "Its owner asked for it."


@dataclass(frozen=True)
class Stakes:
    """What a person loses who leaves."""

    credits: int
    outlook: Outlook
    links: int
    keys: int
    unfinished: int


def stakes(session: Session, *, user_id: int, now: datetime) -> Stakes:
    """What a person would lose."""
    links = select(func.count()).where(Media.user_id == user_id, Media.share_token.is_not(None)).scalar_subquery()
    keys = select(func.count()).where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)).scalar_subquery()
    counted = session.execute(select(links, keys)).one()
    return Stakes(
        credits=credits.balance(session, user_id, now=now).available,
        outlook=statements.outlook(session, user_id=user_id, now=now),
        links=counted[0],
        keys=counted[1],
        unfinished=generations.count_unfinished(session, user_id=user_id),
    )


def ask(session: Session, *, user_id: int, now: datetime) -> User:
    """Let an account end in two weeks. From now on it is as if it were gone, but for who signs in to keep it.

    What is under way is canceled, and a subscription is not renewed. Links, keys and pictures are hidden and not
    changed (`User.is_here`), so that staying brings all of it back. Twice is once: the first date stays.

    Raises NotFound, and Conflict when the site would be left without an administrator.
    """
    user = accounts.lock_among_admins(session, user_id, is_kept=False)
    if user.leaves_at is not None:
        return user
    user.leaves_at = now + GRACE
    devices.end_all(session, user, now=now)
    leavings.cancel_unfinished(session, user_id=user_id, now=now)
    session.add(Departure(user_id=user_id, asked_at=now, purchase_id=_stop_renewal(session, user_id, now)))
    audit.record(session, actor_id=user_id, action="user.leave", subject_id=user_id, fields=["leaves_at"], now=now)
    defer(session, LETTER_TASK, user_id=user_id)
    return user


def _stop_renewal(session: Session, user_id: int, now: datetime) -> int | None:
    """Let a subscription end that would have gone on; of which purchase it is."""
    live = purchases.find_live(session, user_id=user_id)
    if live is None or live.cancel_wished_at is not None:
        return None
    return subscriptions.wish_cancel(session, user_id=user_id, now=now).purchase_id


def stay(session: Session, *, user_id: int, now: datetime) -> User:
    """Keep an account whose end was asked for: all is as it was. Twice is harmless.

    A subscription goes on again, unless the gateway is being told already that it ends.

    Raises NotFound, and Conflict when the two weeks are over.
    """
    user = accounts.lock(session, user_id)
    if user.leaves_at is None:
        return user
    if user.leaves_at <= now:
        raise Conflict(TOO_LATE)
    user.leaves_at = None
    stopped = session.scalar(delete(Departure).where(Departure.user_id == user_id).returning(Departure.purchase_id))
    live = purchases.find_live(session, user_id=user_id)
    if live is not None and live.purchase_id == stopped and live.cancel_decided_at is None:
        subscriptions.keep(session, user_id=user_id)
    audit.record(session, actor_id=user_id, action="user.stay", subject_id=user_id, fields=["leaves_at"], now=now)
    return user


def list_due(session: Session, *, now: datetime, limit: int) -> Sequence[int]:
    """Whose two weeks are over."""
    return session.scalars(select(User.id).where(User.leaves_at <= now).order_by(User.leaves_at).limit(limit)).all()


def finish(session: Session, *, user_id: int, now: datetime) -> None:
    """Delete the account of somebody whose two weeks are over; of who stays after all, nothing. Twice is harmless.

    Raises NotFound, and Conflict where it is deleted already.
    """
    # In the order in which deleting locks them.
    user = accounts.lock_among_admins(session, user_id, is_kept=True)
    if user.leaves_at is not None and user.leaves_at <= now:
        accounts.delete(session, user_id=user_id, actor_id=user_id, reason=BY_THEMSELVES, now=now)
