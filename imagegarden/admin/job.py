"""One job: its times, its attempts at a provider, its credits, and the forms of what the staff can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, fresh
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import accounts, audit, job_acts, job_lines, jobs
from imagegarden.domain.job_lines import Lines
from imagegarden.domain.permissions import Permission, may, may_act_on
from imagegarden.models import Attempt, AttemptState, EntryKind, Generation, GenerationStatus
from imagegarden.web.guards import allowed, signed_in

ACTS = 20
ENTRIES = {
    EntryKind.HOLD: "Set aside",
    EntryKind.RELEASE: "Given back: not delivered",
    EntryKind.CAPTURE: "Charged",
    EntryKind.EXPIRE: "Gone as it came back: expired, or at our cost",
    EntryKind.GRANT: "Refunded",
    EntryKind.ADJUST: "Changed by the operators",
}


@dataclass(frozen=True)
class Moment:
    """Something that happened to a job, or is expected to where it is ahead."""

    at: datetime
    what: str
    is_ahead: bool


@bp.get("/jobs/<uuid:job_uuid>")
@allowed(Permission.SEE_JOBS)
def show_job(job_uuid: UUID) -> ResponseReturnValue:
    """Everything about a job but what was asked for."""
    return job_page(job_uuid)


def job_page(job_uuid: UUID, *, tried: str | None = None, form: ActForm | None = None) -> str:
    """The page, with the form that was `tried` as it was filled in. Raises NotFound."""
    session, moment = db.session(), now()
    job = jobs.get(session, uuid=job_uuid)
    lines = job_lines.of(session, generation_id=job.id)
    owner = accounts.get(session, user_id=job.user_id)
    again = job_acts.find_again(session, lines.generation) if job.status == GenerationStatus.FAILED else None
    sees_audit = may(signed_in().role, Permission.SEE_AUDIT)
    return render_template(
        "admin/job.html",
        job=job,
        lines=lines,
        owner=owner,
        moments=_moments(lines, moment),
        lease=_lease_words(lines.generation, moment),
        entry_words=ENTRIES,
        again=again,
        runs_again=job_acts.runs_again(session, lines.generation),
        offered=_offered(lines.generation, again),
        forms={place: form if form is not None and place == tried else fresh(ActForm) for place in PLACES},
        tried=tried,
        is_within_reach=may_act_on(signed_in().role, owner.role),
        acts=audit.list_entries(session, limit=ACTS, subject_id=owner.id, target=str(job_uuid)) if sees_audit else (),
        now=moment,
    )


PLACES = ("wake", "cancel", "again", "refund")


def _offered(generation: Generation, again: Generation | None) -> set[str]:
    """What can be done about it as it stands."""
    if not generation.is_finished:
        return {"wake"} if generation.cancel_requested_at is not None else {"wake", "cancel"}
    found = set()
    if generation.status == GenerationStatus.FAILED and again is None:
        found.add("again")
    if generation.charged and generation.refunded_at is None and generation.again_of is None:
        found.add("refund")
    return found


def _lease_words(generation: Generation, moment: datetime) -> str:
    if generation.is_finished:
        return "It has ended: no worker takes it any more."
    if generation.lease_until is None:
        return "No worker is at it just now."
    if generation.lease_until > moment:
        return f"A worker is at it, and holds it until {generation.lease_until:%H:%M:%S} UTC unless it goes on."
    return f"A worker held it until {generation.lease_until:%H:%M:%S} UTC and was not heard of since: it is free."


def _moments(lines: Lines, moment: datetime) -> Sequence[Moment]:
    one = lines.generation
    known: list[tuple[datetime | None, str]] = [
        (one.created_at, f"Asked for, by {_DOORS[one.via]}"),
        (one.admitted_at, "Let in: its owner has room for it"),
        (one.slot_at, "Its turn at the provider"),
        (one.started_at, "Begun"),
        (one.expected_at, "Expected to be done"),
        (one.deadline_at if not one.is_finished else None, "Deadline of what is being done"),
        (one.next_step_at, "Next step due"),
        (one.cancel_requested_at, "Asked to stop"),
        (one.finished_at, one.status.capitalize()),
        (one.refunded_at, "Credits given back"),
    ]
    for number, attempt in enumerate(lines.attempts, 1):
        known += _attempt_moments(number, attempt)
    found = [Moment(at, what, at > moment) for at, what in known if at is not None]
    return sorted(found, key=lambda each: each.at)


def _attempt_moments(number: int, attempt: Attempt) -> list[tuple[datetime | None, str]]:
    took = f" as {attempt.provider_job_id}" if attempt.provider_job_id else ""
    ran = f"; the provider worked {attempt.run_seconds:.1f} s" if attempt.run_seconds is not None else ""
    return [
        (attempt.created_at, f"Attempt {number}: {attempt.provider} asked"),
        (attempt.started_at, f"Attempt {number}: taken{took}"),
        (attempt.ended_at if attempt.state == AttemptState.ENDED else None, f"Attempt {number}: over{ran}"),
    ]


_DOORS = {"web": "the pages", "api": "the API", "cli": "a command"}
