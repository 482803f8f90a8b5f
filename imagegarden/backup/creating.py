"""Making a backup: one snapshot of the database, and every file that this snapshot names."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text

from imagegarden.backup import contents, places, programs
from imagegarden.backup.contents import Copied, StoredFile
from imagegarden.backup.manifest import Manifest, sha256_of
from imagegarden.backup.places import BackupFolder
from imagegarden.models import MediaFile
from imagegarden.storage import MediaStore

ROWS_AT_ONCE = 5000
TABLES = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() "
    "AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'procrastinate%' AND table_name <> 'alembic_version'"
)


def create(
    folder: BackupFolder, engine: Engine, store: MediaStore, *, release: str, now: datetime
) -> tuple[Path, Copied]:
    """Make a backup while the site runs. Raises BackupError, and leaves nothing that looks like one then.

    Dump, list of files and counts are of one snapshot; what is written meanwhile is in the next one.
    """
    with folder.alone(), folder.new(now) as place, engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
        dump, listing = place / places.DUMP, place / places.FILES
        programs.run(
            programs.find("pg_dump", major=major),
            engine.url,
            *("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={dump}"),
        )
        copied = contents.copy_out(store, folder, _files(connection), listing)
        Manifest(
            created_at=now,
            release=release,
            migration=str(connection.scalar(text("SELECT version_num FROM alembic_version"))),
            postgres_major=major,
            dump_bytes=dump.stat().st_size,
            dump_sha256=sha256_of(dump),
            files_sha256=sha256_of(listing),
            files=copied.files,
            file_bytes=copied.bytes,
            missing_files=copied.missing,
            damaged_files=copied.damaged,
            rows=count_rows(connection),
        ).write(place / places.MANIFEST)
        connection.rollback()
    return folder.backups / now.strftime(places.NAME), copied


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table of ours has."""
    tables = sorted(connection.scalars(TABLES))
    return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}  # noqa: S608


def _files(connection: Connection) -> Iterator[StoredFile]:
    """Every file that the snapshot names; two rows with one key are one file."""
    after = 0
    while True:
        rows = connection.execute(
            select(MediaFile.id, MediaFile.key, MediaFile.mime, MediaFile.bytes, MediaFile.sha256)
            .where(MediaFile.id > after)
            .order_by(MediaFile.id)
            .limit(ROWS_AT_ONCE)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        for row in {row.key: row for row in rows}.values():
            yield StoredFile(key=row.key, mime=row.mime, bytes=row.bytes, sha256=row.sha256)
