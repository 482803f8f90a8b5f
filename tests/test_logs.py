"""Logs: one JSON line each, with ids, without secrets."""

import json
import logging

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden import logs
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
