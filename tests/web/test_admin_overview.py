"""The overview of administration: who may see it, what it says, and what it costs."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.admin import cards, charts
from imagegarden.admin.cards import Card
from imagegarden.admin.overview import PERIODS
from imagegarden.domain import figures, overview
from imagegarden.domain.overview import Overview
from imagegarden.models import DailyFigure, Role, User
from imagegarden.web.bars import lines, round_up, spans, spark, summed
from imagegarden.web.kept import Kept
from imagegarden.web.money import money
from tests import factories
from tests.figures import counted, live


@pytest.fixture(autouse=True)
def _nothing_is_kept(app: Flask) -> None:
    app.extensions.pop("kept_overviews", None)


@pytest.fixture
def admin(session: Session, signed_in: Callable[[User], FlaskClient], now: datetime) -> FlaskClient:
    return signed_in(factories.person(session, role=Role.ADMIN, at=now))


def roll_up(session: Session, now: datetime, days: int = 6) -> None:
    for ago in range(1, days + 1):
        figures.roll_up(session, now.date() - timedelta(days=ago), now=now)
    session.commit()


def kept_forgotten(client: FlaskClient) -> None:
    client.application.extensions["kept_overviews"].forget()


def words_of(client: FlaskClient, path: str = "/admin/overview") -> str:
    """What a person reads."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())


def card_of(found: Overview, name: str) -> Card:
    return next(card for card in cards.cards(found) if card.name == name)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MEMBER, 303), (Role.SUPPORT, 403), (Role.MODERATOR, 403), (Role.ADMIN, 200)]
)
def test_whoever_may_see_figures_sees_the_overview(
    session: Session, signed_in: Callable[[User], FlaskClient], role: Role, status: int
) -> None:
    client = signed_in(factories.person(session, role=role))
    assert client.get("/admin/overview").status_code == status


@pytest.mark.parametrize("seed", [4, 5])
def test_every_figure_is_what_plain_counting_gives(session: Session, now: datetime, seed: int) -> None:
    live(session, now=now, days=14, people=20, seed=seed)
    roll_up(session, now, days=14)
    found = overview.of_days(session, days=7, now=now)
    days = [now.date() - timedelta(days=ago) for ago in range(13, -1, -1)]
    plain = [counted(session, day, now=now) for day in days]
    assert list(found.days) == days[7:]
    labels = {key for day in plain for key in day}
    assert {key for key, values in found.values.items() if any(values)} == {
        key for key in labels if any(day.get(key) for day in plain[7:])
    }
    for name, label in labels:
        assert [day.get((name, label), 0) for day in plain[7:]] == list(found.by_day(figures.Figure(name), label))
        before = [day[name, label] for day in plain[:7] if (name, label) in day]
        told = found.before.get((name, label), overview.NOTHING)
        assert told.total == sum(before)
        assert told.median == (median(before) if before else 0)
    assert found.people == session.scalar(select(func.count()).select_from(User))
    assert found.uncounted == 0
    new = sum(day["sign_ups", ""] for day in plain[7:])
    assert card_of(found, "New people").value == str(new)
    revenue = sum(day["captured", ""] - day["refunded", ""] for day in plain[7:])
    assert card_of(found, "Revenue").value == money(revenue)
    ended = [sum(day.get(("outcome", status), 0) for day in plain[7:]) for status in ("succeeded", "failed")]
    assert card_of(found, "Failures").value == f"{100 * ended[1] / sum(ended):.1f} %"
    waits = [day["p95_ms", ""] for day in plain[7:] if ("p95_ms", "") in day]
    assert card_of(found, "Time to finish").value == cards.seconds(median(waits))
    assert card_of(found, "Premium now").value == str(plain[-1]["premium", ""])
    assert [step.count for step in charts.funnel(found)] == [
        sum(day[name, ""] for day in plain[7:]) for name in ("sign_ups", "first_pictures", "first_payments")
    ]
    assert charts.generations(found).bars[-1].total == sum(v for (name, _), v in plain[-1].items() if name == "made")


def test_the_page_says_what_there_is_in_words_and_tables(session: Session, admin: FlaskClient, now: datetime) -> None:
    live(session, now=now)
    roll_up(session, now)
    page = words_of(admin)
    found = overview.of_days(session, days=30, now=now)
    for card in cards.cards(found):
        assert f"{card.name} {card.value}" in page
    assert page.count("As a table") == 4
    assert "not counted yet" not in page


def test_on_the_first_day_there_is_nothing_to_compare_with(admin: FlaskClient) -> None:
    page = words_of(admin)
    assert "New people 1 nothing before" in page
    assert "Time to finish – nothing before" in page


@pytest.mark.parametrize("days", PERIODS)
def test_a_period_can_be_chosen(admin: FlaskClient, days: int) -> None:
    assert f"The last {days} days," in words_of(admin, f"/admin/overview?days={days}")


