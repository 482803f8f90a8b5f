"""What a provider says by itself. A report only makes a row due: what is true is then asked of the provider."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from imagegarden.domain import steps
from imagegarden.domain.errors import NotFound
from imagegarden.domain.steps import Step
from imagegarden.models import Attempt, AttemptState, Generation, VendorEvent
from imagegarden.providers.base import Report
from imagegarden.queue import defer

CANCEL_TASK = "cancel_job"
# A report is refused when it is older than minutes, so its name need not be known for longer.
EVENT_MEMORY = timedelta(days=1)


_KNOWN_TOKEN = select(Attempt.report_token).where(Attempt.uuid == bindparam("attempt"))
_HEARD = (
    select(Generation, Attempt)
    .join(Attempt, Attempt.generation_id == Generation.id)
    .where(Attempt.uuid == bindparam("attempt"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def receive(session: Session, *, vendor: str, report: Report, attempt_uuid: UUID, token: str, now: datetime) -> None:
    """Take a genuine report about an attempt. The same one again, or a late one, changes nothing.

    It names the job of an attempt whose start was never answered. A job that nobody waits for any more is canceled.
    One that only says that work goes on wakes nobody who is at work already.

    Raises NotFound when the attempt and its token do not belong together.
    """
    known_token = session.scalar(_KNOWN_TOKEN, {"attempt": attempt_uuid})
    if known_token is None or not hmac.compare_digest(known_token.encode(), token.encode()):
        raise NotFound
    if not _is_new(session, vendor, report, now):
        return
    _hear(session, attempt_uuid, report.job_id, is_final=report.is_final, now=now)


def receive_late_answer(session: Session, step: Step, *, job_id: str, now: datetime) -> None:
    """Take the answer to a start whose worker was stopped for so long that the step is not its own any more.

    As with a report: the job is the attempt's if that still looks for one, and canceled if nobody waits for it.
    """
    assert step.order is not None
    _hear(session, step.order.attempt, job_id, is_final=False, now=now)


def _hear(session: Session, attempt_uuid: UUID, job_id: str, *, is_final: bool, now: datetime) -> None:
    generation, attempt = session.execute(_HEARD, {"attempt": attempt_uuid}).one()
    is_found = attempt.provider_job_id is None and not _is_known(session, attempt.provider, job_id)
    if is_found:
        attempt.provider_job_id = job_id
        if attempt.state == AttemptState.ENDED:
            defer(session, CANCEL_TASK, provider=attempt.provider, job_id=job_id)
    if attempt.provider_job_id != job_id or attempt.state == AttemptState.ENDED or generation.is_finished:
        return
    if is_final or (is_found and generation.lease_token is None):
        generation.news_at = now
        generation.next_step_at = now
        steps.wake(session, generation)


def _is_new(session: Session, vendor: str, report: Report, now: datetime) -> bool:
    entered = session.execute(
        insert(VendorEvent)
        .values(vendor=vendor, event_id=report.event_id, sent_at=report.sent_at, received_at=now)
        .on_conflict_do_nothing()
        .returning(VendorEvent.id)
    )
    return entered.first() is not None


def _is_known(session: Session, provider: str, job_id: str) -> bool:
    known = select(Attempt.id).where(Attempt.provider == provider, Attempt.provider_job_id == job_id)
    return session.scalar(known) is not None


def forget_old(session: Session, *, now: datetime) -> None:
    """Forget the names of reports that could not be accepted again anyway."""
    session.execute(delete(VendorEvent).where(VendorEvent.received_at < now - EVENT_MEMORY))
