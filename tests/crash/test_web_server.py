"""The web server as it serves the site: processes that count together, and a stop that leaves nobody waiting."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from config import Settings
from imagegarden.db import db
from imagegarden.models import Generation, Scope
from tests import factories
from tests.processes import ROOT, environment, free_port, process, wait_for, web

TOKEN = "a token of prometheus"


def _counted(url: str, endpoint: str) -> float:
    answer = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "image_garden_requests_total" and sample.labels["endpoint"] == endpoint
    )


def test_what_processes_counted_is_told_together_and_outlives_them(own_settings: Settings, tmp_path: Path) -> None:
    env = environment(own_settings, metrics_token=TOKEN, prometheus_multiproc_dir=tmp_path / "metrics")
    with web(env, tmp_path / "web.log", workers=2) as url:
        for _ in range(20):
            # A connection each, so that both processes are met.
            httpx.get(f"{url}/login")
        assert _counted(url, "auth.log_in") == 20
        files = {path.name for path in (tmp_path / "metrics").glob("counter_*.db")}
        assert len(files) == 2, files
        for name in files:
            os.kill(int(name.removeprefix("counter_").removesuffix(".db")), signal.SIGKILL)
        wait_for(lambda: _answers(url), what="new processes")
        assert _counted(url, "auth.log_in") == 20


def test_where_processes_count_together_may_be_said_in_a_file(own_settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PROMETHEUS_MULTIPROC_DIR={tmp_path / 'metrics'}\n")
    port = free_port()
    env = environment(own_settings, metrics_token=TOKEN, port=port, web_workers=2, pythonpath=ROOT)
    env.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = (sys.executable, "-m", "gunicorn", "--config", "python:imagegarden.gunicorn_settings", "wsgi:app")
    url = f"http://127.0.0.1:{port}"
    with process(command, env, tmp_path / "web.log", cwd=tmp_path) as started:
        wait_for(lambda: _answers(url), what="web")
        for _ in range(20):
            httpx.get(f"{url}/login")
        assert _counted(url, "auth.log_in") == 20
        started.terminate()
        assert started.wait(30) == 0
    assert "Traceback" not in (tmp_path / "web.log").read_text()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.HTTPError:
        return False


def test_who_waits_for_a_picture_is_answered_when_the_server_is_asked_to_stop(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    with own_app.app_context():
        user = factories.person(db.session())
        secret = factories.api_key(db.session(), user, Scope.GENERATE).secret
        db.session.commit()
    port = free_port()
    with (
        ThreadPoolExecutor(1) as pool,
        web(environment(own_settings), tmp_path / "web.log", workers=1, port=port) as url,
    ):
        # Nothing works on it, so it would be waited for as long as one may.
        asked = pool.submit(
            httpx.post,
            f"{url}/api/v1/generations",
            headers={"Authorization": f"Bearer {secret}", "Prefer": "wait=50"},
            json={"prompt": "a pond"},
            timeout=30,
        )
        with own_app.app_context():
            wait_for(_is_submitted, what="the request")
        os.kill(_master_at(port), signal.SIGTERM)
        answer = asked.result()
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"


def _is_submitted() -> bool:
    found = db.session.scalar(select(Generation.id)) is not None
    db.session.commit()
    return found


def _master_at(port: int) -> int:
    """The process of ours that serves there."""
    us = os.getpid()
    children = Path(f"/proc/{us}/task/{us}/children").read_text().split()
    [master] = [int(pid) for pid in children if f":{port}" in Path(f"/proc/{pid}/cmdline").read_text()]
    return master
