"""The devices that people are signed in on: opened at a log-in, used, listed, and ended, one or all.

A session and a remember-me cookie each name their device's row, and are worth nothing once that has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.models import User, UserSession

LONGEST_NAME = 300
# A use is written down this often at most.
SEEN_EVERY = timedelta(minutes=5)
# Longer than any device may stay signed in.
FORGOTTEN_AFTER = timedelta(days=120)


@dataclass(frozen=True)
class Lifetimes:
    """How long a device stays signed in: `idle` without a use, unless it is remembered; `longest` in any case."""

    idle: timedelta
    longest: timedelta


def is_open(now: object, idle_since: object) -> ColumnElement[bool]:
    """The condition that a device is signed in.

    What the release before opened has no end of its own until it is used in this one: nobody is signed out by a
    release.
    """
    is_used = or_(UserSession.remembered, UserSession.seen_at > idle_since)
    in_time = or_(UserSession.expires_at.is_(None), and_(UserSession.expires_at > now, is_used))
    return and_(UserSession.ended_at.is_(None), in_time)


# Part of a statement of every request.
IS_OPEN = and_(
    UserSession.id == bindparam("device"),
    UserSession.user_id == User.id,
    is_open(bindparam("now"), bindparam("idle_since")),
)


def open_device(
    session: Session,
    *,
    user_id: int,
    device: str,
    address: str,
    now: datetime,
    lifetimes: Lifetimes,
    remembered: bool = False,
) -> UserSession:
    """Note that a person signed in on a device."""
    opened = UserSession(
        user_id=user_id,
        device=device[:LONGEST_NAME],
        address=address,
        created_at=now,
        seen_at=now,
        expires_at=now + lifetimes.longest,
        remembered=remembered,
    )
    session.add(opened)
    session.execute(update(User).where(User.id == user_id).values(last_seen_at=now))
    session.flush()
    return opened


def see(
    session: Session,
    *,
    device_id: int,
    user_id: int,
    device: str,
    address: str,
    now: datetime,
    lifetimes: Lifetimes,
) -> None:
    """Note that a device is used, and from where; of several requests at once, one does."""
    session.execute(
        update(UserSession)
        .where(
            UserSession.id == device_id,
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            or_(UserSession.seen_at <= now - SEEN_EVERY, UserSession.expires_at.is_(None)),
        )
        .values(
            seen_at=now,
            address=address,
            device=device[:LONGEST_NAME],
            expires_at=func.coalesce(UserSession.expires_at, now + lifetimes.longest),
        )
    )


def list_open(
    session: Session, *, user_id: int, now: datetime, lifetimes: Lifetimes, limit: int, before: int | None = None
) -> Sequence[UserSession]:
    """The devices that a person is signed in on, the newest log-in first, those after the id `before`."""
    # Without an end of its own, a row that nobody comes back to is taken for open no longer than others.
    may_live = or_(UserSession.expires_at.is_not(None), UserSession.seen_at > now - lifetimes.longest)
    query = select(UserSession).where(UserSession.user_id == user_id, is_open(now, now - lifetimes.idle), may_live)
    if before is not None:
        query = query.where(UserSession.id < before)
    return session.scalars(query.order_by(UserSession.id.desc()).limit(limit)).all()


def end(session: Session, *, device_id: int, user_id: int, now: datetime) -> UserSession:
    """Sign a person out of one of their devices, in every process. Raises NotFound; twice is once."""
    found = session.scalar(select(UserSession).where(UserSession.id == device_id, UserSession.user_id == user_id))
    if found is None:
        raise NotFound
    session.execute(
        update(UserSession).where(UserSession.id == found.id, UserSession.ended_at.is_(None)).values(ended_at=now)
    )
    return found


def end_all(session: Session, user: User, *, now: datetime, but: int | None = None) -> None:
    """Sign a person, whose row is locked, out everywhere but on the device of the row `but`.

    The version is raised as well: it ends what names no row, and every id and cookie that was given out before.
    Whoever stays signed in has to be given a new id.
    """
    user.session_version += 1
    others = update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    if but is not None:
        others = others.where(UserSession.id != but)
    session.execute(others.values(ended_at=now))


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget from where people were signed in long ago."""
    session.execute(delete(UserSession).where(UserSession.seen_at <= now - FORGOTTEN_AFTER))
