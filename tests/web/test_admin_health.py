"""The page of health, and /metrics: the same facts for people and for Prometheus."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy.orm import Session

from imagegarden.domain import checks, heartbeats
from imagegarden.domain.heartbeats import ProcessRole
from imagegarden.models import User, VendorEvent
from imagegarden.web import disk
from imagegarden.worker.checking import check_ledger, check_parts
from tests import factories, turns
from tests.fakes.mailer import KeptMail

TOKEN = "a token of prometheus"


@pytest.fixture
def at_work(session: Session, now: datetime) -> None:
    for role in ProcessRole:
        heartbeats.beat(session, name=f"{role} here 1", role=role, version="9.9", started_at=now, now=now)
    session.commit()


@pytest.fixture
def told(app: Flask) -> Iterator[None]:
    """A site whose operator has a token for /metrics."""
    before = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    yield
    app.extensions["settings"] = before


def read(client: FlaskClient, token: str = TOKEN) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("image_garden_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("at_work")
def test_all_is_well_says_so_and_names_every_part(app: Flask, admin_client: FlaskClient) -> None:
    check_parts(app)
    check_ledger(app)
    page = admin_client.get("/admin/health").text
    for words in ("All is well", "PostgreSQL", "Redis", "Schema", "Storage", "Mail", "Ledger", "Disk", "9.9"):
        assert words in page, words


@pytest.mark.usefixtures("at_work")
def test_what_is_wrong_stands_on_top(app: Flask, admin_client: FlaskClient, kept_mail: KeptMail) -> None:
    kept_mail.failures_left = 1
    check_parts(app)
    page = admin_client.get("/admin/health").text
    assert "1 thing to look at" in page
    assert "Mail: refused by script" in page


def test_a_site_without_processes_says_what_is_missing(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/health").text
    assert "No worker is at work." in page
    assert "No clock is at work." in page
    assert "No process has been heard of" in page


@pytest.mark.usefixtures("at_work")
def test_a_ledger_that_is_wrong_is_found_by_the_clock(
    app: Flask, session: Session, user: User, admin_client: FlaskClient
) -> None:
    check_ledger(app)
    assert "Ledger:" not in admin_client.get("/admin/health").text
    factories.balance(session, user.id)
    session.connection().exec_driver_sql(
        "UPDATE credit_accounts SET available = available + 1 WHERE user_id = %s", (user.id,)
    )
    session.commit()
    check_ledger(app)
    assert "Ledger:" in admin_client.get("/admin/health").text


@pytest.mark.usefixtures("at_work")
def test_the_page_asks_as_often_for_much_as_for_little(
    session: Session, user: User, admin_client: FlaskClient, now: datetime, count_queries: Callable[[], Any]
) -> None:
    with count_queries() as few:
        assert admin_client.get("/admin/health").status_code == 200
    for number in range(10):
        session.add(VendorEvent(vendor=f"vendor {number}", event_id="1", received_at=now))
        checks.record(session, name=f"check {number}", seconds=1, fault=None, now=now)
        turns.end(session, factories.generation(user), now, error_code="content_refused")
    session.commit()
    with count_queries() as many:
        assert admin_client.get("/admin/health").status_code == 200
    assert len(many) == len(few) <= 16


def test_without_a_token_there_are_no_metrics(client: FlaskClient, admin_client: FlaskClient) -> None:
    for who in (client, admin_client):
        for token in ("", "Bearer ", "Bearer None"):
            assert who.get("/metrics", headers={"Authorization": token}).status_code == 404


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "ключ"])
def test_a_wrong_token_finds_nothing(client: FlaskClient, token: str) -> None:
    sent = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    assert client.get("/metrics", headers=sent).status_code == 404


@pytest.mark.usefixtures("told", "at_work")
def test_metrics_tell_what_the_page_tells(
    app: Flask, session: Session, user: User, client: FlaskClient, now: datetime
) -> None:
    check_parts(app)
    factories.generation(user)
    turns.end(session, factories.generation(user), now, error_code="provider_error")
    session.commit()
    found = read(client)
    assert found[("part_up", "database")] == found[("part_up", "redis")] == found[("part_up", "migrations")] == 1
    assert found[("check_fault", "mail")] == 0
    assert found[("queue_waiting",)] == 1
    assert found[("model_faults", "garden")] == 1
    assert found[("process_seen_at_seconds", "worker here 1", "9.9", "worker")] == pytest.approx(now.timestamp())


@pytest.mark.usefixtures("told")
def test_metrics_tell_when_nobody_works_however_the_last_one_ended(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    def at_work() -> tuple[float, float]:
        found = read(client)
        return found["role_at_work", "worker"], found["role_at_work", "clock"]

    assert at_work() == (0, 0)
    for role in ProcessRole:
        heartbeats.beat(session, name=f"{role} here 1", role=role, version="9.9", started_at=now, now=now)
    session.commit()
    assert at_work() == (1, 1)
    heartbeats.end(session, name="worker here 1")
    session.commit()
    assert at_work() == (0, 1)
    # One that was killed is forgotten after minutes; it is not back for that.
    for minutes in (1, 11):
        gone = now - timedelta(minutes=minutes)
        heartbeats.beat(session, name="clock here 1", role=ProcessRole.CLOCK, version="9", started_at=gone, now=gone)
        session.commit()
        assert at_work() == (0, 0)


def test_the_disk_that_is_watched_is_that_of_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {tmp_path: SimpleNamespace(total=100, free=10), tmp_path / "data/media": SimpleNamespace(total=50, free=2)}
    monkeypatch.setattr("shutil.disk_usage", lambda place: sizes[place])
    assert disk.usage(tmp_path / "data") == (100, 10)
    (tmp_path / "data/media").mkdir(parents=True)
    assert disk.usage(tmp_path / "data") == (50, 2)


@pytest.mark.usefixtures("told")
def test_metrics_tell_how_long_models_take_and_what_the_day_brought(
    app: Flask, session: Session, user: User, client: FlaskClient, now: datetime
) -> None:
    app.extensions.pop("kept_today", None)
    made = factories.generation(user)
    made.created_at, made.started_at = now - timedelta(seconds=9), now - timedelta(seconds=7)
    turns.end(session, made, now)
    session.commit()
    client.get("/login")
    found = read(client)
    assert found[("model_wait_seconds", "garden")] == pytest.approx(2)
    assert found[("model_run_seconds", "garden")] == pytest.approx(7)
    assert found[("today", "made", "garden")] == 1
    assert found[("today", "captured", "")] == 0
    assert found[("requests_total", "auth.log_in", "GET", "200")] >= 1
