"""Jobs of a newer release: a worker of before puts them back for one that knows them, instead of failing them."""

import logging
from typing import Any, TypeAlias

import procrastinate
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.tasks import Task
from sqlalchemy import text

from imagegarden.db import db

AnyTask: TypeAlias = Task[Any, Any, Any]

logger = logging.getLogger(__name__)

# Workers of both releases run side by side while a release goes out, or is taken back.
PUT_BACK_SECONDS = 5
# Six hours: a job that nobody knows by then is one of a release that is gone, and its failure has to be seen.
TRIES = 6 * 3600 // PUT_BACK_SECONDS

_ANOTHER_WAITS = text(
    "SELECT true FROM procrastinate_jobs WHERE queueing_lock = :once AND status = 'todo' AND id <> :job"
)


class UnknownJob(Exception):
    """This release has no job of that name."""


class PutBack(procrastinate.BaseRetryStrategy):
    """Offer the job again in a while, to whoever fetches it then."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """When the job is offered again; never, when nobody has known it for hours."""
        if not isinstance(exception, UnknownJob) or job.attempts >= TRIES:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": PUT_BACK_SECONDS})


class KnownJobs(dict[str, AnyTask]):
    """The engine's jobs by name, with one that stands for every name that is not there."""

    def __init__(self, known: dict[str, AnyTask], unknown: AnyTask) -> None:
        super().__init__(known)
        self._unknown = unknown

    def get(self, name: str, default: object = None) -> AnyTask:
        """The job of this name, or the one that puts it back."""
        return super().get(name, self._unknown)


def put_back(context: JobContext, **_: int | str) -> None:
    """Refuse the job. Raises UnknownJob, unless another one waits that will do the same.

    Two may not wait under one `once`, so this one could not be put back then.
    """
    job = context.job
    once = job.queueing_lock
    if once is not None and db.session.scalar(_ANOTHER_WAITS, {"once": once, "job": job.id}):
        return
    logger.warning("job %s of another release is put back", job.task_name)
    raise UnknownJob(job.task_name)
