"""The queue as people see it: whose turn comes when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
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


def places(session: Session, generations: Sequence[Generation], *, now: datetime) -> dict[int, Place]:
    """Where those of these generations stand that are queued, by their ids. Two queries, whatever the number."""
    queued = [generation for generation in generations if generation.status == GenerationStatus.QUEUED]
    if not queued:
        return {}
    mine, other = aliased(Generation), aliased(Generation)
    ahead = (
        select(func.count())
        .where(
            other.status == GenerationStatus.QUEUED,
            other.model.in_(_same_provider(queued[0].model)),
            or_(
                other.priority > mine.priority,
                (other.priority == mine.priority) & (other.id < mine.id),
            ),
        )
        .scalar_subquery()
    )
    numbers = session.execute(select(mine.id, ahead).where(mine.id.in_([generation.id for generation in queued])))
    begun = session.scalar(
        select(func.count()).where(Generation.started_at > now - SPEED_WINDOW, Generation.started_at <= now)
    )
    seconds_each = SPEED_WINDOW.total_seconds() / begun if begun else None
    by_id = {generation.id: generation for generation in queued}
    return {id_: _place(by_id[id_], int(count), seconds_each) for id_, count in numbers}


def _place(generation: Generation, ahead: int, seconds_each: float | None) -> Place:
    usual = catalogue.MODELS[generation.model].usual_seconds
    seconds = round(ahead * seconds_each + usual) if seconds_each is not None else (round(usual) if not ahead else None)
    return Place(number=ahead + 1, seconds=seconds, is_held_back=generation.next_step_at is None)


def _same_provider(model: str) -> list[str]:
    provider = catalogue.MODELS[model].provider
    return [key for key, other in catalogue.MODELS.items() if other.provider == provider]


def look_after(generations: Sequence[Generation], *, now: datetime) -> float:
    """In how many seconds something new is to be expected of these: soon when one is about to be done."""
    return min((_look_after(one, now) for one in generations if not one.is_finished), default=UNHURRIED_SECONDS)


def _look_after(generation: Generation, now: datetime) -> float:
    if generation.status == GenerationStatus.QUEUED or generation.started_at is None:
        return UNHURRIED_SECONDS
    usual = catalogue.MODELS[generation.model].usual_seconds
    elapsed = (now - generation.started_at).total_seconds()
    # The longer it is overdue, the less a moment matters.
    awaited = usual - elapsed if elapsed < usual else (elapsed - usual) / 8
    return min(max(awaited, SOON_SECONDS), UNHURRIED_SECONDS)
