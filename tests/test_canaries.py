"""The watch over secrets finds what is planted: a watch that finds nothing would be worth nothing."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.domain import codes
from imagegarden.logs import MaskingFormatter
from imagegarden.mail import Letter
from imagegarden.models import User
from imagegarden.queue import defer
from tests import factories
from tests.canaries import CANARIES, KNOWN, PASSWORD
from tests.fakes.mailer import KeptMail
from tests.processes import process


def finds(*names: str) -> None:
    """What was found is this, and is no fault of this test."""
    found, CANARIES.found = CANARIES.found, []
    for name in names:
        assert any(name in one for one in found), (name, found)


@pytest.mark.parametrize("name", KNOWN)
def test_each_known_secret_is_found_in_a_line_of_the_log(name: str) -> None:
    MaskingFormatter([]).format(logging.makeLogRecord({"msg": "it is %s", "args": (KNOWN[name],)}))
    # The shapes of some are known, and they are masked without being told.
    if not KNOWN[name].startswith(("r8_", "whsec_")):
        finds(f"{name} stands in a line of the log")
    finds()


def test_a_secret_in_redis_is_found_as_a_key_and_as_a_value(app: Flask) -> None:
    client = app.extensions["redis"]
    client.set("limit/somebody", f"tried {PASSWORD}")
    client.set(f"limit/{PASSWORD}", "1")
    CANARIES.look_into_redis(client)
    client.flushdb()
    finds("a password stands in the value of limit", "a password stands in a key of Redis")


def test_a_secret_in_the_arguments_of_a_job_is_found(session: Session) -> None:
    defer(session, "mail_code", code=PASSWORD)
    CANARIES.look_into_jobs(session.connection())
    session.execute(text("DELETE FROM procrastinate_jobs"))
    finds("a password stands in the arguments of mail_code")


def test_a_secret_in_a_mail_is_found_and_a_code_only_in_its_own(kept_mail: KeptMail) -> None:
    code = codes.draw()
    own = Letter(recipient="a@example.com", subject=f"{code} is your code", text=f"It is {code}.", html=code)
    CANARIES.look_into_letter(own)
    assert not CANARIES.found
    CANARIES.look_into_letter(Letter(recipient="a@example.com", subject="Hello", text=f"It is {code}.", html=""))
    finds("a one-time code stands in a mail")


def test_a_secret_in_an_answer_that_refuses_is_found(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    answer.data = answer.data + PASSWORD.encode()
    CANARIES.look_into_answer(answer)
    finds("a password stands in the answer 404 of /nothing")


def test_an_api_key_and_the_id_of_a_session_are_known_without_being_told(
    session: Session, user: User, signed_in: Callable[[User], FlaskClient]
) -> None:
    signed_in(user)
    assert CANARIES.sessions
    CANARIES.look("a place", f"{factories.api_key(session, user).secret} {next(iter(CANARIES.sessions))}")
    finds("an API key stands in a place", "a session's id stands in a place")


def test_what_a_process_wrote_is_looked_through_when_it_ends(tmp_path: Path) -> None:
    with process(("echo", f"{PASSWORD} and more"), {}, tmp_path / "web.log") as started:
        started.wait()
    finds("a password stands in the log web.log")