@pytest.mark.parametrize("asked", ["8", "-1", "x", ""])
def test_any_other_period_is_the_usual_one(admin: FlaskClient, asked: str) -> None:
    assert "The last 30 days," in words_of(admin, f"/admin/overview?days={asked}")


def test_days_that_nobody_counted_are_told_of(session: Session, admin: FlaskClient, now: datetime) -> None:
    factories.person(session, at=now - timedelta(days=3))
    assert "3 days of these are not counted yet" in words_of(admin)
    kept_forgotten(admin)
    roll_up(session, now, days=2)
    assert "1 day of these is not counted yet" in words_of(admin)


def test_what_happens_today_shows_within_a_minute(session: Session, admin: FlaskClient, now: datetime) -> None:
    assert "New people 1 " in words_of(admin)
    factories.person(session, at=now)
    assert "New people 1 " in words_of(admin)
    kept_forgotten(admin)
    assert "New people 2 " in words_of(admin)


def test_a_kept_answer_is_found_anew_when_it_is_old() -> None:
    answers = iter("ab")
    young, old = Kept[str](60), Kept[str](0)
    assert [young.recall(1, lambda: next(answers)) for _ in range(3)] == ["a"] * 3
    assert young.recall(2, lambda: "other") == "other"
    assert [old.recall(1, lambda text=text: text) for text in "ab"] == ["a", "b"]


def test_the_number_of_queries_is_the_same_for_many_people(
    session: Session, admin: FlaskClient, now: datetime, count_queries: Callable[[], Any]
) -> None:
    def count() -> list[int]:
        found = []
        for days in PERIODS:
            kept_forgotten(admin)
            with count_queries() as seen:
                words_of(admin, f"/admin/overview?days={days}")
            found.append(len(seen))
        return found

    words_of(admin)
    few = count()
    live(session, now=now, people=40)
    roll_up(session, now)
    assert count() == few
    with count_queries() as seen:
        overview.of_days(session, days=30, now=now)
    assert len(seen) == 4


def test_today_is_counted_live_whatever_was_kept_of_it(session: Session, now: datetime) -> None:
    factories.person(session, at=now)
    session.add(DailyFigure(day=now.date(), name="sign_ups", label="", value=99))
    session.commit()
    found = overview.of_days(session, days=7, now=now)
    assert found.by_day(figures.Figure.SIGN_UPS) == [0] * 6 + [1]


def test_more_is_better_but_for_failures_and_waiting(now: datetime) -> None:
    days = [now.date() - timedelta(days=1), now.date()]
    found = Overview(
        at=now,
        days=days,
        values={
            ("sign_ups", ""): [3, 3],
            ("outcome", "succeeded"): [80, 80],
            ("outcome", "failed"): [20, 20],
            ("p95_ms", ""): [1000, 3000],
            ("provider_ms", "garden"): [7_200_000, 0],
        },
        before={
            ("sign_ups", ""): overview.Before(3, 1.5, 1),
            ("outcome", "succeeded"): overview.Before(90, 45, 45),
            ("outcome", "failed"): overview.Before(10, 5, 5),
            ("p95_ms", ""): overview.Before(9000, 4000, 4000),
            ("provider_ms", "garden"): overview.Before(3_600_000, 0, 0),
        },
        people=12,
        uncounted=0,
    )
    told = {
        card.name: card.change and (card.change.words, card.change.is_more, card.change.is_good)
        for card in cards.cards(found)
    }
    assert told["New people"] == ("100 %", True, True)
    assert told["People"] == ("100 %", True, True)
    assert told["Failures"] == ("10.0 points", True, False)
    assert told["Time to finish"] == ("50 %", False, True)
    assert told["Provider time"] == ("100 %", True, None)
    assert told["Revenue"] is None
    assert card_of(found, "Provider time").value == "2.0 h"


def test_a_year_is_drawn_by_weeks_and_loses_no_day(now: datetime) -> None:
    days = [now.date() - timedelta(days=ago) for ago in range(364, -1, -1)]
    of = spans(days)
    assert len(of) == 52
    assert (of[0].first, of[-1].last) == (days[0], days[-1])
    assert all(later.first - earlier.last == timedelta(days=1) for earlier, later in itertools.pairwise(of))
    assert sum(summed(range(365))) == sum(range(365))
    assert len(spans(days[:90])) == 90


def test_a_line_goes_from_edge_to_edge() -> None:
    assert spark([1, 3, 2]) == "0,28 60,0 120,14"
    assert spark([]) == ""
    assert len(spark(list(range(365))).split()) <= 60
    drawn = lines([], [])
    assert (drawn.top, drawn.width) == (round_up(0), 12)


@pytest.mark.parametrize(
    ("milliseconds", "words"), [(4_230, "4.2 s"), (59_900, "59.9 s"), (125_000, "2 min 5 s"), (0, "0.0 s")]
)
def test_short_times_are_said_as_people_say_them(milliseconds: float, words: str) -> None:
    assert cards.seconds(milliseconds) == words
