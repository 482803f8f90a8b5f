"""Commands that run until they are stopped."""

import click
from flask import current_app
from flask.cli import with_appcontext

from imagegarden.worker.app import run_worker
from imagegarden.worker.schedule import run_clock


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the jobs of the queue until stopped."""
    run_worker(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command("clock")
@with_appcontext
def clock() -> None:
    """Do what is due by time until stopped. Several may run: one works, the others stand by."""
    run_clock(current_app._get_current_object())  # type: ignore[attr-defined]
