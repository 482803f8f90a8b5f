"""How the site is found to fare."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from imagegarden.domain import alarms, checks, health, heartbeats
from imagegarden.domain.heartbeats import ProcessRole
from imagegarden.models import GenerationStatus, PaymentEvent, User, VendorEvent
from tests import factories, turns


def beat(session: Session, role: ProcessRole, seen_at: datetime, name: str | None = None) -> None:
    heartbeats.beat(session, name=name or f"{role} here 1", role=role, version="1", started_at=seen_at, now=seen_at)


def test_a_site_at_work_has_no_troubles(session: Session, now: datetime) -> None:
    for role in ProcessRole:
        beat(session, role, now - timedelta(seconds=20))
    checks.record(session, name="storage", seconds=0.1, fault=None, now=now)
    assert health.look(session, now=now).troubles == []


def test_a_process_that_begins_under_the_name_of_a_dead_one_takes_its_place(session: Session, now: datetime) -> None:
    for version, seconds in (("1", 60), ("2", 10)):
        begun = now - timedelta(seconds=seconds)
        heartbeats.beat(session, name="web here 1", role=ProcessRole.WEB, version=version, started_at=begun, now=begun)
    (found,) = heartbeats.list_processes(session, now=now)
    assert (found.version, found.started_at) == ("2", now - timedelta(seconds=10))


@pytest.mark.parametrize("role", [ProcessRole.WORKER, ProcessRole.CLOCK])
def test_without_a_worker_or_a_clock_somebody_has_to_look(session: Session, now: datetime, role: ProcessRole) -> None:
    for other in set(ProcessRole) - {role}:
        beat(session, other, now)
    assert health.look(session, now=now).troubles == [f"No {role} is at work."]


def test_a_silent_process_is_late_then_gone_then_forgotten(session: Session, now: datetime) -> None:
    beat(session, ProcessRole.WORKER, now)
    beat(session, ProcessRole.CLOCK, now)
    beat(session, ProcessRole.WORKER, now - timedelta(minutes=2), "worker here 2")
    assert health.look(session, now=now).troubles == ["worker here 2 has not been heard of lately."]
    assert health.look(session, now=now + timedelta(minutes=9)).missing == [ProcessRole.WORKER, ProcessRole.CLOCK]
    heartbeats.forget_gone(session, now=now + timedelta(minutes=9))
    assert {one.name for one in heartbeats.list_processes(session, now=now)} == {"worker here 1", "clock here 1"}


def test_who_ends_as_it_should_is_not_missed(session: Session, now: datetime) -> None:
    beat(session, ProcessRole.WEB, now)
    heartbeats.end(session, name="web here 1")
    assert heartbeats.list_processes(session, now=now) == []


def test_what_a_check_found_counts_until_the_next_one(session: Session, now: datetime) -> None:
    for role in ProcessRole:
        beat(session, role, now)
    checks.record(session, name="mail", seconds=0.1, fault="ConnectionRefusedError", now=now)
    assert health.look(session, now=now).troubles == ["Mail: ConnectionRefusedError"]
    checks.record(session, name="mail", seconds=0.1, fault=None, now=now)
    assert health.look(session, now=now).troubles == []


def test_a_ledger_that_does_not_balance_is_an_alarm(session: Session, now: datetime) -> None:
    checks.record(session, name=checks.LEDGER, seconds=1, fault="1: lot 7", now=now)
    alarm = alarms.get_alarm(session, code=checks.UNBALANCED)
    assert alarm is not None
    assert "lot 7" in alarm.detail
    assert any("ledger_unbalanced" in words for words in health.look(session, now=now).troubles)


def test_models_are_judged_by_what_is_their_fault(session: Session, user: User, now: datetime) -> None:
    for code in ("provider_error", "content_refused", "timed_out"):
        turns.end(session, factories.generation(user), now, error_code=code)
    turns.end(session, factories.generation(user), now, GenerationStatus.SUCCEEDED, error_code=None)
    (record,) = health.look(session, now=now).models
    assert (record.ended, record.faults, record.share) == (4, 2, 0.5)
    assert health.look(session, now=now + timedelta(hours=2)).models == []


def test_reports_tell_how_long_they_were_under_way(session: Session, now: datetime) -> None:
    for number, lag in enumerate((1, 2, 9)):
        session.add(
            VendorEvent(vendor="replicate", event_id=str(number), sent_at=now - timedelta(seconds=lag), received_at=now)
        )
    session.add(PaymentEvent(vendor="razorpay", event_id="1", kind="order.paid", received_at=now - timedelta(hours=3)))
    session.flush()
    money, pictures = health.look(session, now=now + timedelta(seconds=1)).reports
    assert (pictures.count, pictures.median_lag, pictures.longest_lag) == (3, 2, 9)
    assert (money.vendor, money.count, money.median_lag) == ("razorpay", 0, None)
