"""Which queued generation may begin: its owner has room for it, and its model is neither resting nor stopped."""

import random
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, model_health
from imagegarden.domain.plans import Allowances, tier_of
from imagegarden.models import Generation, GenerationKind, GenerationStatus

# Those that waited for a model do not all come back in the same moment.
SPREAD_SECONDS = 3


_UNDER_WAY = select(func.count()).where(
    Generation.user_id == bindparam("user"),
    Generation.finished_at.is_(None),
    Generation.admitted_at.is_not(None),
    Generation.kind != GenerationKind.ENHANCE,
)


_HELD_BACK = (
    select(Generation)
    .where(
        Generation.user_id == bindparam("user"),
        Generation.status == GenerationStatus.QUEUED,
        Generation.finished_at.is_(None),
        Generation.next_step_at.is_(None),
        Generation.model != bindparam("not_of"),
    )
    .order_by(Generation.priority.desc(), Generation.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)


def admit(session: Session, generation: Generation, *, allowances: Allowances, now: datetime) -> bool:
    """Let a locked, queued generation begin, or say when it is to ask again.

    Held back by its owner's others, it is asked when one of them ends. The account's lock makes the count exact.
    """
    if generation.admitted_at is not None:
        if not model_health.is_stopped(session, model=generation.model):
            return True
        wait_for_start(generation, now=now)
        return False
    credits.lock_account(session, generation.user_id)
    under_way = session.scalar(_UNDER_WAY, {"user": generation.user_id})
    tier = tier_of(session, user_id=generation.user_id, now=now)
    # Better words wait for no film.
    if generation.kind != GenerationKind.ENHANCE and (under_way or 0) >= allowances[tier].at_once:
        generation.next_step_at = None
        return False
    # Last, since whoever is let in after a rest tries the model for all.
    resting = model_health.resting_until(session, model=generation.model, now=now)
    if resting is not None:
        generation.next_step_at = _after_rest(resting)
        return False
    generation.admitted_at = now
    return True


def wait_for_start(generation: Generation, *, now: datetime) -> None:
    """Its model is stopped, and nothing of it is under way: it is as if it had never been let in.

    Its room is for another until the model is started again, and waiting costs it no time.
    """
    generation.status = GenerationStatus.QUEUED
    generation.admitted_at = None
    generation.slot_at = None
    generation.started_at = None
    generation.expected_at = None
    generation.deadline_at = None
    generation.next_step_at = _after_rest(now + model_health.LONGEST_REST)


def _after_rest(until: datetime) -> datetime:
    return until + timedelta(seconds=random.uniform(0, SPREAD_SECONDS))  # noqa: S311


def list_left_waiting(session: Session) -> list[int]:
    """The people all of whose unfinished generations are held back: none of theirs will end and let in the next."""
    return list(
        session.scalars(
            select(Generation.user_id)
            .where(Generation.finished_at.is_(None))
            .group_by(Generation.user_id)
            .having(func.bool_and(Generation.next_step_at.is_(None)))
        )
    )


def next_held_back(session: Session, *, user_id: int, not_of: str | None = None) -> Generation | None:
    """The person's generation that is let in next, locked; one that somebody is just stopping is passed over.

    `not_of` is a model that makes nothing now.
    """
    return session.scalar(_HELD_BACK, {"user": user_id, "not_of": not_of or ""})
