"""Jobs in the caller's transaction: a job exists exactly when the reason for it was committed."""

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Interval, Text, cast, column, exists, func, literal, select, table, text
from sqlalchemy.orm import Session

from imagegarden import logs

QUEUE = "default"
# A worker beats every 5 s: one that missed two beats is gone.
STALLED_SECONDS = 12
# The argument that carries the id of the request through the queue into the logs of the job.
REQUEST_ID = "request_id"

_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW(:queue, :task, :priority, NULL, NULL, CAST(:args AS jsonb), :at)
    ]::procrastinate_job_to_defer_v1[])
    """
)
# One statement, since it stands in every step of every generation.
_DEFER_ONCE = text(
    """
    WITH waiting AS (
        UPDATE procrastinate_jobs
        SET scheduled_at = CASE WHEN scheduled_at > CAST(:at AS timestamptz) THEN :at
                                WHEN CAST(:at AS timestamptz) IS NULL THEN NULL
                                ELSE scheduled_at END
        WHERE queueing_lock = :once AND status = 'todo'
        RETURNING id
    )
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW(:queue, :task, :priority, NULL, :once, CAST(:args AS jsonb), :at)
    ]::procrastinate_job_to_defer_v1[])
    WHERE NOT EXISTS (SELECT 1 FROM waiting)
    """
)
# The engine's own table: only what is asked of it here.
_jobs = table("procrastinate_jobs", column("queueing_lock"), column("status"), column("worker_id"))
_workers = table("procrastinate_workers", column("id"), column("last_heartbeat"))
_status = cast(_jobs.c.status, Text)
_STALLED = literal(timedelta(seconds=STALLED_SECONDS), Interval)


def is_waiting(once: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a job deferred with this `once` has not been taken yet."""
    return exists().where(_jobs.c.queueing_lock == once, _status == "todo")


def is_pending(once: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a job deferred with this `once` waits or is being worked on."""
    is_worked_on = (_status == "doing") & _jobs.c.worker_id.is_not(None)
    return exists().where(_jobs.c.queueing_lock == once, (_status == "todo") | is_worked_on)


def is_lost(once: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a job deferred with this `once` failed, or that its worker is gone, and that none waits."""
    is_gone = _workers.c.id.is_(None) | (_workers.c.last_heartbeat < func.now() - _STALLED)
    lost = (
        select(_jobs.c.queueing_lock)
        .outerjoin(_workers, _workers.c.id == _jobs.c.worker_id)
        .where(_jobs.c.queueing_lock.is_not(None), (_status == "failed") | ((_status == "doing") & is_gone))
    )
    return once.in_(lost) & ~is_waiting(once)


def defer(
    session: Session,
    task: str,
    *,
    at: datetime | None = None,
    priority: int = 0,
    once: str | None = None,
    **args: int | str,
) -> None:
    """Put a job for `task` into the queue, to run at `at` or at once, when the caller commits.

    Jobs with a higher priority run first. Of jobs with the same `once`, one waits at a time: deferring another pulls
    the waiting one forward to the earlier of both times. `once` names a row that the caller has locked or just made,
    so two transactions never defer the same one at the same time.
    """
    request = logs.request_id.get()
    if request:
        args[REQUEST_ID] = request
    parameters = {"queue": QUEUE, "task": task, "priority": priority, "args": json.dumps(args), "at": at}
    if once is None:
        session.execute(_DEFER, parameters)
    else:
        session.execute(_DEFER_ONCE, {**parameters, "once": once})


def withdraw(session: Session, task: str, **args: int | str) -> None:
    """Take the jobs for `task` with these arguments out of the queue that nobody works on, also those that failed."""
    session.execute(
        text(
            """
            DELETE FROM procrastinate_jobs
            WHERE task_name = :task AND args @> CAST(:args AS jsonb) AND status IN ('todo', 'failed')
            """
        ),
        {"task": task, "args": json.dumps(args)},
    )


def forget_finished(session: Session) -> None:
    """Remove the records of jobs that ended a week ago; those that succeeded leave none."""
    session.execute(
        text(
            """
            DELETE FROM procrastinate_jobs AS jobs
            WHERE status IN ('failed', 'cancelled', 'aborted')
              AND NOT EXISTS (
                SELECT 1 FROM procrastinate_events
                WHERE job_id = jobs.id AND at > now() - interval '7 days'
              )
            """
        )
    )


def forget_waiting(session: Session, *, user_id: int, words: str) -> None:
    """Remove the jobs about a person, or that hold these words, which nobody works on: waiting ones and failed ones."""
    session.execute(
        text(
            """
            DELETE FROM procrastinate_jobs
            WHERE status <> 'doing'
              AND (args @> CAST(:person AS jsonb)
                   OR EXISTS (SELECT FROM jsonb_each_text(args) WHERE lower(value) = lower(:words)))
            """
        ),
        {"person": json.dumps({"user_id": user_id}), "words": words},
    )
