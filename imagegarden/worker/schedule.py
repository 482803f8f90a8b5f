"""The clock: what happens by time and not by request. One clock works at a time; the others stand by."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC

import psycopg
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy.exc import SQLAlchemyError

from imagegarden import logs
from imagegarden.clock import now
from imagegarden.current import adapters, settings
from imagegarden.db import db, release_connection, transaction
from imagegarden.domain import (
    audit,
    codes,
    credits,
    figures,
    heartbeats,
    idempotency,
    lots,
    media,
    media_decisions,
    model_health,
    notices,
    payment_events,
    payments,
    purchases,
    queue_samples,
    reports,
    steps,
    subscriptions,
    uploads,
)
from imagegarden.domain.heartbeats import ProcessRole
from imagegarden.heartbeat import Pulse
from imagegarden.payments.base import PretendMoney
from imagegarden.queue import STALLED_SECONDS, forget_finished
from imagegarden.storage import StorageError
from imagegarden.worker import account_jobs
from imagegarden.worker.app import make_engine
from imagegarden.worker.checking import check_ledger, check_parts

logger = logging.getLogger(__name__)

# Any number will do, as long as every clock uses the same.
CLOCK_LOCK = 0x1A6E_C10C
TAKEOVER_SECONDS = 0.3
ACCOUNTS_AT_ONCE = 500
DAYS_AT_ONCE = 100


def run_clock(app: Flask) -> None:
    """Run what is due by time until a signal says stop, while no other clock does."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with app.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        pulse = Pulse(app, ProcessRole.CLOCK, settings().release)
    pulse.start()
    while not stop.is_set():
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
                if _await_turn(connection, stop):
                    _tick(app, connection, stop)
        except psycopg.OperationalError:
            logger.warning("the clock lost the database")
            stop.wait(1)
    pulse.stop()


def _await_turn(connection: "psycopg.Connection[tuple[bool]]", stop: threading.Event) -> bool:
    """Wait until this clock is the one that works; False when told to stop first."""
    while not stop.is_set():
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [CLOCK_LOCK]).fetchone()
        if row and row[0]:
            return True
        stop.wait(TAKEOVER_SECONDS)
    return False


def _tick(app: Flask, connection: "psycopg.Connection[tuple[bool]]", stop: threading.Event) -> None:
    """Run the schedule for as long as the connection that holds the lock lives."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for seconds, job in SCHEDULE:
        scheduler.add_job(_in_app(app, job), "interval", seconds=seconds, id=job.__name__, next_run_time=now())
    scheduler.start()
    logger.info("the clock runs")
    try:
        while not stop.wait(1):
            connection.execute("SELECT 1")
    finally:
        scheduler.shutdown(wait=True)


def _in_app(app: Flask, job: Callable[[Flask], None]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context(), logs.bound(request=f"clock-{job.__name__}"):
            try:
                job(app)
            except Exception:
                # Next time it may work: the clock itself goes on.
                logger.exception("a clock job failed", extra={"job": job.__name__})

    return run


def retry_stalled_jobs(app: Flask) -> None:
    """Queue the jobs of workers that are gone again."""
    asyncio.run(_retry_stalled(app))


async def _retry_stalled(app: Flask) -> None:
    engine = make_engine(app)
    async with engine.open_async():
        for job in await engine.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            logger.warning("a job lost its worker", extra={"task": job.task_name})
            try:
                await engine.job_manager.retry_job(job)
            except UniqueViolation:
                # Its twin waits already: one is enough.
                await engine.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def wake_forgotten_generations(app: Flask) -> None:
    """Queue the steps that are due and that no job will take."""
    with transaction() as session:
        woken = steps.wake_forgotten(session, now=now())
    if woken:
        logger.warning("generations were due without a job", extra={"count": woken})


def mail_forgotten_codes(app: Flask) -> None:
    """Queue the mails that have no job any more."""
    with transaction() as session:
        codes.mail_forgotten(session, now=now())


def mail_forgotten_decisions(app: Flask) -> None:
    """Queue the letters about pictures that have no job any more."""
    with transaction() as session:
        media_decisions.tell_forgotten(session)


def purge_trash(app: Flask) -> None:
    """Remove for good what was in the trash for 30 days: files first, so that a row never lies."""
    with transaction() as session:
        uploads.drop_unused_masks(session, now=now(), gone_since=media.TRASH_KEEPS)
    due = media.list_purgeable(db.session(), now=now())
    release_connection()
    for media_id, keys in due:
        try:
            for key in keys:
                adapters().store.delete(key)
        except StorageError:
            # The others do not wait for this one; it is tried again next time.
            logger.warning("a file in the trash cannot be deleted", exc_info=True)
            continue
        with transaction() as session:
            media.purge(session, media_id=media_id, now=now())


def forget_finished_jobs(app: Flask) -> None:
    """Remove the queue's records of jobs that ended badly a while ago."""
    with transaction() as session:
        forget_finished(session)


