"""What people see while a part is down, slow or dead."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from config import Settings
from imagegarden import embedded
from imagegarden.db import db
from imagegarden.extensions import login
from imagegarden.models import User
from tests import factories
from tests.fakes.serve import make
from tests.processes import wait_for
from tests.servers import Servers

STRONG = "correct horse battery lotus"


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[embedded.ValkeyServer]:
    """A Valkey that a test may kill."""
    server = embedded.ValkeyServer(tmp_path)
    server.start()
    server.wait_until_ready()
    yield server
    if server.process and server.process.poll() is None:
        os.kill(server.process.pid, signal.SIGCONT)
    server.stop()


@pytest.fixture
def mortal_app(own_settings: Settings, valkey: embedded.ValkeyServer, tmp_path: Path) -> Iterator[Flask]:
    """An application on that Valkey."""
    app = make(own_settings.model_copy(update={"redis_url": embedded.redis_url(tmp_path)}))
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def person(app: Flask) -> User:
    with app.app_context():
        return factories.person(db.session())


def logged_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    user = person(app)
    assert client.post("/login", data={"email": user.email, "password": factories.PASSWORD}).status_code == 303
    return client


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_without_redis_a_signed_in_person_gets_the_503_page_within_a_second_and_stays_signed_in(
    mortal_app: Flask, valkey: embedded.ValkeyServer, how: signal.Signals
) -> None:
    client = logged_in(mortal_app)
    assert valkey.process
    os.kill(valkey.process.pid, how)
    started = time.perf_counter()
    answer = client.get("/create")
    seconds = time.perf_counter() - started
    assert answer.status_code == 503
    assert "We will be right back" in answer.text
    assert "Set-Cookie" not in answer.headers
    # The page that says so is dressed all the same.
    assert client.get("/static/img/logo.svg").status_code == 200
    assert seconds < 0.9
    if how == signal.SIGSTOP:
        # Nobody else waits for what did not answer just now.
        started = time.perf_counter()
        assert client.get("/create").status_code == 503
        assert time.perf_counter() - started < 0.2
    if how == signal.SIGSTOP:
        os.kill(valkey.process.pid, signal.SIGCONT)
        wait_for(lambda: client.get("/create").status_code == 200, what="Redis to be back")


def test_without_redis_public_pages_work_for_strangers(mortal_app: Flask, valkey: embedded.ValkeyServer) -> None:
    assert valkey.process
    os.kill(valkey.process.pid, signal.SIGKILL)
    for path in ("/", "/login", "/signup", "/healthz"):
        assert mortal_app.test_client().get(path).status_code == 200, path


def test_without_redis_limits_hold_by_memory(mortal_app: Flask, valkey: embedded.ValkeyServer) -> None:
    assert valkey.process
    os.kill(valkey.process.pid, signal.SIGKILL)
    statuses = [
        mortal_app.test_client().post("/signup", data={"email": "new@example.com", "password": STRONG}).status_code
        for _ in range(7)
    ]
    assert statuses == [303] * 4 + [429] * 3


def test_of_many_who_find_at_once_that_redis_hangs_none_is_turned_away(
    mortal_app: Flask, valkey: embedded.ValkeyServer
) -> None:
    assert valkey.process
    os.kill(valkey.process.pid, signal.SIGSTOP)
    together = Barrier(8)

    def call(_: int) -> int:
        together.wait()
        # Nobody's key: limits are counted by address before it is looked at.
        return mortal_app.test_client().get("/api/v1/models", headers={"Authorization": "Bearer x"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(call, range(8))) == {401}


def test_with_redis_full_the_site_is_not_ready(mortal_app: Flask) -> None:
    store, client = mortal_app.extensions["redis"], mortal_app.test_client()
    assert client.get("/readyz").status_code == 200
    store.config_set("maxmemory-policy", "noeviction")
    store.config_set("maxmemory", 1)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "faults": ["redis"]})
    store.config_set("maxmemory", 0)
    assert client.get("/readyz").status_code == 200


def kept_seconds(app: Flask) -> list[int]:
    store = app.extensions["redis"]
    return [store.ttl(key) for key in store.scan_iter("session:*")]


@pytest.mark.parametrize("path", ["/login", "/signup", "/signup?invitation=made-up", "/password/forgotten"])
def test_who_only_opens_a_form_is_soon_forgotten_and_cannot_fill_redis(mortal_app: Flask, path: str) -> None:
    mortal_app.test_client().get(path)
    (seconds,) = kept_seconds(mortal_app)
    assert 0 < seconds <= 2 * 3600


def test_who_is_signed_in_is_kept_as_long_as_ever(mortal_app: Flask) -> None:
    client = mortal_app.test_client()
    client.get("/login")
    user = person(mortal_app)
    assert client.post("/login", data={"email": user.email, "password": factories.PASSWORD}).status_code == 303
    assert max(kept_seconds(mortal_app)) > 13 * 24 * 3600


def test_without_redis_the_site_is_not_ready(mortal_app: Flask, valkey: embedded.ValkeyServer) -> None:
    client = mortal_app.test_client()
    assert client.get("/readyz").status_code == 200
    assert valkey.process
    os.kill(valkey.process.pid, signal.SIGKILL)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "faults": ["redis"]})


@pytest.mark.alone
def test_without_postgresql_pages_answer_503_within_a_second(running_servers: Servers, tmp_path: Path) -> None:
    settings = running_servers.settings("gone", data_dir=tmp_path)
    settings = settings.model_copy(
        update={"database_url": f"postgresql+psycopg://imagegarden@/imagegarden?host={tmp_path}"}
    )
    app = make(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    started = time.perf_counter()
    answer = app.test_client().post("/login", data={"email": "a@example.com", "password": "a password here"})
    assert answer.status_code == 503
    assert time.perf_counter() - started < 1
    assert "sqlalchemy" not in answer.text
    assert app.test_client().get("/").status_code == 200


def test_a_database_that_goes_away_within_a_request_is_a_503_for_a_signed_in_person(
    app: Flask, signed_in_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is done after the view, such as the line in the log, asks the database for nothing."""
    listened: list[Connection] = []
    away = OperationalError("SELECT", {}, Exception("the database system is shutting down"))

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # The test's own transaction goes on by savepoints.
        if statement.startswith("SELECT"):
            raise away

    def go_away() -> str:
        db.session.rollback()
        listened.append(db.session.connection())
        event.listen(listened[0], "before_cursor_execute", fail)
        raise away

    monkeypatch.setitem(app.view_functions, "generate.create_page", go_away)
    try:
        answer = signed_in_client.get("/create")
    finally:
        event.remove(listened[0], "before_cursor_execute", fail)
    assert answer.status_code == 503
    assert "We will be right back" in answer.text


def test_a_person_who_cannot_be_looked_up_is_not_looked_up_again_for_the_page_that_says_so(
    app: Flask, signed_in_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> None:
        raise OperationalError("SELECT", {}, Exception("the database system is shutting down"))

    monkeypatch.setattr(login, "_user_callback", fail)
    answer = signed_in_client.get("/create")
    assert answer.status_code == 503
    assert "We will be right back" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_database_that_is_behind_is_not_ready(own_app: Flask) -> None:
    own_app.extensions["migration_head"] = "9999"
    answer = own_app.test_client().get("/readyz")
    assert answer.json == {"status": "unavailable", "faults": ["migrations"]}


def test_a_database_of_the_next_release_is_ready_for_this_one(own_app: Flask) -> None:
    own_app.extensions["migration_head"] = "0001"
    assert own_app.test_client().get("/readyz").status_code == 200


def test_a_fault_shows_no_text_of_the_exception(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("secret detail")

    fail.is_public = True  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "generate.landing", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text
