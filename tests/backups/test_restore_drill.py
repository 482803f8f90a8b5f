"""The drill: a site in use is backed up, its database and its pictures are lost, and it is brought back and used."""

import io
import shutil
import socket
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer
from PIL import Image
from sqlalchemy import func, select, text, update

from imagegarden.backup import BackupFolder, create, restore
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import ledger
from imagegarden.models import CreditEntry, FileRole, Generation, Media, MediaFile, Payment, User
from imagegarden.storage import ObjectStore
from tests import factories
from tests.garden_site import garden_site
from tests.processes import Browser, wait_for
from tests.servers import Servers
from tests.site_processes import SiteProcesses


def finished(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).where(Generation.finished_at.is_not(None))) or 0
        db.session.remove()
        return found


def command(site: SiteProcesses, *words: str) -> str:
    with site.app.app_context():
        db.session.remove()
        db.engine.dispose()
    done = site.app.test_cli_runner().invoke(args=["backup", *words])
    assert done.exit_code == 0, done.output
    return done.output


def submit(browser: Browser) -> None:
    answer = browser.post("/create", prompt=f"pond {uuid4().hex}", count="1", request_key=uuid4().hex)
    assert answer.status_code == 303, answer.text[:500]


def test_a_site_that_lost_everything_is_brought_back_and_used(running_servers: Servers, tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    with garden_site(
        running_servers,
        tmp_path / "site",
        login_limit="1000 per minute",
        generations_per_hour=10_000,
        generations_at_once=500,
    ) as site:
        with site.web() as url, site.worker(), site.clock():
            with site.app.app_context():
                session = db.session()
                busy, resting = (factories.person(session, sign_up_credits=1000) for _ in range(2))
                factories.payment(session, resting)
                emails = busy.email or "", resting.email or ""
                resting_id = resting.id
                held_before = factories.balance(session, resting_id)
                db.session.remove()
            browser = Browser(url)
            browser.log_in(emails[0])
            for _ in range(4):
                submit(browser)
            wait_for(lambda: finished(site.app) >= 4, seconds=60, what="pictures")
            is_over = threading.Event()
            submitting = threading.Thread(target=lambda: [submit(browser) for _ in iter(is_over.is_set, True)])
            submitting.start()
            try:
                command(site, "create", str(backups))
            finally:
                is_over.set()
                submitting.join()
        lose_everything(site)
        assert "The ledger balances" in command(site, "restore", str(backups))
        with site.app.app_context():
            session = db.session()
            assert ledger.check(session) == []
            assert factories.balance(session, resting_id) == held_before
            assert (session.scalar(select(func.count(User.id))), session.scalar(select(func.count(Payment.id)))) == (
                2,
                1,
            )
            assert session.scalar(select(func.count(CreditEntry.id)))
            session.rollback()
            db.session.remove()
        with site.web() as url, site.worker(), site.clock():
            browser = Browser(url)
            browser.log_in(emails[0])
            pictures_open(site, browser)
            asked = finished(site.app)
            submit(browser)
            wait_for(lambda: unfinished(site.app) == 0, seconds=90, what="what was under way, and the new one")
            assert finished(site.app) > asked
            pictures_open(site, browser)
        with site.app.app_context():
            assert ledger.check(db.session()) == []
            db.session.remove()


def unfinished(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None))) or 0
        db.session.remove()
        return found


def lose_everything(site: SiteProcesses) -> None:
    """The database, the pictures and all sessions."""
    with site.app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        db.engine.dispose()
    shutil.rmtree(site.settings.data_dir / "media")
    (site.settings.data_dir / "media").mkdir()
    site.app.extensions["redis"].flushdb()


def pictures_open(site: SiteProcesses, browser: Browser) -> None:
    """Every picture is shown to its owner, and can be decoded; so can every file."""
    with site.app.app_context():
        pictures = db.session.scalars(select(Media.uuid)).all()
        files = db.session.execute(select(MediaFile.key, MediaFile.role)).all()
        db.session.remove()
    assert pictures
    for uuid in pictures:
        assert browser.http.get(f"/media/{uuid}/original").status_code == 200
    for key, role in files:
        content = (site.settings.data_dir / "media" / key).read_bytes()
        if role == FileRole.SVG:
            assert b"<svg" in content[:500]
        else:
            Image.open(io.BytesIO(content)).load()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of an S3 of the test's own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    address = f"http://127.0.0.1:{port}"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=address).create_bucket(Bucket="garden")
    yield "s3://garden/pictures"
    server.stop()


def test_pictures_in_a_bucket_are_backed_up_and_brought_back(own_app: Flask, tmp_path: Path, bucket: str) -> None:
    store = ObjectStore.at(bucket)
    with own_app.app_context():
        session = db.session()
        factories.use(session)
        user = factories.person(session, sign_up_credits=100)
        for n in range(3):
            content = f"picture {n} ".encode() * 1000
            factories.stored_picture(session, user, store, content=content)
            session.execute(
                update(MediaFile)
                .where(
                    MediaFile.bytes == len(content), MediaFile.media_id == select(func.max(Media.id)).scalar_subquery()
                )
                .values(sha256=sha256(content).hexdigest())
            )
            session.commit()
        keys = {file.key: file.bytes for file in session.scalars(select(MediaFile))}
        db.session.remove()
        folder = BackupFolder(tmp_path / "backups")
        made, copied = create(folder, db.engine, store, release="1", now=now())
        assert (copied.files, copied.missing, copied.damaged) == (len(keys), 0, 0)
        for key in keys:
            store.delete(key)
        restore(made, db.engine, store, head=own_app.extensions["migration_head"], migrate=lambda: None, replace=True)
        for key, size in keys.items():
            assert store.read_whole(key, size=size).startswith(b"picture ")
        db.session.remove()
