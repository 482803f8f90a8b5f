"""A worker stays when the database goes: the queue's engine would end, as if all were well, and nobody would work."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1
# How long the end of a job waits to be written down. After that the job is one whose worker is gone.
INSIST_TRIES = 60

Round = Callable[[procrastinate.App], Awaitable[None]]
Arguments = ParamSpec("Arguments")


async def work_until_told(make_engine: Callable[[], procrastinate.App], work: Round) -> None:
    """Work in rounds, each with an engine of its own, until a signal says stop; a round ends when the database goes."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, told.set)
    while not told.is_set():
        engine = make_engine()
        insist(engine)
        try:
            async with engine.open_async():
                await _round(work(engine), told)
        except (ConnectorException, psycopg.OperationalError):
            logger.warning("the queue cannot be reached", exc_info=True)
        if not told.is_set():
            logger.warning("the worker lost the database, and begins anew")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), PAUSE_SECONDS)


async def _round(work: Awaitable[None], told: asyncio.Event) -> None:
    """Work until the engine ends by itself, or until told to stop: then what was begun is finished first."""
    working, waiting = asyncio.ensure_future(work), asyncio.ensure_future(told.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if not working.done():
        working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


def insist(engine: procrastinate.App) -> None:
    """See that the end of a job is written down when the database is back.

    Otherwise the job would be worked on for ever, by a worker that lives and knows nothing of it.
    """
    manager = engine.job_manager
    manager.finish_job = _insistent(manager.finish_job)  # type: ignore[method-assign]
    manager.retry_job = _insistent(manager.retry_job)  # type: ignore[method-assign]


def _insistent(
    write: Callable[Arguments, Coroutine[Any, Any, None]],
) -> Callable[Arguments, Coroutine[Any, Any, None]]:
    @wraps(write)
    async def insisting(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        for tries_left in reversed(range(INSIST_TRIES)):
            try:
                return await write(*args, **kwargs)
            except ConnectorException as error:
                if not tries_left or not isinstance(error.__cause__, psycopg.OperationalError):
                    raise
            await asyncio.sleep(PAUSE_SECONDS)

    return insisting
