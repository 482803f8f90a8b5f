"""Generations as the staff sees them: how each fares, and never what was asked for. Prompts are private."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, null, or_, select, true, tuple_
from sqlalchemy.orm import Session

from imagegarden.domain.errors import NotFound
from imagegarden.domain.glances import Cursor
from imagegarden.models import Attempt, Generation, GenerationKind, GenerationStatus, User, Via
from imagegarden.providers import catalogue
from imagegarden.queue import is_lost

# What is due for this long and has made no step is stuck.
PATIENCE = timedelta(minutes=5)
# The beginning of a job's number names it, too, when it is at least as long as the pages show.
SHORT = 8
_NUMBER = re.compile(rf"[0-9a-f]{{{SHORT},32}}")
# By how a name is looked up: a search says them all, so that the index of each is used.
PROVIDERS = tuple(sorted({model.provider for model in catalogue.MODELS.values()}))


class Group(StrEnum):
    """Which jobs are looked at."""

    ALL = "all"
    UNFINISHED = "unfinished"
    STUCK = "stuck"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STORING = "storing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True)
class Wanted:
    """What of all jobs a list shows. `name` is the provider's of an attempt, or ours, or the beginning of ours."""

    group: Group = Group.ALL
    model: str = ""
    kind: GenerationKind | None = None
    error_code: str = ""
    name: str = ""
    person: str = ""


@dataclass(frozen=True)
class Job:
    """A generation as it fares. `attempts` were made, of which the last has `provider_job_id`."""

    id: int
    uuid: UUID
    user_id: int
    email: str
    kind: GenerationKind
    model: str
    status: GenerationStatus
    via: Via
    created_at: datetime
    stepped_at: datetime | None
    finished_at: datetime | None
    next_step_at: datetime | None
    deadline_at: datetime | None
    lease_until: datetime | None
    cancel_requested_at: datetime | None
    tries: int
    price: int
    charged: int | None
    refunded_at: datetime | None
    error_code: str | None
    attempts: int
    provider_job_id: str | None
    is_job_lost: bool

    @property
    def short_id(self) -> str:
        """The beginning of its number, which names it on pages."""
        return str(self.uuid)[:SHORT]

    def trouble(self, now: datetime) -> str | None:
        """Why it is stuck, in words; None where it is not."""
        if self.finished_at is not None:
            return None
        if self.deadline_at is not None and self.deadline_at < now:
            return "past its deadline"
        is_leased = self.lease_until is not None and self.lease_until > now
        if self.next_step_at is not None and self.next_step_at < now - PATIENCE and not is_leased:
            return "due, and no step was made"
        return "its queue job was lost" if self.is_job_lost else None


_NAME = func.concat("generation:", Generation.id)
_ATTEMPTS = select(func.count()).where(Attempt.generation_id == Generation.id).scalar_subquery()
_LAST_NAME = (
    select(Attempt.provider_job_id)
    .where(Attempt.generation_id == Generation.id)
    .order_by(Attempt.id.desc())
    .limit(1)
    .scalar_subquery()
)
_IS_UNFINISHED = Generation.finished_at.is_(None)
_COLUMNS = (
    Generation.id,
    Generation.uuid,
    Generation.user_id,
    User.email,
    Generation.kind,
    Generation.model,
    Generation.status,
    Generation.via,
    Generation.created_at,
    Generation.stepped_at,
    Generation.finished_at,
    Generation.next_step_at,
    Generation.deadline_at,
    Generation.lease_until,
    Generation.cancel_requested_at,
    Generation.tries,
    Generation.price,
    Generation.charged,
    Generation.refunded_at,
    Generation.error_code,
    _ATTEMPTS,
    _LAST_NAME,
    _IS_UNFINISHED & is_lost(_NAME),
)


def list_jobs(
    session: Session, wanted: Wanted, *, now: datetime, limit: int, after: Cursor | None = None
) -> Sequence[Job]:
    """A page of the jobs that are wanted, the newest first. One query."""
    query = select(*_COLUMNS).join(User, User.id == Generation.user_id).where(*conditions(wanted, now))
    if after is not None:
        query = query.where(tuple_(Generation.created_at, Generation.id) < (after.created_at, after.id))
    newest = query.order_by(Generation.created_at.desc(), Generation.id.desc()).limit(limit)
    return [Job(*row) for row in session.execute(newest)]


def get(session: Session, *, uuid: UUID) -> Job:
    """One job. Raises NotFound."""
    query = select(*_COLUMNS).join(User, User.id == Generation.user_id).where(Generation.uuid == uuid)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return Job(*row)


def count_stuck(session: Session, *, now: datetime) -> int:
    """How many jobs are stuck."""
    return session.scalar(select(func.count()).select_from(Generation).where(_is_stuck(now))) or 0


def conditions(wanted: Wanted, now: datetime) -> Sequence[ColumnElement[bool]]:
    """What holds of the generations that are wanted."""
    found = [_is_in(wanted.group, now)]
    if wanted.model:
        found.append(Generation.model == wanted.model)
    if wanted.kind is not None:
        found.append(Generation.kind == _as_written(wanted.kind))
    if wanted.error_code:
        found.append(Generation.error_code == wanted.error_code)
    if wanted.name:
        found.append(_is_named(wanted.name))
    if wanted.person:
        found.append(_is_of(wanted.person))
    return found


def _is_in(group: Group, now: datetime) -> ColumnElement[bool]:
    if group == Group.ALL:
        return true()
    if group == Group.STUCK:
        return _is_stuck(now)
    if group == Group.UNFINISHED:
        return _IS_UNFINISHED
    status = GenerationStatus(group.value)
    is_that = Generation.status == _as_written(status)
    return is_that if status in _ENDED else and_(is_that, _IS_UNFINISHED)


_ENDED = (GenerationStatus.SUCCEEDED, GenerationStatus.FAILED, GenerationStatus.CANCELED)


def _as_written(value: StrEnum) -> ColumnElement[str]:
    """In the statement itself: only so the planner knows that an index of some rows has these."""
    return literal(value.value, literal_execute=True)


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    is_free = or_(Generation.lease_until.is_(None), Generation.lease_until <= now)
    is_forgotten = and_(Generation.next_step_at < now - PATIENCE, is_free)
    return and_(_IS_UNFINISHED, or_(Generation.deadline_at < now, is_forgotten, is_lost(_NAME)))


def _is_named(name: str) -> ColumnElement[bool]:
    of_provider = select(Attempt.generation_id).where(Attempt.provider.in_(PROVIDERS), Attempt.provider_job_id == name)
    digits = name.lower().replace("-", "")
    if not _NUMBER.fullmatch(digits):
        return Generation.id.in_(of_provider)
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    ours = select(Generation.id).where(Generation.uuid.between(first, last))
    return Generation.id.in_(of_provider.union(ours))


def _is_of(person: str) -> ColumnElement[bool]:
    if person.isascii() and person.isdecimal():
        return Generation.user_id == int(person) if len(person) < 19 else Generation.user_id == null()
    address = select(User.id).where(func.lower(User.email) == person.lower())
    return Generation.user_id == address.scalar_subquery()
