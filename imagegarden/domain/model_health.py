"""How each model fares: the circuit breaker, and how long it takes.

A model that fails again and again is left alone for a while, then tried by one.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.models import Generation, GenerationStatus, ModelHealth
from imagegarden.providers import catalogue

# So many failures in a row, each within this time of the one before.
FAILURES = 5
MEMORY = timedelta(minutes=10)
REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=5)
# What a model's usual time is learned from: so many successes, of the last minutes. A quarter of them were quicker.
SUCCESSES = 3
RECENT = timedelta(minutes=10)
QUICK_SHARE = 0.25


def record_success(session: Session, *, model: str) -> None:
    """The model works: whatever was held against it is forgotten."""
    session.execute(
        update(ModelHealth)
        .where(ModelHealth.model == model, ModelHealth.failures > 0)
        .values(failures=0, resting_until=None)
        .execution_options(synchronize_session=False)
    )


def record_failure(
    session: Session, *, model: str, error_code: str, begun_at: datetime, now: datetime, is_certain: bool = False
) -> None:
    """The model failed at what was begun at `begun_at`; `is_certain` when the next try cannot end otherwise.

    What was begun before the failure that a model rests after says nothing new. The trial after the rest does.
    """
    health = lock(session, model)
    if health.resting_until is not None and health.last_failure_at is not None and begun_at <= health.last_failure_at:
        return
    is_fresh = health.last_failure_at is not None and health.last_failure_at > now - MEMORY
    health.failures = (health.failures if is_fresh else 0) + 1
    if is_certain:
        health.failures = max(health.failures, FAILURES)
    health.last_failure_at = now
    health.last_error_code = error_code
    if health.failures >= FAILURES:
        health.resting_until = now + min(REST * 2 ** min(health.failures - FAILURES, 8), LONGEST_REST)


def list_resting(session: Session, *, now: datetime) -> dict[str, datetime]:
    """The models that are left alone at `now`, each with the end of its rest; of those that are stopped, a guess."""
    rows = session.execute(
        select(ModelHealth.model, ModelHealth.resting_until, ModelHealth.is_stopped).where(
            or_(ModelHealth.is_stopped, ModelHealth.resting_until > now)
        )
    )
    return {model: now + LONGEST_REST if stopped or until is None else until for model, until, stopped in rows}


def list_health(session: Session) -> dict[str, ModelHealth]:
    """All that is known of how models fare, by their keys."""
    return {health.model: health for health in session.scalars(select(ModelHealth))}


def lock(session: Session, model: str) -> ModelHealth:
    """How a model fares, locked."""
    session.execute(insert(ModelHealth).values(model=model, failures=0).on_conflict_do_nothing())
    health = locked(session, select(ModelHealth).where(ModelHealth.model == model))
    assert health is not None
    return health


def is_stopped(session: Session, *, model: str) -> bool:
    """Whether the staff stopped this model: nothing begins on it, not even what was let in already."""
    health = session.get(ModelHealth, model)
    return health is not None and health.is_stopped


def resting_until(session: Session, *, model: str, now: datetime) -> datetime | None:
    """Until when nothing may begin on this model; None when something may.

    After a rest, whoever asks first tries the model for all: the others go on waiting until that has ended. Of one that
    is stopped nobody knows the end: it is when to ask again.
    """
    health = session.get(ModelHealth, model)
    if health is not None and health.is_stopped:
        return now + LONGEST_REST
    if health is None or health.resting_until is None:
        return None
    health = locked(session, select(ModelHealth).where(ModelHealth.model == model))
    assert health is not None
    if health.resting_until is None:
        return None
    if health.resting_until > now:
        return health.resting_until
    health.resting_until = now + REST
    return None


def usual_seconds_unless_stopped(session: Session, *, model: str) -> float | None:
    """How long the model takes, as learned lately, else as the catalogue says; None where the staff stopped it."""
    health = session.get(ModelHealth, model)
    if health is not None and health.is_stopped:
        return None
    known = catalogue.MODELS[model].usual_seconds
    return health.usual_seconds or known if health is not None else known


def learn_usual_times(session: Session, *, now: datetime) -> None:
    """Note how long each model took lately, whoever was served. Twice is harmless."""
    seconds = func.extract("epoch", Generation.finished_at - Generation.started_at)
    lately = (
        select(Generation.model, literal(0), func.percentile_cont(QUICK_SHARE).within_group(seconds))
        .where(Generation.started_at.between(now - RECENT, now), Generation.status == GenerationStatus.SUCCEEDED)
        .group_by(Generation.model)
        .having(func.count() >= SUCCESSES)
    )
    learned = insert(ModelHealth).from_select(["model", "failures", "usual_seconds"], lately)
    session.execute(
        learned.on_conflict_do_update(
            index_elements=[ModelHealth.model], set_={"usual_seconds": learned.excluded.usual_seconds}
        )
    )