def learn_usual_times(app: Flask) -> None:
    """Note how long each model takes lately."""
    with transaction() as session:
        model_health.learn_usual_times(session, now=now())


def forget_old_reports(app: Flask) -> None:
    """Forget which reports of providers were received long ago."""
    with transaction() as session:
        reports.forget_old(session, now=now())


def forget_old_named_requests(app: Flask) -> None:
    """Forget the answers to requests that programs named more than a day ago."""
    with transaction() as session:
        idempotency.forget_old(session, now=now())


def forget_audit_addresses(app: Flask) -> None:
    """Forget from where acts of the staff came that are older than 90 days."""
    with transaction() as session:
        audit.forget_addresses(session, now=now())


def forget_gone_processes(app: Flask) -> None:
    """Forget processes that are gone for good."""
    with transaction() as session:
        heartbeats.forget_gone(session, now=now())


def keep_credits_in_time(app: Flask) -> None:
    """Grant the credits of periods that have begun and expire those whose time is over."""
    due = lots.list_accounts_due(db.session(), now=now(), limit=ACCOUNTS_AT_ONCE)
    release_connection()
    for user_id in due:
        # One at a time: whoever spends waits for none but their own.
        try:
            with transaction() as session:
                credits.keep_time(session, user_id=user_id, now=now())
        except SQLAlchemyError:
            logger.exception("an account cannot be brought up to date", extra={"user_id": user_id})


def ask_about_purchases(app: Flask) -> None:
    """Have the gateway asked about purchases and renewals of which nothing was heard."""
    with transaction() as session:
        purchases.ask_due(session, now=now())


def send_cancellations(app: Flask) -> None:
    """Send the wishes to cancel a subscription before it is renewed."""
    with transaction() as session:
        subscriptions.send_due_cancellations(session, now=now())


def send_refunds(app: Flask) -> None:
    """Try the refunds again that are wished and not done."""
    with transaction() as session:
        payments.send_due_refunds(session, now=now())


def send_notices(app: Flask) -> None:
    """Have letters about Premium written that are due."""
    with transaction() as session:
        notices.send_due(session, now=now())


def renew_pretended(app: Flask) -> None:
    """Let the test gateway do what a real one does by itself: renew what is due."""
    gateway = adapters().gateway
    if isinstance(gateway, PretendMoney):
        reports_due = gateway.tick()
        with transaction() as session:
            payment_events.send_pretended(session, reports_due)


def sample_queue(app: Flask) -> None:
    """Note how the queue is at this minute."""
    with transaction() as session:
        queue_samples.take(session, now=now())


def forget_queue_samples(app: Flask) -> None:
    """Forget how the queue was two weeks ago."""
    with transaction() as session:
        queue_samples.forget_old(session, now=now())


def release_dead_holds(app: Flask) -> None:
    """Give back what is held for generations that have ended: a net that should stay empty."""
    with transaction() as session:
        released = credits.release_dead(session, now=now())
    if released:
        logger.error("credits were held for generations that had ended", extra={"count": released})


def roll_up_days(app: Flask) -> None:
    """Count yesterday, and the days that were not counted yet."""
    due = figures.list_due(db.session(), now=now(), limit=DAYS_AT_ONCE)
    release_connection()
    for day in due:
        with transaction() as session:
            figures.roll_up(session, day, now=now())


SCHEDULE: tuple[tuple[int, Callable[[Flask], None]], ...] = (
    (5, wake_forgotten_generations),
    (5, learn_usual_times),
    (10, retry_stalled_jobs),
    (15, mail_forgotten_codes),
    (60, mail_forgotten_decisions),
    (15, keep_credits_in_time),
    (15, ask_about_purchases),
    (60, renew_pretended),
    (60, send_cancellations),
    (60, send_refunds),
    (60, send_notices),
    (60, sample_queue),
    (60, check_parts),
    (60, account_jobs.finish_departures),
    (300, release_dead_holds),
    (300, account_jobs.give_welcomes),
    (300, account_jobs.remove_old_exports),
    # What it throws away, the next one removes.
    (600, account_jobs.clear_late),
    (600, purge_trash),
    (600, roll_up_days),
    (600, forget_gone_processes),
    (3600, check_ledger),
    (3600, forget_finished_jobs),
    (3600, forget_old_reports),
    (3600, forget_old_named_requests),
    (3600, forget_audit_addresses),
    (3600, forget_queue_samples),
    (600, account_jobs.forget_old_codes),
    (600, account_jobs.seal_mailboxes),
    (3600, account_jobs.forget_networks),
    (3600, account_jobs.forget_old_devices),
    (600, account_jobs.seal_second_factors_anew),
)
