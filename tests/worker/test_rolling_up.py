"""What the clock does about the figures of days."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.db import db
from imagegarden.models import DailyFigure, User
from imagegarden.worker import schedule
from tests import factories


def days_of(session: Session) -> list[object]:
    return list(
        session.scalars(select(DailyFigure.day).where(DailyFigure.name == "sign_ups").order_by(DailyFigure.day))
    )


def test_all_days_are_counted_and_twice_is_harmless(app: Flask, session: Session, now: datetime) -> None:
    factories.person(session, at=now - timedelta(days=4))
    for _ in range(2):
        schedule.roll_up_days(app)
        assert days_of(session) == [now.date() - timedelta(days=ago) for ago in range(4, 0, -1)]


def test_so_many_days_at_a_time_until_none_is_left(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "DAYS_AT_ONCE", 3)
    factories.person(session, at=now - timedelta(days=5))
    schedule.roll_up_days(app)
    assert len(days_of(session)) == 3
    schedule.roll_up_days(app)
    assert len(days_of(session)) == 5


def test_yesterday_is_counted_again(app: Flask, user: User, session: Session, now: datetime) -> None:
    schedule.roll_up_days(app)
    factories.person(session, at=user.created_at)
    schedule.roll_up_days(app)
    assert session.scalar(select(DailyFigure.value).where(DailyFigure.name == "sign_ups")) == 2


def test_two_clocks_at_once_are_harmless(own_app: Flask) -> None:
    with own_app.app_context():
        factories.person(db.session(), at=present() - timedelta(days=20))
    gate, faults = threading.Barrier(2), []

    def tick() -> None:
        with own_app.app_context():
            try:
                gate.wait()
                schedule.roll_up_days(own_app)
            except Exception as error:
                faults.append(error)

    clocks = [threading.Thread(target=tick) for _ in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert faults == []
    with own_app.app_context():
        assert len(days_of(db.session())) == 20
        assert db.session().scalar(select(func.sum(DailyFigure.value)).where(DailyFigure.name == "sign_ups")) == 1


def test_the_clock_counts_every_ten_minutes() -> None:
    assert (600, schedule.roll_up_days) in schedule.SCHEDULE
