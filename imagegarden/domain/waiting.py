"""The queue as people see it: whose turn comes when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from imagegarden.models import Generation, GenerationStatus
from imagegarden.providers import catalogue

# How far back the present speed of the queue is read from.
SPEED_WINDOW = timedelta(minutes=2)
# How often a page asks how its generations go: usually, and when one of them is about to be done.
UNHURRIED_SECONDS = 1.0
SOON_SECONDS = 0.25


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
_PLACES = select(_mine.id, _AHEAD, _BEGUN.scalar_subquery()).where(_mine.id.in_(bindparam("ids", expanding=True)))


def places(session: Session, generations: Sequence[Generation], *, now: datetime) -> dict[int, Place]:
    """Where those of these generations stand that are queued, by their ids. One query, whatever the number."""
    queued = [generation for generation in generations if generation.status == GenerationStatus.QUEUED]
    if not queued:
        return {}
    by_id = {generation.id: generation for generation in queued}
    rows = session.execute(_PLACES, {"ids": list(by_id), "since": now - SPEED_WINDOW, "now": now})
    return {id_: _place(by_id[id_], ahead, begun) for id_, ahead, begun in rows}


def _place(generation: Generation, ahead: int, begun: int) -> Place:
    usual = _usual_seconds(generation)
    seconds = None
    if begun:
        seconds = round(ahead * SPEED_WINDOW.total_seconds() / begun + usual)
    elif not ahead:
        seconds = round(usual)
    return Place(number=ahead + 1, seconds=seconds, is_held_back=generation.next_step_at is None)


def look_after(generations: Sequence[Generation], *, now: datetime) -> float:
    """In how many seconds something new is to be expected of these: soon when one is about to be done."""
    return min((_look_after(one, now) for one in generations if not one.is_finished), default=UNHURRIED_SECONDS)


def _look_after(generation: Generation, now: datetime) -> float:
    if generation.status == GenerationStatus.QUEUED or generation.started_at is None:
        return UNHURRIED_SECONDS
    usual = _usual_seconds(generation)
    elapsed = (now - generation.started_at).total_seconds()
    # The longer it is overdue, the less a moment matters.
    awaited = usual - elapsed if elapsed < usual else (elapsed - usual) / 4
    return min(max(awaited, SOON_SECONDS), UNHURRIED_SECONDS)


def _usual_seconds(generation: Generation) -> float:
    model = catalogue.MODELS.get(generation.model)
    return model.usual_seconds if model else UNHURRIED_SECONDS
