"""Backups: what is in one, what never counts as one, and what a restore refuses."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from imagegarden import backup
from imagegarden.backup import BackupError, BackupFolder, contents, places, programs
from imagegarden.backup.places import manifest_of
from imagegarden.current import adapters
from imagegarden.db import db
from imagegarden.models import MediaFile
from tests import factories

AT = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def run(app: Flask, *words: str | Path) -> Result:
    """A command of the operator's."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    result: Result = app.test_cli_runner().invoke(args=["backup", *map(str, words)])
    return result


@pytest.fixture
def full_app(own_app: Flask) -> Flask:
    """People, work, money, and pictures with files."""
    done = own_app.test_cli_runner().invoke(args=["seed", "--users", "60", "--days", "20", "--media", "12"])
    assert done.exit_code == 0, done.output
    return own_app


@pytest.fixture
def folder(tmp_path: Path) -> BackupFolder:
    return BackupFolder(tmp_path / "backups of mine")


def make(app: Flask, folder: BackupFolder, at: datetime = AT) -> tuple[Path, contents.Copied]:
    with app.app_context():
        return backup.create(folder, db.engine, adapters().store, release="1.2.3", now=at)


def empty(app: Flask) -> None:
    """The database and every file are gone."""
    with app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        db.engine.dispose()
        shutil.rmtree(app.extensions["settings"].data_dir / "media")
        (app.extensions["settings"].data_dir / "media").mkdir()


def sums(app: Flask) -> list[Any]:
    with app.app_context():
        found = [
            db.session.execute(text(question)).one()
            for question in (
                "SELECT sum(available), sum(held), count(*) FROM credit_accounts",
                "SELECT sum(amount_paise), count(*) FROM payments",
                "SELECT count(*), sum(bytes), count(DISTINCT key) FROM media_files",
            )
        ]
        db.session.remove()
        return found


def test_what_was_backed_up_comes_back_whole(full_app: Flask, folder: BackupFolder) -> None:
    before = sums(full_app)
    made = run(full_app, "create", folder.folder)
    assert made.exit_code == 0, made.output
    empty(full_app)
    back = run(full_app, "restore", folder.folder)
    assert back.exit_code == 0, back.output
    assert "60 people" in back.output
    assert "The ledger balances" in back.output
    assert sums(full_app) == before
    with full_app.app_context():
        for file in db.session.scalars(db.select(MediaFile)):
            assert len(adapters().store.read_whole(file.key, size=file.bytes)) == file.bytes
        db.session.remove()
    assert full_app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


def test_a_content_is_copied_once(full_app: Flask, folder: BackupFolder) -> None:
    _, first = make(full_app, folder)
    _, second = make(full_app, folder, AT + timedelta(days=1))
    assert (first.new > 0, first.files) == (True, second.files)
    assert second.new == 0


def test_the_manifest_says_what_is_in_it_and_no_secret_is(full_app: Flask, folder: BackupFolder) -> None:
    made, copied = make(full_app, folder)
    manifest = manifest_of(made)
    assert (manifest.release, manifest.created_at, manifest.files) == ("1.2.3", AT, copied.files)
    assert manifest.migration == full_app.extensions["migration_head"]
    assert manifest.rows["users"] == 60
    assert manifest.missing_files == manifest.damaged_files == 0
    secret = full_app.extensions["settings"].secret_key.get_secret_value().encode()
    for path in made.iterdir():
        assert secret not in path.read_bytes()


def test_files_that_are_gone_or_damaged_are_told_and_the_rest_is_kept(full_app: Flask, folder: BackupFolder) -> None:
    with full_app.app_context():
        keys = sorted(set(db.session.scalars(db.select(MediaFile.key))))
        db.session.remove()
        store = adapters().store
        store.delete(keys[0])
        store.put(keys[1], b"x" * 10_000_000, mime="image/png")
    made = run(full_app, "create", folder.folder)
    assert made.exit_code == 0, made.output
    assert "1 files were not in the store" in made.output
    assert "1 files in the store are damaged" in made.output
    empty(full_app)
    back = run(full_app, "restore", folder.folder)
    assert back.exit_code == 0, back.output
    assert f"{len(keys) - 2} files" in back.output


