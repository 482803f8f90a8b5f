"""Letters that a test has delivered: the jobs that wait are run here, in order."""

import re

from flask import Flask
from sqlalchemy import text

from imagegarden.db import db
from imagegarden.domain import codes, security_letters
from imagegarden.mail import Letter
from imagegarden.worker.account_mails import mail_account_code, mail_security_notice
from imagegarden.worker.mails import mail_code
from tests.fakes.mailer import KeptMail

JOBS = {
    codes.TASK: mail_code,
    codes.ACCOUNT_TASK: mail_account_code,
    security_letters.TASK: mail_security_notice,
}
_TAKE = text("DELETE FROM procrastinate_jobs WHERE task_name = ANY(:names) RETURNING id, task_name, args")


def deliver(app: Flask, kept_mail: KeptMail) -> list[Letter]:
    """Run every mail job about accounts that waits; the letters that this gave."""
    before = len(kept_mail.letters)
    with app.app_context():
        waiting = sorted(db.session.execute(_TAKE, {"names": list(JOBS)}).all())
        db.session.commit()
        for _, name, args in waiting:
            JOBS[name](**{key: value for key, value in args.items() if key != "request_id"})
    return kept_mail.letters[before:]


def code_in(letters: list[Letter]) -> str:
    """The code of the newest of these letters that has one; an empty text where none has."""
    found = [match[0] for letter in letters if (match := re.search(r"\b\d{6}\b", letter.text))]
    return found[-1] if found else ""
