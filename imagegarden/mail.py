"""Mail out: by SMTP, or into a folder where there is no mail server. Called from jobs only."""

import os
import re
import smtplib
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import flask_mail
from flask import current_app

TIMEOUT_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail to one person."""

    recipient: str
    subject: str
    text: str
    html: str


class MailError(Exception):
    """The mail could not be handed over now; trying again may help."""


class Mailer(Protocol):
    """Hands mail over."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailError."""
        ...

    def check(self) -> None:
        """See whether letters would be taken. Raises MailError."""
        ...


class SmtpMailer:
    """Sends through the server of the settings, by Flask-Mail."""

    def send(self, letter: Letter) -> None:
        """Hand a letter over to the server. Raises MailError."""
        try:
            with _TimedConnection(current_app.extensions["mail"]) as connection:
                connection.send(_message(letter))
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(type(error).__name__) from error

    def check(self) -> None:
        """See whether the server takes our word for who we are. Raises MailError."""
        try:
            with _TimedConnection(current_app.extensions["mail"]):
                pass
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(type(error).__name__) from error


class Outbox:
    """Writes mail into a folder as .eml files and shows codes in the terminal, for a machine without a mail server."""

    def __init__(self, folder: Path, *, sender: str, is_shown_in_terminal: bool) -> None:
        self._folder = folder
        self._sender = sender
        self._is_shown_in_terminal = is_shown_in_terminal

    def send(self, letter: Letter) -> None:
        """Write a letter into the folder."""
        message = _message(letter, sender=self._sender)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns()}-{uuid4().hex[:8]}"
        # Renamed when it is whole, so that a reader never meets half a letter.
        partial = self._folder / f"{name}.partial"
        partial.write_bytes(message.as_bytes())
        partial.rename(self._folder / f"{name}.eml")
        if self._is_shown_in_terminal:
            code = re.search(r"\b\d{6}\b", letter.text)
            print(f"Mail to {letter.recipient}: {letter.subject}" + (f" — {code[0]}" if code else ""), flush=True)

    def check(self) -> None:
        """See whether the folder can be written to. Raises MailError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MailError(type(error).__name__) from error
        if not os.access(self._folder, os.W_OK):
            raise MailError("the outbox cannot be written to")

    def letters(self, limit: int = 50) -> list[EmailMessage]:
        """The newest letters first."""
        paths = sorted(self._folder.glob("*.eml"), reverse=True)[:limit]
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


class _TimedConnection(flask_mail.Connection):
    """Flask-Mail's connection with a time-out, which it lacks."""

    def configure_host(self) -> smtplib.SMTP:
        state = self.mail
        make = smtplib.SMTP_SSL if state.use_ssl else smtplib.SMTP
        host = make(state.server, state.port, timeout=TIMEOUT_SECONDS)
        if state.use_tls:
            host.starttls()
        if state.username and state.password:
            host.login(state.username, state.password)
        return host


def _message(letter: Letter, sender: str | None = None) -> flask_mail.Message:
    """The letter as Flask-Mail sends it; from the sender of the settings, unless another is given."""
    return flask_mail.Message(
        sender=sender,
        subject=letter.subject,
        recipients=[letter.recipient],
        body=letter.text,
        html=letter.html,
        charset="utf-8",
    )
