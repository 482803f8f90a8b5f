"""What the clock does about accounts: in parts, until nothing is left to do."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.domain import departures, password_changes
from imagegarden.domain.departures import GRACE
from imagegarden.models import OneTimeCode, User, UserStatus, Welcome
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


def test_an_account_that_cannot_be_deleted_holds_up_no_other(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = factories.person(session).id, factories.person(session).id
    for user_id in (stuck, other):
        departures.ask(session, user_id=user_id, now=now - GRACE - timedelta(minutes=1))
    session.commit()
    finish = departures.finish

    def finish_or_break(session: Session, *, user_id: int, now: datetime) -> None:
        if user_id == stuck:
            session.execute(text("SELECT 1 / 0"))
        finish(session, user_id=user_id, now=now)

    monkeypatch.setattr(departures, "finish", finish_or_break)
    account_jobs.finish_departures(app)
    session.expire_all()
    assert session.get_one(User, stuck).status == UserStatus.ACTIVE
    assert session.get_one(User, other).status == UserStatus.DELETED
