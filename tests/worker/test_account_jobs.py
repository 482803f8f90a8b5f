"""What the clock does about accounts: in parts, until nothing is left to do."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import password_changes
from imagegarden.models import OneTimeCode, User, Welcome
from imagegarden.worker import account_jobs
from imagegarden.worker.schedule import SCHEDULE
from tests import factories


def test_codes_of_yesterday_are_forgotten_all_of_them_in_parts(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_jobs, "CODES_AT_ONCE", 2)
    for days, email in ((1, "ada"), (1, "grace"), (2, "mary"), (3, "emmy"), (4, "rosa"), (0, "lise")):
        at = factories.now() - timedelta(days=days)
        password_changes.request_reset(session, email=f"{email}@example.com", now=at)
    session.commit()
    account_jobs.forget_old_codes(app)
    assert session.scalars(select(OneTimeCode.email)).all() == ["lise@example.com"]


def test_accounts_of_before_are_sealed_all_of_them_in_parts(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_jobs, "SEALED_AT_ONCE", 2)
    for _ in range(5):
        factories.person(session)
    session.commit()
    account_jobs.seal_mailboxes(app)
    assert session.scalar(select(func.count(Welcome.id))) == 5
    assert session.scalars(select(User.id).where(~User.mailbox_sealed)).all() == []


@pytest.mark.parametrize("job", [account_jobs.forget_old_codes, account_jobs.seal_mailboxes])
def test_the_clock_does_it(job: object) -> None:
    assert job in [scheduled for _, scheduled in SCHEDULE]
