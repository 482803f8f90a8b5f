"""A model is stopped and started by hand. A stopped one is like one that rests, until somebody starts it again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import audit, model_health, steps
from imagegarden.domain.errors import Conflict, NotFound
from imagegarden.models import Generation, GenerationStatus
from imagegarden.providers import catalogue

STOP = "model.stop"
START = "model.start"
# So many of those that wait are woken at once; the others ask by themselves within minutes.
WOKEN = 500


def stop(
    session: Session,
    *,
    model: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> None:
    """Let nothing begin on this model. What has begun goes on; what waits keeps its place, and is not failed for it.

    Under the same request key, once. Raises NotFound, RequestKeyReused, and Conflict where it is stopped already.
    """
    _require_known(model)
    health = model_health.lock(session, model)
    if audit.is_done(session, request_key, action=STOP, subject_id=None, target=model):
        return
    if health.is_stopped:
        raise Conflict("It is stopped already.")
    health.is_stopped = True
    _record(session, STOP, model, actor_id, reason, now, address, request_key)


def start(
    session: Session,
    *,
    model: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None = None,
    request_key: str | None = None,
) -> None:
    """Let this model begin again: nothing is held against it any more, and what waits for it is woken.

    Under the same request key, once. Raises NotFound, RequestKeyReused, and Conflict where nothing keeps it back.
    """
    _require_known(model)
    health = model_health.lock(session, model)
    if audit.is_done(session, request_key, action=START, subject_id=None, target=model):
        return
    if not (health.is_stopped or health.failures or health.resting_until):
        raise Conflict("It runs already.")
    health.is_stopped = False
    health.failures = 0
    health.resting_until = None
    _wake_waiting(session, model, now)
    _record(session, START, model, actor_id, reason, now, address, request_key)


def _require_known(model: str) -> None:
    if model not in catalogue.MODELS:
        raise NotFound


def _wake_waiting(session: Session, model: str, now: datetime) -> None:
    waiting = session.scalars(
        select(Generation)
        .where(
            Generation.model == model,
            Generation.status == GenerationStatus.QUEUED,
            Generation.finished_at.is_(None),
            Generation.admitted_at.is_(None),
            Generation.next_step_at > now,
        )
        .order_by(Generation.priority.desc(), Generation.id)
        .limit(WOKEN)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for generation in waiting:
        generation.next_step_at = now
        steps.wake(session, generation)


def _record(
    session: Session,
    action: str,
    model: str,
    actor_id: int | None,
    reason: str,
    now: datetime,
    address: str | None,
    request_key: str | None,
) -> None:
    audit.record(
        session,
        actor_id=actor_id,
        action=action,
        subject_id=None,
        target=model,
        fields=["is_stopped"],
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )
