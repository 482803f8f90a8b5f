"""Commands about backups."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click
import flask_migrate
from flask import current_app
from flask.cli import AppGroup

from imagegarden import backup
from imagegarden.backup import BackupError, BackupFolder
from imagegarden.backup.places import manifest_of
from imagegarden.cli.operations import operation
from imagegarden.clock import now
from imagegarden.current import adapters, settings
from imagegarden.db import db
from imagegarden.domain import ledger

group = AppGroup("backup", help="Backups of the database and of all pictures.")
FOLDER = click.Path(file_okay=False, path_type=Path)
MEGABYTE = 1_000_000


def readable(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what is in the way of a backup into one line."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except BackupError as error:
            raise click.ClickException(str(error)) from None

    return run


@group.command("create")
@click.argument("folder", type=FOLDER)
@operation
@readable
def create_backup(folder: Path) -> None:
    """Make a backup in FOLDER while the site runs. Secrets (.env) are not in it."""
    made, copied = backup.create(
        BackupFolder(folder), db.engine, adapters().store, release=settings().release, now=now()
    )
    manifest = manifest_of(made)
    click.echo(
        f"{made}: schema {manifest.migration}, {sum(manifest.rows.values())} rows, {copied.files} files "
        f"({copied.bytes / MEGABYTE:.1f} MB, {copied.new} of them new)."
    )
    if copied.missing:
        click.echo(f"{copied.missing} files were not in the store: deleted meanwhile, or lost.", err=True)
    if copied.damaged:
        click.echo(f"{copied.damaged} files in the store are damaged; see the log.", err=True)


@group.command("restore")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete what is in the database now.")
@operation
@readable
def restore_backup(path: Path, replace: bool) -> None:
    """Bring back a backup, or the newest of a folder of backups, into an empty database; the site has to be stopped."""
    db.session.remove()
    head = str(current_app.extensions["migration_head"])
    done = backup.restore(path, db.engine, adapters().store, head=head, migrate=flask_migrate.upgrade, replace=replace)
    rows = done.manifest.rows
    click.echo(
        f"{done.backup.name} is back: {rows.get('users', 0)} people, {rows.get('generations', 0)} generations, "
        f"{rows.get('media', 0)} pictures and films in {done.files} files."
    )
    faults = ledger.check(db.session())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise BackupError(f"The ledger does not balance: {len(faults)} faults.")
    click.echo("The ledger balances. Everybody has to sign in again.")


@group.command("list")
@click.argument("folder", type=FOLDER)
@readable
def list_backups(folder: Path) -> None:
    """The backups in FOLDER, the newest first."""
    for made in BackupFolder(folder).whole():
        manifest = manifest_of(made)
        size = (manifest.dump_bytes + manifest.file_bytes) / MEGABYTE
        click.echo(f"{made.name}  schema {manifest.migration}  {manifest.files} files  {size:.1f} MB")


@group.command("prune")
@click.argument("folder", type=FOLDER)
@click.option("--daily", type=click.IntRange(min=1), default=7, show_default=True)
@click.option("--weekly", type=click.IntRange(min=0), default=4, show_default=True)
@readable
def prune_backups(folder: Path, daily: int, weekly: int) -> None:
    """Keep the newest backup of each of the last days and weeks, and remove the others."""
    removed = backup.prune(BackupFolder(folder), daily=daily, weekly=weekly)
    click.echo(f"{len(removed)} removed: {', '.join(made.name for made in removed) or 'none'}.")