def test_a_backup_that_was_not_finished_is_none(
    full_app: Flask, folder: BackupFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(contents, "copy_out", die)
        with pytest.raises(KeyboardInterrupt):
            make(full_app, folder)
    assert list(folder.backups.iterdir()) == []
    # And where not even the cleaning came about:
    (folder.backups / f"{places.UNFINISHED}20260101T000000Z").mkdir()
    assert folder.whole() == []
    with pytest.raises(BackupError, match="no backup"):
        places.find(folder.folder)
    make(full_app, folder)
    assert [path.name for path in folder.backups.iterdir()] == ["20260504T030201Z"]


def test_two_backups_at_once_are_refused(full_app: Flask, folder: BackupFolder) -> None:
    with folder.alone(), pytest.raises(BackupError, match="at work"):
        make(full_app, folder)


def test_a_restore_into_a_site_with_people_is_refused_until_told(full_app: Flask, folder: BackupFolder) -> None:
    run(full_app, "create", folder.folder)
    with full_app.app_context():
        factories.person(db.session())
        db.session.remove()
    refused = run(full_app, "restore", folder.folder)
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    assert sums(full_app)[0][2] == 61
    assert run(full_app, "restore", folder.folder, "--replace").exit_code == 0
    assert sums(full_app)[0][2] == 60


def test_a_restore_under_a_running_site_is_refused(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    address = (full_app.extensions["settings"].database_url or "").replace("+psycopg", "")
    with psycopg.connect(address):
        refused = run(full_app, "restore", made, "--replace")
    assert (refused.exit_code, "Others use the database" in refused.output) == (1, True)
    assert sums(full_app)[0][2] == 60


def test_a_backup_of_a_newer_schema_is_refused(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    manifest = json.loads((made / places.MANIFEST).read_text())
    (made / places.MANIFEST).write_text(json.dumps({**manifest, "migration": "9998"}))
    refused = run(full_app, "restore", made, "--replace")
    assert (refused.exit_code, "knows none after" in refused.output) == (1, True)
    assert sums(full_app)[0][2] == 60


@pytest.mark.parametrize("part", [places.DUMP, places.FILES, "content", "gone content"])
def test_a_damaged_backup_is_found_before_anything_is_touched(full_app: Flask, folder: BackupFolder, part: str) -> None:
    made, _ = make(full_app, folder)
    content = next(path for path in folder.contents.glob("*/*"))
    if part == "gone content":
        content.unlink()
    else:
        path = content if part == "content" else made / part
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    refused = run(full_app, "restore", made, "--replace")
    assert refused.exit_code == 1
    assert "damaged" in refused.output or "is not in" in refused.output
    assert sums(full_app)[0][2] == 60


def test_a_backup_of_an_older_schema_is_brought_up_to_date(full_app: Flask, folder: BackupFolder) -> None:
    assert full_app.test_cli_runner().invoke(args=["db", "downgrade", "0012"]).exit_code == 0
    made, _ = make(full_app, folder)
    assert manifest_of(made).migration == "0012"
    empty(full_app)
    back = run(full_app, "restore", made)
    assert back.exit_code == 0, back.output
    assert full_app.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0


def test_seven_days_and_four_weeks_are_kept(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    for days in range(1, 60):
        for hour in (0, 5):
            at = AT - timedelta(days=days, hours=hour)
            copy = folder.backups / at.strftime(places.NAME)
            shutil.copytree(made, copy)
            manifest = json.loads((copy / places.MANIFEST).read_text())
            (copy / places.MANIFEST).write_text(json.dumps({**manifest, "created_at": at.isoformat()}))
    stray = folder.content("00" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"of a backup that is gone")
    pruned = run(full_app, "prune", folder.folder)
    assert pruned.exit_code == 0, pruned.output
    kept = [path.name[:8] for path in folder.whole()]
    # The last seven days, and the last backup of each of the three weeks before.
    assert kept == [
        *("20260504", "20260503", "20260502", "20260501", "20260430", "20260429", "20260428"),
        *("20260426", "20260419"),
    ]
    assert not stray.exists()
    empty(full_app)
    assert run(full_app, "restore", folder.folder).exit_code == 0


def without_people(made: Path, at: datetime) -> Path:
    """A backup of a site that had just been set up."""
    copy = made.with_name(at.strftime(places.NAME))
    shutil.copytree(made, copy)
    manifest = json.loads((copy / places.MANIFEST).read_text())
    manifest = {**manifest, "created_at": at.isoformat(), "rows": {**manifest["rows"], "users": 0}}
    (copy / places.MANIFEST).write_text(json.dumps(manifest))
    return copy


def test_a_site_that_was_set_up_anew_takes_no_backups_place(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    _, second = (without_people(made, AT + timedelta(hours=hours)) for hours in (1, 2))
    assert run(full_app, "prune", folder.folder, "--daily", "1", "--weekly", "0").exit_code == 0
    assert folder.whole() == [second, made]
    empty(full_app)
    back = run(full_app, "restore", folder.folder)
    assert back.exit_code == 0, back.output
    assert f"{made.name} is back: 60 people" in back.output


def test_where_nobody_was_yet_the_newest_is_meant(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    newest = without_people(made, AT + timedelta(hours=1))
    shutil.rmtree(made)
    assert places.find(folder.folder)[1] == newest


def test_backups_are_neither_made_nor_removed_under_a_restore(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    with folder.alone():
        refused = run(full_app, "restore", made, "--replace")
    assert (refused.exit_code, "at work" in refused.output) == (1, True)
    assert sums(full_app)[0][2] == 60
    with folder.kept_as_it_is():
        for command in ("create", "prune"):
            refused = run(full_app, command, folder.folder)
            assert (refused.exit_code, "at work" in refused.output) == (1, True)
    assert folder.whole() == [made]


def test_a_copy_that_may_only_be_read_is_brought_back(tmp_path: Path) -> None:
    copy = BackupFolder(tmp_path / "nothing can be written here")
    with copy.kept_as_it_is():
        assert not copy.folder.exists()


def test_backups_are_listed(full_app: Flask, folder: BackupFolder) -> None:
    make(full_app, folder)
    listed = run(full_app, "list", folder.folder)
    assert listed.output.startswith("20260504T030201Z  schema ")


def test_without_a_fitting_program_it_says_what_is_needed() -> None:
    with pytest.raises(BackupError, match="PostgreSQL 99 or newer is needed"):
        programs.find("pg_dump", major=99)


def test_nobody_else_may_read_a_backup(full_app: Flask, folder: BackupFolder) -> None:
    made, _ = make(full_app, folder)
    for place in (folder.folder, folder.contents, folder.backups, made):
        assert os.stat(place).st_mode & 0o077 == 0, place
