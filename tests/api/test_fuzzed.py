"""The API against its own document: whatever is sent, the answer is one that the document describes."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from imagegarden.db import db
from imagegarden.models import Scope
from tests import factories
from tests.processes import ROOT, WORKER, environment, process, web

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
UNLIMITED = "1000000 per minute"
SEED = "28"


def fuzz(app: Flask, settings: Settings, folder: Path, role: str, examples: int) -> None:
    """Let schemathesis loose on the site over HTTP, with the key of one role; fails with its report."""
    with app.app_context():
        session = db.session()
        user = factories.person(session, sign_up_credits=1_000_000 if role != "poor" else 0)
        scopes = (Scope.READ,) if role == "reader" else tuple(Scope)
        secret = factories.api_key(session, user, *scopes).secret
        if role == "member":
            factories.make_premium(session, user)
            factories.upload(user)
            factories.generation(user)
    env = environment(
        settings,
        api_limit=UNLIMITED,
        upload_limit=UNLIMITED,
        upload_storage_mb=100_000,
        enhancements_per_hour=1_000_000,
        premium_generations_per_hour=1_000_000,
    )
    with web(env, folder / "web.log", threads=16, longest_line=0) as url, process(WORKER, env, folder / "worker.log"):
        run = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", str(ROOT / "tests/api/schemathesis.toml"), "run"),
                *(f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {secret}"),
                *("--max-examples", str(examples), "--checks", "all", "--workers", "1", "--no-color"),
                # Whatever came before it in the queue is made first.
                *("--request-timeout", "200"),
                # The tool itself breaks on some drafts of forms with files: with these it does not.
                *("--seed", SEED),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
        )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2000:]


@pytest.mark.parametrize("role", ["member", "poor"])
def test_whatever_is_sent_the_answer_is_one_that_is_described(
    own_app: Flask, own_settings: Settings, tmp_path: Path, role: str
) -> None:
    fuzz(own_app, own_settings, tmp_path, role, examples=15)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["member", "reader", "poor"])
def test_two_hundred_examples_of_each_operation_are_answered_as_described(
    own_app: Flask, own_settings: Settings, tmp_path: Path, role: str
) -> None:
    fuzz(own_app, own_settings, tmp_path, role, examples=200)
