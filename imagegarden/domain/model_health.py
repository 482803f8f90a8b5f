"""The circuit breaker of each model: one that fails again and again is left alone for a while, then tried by one."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.db import locked
from imagegarden.models import ModelHealth

# So many failures in a row, each within this time of the one before.
FAILURES = 5
MEMORY = timedelta(minutes=10)
REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=5)


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
    session.execute(insert(ModelHealth).values(model=model, failures=0).on_conflict_do_nothing())
    health = locked(session, select(ModelHealth).where(ModelHealth.model == model))
    assert health is not None
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
    """The models that are left alone at `now`, each with the end of its rest."""
    rows = session.execute(select(ModelHealth.model, ModelHealth.resting_until).where(ModelHealth.resting_until > now))
    return {model: until for model, until in rows if until is not None}


def resting_until(session: Session, *, model: str, now: datetime) -> datetime | None:
    """Until when nothing may begin on this model; None when something may.

    After a rest, whoever asks first tries the model for all: the others go on waiting until that has ended.
    """
    health = session.get(ModelHealth, model)
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
