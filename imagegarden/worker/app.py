"""The worker process: Procrastinate fetches jobs, threads run them inside the Flask application."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import procrastinate
import redis
from flask import Flask
from procrastinate.job_context import JobContext
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from imagegarden import logs
from imagegarden.current import adapters, settings
from imagegarden.db import IDLE_SECONDS, address_of, db
from imagegarden.domain import (
    alarms,
    codes,
    departures,
    exports,
    leavings,
    media_decisions,
    notices,
    payment_events,
    reports,
    security_letters,
    steps,
)
from imagegarden.domain.heartbeats import ProcessRole
from imagegarden.heartbeat import Pulse
from imagegarden.mail import MailError
from imagegarden.payments.base import GatewayUnavailable
from imagegarden.queue import QUEUE, REQUEST_ID
from imagegarden.storage import StorageError
from imagegarden.worker import gateway
from imagegarden.worker.account_mails import mail_account_code, mail_security_notice
from imagegarden.worker.advance import advance
from imagegarden.worker.exporting import make_export
from imagegarden.worker.leases import LeaseKeeper
from imagegarden.worker.leaving import forget_person, sweep_person
from imagegarden.worker.mails import mail_alarm, mail_code, mail_decision, mail_export, mail_leaving, mail_notice
from imagegarden.worker.staying import work_until_told
from imagegarden.worker.strays import cancel_job
from imagegarden.worker.unknown_jobs import KnownJobs, PutBack, put_back

logger = logging.getLogger(__name__)

# Jobs for later are found by asking, so this is how late a look at a provider may be.
POLL_SECONDS = 0.1
# Fetching, heartbeats and listening need few connections, however many jobs run.
ENGINE_CONNECTIONS = 4
# How long a stopping worker waits for the steps under way; what is left is taken over by another.
DRAIN_SECONDS = 25
MAIL_TRIES = 8
REPORT_TRIES = 6
STORE_TRIES = 5


def run_worker(app: Flask) -> None:
    """Work until a signal says stop."""
    with app.app_context():
        leases = LeaseKeeper(db.engine)
        threads = ThreadPoolExecutor(settings().worker_concurrency, thread_name_prefix="job")
        for provider in adapters().providers.values():
            warm_up = getattr(provider, "warm_up", None)
            if warm_up is not None:
                warm_up()
        pulse = Pulse(app, ProcessRole.WORKER, settings().release)
    pulse.start()
    try:
        asyncio.run(_work(app, leases, threads))
    finally:
        pulse.stop()
        leases.close()
        threads.shutdown(wait=False, cancel_futures=True)


async def _work(app: Flask, leases: LeaseKeeper, threads: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()
    # Procrastinate runs synchronous jobs in the loop's own threads, of which there are few by default.
    loop.set_default_executor(threads)
    with app.app_context():
        concurrency = settings().worker_concurrency

    async def work(engine: procrastinate.App) -> None:
        await engine.run_worker_async(
            queues=[QUEUE],
            concurrency=concurrency,
            # A fresh name for every process: a restarted one must not be taken for its dead predecessor.
            name=f"{socket.gethostname()}-{uuid4().hex[:8]}",
            fetch_job_polling_interval=POLL_SECONDS,
            delete_jobs="successful",
            update_heartbeat_interval=5,
            shutdown_graceful_timeout=DRAIN_SECONDS,
            install_signal_handlers=False,
        )

    await work_until_told(lambda: make_engine(app, leases), work)


def make_engine(app: Flask, leases: LeaseKeeper | None = None) -> procrastinate.App:
    """The queue engine on this application's database, with its jobs when `leases` are kept."""
    with app.app_context():
        url = address_of(db.engine)
    engine = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=url,
            min_size=1,
            max_size=ENGINE_CONNECTIONS,
            pool_factory=_lean_pool,
        )
    )
    if leases is not None:
        engine.task(name=steps.TASK)(_in_app(app, lambda generation_id: advance(generation_id, leases)))
        mail_retry = procrastinate.RetryStrategy(
            max_attempts=MAIL_TRIES, exponential_wait=2, retry_exceptions={MailError}
        )
        engine.task(name=codes.TASK, retry=mail_retry)(_in_app(app, mail_code))
        engine.task(name=codes.ACCOUNT_TASK, retry=mail_retry)(_in_app(app, mail_account_code))
        engine.task(name=security_letters.TASK, retry=mail_retry)(_in_app(app, mail_security_notice))
        engine.task(name=alarms.TASK, retry=mail_retry)(_in_app(app, mail_alarm))
        engine.task(name=notices.TASK, retry=mail_retry)(_in_app(app, mail_notice))
        engine.task(name=media_decisions.TASK, retry=mail_retry)(_in_app(app, mail_decision))
        engine.task(name=departures.LETTER_TASK, retry=mail_retry)(_in_app(app, mail_leaving))
        engine.task(name=exports.LETTER_TASK, retry=mail_retry)(_in_app(app, mail_export))
        # The store or Redis may be away for a while; the clock asks again after that.
        store_retry = procrastinate.RetryStrategy(
            max_attempts=STORE_TRIES, exponential_wait=4, retry_exceptions={StorageError, redis.RedisError}
        )
        engine.task(name=exports.TASK, retry=store_retry)(_in_app(app, make_export))
        engine.task(name=leavings.FORGET_TASK, retry=store_retry)(_in_app(app, forget_person))
        engine.task(name=leavings.SWEEP_TASK, retry=store_retry)(_in_app(app, sweep_person))
        engine.task(name=reports.CANCEL_TASK)(_in_app(app, cancel_job))
        report_retry = procrastinate.RetryStrategy(
            max_attempts=REPORT_TRIES, exponential_wait=2, retry_exceptions={GatewayUnavailable}
        )
        engine.task(name=payment_events.PRETENDED_TASK, retry=report_retry)(_in_app(app, gateway.send_pretended_report))
        for name, job in gateway.JOBS.items():
            engine.task(name=name)(_in_app(app, job))
        unknown = engine.task(name="put_back", pass_context=True, retry=PutBack())(_in_app(app, put_back))
        engine.tasks = KnownJobs(engine.tasks, unknown)
    return engine


def _lean_pool(**options: Any) -> AsyncConnectionPool:
    """A pool that tries a connection before it is used only when it has idled: every job takes one several times."""
    last_used: WeakKeyDictionary[AsyncConnection, float] = WeakKeyDictionary()

    async def try_after_idling(connection: AsyncConnection) -> None:
        if time.monotonic() - last_used.get(connection, 0) > IDLE_SECONDS:
            await AsyncConnectionPool.check_connection(connection)
        last_used[connection] = time.monotonic()

    async def stand_alone(connection: AsyncConnection) -> None:
        # Each of the engine's statements is a transaction of its own.
        await connection.set_autocommit(True)

    return AsyncConnectionPool(**{**options, "check": try_after_idling, "configure": stand_alone})


def _in_app(app: Flask, job: Callable[..., None]) -> Callable[..., None]:
    """Run a job in a context of its own, under the id of the request that deferred it."""

    @wraps(job)
    def run(*context: JobContext, **args: int | str) -> None:
        request = args.pop(REQUEST_ID, None)
        with app.app_context(), logs.bound(request=str(request) if request else None):
            job(*context, **args)

    return run
