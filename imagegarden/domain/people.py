"""People as the staff see them: found, sorted and paged by key, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_
from sqlalchemy.orm import Session

from imagegarden.domain.glances import Cursor
from imagegarden.domain.plans import is_premium_at
from imagegarden.models import (
    ApiKey,
    CreditAccount,
    Generation,
    Media,
    Role,
    User,
    UserSession,
    UserStatus,
)


class Group(StrEnum):
    """Which people are looked at."""

    ALL = "all"
    PREMIUM = "premium"
    FREE = "free"
    STAFF = "staff"
    SUSPENDED = "suspended"
    FLAGGED = "flagged"
    DELETED = "deleted"


class Order(StrEnum):
    """In which order."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True)
class Person:
    """A person in a list: the account, and what it has and has asked for."""

    user: User
    is_premium: bool
    available: int
    held: int
    generations: int


def list_people(
    session: Session,
    *,
    now: datetime,
    limit: int,
    text: str = "",
    group: Group = Group.ALL,
    order: Order = Order.NEWEST,
    after: Cursor | None = None,
) -> list[Person]:
    """A page of people whose address or name begins like `text`, or whose id it is. Two queries, whatever the page."""
    place = tuple_(User.created_at, User.id)
    query = select(User).where(_group(group, now), _matches(text))
    if after is not None:
        key = (after.created_at, after.id)
        query = query.where(place < key if order == Order.NEWEST else place > key)
    if order == Order.NEWEST:
        query = query.order_by(User.created_at.desc(), User.id.desc())
    else:
        query = query.order_by(User.created_at, User.id)
    users = session.scalars(query.limit(limit)).all()
    return _with_facts(session, users, now)


def _matches(text: str) -> ColumnElement[bool]:
    begin = text.strip().lower()
    if not begin:
        return true()
    pattern = begin.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = or_(func.lower(User.email).like(pattern), func.lower(User.username).like(pattern))
    if begin.isascii() and begin.isdecimal() and len(begin) < 19:
        found = or_(found, User.id == int(begin))
    return found


def _group(group: Group, now: datetime) -> ColumnElement[bool]:
    is_premium = is_premium_at(now)
    return {
        Group.ALL: User.status != UserStatus.DELETED,
        Group.PREMIUM: and_(User.status != UserStatus.DELETED, is_premium),
        Group.FREE: and_(User.status != UserStatus.DELETED, ~is_premium),
        Group.STAFF: User.role != Role.MEMBER,
        Group.SUSPENDED: User.status == UserStatus.SUSPENDED,
        Group.FLAGGED: User.flagged_at.is_not(None),
        Group.DELETED: User.status == UserStatus.DELETED,
    }[group]


def _with_facts(session: Session, users: Sequence[User], now: datetime) -> list[Person]:
    ids = [user.id for user in users]
    asked = select(func.count()).where(Generation.user_id == User.id).correlate(User).scalar_subquery()
    facts = (
        select(User.id, is_premium_at(now), CreditAccount.available, CreditAccount.held, asked)
        .join(CreditAccount, CreditAccount.user_id == User.id)
        .where(User.id.in_(ids))
    )
    by_id = {row[0]: tuple(row) for row in session.execute(facts)} if ids else {}
    return [_person(user, by_id.get(user.id)) for user in users]


def _person(user: User, facts: tuple[int, bool, int, int, int] | None) -> Person:
    _, is_premium, available, held, generations = facts or (user.id, False, 0, 0, 0)
    return Person(user, is_premium, available, held, generations)


def facts_of(session: Session, user: User, *, now: datetime) -> Person:
    """One person with what they have and have asked for."""
    return _with_facts(session, [user], now)[0]


def list_sessions(session: Session, *, user_id: int, limit: int = 50) -> Sequence[UserSession]:
    """The devices that the person is or was signed in on, the newest first."""
    query = select(UserSession).where(UserSession.user_id == user_id)
    return session.scalars(query.order_by(UserSession.id.desc()).limit(limit)).all()


def list_keys(session: Session, *, user_id: int, limit: int = 100) -> Sequence[ApiKey]:
    """The person's keys, also those that are revoked, the newest first."""
    query = select(ApiKey).where(ApiKey.user_id == user_id)
    return session.scalars(query.order_by(ApiKey.id.desc()).limit(limit)).all()


def count_media(session: Session, *, user_id: int) -> int:
    """How many pictures and films the person has, but for those in the trash."""
    query = select(func.count()).where(Media.user_id == user_id, Media.trashed_at.is_(None), Media.origin != "mask")
    return session.scalar(query) or 0
