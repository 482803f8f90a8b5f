"""The export beside the database, row by row."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.current import adapters
from imagegarden.domain import credits, exports
from imagegarden.models import (
    ApiKey,
    Board,
    CreditEntry,
    Export,
    ExportState,
    FileRole,
    Generation,
    LotSource,
    Media,
    MediaFile,
    MediaKind,
    MediaOrigin,
    Moderation,
    Payment,
    Preset,
    User,
)
from imagegarden.storage import StorageError
from imagegarden.worker.exporting import make_export, remove_old_exports
from imagegarden.worker.mails import mail_export
from tests import factories
from tests.fakes.mailer import KeptMail

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def full(app: Flask, session: Session, user: User, now: datetime) -> User:
    """Somebody with something of everything, and a stranger with the same."""
    stranger = factories.person(session, sign_up_credits=1000)
    factories.give(session, user, 1000)
    for owner, word in ((user, "mine"), (stranger, "theirs")):
        for n in range(3):
            picture(session, owner, f"a {word} pond", n)
        picture(session, owner, f"a {word} film", 3, kind=MediaKind.VIDEO)
        picture(session, owner, f"{word} thrown away", 4, trashed_at=now)
        picture(
            session, owner, f"{word} taken down", 5, moderation=Moderation.REMOVED, decided_at=now, decided_for="why"
        )
        session.add(Board(user_id=owner.id, name=f"{word} board", created_at=now))
        session.add(Preset(uuid=uuid4(), user_id=owner.id, name=word, values={"prompt": word}, created_at=now))
        factories.payment(session, owner)
        factories.api_key(session, owner, name=f"{word} key")
        session.commit()
        factories.mask(owner, factories.upload(owner, title=f"{word}.jpg"))
    credits.grant(session, user_id=user.id, amount=1, source=LotSource.GRANT, reference="x", reason=FORMULA, now=now)
    session.commit()
    return user


def picture(session: Session, owner: User, prompt: str, number: int, **more: Any) -> Media:
    content = f"{owner.id} {prompt} {number}".encode() * 1000
    made = factories.stored_picture(session, owner, adapters().store, prompt=prompt, content=content, **more)
    made.sha256 = hashlib.sha256(content).hexdigest()
    for file in session.scalars(select(MediaFile).where(MediaFile.media_id == made.id)):
        file.sha256 = made.sha256
    session.commit()
    return made


def packed(session: Session, user: User, now: datetime) -> zipfile.ZipFile:
    asked = exports.ask(session, user_id=user.id, now=now)
    session.commit()
    make_export(asked.id)
    session.expire_all()
    made = session.get_one(Export, asked.id)
    assert made.state == ExportState.READY
    key, size = made.key, made.bytes or 0
    session.commit()
    content = adapters().store.read_whole(key, size=size)
    assert len(content) == size
    return zipfile.ZipFile(io.BytesIO(content))


def document(file: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read(f"{name}.json"))
    return found


def table(file: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(f"{name}.csv").decode())))


def test_every_file_of_every_picture_is_in_it_with_its_checksum(session: Session, full: User, now: datetime) -> None:
    file = packed(session, full, now)
    assert file.testzip() is None
    described = {one["id"]: one for one in document(file, "pictures")}
    rows = session.scalars(select(Media).where(Media.user_id == full.id)).all()
    assert {str(row.uuid) for row in rows} == set(described)
    for row in rows:
        files = session.scalars(
            select(MediaFile.sha256).where(
                MediaFile.media_id == row.id, MediaFile.role.in_((FileRole.ORIGINAL, FileRole.SVG))
            )
        ).all()
        inside = [hashlib.sha256(file.read(name)).hexdigest() for name in described[str(row.uuid)]["files"]]
        assert inside == ([] if row.is_removed else list(files)), row.origin
        assert described[str(row.uuid)]["decided_for"] == row.decided_for
    folders = {name.partition("/")[0] for name in file.namelist() if "/" in name}
    assert folders == {"pictures", "films", "uploads", "masks"}
    assert any(name.startswith("pictures/") and "a mine pond (2)" in name for name in file.namelist())


def test_every_request_board_preset_and_key_is_in_it(session: Session, full: User, now: datetime) -> None:
    file = packed(session, full, now)
    for name, model in (("generations", Generation), ("boards", Board), ("presets", Preset), ("api_keys", ApiKey)):
        rows = session.scalars(select(model).where(model.user_id == full.id)).all()  # type: ignore[attr-defined]
        assert rows
        assert {one["id"] for one in document(file, name)} == {str(row.uuid) for row in rows}, name
    prompts = {one["id"]: (one["prompt"], one["params"]) for one in document(file, "generations")}
    for generation in session.scalars(select(Generation).where(Generation.user_id == full.id)):
        assert prompts[str(generation.uuid)] == (generation.prompt, generation.params)
    assert document(file, "account")[0]["email"] == full.email


def test_the_ledger_adds_up_to_the_same(session: Session, full: User, now: datetime) -> None:
    lines = table(packed(session, full, now), "ledger")
    mine = select(func.count(), func.sum(CreditEntry.amount)).where(CreditEntry.user_id == full.id)
    assert (len(lines), sum(int(line["amount"]) for line in lines)) == tuple(session.execute(mine).one())
    spendable = sum(int(line["amount"]) for line in lines if line["kind"] != "capture")
    assert spendable == factories.balance(session, full.id).available


def test_the_payments_add_up_to_the_same(session: Session, full: User, now: datetime) -> None:
    lines = table(packed(session, full, now), "payments")
    paid = session.scalar(select(func.sum(Payment.amount_paise)).where(Payment.user_id == full.id))
    assert sum(int(line["amount_paise"]) for line in lines) == paid


def test_no_cell_is_a_formula(session: Session, full: User, now: datetime) -> None:
    lines = table(packed(session, full, now), "ledger")
    assert f"'{FORMULA}" in [line["reason"] for line in lines]


def test_nothing_of_anybody_else_and_no_secret_is_in_it(session: Session, full: User, now: datetime) -> None:
    file = packed(session, full, now)
    everything = b"".join(file.read(name) for name in file.namelist()) + " ".join(file.namelist()).encode()
    hashes = session.scalars(select(ApiKey.sha256)).all()
    for word in ("theirs", "scrypt", *hashes):
        assert word.encode() not in everything, word


def test_a_file_that_is_lost_is_named_and_keeps_nothing_else_from_its_owner(
    app: Flask, session: Session, full: User, now: datetime
) -> None:
    lost = session.scalars(
        select(MediaFile.key)
        .join(Media, Media.id == MediaFile.media_id)
        .where(Media.user_id == full.id, Media.origin == MediaOrigin.UPLOAD, MediaFile.role == FileRole.ORIGINAL)
    ).one()
    session.commit()
    adapters().store.delete(lost)
    file = packed(session, full, now)
    assert "uploads/" in file.read("missing.txt").decode()
    assert any(name.startswith("films/") for name in file.namelist())


def test_an_empty_account_has_an_export_too(session: Session, user: User, now: datetime) -> None:
    file = packed(session, user, now)
    assert document(file, "pictures") == []
    assert "README.txt" in file.namelist()
    assert "missing.txt" not in file.namelist()


def test_its_owner_is_written_to(session: Session, user: User, now: datetime, kept_mail: KeptMail) -> None:
    packed(session, user, now)
    mail_export(session.scalars(select(Export.id)).one())
    (letter,) = kept_mail.letters
    assert letter.recipient == user.email
    assert "/profile/data" in letter.text


def test_the_clock_removes_the_file_after_a_day(
    app: Flask, session: Session, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed(session, user, now)
    key, folder = session.scalars(select(Export)).one().key, f"users/{user.id}"
    session.commit()
    remove_old_exports()
    assert list(adapters().store.list_under(folder)) == [key]
    monkeypatch.setattr("imagegarden.worker.exporting.now", lambda: now + timedelta(hours=25))
    for _ in range(2):
        remove_old_exports()
    assert list(adapters().store.list_under(folder)) == []
    assert session.scalars(select(Export)).all() == []


def test_an_export_that_nobody_waits_for_leaves_no_file(
    app: Flask, session: Session, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    session.commit()
    monkeypatch.setattr(exports, "record_ready", lambda *_, **__: False)
    make_export(asked.id)
    assert list(adapters().store.list_under(f"users/{user.id}")) == []


def test_a_store_that_is_full_leaves_it_to_the_next_try(
    app: Flask, session: Session, user: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = exports.ask(session, user_id=user.id, now=now)
    session.commit()

    def full_up(*_: object, **__: object) -> None:
        raise StorageError("full")

    with monkeypatch.context() as patch:
        patch.setattr("imagegarden.storage.ObjectStore.put_in_pieces", full_up)
        with pytest.raises(StorageError):
            make_export(asked.id)
    session.expire_all()
    assert session.get_one(Export, asked.id).state == ExportState.ASKED
