"""The overview of a site with a hundred thousand people and a year behind it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from imagegarden.admin.overview import PERIODS
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import figures, ledger
from imagegarden.models import Role, User
from tests import factories

PEOPLE, DAYS = 100_000, 365
MOST_SECONDS = 0.15


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def admin(own_app: Flask) -> FlaskClient:
    own_app.config["WTF_CSRF_ENABLED"] = False
    with own_app.app_context():
        email = factories.person(db.session(), role=Role.ADMIN).email
    client = own_app.test_client()
    answer = client.post("/login", data={"email": email, "password": factories.PASSWORD})
    assert answer.status_code == 303
    return client


@pytest.fixture
def seed(own_app: Flask) -> Callable[[int, int], str]:
    def run(people: int, days: int) -> str:
        command = ["seed", "--users", str(people), "--days", str(days)]
        done = own_app.test_cli_runner().invoke(args=command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def looked_at(app: Flask, client: FlaskClient) -> dict[str, tuple[int, float]]:
    """How many queries and seconds each page takes when nothing is kept, at its best of three times."""
    paths = [f"/admin/overview?days={days}" for days in PERIODS]
    if "admin.list_people" in app.view_functions:
        paths.append("/admin/users")
    found = {}
    for path in paths:
        times = []
        for _ in range(3):
            app.extensions.pop("kept_overviews", None)
            begun = time.perf_counter()
            with statements(app) as seen:
                assert client.get(path).status_code == 200
            times.append(time.perf_counter() - begun)
        found[path] = len(seen), min(times)
    return found


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_overview_of_many_people_is_quick_and_takes_as_many_queries_as_that_of_few(
    own_app: Flask, admin: FlaskClient, seed: Callable[[int, int], str]
) -> None:
    seed(100, DAYS)
    few = looked_at(own_app, admin)
    begun = time.perf_counter()
    print(seed(PEOPLE, DAYS))
    print(f"seeded in {time.perf_counter() - begun:.0f} s")
    many = looked_at(own_app, admin)
    print({path: f"{count} queries, {1000 * seconds:.0f} ms" for path, (count, seconds) in many.items()})
    assert {path: count for path, (count, _) in many.items()} == {path: count for path, (count, _) in few.items()}
    assert max(seconds for _, seconds in many.values()) <= MOST_SECONDS
    with own_app.app_context():
        session, moment = db.session(), now()
        assert session.scalar(select(func.count()).select_from(User)) == PEOPLE + 101
        assert ledger.check(session) == []
        begun = time.perf_counter()
        figures.roll_up(session, moment.date() - timedelta(days=1), now=moment)
        print(f"a day is counted in {1000 * (time.perf_counter() - begun):.0f} ms")
        plan = plan_of_today(moment)
    # Small tables may be read whole; these may not.
    for table in ("generations", "users", "api_usage"):
        assert f"Seq Scan on {table}" not in plan, plan


def plan_of_today(moment: datetime) -> str:
    midnight = datetime.combine(moment.date(), datetime.min.time(), UTC)
    connection = db.session().connection()
    statement = figures._FIGURES.select().compile(connection)
    values = {"of_day": moment.date(), "start": midnight, "end": midnight + timedelta(days=1), "at": moment}
    explained = connection.exec_driver_sql(f"EXPLAIN {statement}", statement.construct_params(values))
    return "\n".join(row[0] for row in explained)
