"""The page of usage, and the same as a table for spreadsheets."""

import csv
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.api.bars import chart
from imagegarden.domain import api_keys, usage
from imagegarden.domain.usage import Call
from imagegarden.models import ApiKey, Outcome, Scope, User, Via
from imagegarden.web.bars import HEIGHT, round_up
from imagegarden.web.tables import plain
from tests import factories


@pytest.fixture
def make(session: Session, now: datetime) -> Callable[..., ApiKey]:
    """Make a key that was used: a list of (days ago, outcome, count)."""

    def made(person: User, name: str, calls: Sequence[tuple[int, Outcome, int]] = ()) -> ApiKey:
        key = api_keys.create(
            session, user_id=person.id, name=name, scopes=[Scope.READ], actor_id=person.id, now=now
        ).key
        counted = {
            Call(key.id, person.id, (now.astimezone(UTC) - timedelta(days=ago)).date(), "v1.list_models", outcome): n
            for ago, outcome, n in calls
        }
        usage.record(session, calls=counted, used_at={key.id: now})
        session.commit()
        return key

    return made


def words_of(client: FlaskClient, path: str) -> str:
    """What a person reads."""
    page = client.get(path)
    assert page.status_code == 200, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]).split())


def rows_of(client: FlaskClient, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    return list(csv.reader(answer.text.splitlines()))


def test_calls_errors_generations_and_credits_are_added_up(
    session: Session, user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey], now: datetime
) -> None:
    key = make(user, "blog", [(0, Outcome.OK, 6), (1, Outcome.REFUSED, 1), (2, Outcome.FAILED, 1)])
    factories.generation(user, at=now)
    asked = factories.generation(user, at=now)
    asked.api_key_id, asked.via = key.id, Via.API
    session.commit()
    page = words_of(signed_in_client, "/usage")
    for words in (
        *("Calls 8", "Errors 2 25.0 % of the calls", "Generations 1", "Credits 1", "blog 8 2 1 1"),
        *("List the models", "Pages 1 1", "API 1 1"),
    ):
        assert words in page, words


def test_every_day_of_the_period_has_a_row_also_without_calls(
    user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey], now: datetime
) -> None:
    make(user, "blog", [(0, Outcome.OK, 3), (29, Outcome.OK, 2), (30, Outcome.OK, 50)])
    for path, days in (("/usage", 30), ("/usage?days=7", 7), ("/usage?days=90", 90), ("/usage?days=31", 30)):
        text = signed_in_client.get(path).text
        table = text.partition('id="by-day-title"')[2]
        assert table.count('class="ledger-day"') == days, path
        assert text.count('class="bars-day"') == days, path
    rows = re.findall(r'ledger-day">([^<]+)</td>\s*<td class="is-number">(\d+)', signed_in_client.get("/usage").text)
    assert (rows[0][1], rows[1][1], rows[-1][1]) == ("3", "0", "2")


def test_nothing_called_is_said_with_what_to_do(signed_in_client: FlaskClient) -> None:
    page = words_of(signed_in_client, "/usage?days=7")
    assert "Nothing was called in these 7 days" in page
    assert "Make a key" in page


def test_a_key_can_be_looked_at_alone(user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey]) -> None:
    one = make(user, "blog", [(0, Outcome.OK, 3)])
    make(user, "nightly", [(0, Outcome.OK, 40)])
    assert f"/usage?days=30&amp;key={one.uuid}" in signed_in_client.get("/usage").text
    page = words_of(signed_in_client, f"/usage?key={one.uuid}")
    assert "Only “blog”" in page
    assert "Calls 3" in page
    assert "nightly" not in page
    rows = rows_of(signed_in_client, f"/usage.csv?key={one.uuid}")
    assert [row[1] for row in rows[1:]] == ["blog"]


@pytest.mark.parametrize("path", ["/usage", "/usage.csv"])
def test_a_key_of_somebody_else_is_not_found(
    session: Session, signed_in_client: FlaskClient, make: Callable[..., ApiKey], path: str
) -> None:
    theirs = make(factories.person(session), "theirs", [(0, Outcome.OK, 3)])
    for asked in (theirs.uuid, uuid4(), "nothing"):
        assert signed_in_client.get(f"{path}?key={asked}").status_code == 404
    assert "theirs" not in signed_in_client.get(path).text


def test_a_revoked_key_keeps_its_past(
    session: Session, user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey], now: datetime
) -> None:
    key = make(user, "blog", [(0, Outcome.OK, 3)])
    api_keys.revoke(session, user_id=user.id, uuid=key.uuid, actor_id=user.id, now=now)
    session.commit()
    assert "blog Revoked 3" in words_of(signed_in_client, "/usage")
    assert "Only “blog”" in words_of(signed_in_client, f"/usage?key={key.uuid}")


def test_the_table_has_a_row_for_each_day_key_operation_and_outcome(
    user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey], now: datetime
) -> None:
    key = make(user, "=1+1", [(0, Outcome.OK, 3), (0, Outcome.LIMITED, 1), (10, Outcome.OK, 9)])
    today = now.astimezone(UTC).date().isoformat()
    assert rows_of(signed_in_client, "/usage.csv?days=7") == [
        ["date", "key", "prefix", "endpoint", "outcome", "count"],
        [today, "'=1+1", key.prefix, "v1.list_models", "limited", "1"],
        [today, "'=1+1", key.prefix, "v1.list_models", "ok", "3"],
    ]
    assert len(rows_of(signed_in_client, "/usage.csv")) == 4


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert plain(cell) == "'" + cell
    assert plain("a" + cell) == "a" + cell


def test_the_pages_take_as_many_queries_whatever_there_is_to_show(
    app: Flask,
    user: User,
    signed_in_client: FlaskClient,
    make: Callable[..., ApiKey],
    count_queries: Callable[[], Any],
) -> None:
    def count(path: str) -> int:
        with count_queries() as seen:
            assert signed_in_client.get(path).status_code == 200
        return len(seen)

    make(user, "first", [(0, Outcome.OK, 1)])
    signed_in_client.get("/usage")
    few = {path: count(path) for path in ("/usage", "/usage?days=90", "/usage.csv")}
    for number in range(20):
        make(user, f"key {number}", [(ago, Outcome.OK, 1) for ago in range(0, 28, 3)])
    assert {path: count(path) for path in few} == few


def test_the_seven_busiest_keys_have_a_color_each_and_the_others_share_one(
    session: Session, user: User, signed_in_client: FlaskClient, make: Callable[..., ApiKey], now: datetime
) -> None:
    for number in range(1, 10):
        make(user, f"key {number}", [(0, Outcome.OK, number)])
    found = usage.of_person(session, user_id=user.id, days=7, now=now)
    drawn = chart(list(found.days), found.keys)
    assert [one.of.name if one.of else None for one in drawn.series] == [f"key {n}" for n in range(9, 2, -1)] + [None]
    assert drawn.series[-1].total == 1 + 2
    bar = drawn.bars[-1]
    assert (bar.total, drawn.top) == (45, 50)
    assert sum(piece.height for piece in bar.pieces) == pytest.approx(HEIGHT * 45 / 50, abs=0.1)
    assert bar.pieces[-1].y == pytest.approx(HEIGHT * 5 / 50, abs=0.1)
    assert "Other 3" in words_of(signed_in_client, "/usage")


@pytest.mark.parametrize(("calls", "top"), [(0, 2), (1, 2), (7, 8), (10, 10), (130, 200), (999, 1000)])
def test_the_scale_ends_at_a_round_number(calls: int, top: int) -> None:
    assert round_up(calls) == top
