"""What the clock does about requests that programs named."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain import idempotency
from imagegarden.models import IdempotentRequest, User
from imagegarden.worker import schedule


def test_named_requests_of_yesterday_are_forgotten_and_twice_is_harmless(
    app: Flask, session: Session, user: User, now: datetime
) -> None:
    for key, hours in (("old", 25), ("new", 23)):
        idempotency.claim(session, user_id=user.id, key=key, fingerprint="x", now=now - timedelta(hours=hours))
    session.commit()
    for _ in range(2):
        schedule.forget_old_named_requests(app)
        assert session.scalars(select(IdempotentRequest.key)).all() == ["new"]


def test_the_clock_forgets_them_every_hour() -> None:
    assert (3600, schedule.forget_old_named_requests) in schedule.SCHEDULE
