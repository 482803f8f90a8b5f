"""Bringing a backup back, into a site that is empty and at rest."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from imagegarden.backup import contents, places, programs
from imagegarden.backup.creating import count_rows
from imagegarden.backup.manifest import BackupError, Manifest, sha256_of
from imagegarden.storage import MediaStore

OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
    "AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Restored:
    """What was brought back."""

    backup: Path
    manifest: Manifest
    files: int


def restore(
    path: Path,
    engine: Engine,
    store: MediaStore,
    *,
    head: str,
    migrate: Callable[[], None],
    replace: bool = False,
) -> Restored:
    """Bring back a backup, or the newest of a folder; `head` is the newest schema that this release knows.

    Everything is checked before anything is written. Files come first: no row names one that is not there.

    Raises BackupError.
    """
    folder, backup = places.find(path)
    with folder.kept_as_it_is():
        manifest = places.manifest_of(backup)
        _check(backup, manifest, head)
        _refuse_others(engine, replace=replace)
        program = programs.find("pg_restore", major=manifest.postgres_major)
        contents.prove(folder, backup / places.FILES)
        copied = contents.put_back(store, folder, backup / places.FILES)
        _empty(engine)
        arguments = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        programs.run(program, engine.url, *arguments, str(backup / places.DUMP))
    with engine.connect() as connection:
        found = count_rows(connection)
    differing = {name: (count, found.get(name)) for name, count in manifest.rows.items() if found.get(name) != count}
    if differing or copied.files != manifest.files:
        raise BackupError(f"Not everything came back: {differing or copied.files}")
    migrate()
    return Restored(backup, manifest, copied.files)


def _check(backup: Path, manifest: Manifest, head: str) -> None:
    # Revisions are numbers of one length.
    if manifest.migration > head:
        raise BackupError(
            f"The backup is of schema {manifest.migration}, and this release knows none after {head}: "
            f"restore it with release {manifest.release or 'that made it'} or a newer one."
        )
    for name, expected in ((places.DUMP, manifest.dump_sha256), (places.FILES, manifest.files_sha256)):
        if not (backup / name).exists() or sha256_of(backup / name) != expected:
            raise BackupError(f"{backup / name} is damaged or missing.")


def _refuse_others(engine: Engine, *, replace: bool) -> None:
    """See that nobody uses the database, and that nobody's work is in it unless it may be replaced."""
    engine.dispose()
    with engine.connect() as connection:
        if connection.scalar(OTHERS):
            raise BackupError("Others use the database: stop web, workers and the clock first.")
        has_people = connection.scalar(text("SELECT to_regclass('users') IS NOT NULL")) and connection.scalar(
            text("SELECT EXISTS (SELECT FROM users)")
        )
        if has_people and not replace:
            raise BackupError("The database is not empty. With --replace, what is in it is deleted for good.")


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    # Connections remember statements of tables that are gone.
    engine.dispose()
