"""Many calls of the API at the same moment, over real HTTP and several processes."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import api_keys, credits, ledger
from imagegarden.models import ApiUsage, Generation, Outcome, User
from tests import factories
from tests.processes import WORKER, Browser, at_once, environment, process, wait_for, web


@pytest.fixture
def url(own_settings: Settings, own_app: Flask, tmp_path: Path) -> Iterator[str]:
    """The site: two processes, and nobody who works."""
    with web(environment(own_settings), tmp_path / "web.log") as url:
        yield url


@pytest.fixture
def unlimited_url(own_settings: Settings, own_app: Flask, tmp_path: Path) -> Iterator[str]:
    """The same, where calls are not counted against a limit."""
    with web(environment(own_settings, api_limit="100000 per minute"), tmp_path / "web.log") as url:
        yield url


def person_with_key(app: Flask) -> tuple[User, dict[str, str]]:
    with app.app_context():
        user = factories.person(db.session())
        return user, {"Authorization": f"Bearer {factories.api_key(db.session(), user).secret}"}


def test_of_two_hundred_calls_at_once_sixty_come_through_and_all_are_counted(own_app: Flask, url: str) -> None:
    user, key = person_with_key(own_app)
    with httpx.Client(base_url=url, headers=key, timeout=60) as http:
        statuses = Counter(at_once(200, lambda _: http.get("/api/v1/models").status_code, threads=50))
    assert statuses == {200: 60, 429: 140}

    def counted() -> dict[Outcome, int]:
        with own_app.app_context():
            rows = db.session.execute(select(ApiUsage.outcome, ApiUsage.count).where(ApiUsage.user_id == user.id))
            return {row[0]: row[1] for row in rows}

    wait_for(lambda: counted() == {Outcome.OK: 60, Outcome.LIMITED: 140}, what="the counts")


def test_a_hundred_requests_of_one_name_are_one_generation_and_one_charge(own_app: Flask, unlimited_url: str) -> None:
    user, key = person_with_key(own_app)
    headers = {**key, "Idempotency-Key": "order-1"}
    limits = httpx.Limits(max_connections=100)
    with httpx.Client(base_url=unlimited_url, headers=headers, timeout=60, limits=limits) as http:

        def submit(_: int) -> httpx.Response:
            return http.post("/api/v1/generations", json={"prompt": "a pond"})

        answers = at_once(100, submit, threads=100)
        later = submit(0)
    ids = {answer.json()["id"] for answer in (*answers, later) if answer.status_code == 202}
    others = {answer.status_code for answer in answers} - {202}
    assert len(ids) == 1
    assert others <= {409}
    with own_app.app_context():
        session = db.session()
        assert session.scalar(select(func.count()).where(Generation.user_id == user.id)) == 1
        assert factories.balance(session, user.id) == credits.Balance(available=4, held=1)
        assert ledger.check(session) == []


def test_a_revoked_key_is_refused_by_every_process_within_a_second(own_app: Flask, url: str) -> None:
    user, key = person_with_key(own_app)
    assert all(httpx.get(f"{url}/api/v1/models", headers=key).status_code == 200 for _ in range(10))
    with own_app.app_context(), transaction() as session:
        mine = api_keys.list_keys(session, user_id=user.id)[0]
        api_keys.revoke(session, user_id=user.id, uuid=mine.uuid, actor_id=user.id, now=now())
    # A connection each, so that both processes are asked.
    assert {httpx.get(f"{url}/api/v1/models", headers=key).status_code for _ in range(20)} == {401}


def late(times: list[float]) -> float:
    """What ninety-nine of a hundred took at most, in seconds."""
    return sorted(times)[int(len(times) * 0.99)]


@pytest.mark.alone
def test_while_forty_wait_pages_still_answer(own_app: Flask, url: str) -> None:
    user, key = person_with_key(own_app)
    with own_app.app_context():
        made = factories.generation(user)
    path = f"/api/v1/generations/{made.uuid}"
    browser = Browser(url)
    browser.log_in(user.email)

    def read() -> float:
        began = time.perf_counter()
        assert browser.http.get("/gallery").status_code == 200
        return time.perf_counter() - began

    def wait(_: int) -> float:
        began = time.perf_counter()
        answer = httpx.get(f"{url}{path}", headers={**key, "Prefer": "wait=4"}, timeout=60)
        assert (answer.status_code, answer.json()["status"]) == (200, "queued")
        return time.perf_counter() - began

    alone = [read() for _ in range(100)]
    with ThreadPoolExecutor(40) as pool:
        waits = [pool.submit(wait, n) for n in range(40)]
        times = []
        while not all(one.done() for one in waits):
            times.append(read())
    # Half of sixteen threads wait; the others were answered at once.
    assert sum(one.result() > 3 for one in waits) == 8
    assert len(times) >= 100
    # What a page takes on this machine without anybody waiting is measured, too.
    assert late(times) <= max(0.2, 2 * late(alone))


@pytest.mark.alone
def test_who_waits_is_answered_when_it_has_ended(
    own_app: Flask, own_settings: Settings, url: str, tmp_path: Path
) -> None:
    _, key = person_with_key(own_app)
    with process(WORKER, environment(own_settings), tmp_path / "worker.log"):
        began = time.perf_counter()
        answer = httpx.post(
            f"{url}/api/v1/generations", headers={**key, "Prefer": "wait=30"}, json={"prompt": "a pond"}, timeout=60
        )
    assert time.perf_counter() - began < 20
    assert answer.status_code == 201, answer.text
    assert (answer.json()["status"], len(answer.json()["outputs"])) == ("succeeded", 2)
    content = httpx.get(url + httpx.URL(answer.json()["outputs"][0]["url"]).path, headers=key)
    assert content.headers["Content-Type"].startswith("image/")
