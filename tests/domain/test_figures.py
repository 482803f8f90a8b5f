"""A day in numbers: as plain counting gives them, kept once, and found by indexes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.db import db
from imagegarden.domain import figures, payments
from imagegarden.models import DailyFigure, PaymentEvent, PaymentState, Purchase, Refund, User
from imagegarden.payments.base import VendorPayment
from tests import factories
from tests.figures import counted, live


def kept(session: Session) -> list[tuple[object, ...]]:
    rows = session.execute(select(DailyFigure.day, DailyFigure.name, DailyFigure.label, DailyFigure.value))
    return sorted(tuple(row) for row in rows)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_of_every_day_is_what_plain_counting_gives(session: Session, now: datetime, seed: int) -> None:
    live(session, now=now, seed=seed)
    for ago in range(8):
        day = now.date() - timedelta(days=ago)
        found = {(name, label): value for name, label, value in figures.of_day(session, day, now=now)}
        assert found == counted(session, day, now=now), day
    assert found["sign_ups", ""] == 0


def test_a_day_is_kept_once_however_often_it_is_counted(session: Session, now: datetime) -> None:
    live(session, now=now)
    day = now.date() - timedelta(days=1)
    figures.roll_up(session, day, now=now)
    first = kept(session)
    figures.roll_up(session, day, now=now)
    assert kept(session) == first
    assert {(name, label): value for _, name, label, value in first} == counted(session, day, now=now)


def test_what_is_not_there_any_more_leaves_the_days_figures(session: Session, now: datetime) -> None:
    day = now.date() - timedelta(days=1)
    session.add(DailyFigure(day=day, name="made", label="a model of long ago", value=7))
    session.commit()
    figures.roll_up(session, day, now=now)
    assert "a model of long ago" not in {row[2] for row in kept(session)}


def test_yesterday_and_the_days_that_miss_are_due_the_latest_first(session: Session, now: datetime) -> None:
    factories.person(session, at=now - timedelta(days=5))
    days = [now.date() - timedelta(days=ago) for ago in range(1, 6)]
    assert figures.list_due(session, now=now, limit=100) == days
    assert figures.list_due(session, now=now, limit=2) == days[:2]
    for day in (days[0], days[2]):
        figures.roll_up(session, day, now=now)
    assert figures.list_due(session, now=now, limit=100) == [days[0], days[1], days[3], days[4]]


def test_where_nobody_came_yet_no_day_is_due(session: Session, now: datetime) -> None:
    assert figures.list_due(session, now=now, limit=100) == []


def test_each_part_of_a_refund_counts_on_its_day(session: Session, user: User, now: datetime) -> None:
    paid = factories.payment(session, user, at=now - timedelta(days=3))
    bought = session.get_one(Purchase, paid.purchase_id)

    def tell(refunded: int, at: datetime) -> None:
        told = VendorPayment(
            id=paid.vendor_id,
            amount_paise=paid.amount_paise,
            currency="INR",
            state=PaymentState.CAPTURED,
            refunded_paise=refunded,
            method="card",
            order_id=bought.vendor_id,
        )
        payments.record(session, bought, told, allowances=factories.ALLOWANCES, now=at)

    tell(20_000, now - timedelta(days=2))
    tell(20_000, now - timedelta(days=1))
    tell(paid.amount_paise, now)
    session.commit()
    parts = session.execute(select(Refund.amount_paise, Refund.created_at).order_by(Refund.id)).all()
    assert [tuple(part) for part in parts] == [
        (20_000, now - timedelta(days=2)),
        (paid.amount_paise - 20_000, now),
    ]
    money = [
        next(
            value
            for name, _, value in figures.of_day(session, (now - timedelta(days=ago)).date(), now=now)
            if name == figure
        )
        for ago, figure in ((3, "captured"), (2, "refunded"), (1, "refunded"), (0, "refunded"))
    ]
    assert money == [paid.amount_paise, 20_000, 0, paid.amount_paise - 20_000]


def test_what_is_charged_back_counts_once_as_gone(session: Session, user: User, now: datetime) -> None:
    paid = factories.payment(session, user, at=now - timedelta(days=3))
    bought = session.get_one(Purchase, paid.purchase_id)
    event = PaymentEvent(
        vendor=bought.vendor,
        event_id="lost",
        kind="payment.dispute.lost",
        payment_id=paid.vendor_id,
        purchase_id=bought.id,
        received_at=now,
    )
    session.add(event)
    for refunded in (0, 0, paid.amount_paise):
        told = VendorPayment(
            id=paid.vendor_id,
            amount_paise=paid.amount_paise,
            currency="INR",
            state=PaymentState.CAPTURED,
            refunded_paise=refunded,
            method="card",
            order_id=bought.vendor_id,
        )
        payments.record(session, bought, told, allowances=factories.ALLOWANCES, now=now)
    session.commit()
    assert session.scalars(select(Refund.amount_paise)).all() == [paid.amount_paise]


def test_a_day_takes_one_query_to_count_and_three_to_keep(
    session: Session, now: datetime, count_queries: Callable[[], Any]
) -> None:
    live(session, now=now)
    with count_queries() as seen:
        figures.of_day(session, now.date(), now=now)
    assert len(seen) == 1
    with count_queries() as seen:
        figures.roll_up(session, now.date(), now=now)
    assert len(seen) == 3


def test_a_days_rows_are_found_by_indexes(own_app: Flask, now: datetime) -> None:
    # A database that nobody has looked into: the planner goes by what it takes for usual.
    with own_app.app_context():
        session = db.session()
        factories.use(session)
        live(session, now=now)
        # The tables of a test are too small for the planner to care.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        statement = figures._FIGURES.select().compile(session.connection())
        midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
        values = {"of_day": now.date(), "start": midnight, "end": midnight + timedelta(days=1), "at": now}
        explained = session.connection().exec_driver_sql(
            f"EXPLAIN {statement}",
            statement.construct_params(values),  # type: ignore[arg-type]
        )
        plan = "\n".join(row[0] for row in explained)
        for index in (
            "ix_users_created_at_id",
            "ix_generations_created_at",
            "ix_generations_finished_at",
            "ix_api_usage_usage_date",
            "ix_payments_captured_at",
            "ix_refunds_created_at",
            "ix_periods_created_at",
            "ix_periods_ends_at",
        ):
            assert index in plan, index
        assert "Seq Scan" not in plan


def test_figures_of_a_day_sum_up_to_all_that_there_is(session: Session, now: datetime) -> None:
    live(session, now=now)
    for ago in range(6):
        figures.roll_up(session, now.date() - timedelta(days=ago), now=now)
    total = session.scalar(select(func.sum(DailyFigure.value)).where(DailyFigure.name == figures.Figure.SIGN_UPS))
    assert total == session.scalar(select(func.count()).select_from(User))
