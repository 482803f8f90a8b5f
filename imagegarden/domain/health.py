"""How the site fares: its processes, its queue, its models, what vendors report, and what was found wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, union_all
from sqlalchemy.orm import Session

from imagegarden.domain import checks, heartbeats, model_health, queue_samples
from imagegarden.domain.heartbeats import Process, ProcessRole
from imagegarden.domain.lessons import MODEL_FAULTS
from imagegarden.domain.queue_samples import Depth
from imagegarden.models import Alarm, CheckResult, Generation, GenerationStatus, PaymentEvent, VendorEvent

LATELY = timedelta(hours=1)
ALARMING = timedelta(days=1)
# A clock that has not looked for so long is not at work.
STALE = timedelta(hours=2)
NEEDED = (ProcessRole.WORKER, ProcessRole.CLOCK)


@dataclass(frozen=True)
class ModelRecord:
    """What came of a model's work in the last hour: how many ended, and of how many the model was the fault.

    `wait_seconds` and `run_seconds` are how long they waited for their turn, and took then, at the median.
    """

    model: str
    ended: int
    faults: int
    wait_seconds: float | None
    run_seconds: float | None

    @property
    def share(self) -> float:
        """The share of faults, from 0 to 1."""
        return self.faults / self.ended if self.ended else 0.0


@dataclass(frozen=True)
class ReportRecord:
    """What a vendor reported in the last hour, and how long that was under way at the median and at most, in seconds.

    `last_at` is when it was heard of last; None where it never was.
    """

    vendor: str
    count: int
    median_lag: float | None
    longest_lag: float | None
    last_at: datetime | None


@dataclass(frozen=True)
class Health:
    """How the site fares."""

    processes: Sequence[Process]
    missing: Sequence[ProcessRole]
    checks: Sequence[CheckResult]
    depth: Depth
    failed_jobs: int
    models: Sequence[ModelRecord]
    resting: dict[str, datetime]
    reports: Sequence[ReportRecord]
    alarms: Sequence[Alarm]

    @property
    def troubles(self) -> list[str]:
        """What an operator has to look at, a sentence each."""
        return [
            *(f"No {role} is at work." for role in self.missing),
            *(f"{process.name} has not been heard of lately." for process in self.processes if process.is_late),
            *(f"{check.name.capitalize()}: {check.fault}" for check in self.checks if check.fault),
            *(f"{alarm.code}: {alarm.detail}" for alarm in self.alarms),
        ]


def look(session: Session, *, now: datetime) -> Health:
    """How the site fares at `now`. The same number of queries, however much there is."""
    processes = heartbeats.list_processes(session, now=now)
    alive = {process.role for process in processes if not process.is_late}
    return Health(
        processes=processes,
        missing=[role for role in NEEDED if role not in alive],
        checks=checks.list_results(session),
        depth=queue_samples.depth(session, now=now),
        failed_jobs=_failed_jobs(session),
        models=_model_records(session, now),
        resting=model_health.list_resting(session, now=now),
        reports=_report_records(session, now),
        alarms=session.scalars(
            select(Alarm).where(Alarm.raised_at > now - ALARMING).order_by(Alarm.raised_at.desc())
        ).all(),
    )


def _failed_jobs(session: Session) -> int:
    # The queue's own table is no model of ours.
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")) or 0


def _model_records(session: Session, now: datetime) -> list[ModelRecord]:
    is_fault = Generation.error_code.in_(MODEL_FAULTS) & (Generation.status == GenerationStatus.FAILED)
    waited = func.extract("epoch", Generation.started_at - Generation.created_at)
    ran = func.extract("epoch", Generation.finished_at - Generation.started_at)
    rows = session.execute(
        select(
            Generation.model,
            func.count(),
            func.count().filter(is_fault),
            func.percentile_cont(0.5).within_group(waited),
            func.percentile_cont(0.5).within_group(ran),
        )
        .where(Generation.finished_at > now - LATELY, Generation.finished_at <= now)
        .group_by(Generation.model)
        .order_by(func.count().filter(is_fault).desc(), Generation.model)
    )
    return [ModelRecord(*row) for row in rows]


def _report_records(session: Session, now: datetime) -> list[ReportRecord]:
    parts = []
    for table in (VendorEvent, PaymentEvent):
        is_of_late = table.received_at > now - LATELY
        lag = func.extract("epoch", table.received_at - table.sent_at)
        parts.append(
            select(
                table.vendor,
                func.count().filter(is_of_late),
                func.percentile_cont(0.5).within_group(lag).filter(is_of_late),
                func.max(lag).filter(is_of_late),
                func.max(table.received_at),
            )
            .where(table.received_at > now - ALARMING)
            .group_by(table.vendor)
        )
    rows = session.execute(union_all(*parts).order_by("vendor"))
    return [ReportRecord(vendor, count, median, longest, last) for vendor, count, median, longest, last in rows]
