"""Logs: one JSON line each, with ids, without secrets."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.config import Config
from sqlalchemy import text
from sqlalchemy.orm import Session

from config import Settings
from imagegarden import logs
from imagegarden.gunicorn_logger import MaskedLogger
from imagegarden.logs import MaskingFormatter
from imagegarden.models import User
from tests import factories


def line(message: str, **extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": message, **extra})
    found: dict[str, object] = json.loads(MaskingFormatter(["a configured secret"]).format(record))
    return found


def test_a_line_is_json_with_the_current_ids() -> None:
    with logs.bound(request="r-1", generation="g-1"):
        written = line("hello", status=200)
    assert (written["message"], written["status"]) == ("hello", 200)
    assert (written["request_id"], written["generation_id"]) == ("r-1", "g-1")


def test_ids_end_with_their_block() -> None:
    with logs.bound(request="r-1"):
        pass
    assert "request_id" not in line("hello")


def test_secrets_are_masked_wherever_they_stand() -> None:
    for secret in (
        "a configured secret",
        "r8_abcdefghijklmnop",
        "rzp_live_abcdefghijk",
        "whsec_abcdefghijkl",
        "ig_abcdefghijklmn",
    ):
        assert secret not in json.dumps(line(f"before {secret} after", detail=secret))


def test_a_bearer_token_and_a_password_in_an_address_are_masked() -> None:
    written = json.dumps(line("Authorization: Bearer abcdef0123456789 at postgresql://user:hunter2@db/x"))
    assert "abcdef0123456789" not in written
    assert "hunter2" not in written


def test_what_json_writes_in_its_own_way_is_masked_too() -> None:
    secret = 'a "quoted" secret\\with é'
    record = logging.makeLogRecord({"msg": f"it is {secret}", "detail": {"nested": [secret]}})
    written = MaskingFormatter([secret]).format(record)
    assert "quoted" not in written
    assert written.count(logs.MASK) == 2


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("redis://:hunter2@valkey:6379/0", "hunter2"),
        ("Cookie: __Host-image_garden=Zm9vYmFyYmF6; theme=dark", "Zm9vYmFyYmF6"),
        ("Set-Cookie: image_garden_remember=7.1|abcdef; Path=/", "7.1|abcdef"),
        ("GET session:Zm9vYmFyYmF6Zm9vYmFyYmF6", "Zm9vYmFyYmF6Zm9vYmFyYmF6"),
        ("Authorization: Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
        ("whsec_abc+def/ghi=", "def/ghi"),
        ("Error handling request /s/Zm9vYmFyYmF6Zm9vYmFy", "Zm9vYmFyYmF6Zm9vYmFy"),
        ("/signup?invitation=Zm9vYmFy&x=1", "Zm9vYmFy"),
        ("your code is 739184 today", "739184"),
        ("{'code': '739184'}", "739184"),
    ],
)
def test_what_opens_something_is_masked_by_its_shape(said: str, secret: str) -> None:
    assert secret not in json.dumps(line("it was %s", args=(said,), detail={"said": said}))
    assert secret not in json.dumps(line(said))


def test_secrets_are_masked_in_what_a_fault_says_and_where_it_was() -> None:
    try:
        raise ValueError("no entry with a configured secret and Bearer abcdef0123456789")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    written = MaskingFormatter(["a configured secret"]).format(record)
    assert "ValueError" in written
    assert "configured secret" not in written
    assert "abcdef0123456789" not in written


def test_everything_secret_among_the_settings_is_known_also_what_stands_in_an_address(tmp_path: Path) -> None:
    made = Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key="one-secret-key",
        secret_key_fallbacks=["another-key"],
        database_url="postgresql://garden:p%40ssword@db/garden",
        redis_url="redis://:of-valkey@valkey:6379/0",
        replicate_api_token="r8_token",
        replicate_webhook_secret="whsec_abcdefgh",
        replicate_webhook_secret_previous="whsec_ijklmnop",
    )
    known = {"one-secret-key", "another-key", "p%40ssword", "p@ssword", "of-valkey", "r8_token", "whsec_abcdefgh"}
    assert known | {"whsec_ijklmnop"} == set(made.secret_values)


def test_what_ends_a_process_is_masked() -> None:
    code = (
        "from imagegarden import logs\n"
        "logs.configure('INFO', ['a configured secret'])\n"
        "raise SystemError('a configured' + ' secret')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "SystemError: ***" in done.stderr


def test_what_gunicorn_says_is_masked_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "a configured secret")
    said = MaskedLogger(Config())
    said.error("Error handling request %s", "/s/Zm9vYmFyYmF6Zm9vYmFy?invitation=Zm9vYmFy&by=a configured secret")
    written = capsys.readouterr().err
    assert json.loads(written)["message"] == "Error handling request /s/***?invitation=***&by=***"
    said.error_log.handlers.clear()


def test_no_control_sign_of_a_terminal_reaches_it() -> None:
    written = MaskingFormatter([]).format(logging.makeLogRecord({"msg": "a\r\x1b[2J\u2028b", "path": "/x\r\ny"}))
    assert written.isprintable()


def test_a_line_break_cannot_forge_a_line() -> None:
    assert "\n" not in MaskingFormatter([]).format(logging.makeLogRecord({"msg": 'one\n{"fake": 1}'}))


def test_a_prompt_appears_as_length_and_hash() -> None:
    assert "private" not in json.dumps(logs.sketch("a private prompt"))
    assert logs.sketch("a private prompt")["length"] == 16


def test_the_id_of_the_request_travels_with_the_job(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    answer = signed_in_client.post("/create", data={"prompt": "a private pond", "request_key": "k"})
    args = session.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'advance'")).scalar_one()
    assert args["request_id"] == answer.headers["X-Request-Id"]
    assert "private" not in json.dumps(args)


def test_a_request_log_has_no_password_and_no_code(app: Flask, client: FlaskClient, user: User, caplog: object) -> None:
    caplog.set_level(logging.INFO)  # type: ignore[attr-defined]
    client.post("/login", data={"email": user.email, "password": factories.PASSWORD})
    records = [record for record in caplog.records if record.message == "request"]  # type: ignore[attr-defined]
    assert records
    assert factories.PASSWORD not in str([record.__dict__ for record in records])
