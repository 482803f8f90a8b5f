"""Generations moved by hand, through the product's own steps: what a worker does, without the worker."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.domain import outcomes, steps
from imagegarden.domain.plans import Allowances
from imagegarden.domain.steps import Step
from imagegarden.models import Generation, GenerationStatus
from tests import factories


def take(
    session: Session, generation: Generation, now: datetime, allowances: Allowances = factories.ALLOWANCES
) -> Step | None:
    """The generation's next step at `now`, if it may have one."""
    return steps.claim(session, generation_id=generation.id, allowances=allowances, paced=(), now=now)


def begin(session: Session, generation: Generation, now: datetime, job_id: str | None = None) -> None:
    """Up to running at the provider, where it is looked at again an hour later."""
    step = take(session, generation, now)
    assert step is not None
    later = now + timedelta(hours=1)
    outcomes.record_started(session, step, job_id=job_id or f"job-{uuid4()}", look_at=later, now=now)


def end(
    session: Session,
    generation: Generation,
    now: datetime,
    status: GenerationStatus = GenerationStatus.FAILED,
    *,
    error_code: str | None = "model_failed",
) -> None:
    """To its end, whatever it was at."""
    outcomes.end(session, generation, status, error_code=error_code, now=now)


def jobs(session: Session, task: str) -> list[dict[str, object]]:
    """The arguments of the jobs that wait for a task, oldest first."""
    session.flush()
    found = session.scalars(
        text("SELECT args FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo' ORDER BY id"),
        {"task": task},
    )
    return list(found)


def waiting_for(session: Session, generation: Generation) -> list[dict[str, object]]:
    """The jobs that would move a generation."""
    return [args for args in jobs(session, steps.TASK) if args["generation_id"] == generation.id]
