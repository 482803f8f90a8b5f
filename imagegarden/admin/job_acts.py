"""What the staff does about a job. Each act has a reason, and is written down in its own transaction."""

from collections.abc import Callable
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting
from imagegarden.admin.doing import do, within_reach
from imagegarden.admin.job import job_page
from imagegarden.clock import now
from imagegarden.current import adapters, allowances
from imagegarden.db import db, transaction
from imagegarden.domain import job_acts, jobs
from imagegarden.domain.permissions import Permission
from imagegarden.providers import catalogue
from imagegarden.web.guards import allowed


def _act(job_uuid: UUID, place: str, act: Callable[[ActForm, Acting], str]) -> ResponseReturnValue:
    return do(
        ActForm(),
        act,
        page=lambda form: job_page(job_uuid, tried=place, form=form),
        then=url_for("admin.show_job", job_uuid=job_uuid),
        subject=within_reach(jobs.get(db.session(), uuid=job_uuid).user_id),
    )


@bp.post("/jobs/<uuid:job_uuid>/cancel")
@allowed(Permission.STEER_JOBS)
def cancel_job(job_uuid: UUID) -> ResponseReturnValue:
    """Stop a job."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            job = job_acts.cancel(session, uuid=job_uuid, request_key=form.key(), now=now(), **by)
        return "It is canceled." if job.is_finished else "It is being stopped."

    return _act(job_uuid, "cancel", act)


@bp.post("/jobs/<uuid:job_uuid>/wake")
@allowed(Permission.STEER_JOBS)
def wake_job(job_uuid: UUID) -> ResponseReturnValue:
    """Make the next step of a job due now."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            job_acts.wake(session, uuid=job_uuid, request_key=form.key(), now=now(), **by)
        return "It is woken: a worker looks at it now."

    return _act(job_uuid, "wake", act)


@bp.post("/jobs/<uuid:job_uuid>/run-again")
@allowed(Permission.STEER_JOBS)
def run_job_again(job_uuid: UUID) -> ResponseReturnValue:
    """Ask for what failed once more, at our cost."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            made = job_acts.run_again(
                session,
                uuid=job_uuid,
                models=catalogue.offered(adapters().providers),
                allowances=allowances(),
                request_key=form.key(),
                now=now(),
                **by,
            )
        return f"It runs again, as job {str(made.uuid)[: jobs.SHORT]}."

    return _act(job_uuid, "again", act)


@bp.post("/jobs/<uuid:job_uuid>/refund")
@allowed(Permission.STEER_JOBS)
def refund_job(job_uuid: UUID) -> ResponseReturnValue:
    """Give back what was charged for a job."""

    def act(form: ActForm, by: Acting) -> str:
        with transaction() as session:
            job = job_acts.refund(session, uuid=job_uuid, request_key=form.key(), now=now(), **by)
        return f"{job.charged} {'credit' if job.charged == 1 else 'credits'} given back."

    return _act(job_uuid, "refund", act)
