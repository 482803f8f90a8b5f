"""Mail out: to a real SMTP server, and into the outbox."""

from collections.abc import Iterator
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask
from flask_mail import BadHeaderError

from imagegarden.app import create_app
from imagegarden.mail import Letter, MailError, Outbox
from tests.processes import free_port
from tests.servers import Servers

LETTER = Letter(recipient="ada@example.com", subject="Hello, Ada: नमस्ते", text="code 123456", html="<p>code 123456</p>")


class Kept(MessageHandler):
    """An SMTP server that keeps what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.received.append(message)


# The server is on loopback and ends with the test.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def smtp() -> Iterator[tuple[int, Kept]]:
    """A server that lets `garden` in with the password `sesame`."""

    def check(_server: object, _session: object, _envelope: object, _way: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"garden", b"sesame"))

    kept, port = Kept(), free_port()
    controller = Controller(
        kept, hostname="127.0.0.1", port=port, authenticator=check, auth_require_tls=False, auth_required=True
    )
    controller.start()
    yield port, kept
    controller.stop()


def app_with_mail(servers: Servers, tmp_path: Path, port: int, password: str = "sesame") -> Flask:
    return create_app(
        servers.settings(
            "postgres",
            data_dir=tmp_path,
            smtp_server="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            smtp_username="garden",
            smtp_password=password,
            mail_sender="Image Garden <garden@example.com>",
        )
    )


def test_a_letter_reaches_the_server_by_the_settings(
    running_servers: Servers, smtp: tuple[int, Kept], tmp_path: Path
) -> None:
    port, kept = smtp
    app = app_with_mail(running_servers, tmp_path, port)
    with app.app_context():
        app.extensions["adapters"].mailer.send(LETTER)
    [letter] = kept.received
    assert letter["To"] == "ada@example.com"
    assert header(letter, "From") == "Image Garden <garden@example.com>"
    assert header(letter, "Subject") == LETTER.subject


def header(letter: Message, name: str) -> str:
    return str(make_header(decode_header(letter[name])))


def test_a_server_that_refuses_the_password_is_a_mail_error(
    running_servers: Servers, smtp: tuple[int, Kept], tmp_path: Path
) -> None:
    app = app_with_mail(running_servers, tmp_path, smtp[0], password="wrong")
    with app.app_context(), pytest.raises(MailError):
        app.extensions["adapters"].mailer.send(LETTER)


def test_a_server_that_is_away_is_a_mail_error(running_servers: Servers, tmp_path: Path) -> None:
    app = app_with_mail(running_servers, tmp_path, free_port())
    with app.app_context(), pytest.raises(MailError):
        app.extensions["adapters"].mailer.send(LETTER)


def test_the_outbox_keeps_letters_newest_first(app: Flask, tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, sender="Image Garden <garden@localhost>", is_shown_in_terminal=False)
    with app.app_context():
        for recipient in ("first@example.com", "second@example.com"):
            outbox.send(Letter(recipient=recipient, subject="s", text="t", html="<p>t</p>"))
    assert [letter["To"] for letter in outbox.letters()] == ["second@example.com", "first@example.com"]
    assert {path.suffix for path in tmp_path.iterdir()} == {".eml"}


def test_a_code_is_shown_in_the_terminal_only_where_that_is_wanted(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for shown in (True, False):
        with app.app_context():
            Outbox(tmp_path, sender="x@localhost", is_shown_in_terminal=shown).send(LETTER)
        assert ("123456" in capsys.readouterr().out) is shown


@pytest.mark.parametrize("part", ["recipient", "subject"])
def test_no_line_break_adds_a_header_to_a_letter(
    running_servers: Servers, smtp: tuple[int, Kept], tmp_path: Path, part: str
) -> None:
    port, kept = smtp
    app = app_with_mail(running_servers, tmp_path, port)
    hostile = {"recipient": "ada@example.com\r\nBcc: eve@example.com", "subject": "Hello\r\nBcc: eve@example.com"}
    with app.app_context(), pytest.raises(BadHeaderError):
        app.extensions["adapters"].mailer.send(replace(LETTER, **{part: hostile[part]}))
    assert kept.received == []
