"""The queue as people see it: whose turn comes when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from imagegarden.domain.glances import Glance
from imagegarden.models import Generation, GenerationKind, GenerationStatus, ModelHealth
from imagegarden.providers import catalogue

# How far back the present speed of the queue is read from.
SPEED_WINDOW = timedelta(minutes=2)
# How often a page asks how its generations go: usually, and when one of them is about to be done.
UNHURRIED_SECONDS = 1.5
SOON_SECONDS = 0.15
# One that is overdue is asked for after this part of the time that it is overdue by.
OVERDUE_SHARE = 3


@dataclass(frozen=True)
class Place:
    """A place in the queue: 1 is next. `seconds` until it is done, roughly; None where nothing tells.

    `is_held_back` when it waits for its owner's other generations and not for other people's.
    """

    number: int
    seconds: int | None
    is_held_back: bool


_mine, _other = aliased(Generation), aliased(Generation)
# Built once: such a statement costs more to put together than to run.
_AHEAD = (
    select(func.count())
    .where(
        _other.status == GenerationStatus.QUEUED,
        or_(_other.priority > _mine.priority, (_other.priority == _mine.priority) & (_other.id < _mine.id)),
    )
    .scalar_subquery()
)
_BEGUN = select(func.count()).where(Generation.started_at.between(bindparam("since"), bindparam("now")))
_USUAL = select(ModelHealth.usual_seconds).where(ModelHealth.model == _mine.model).scalar_subquery()
_PLACES = select(_mine.id, _AHEAD, _BEGUN.scalar_subquery(), _USUAL).where(
    _mine.id.in_(bindparam("ids", expanding=True))
)


_UNDER_WAY = select(func.count()).where(Generation.finished_at.is_(None), Generation.kind != GenerationKind.ENHANCE)


def count_under_way(session: Session) -> int:
    """How many generations are under way, all people's together, but for better words."""
    return session.scalar(_UNDER_WAY) or 0


def places(session: Session, generations: Sequence[Generation | Glance], *, now: datetime) -> dict[int, Place]:
    """Where those of these generations stand that are queued, by their ids. One query, whatever the number."""
    queued = [generation for generation in generations if generation.status == GenerationStatus.QUEUED]
    if not queued:
        return {}
    by_id = {generation.id: generation for generation in queued}
    rows = session.execute(_PLACES, {"ids": list(by_id), "since": now - SPEED_WINDOW, "now": now})
    return {id_: _place(by_id[id_], ahead, begun, learned) for id_, ahead, begun, learned in rows}


def _place(generation: Generation | Glance, ahead: int, begun: int, learned: float | None) -> Place:
    model = catalogue.MODELS.get(generation.model)
    usual = learned or (model.usual_seconds if model else UNHURRIED_SECONDS)
    seconds = None
    if begun:
        seconds = round(ahead * SPEED_WINDOW.total_seconds() / begun + usual)
    elif not ahead:
        seconds = round(usual)
    return Place(number=ahead + 1, seconds=seconds, is_held_back=generation.next_step_at is None)


def look_after(generations: Sequence[Generation | Glance], *, now: datetime) -> float:
    """In how many seconds something new is to be expected of these: soon when one is about to be done."""
    return min((_look_after(one, now) for one in generations if not one.is_finished), default=UNHURRIED_SECONDS)


def _look_after(generation: Generation | Glance, now: datetime) -> float:
    if generation.status == GenerationStatus.QUEUED or generation.expected_at is None:
        return UNHURRIED_SECONDS
    awaited = (generation.expected_at - now).total_seconds()
    # The longer it is overdue, the less a moment matters.
    return min(max(awaited, -awaited / OVERDUE_SHARE, SOON_SECONDS), UNHURRIED_SECONDS)
