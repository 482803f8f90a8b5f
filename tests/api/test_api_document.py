"""The document about the API is true: its commands are run, as a newcomer would."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from config import Settings
from imagegarden.api.error_codes import error_codes
from imagegarden.api.spec import document
from imagegarden.db import db
from tests import factories
from tests.processes import ROOT, environment, free_port, process, web
from tests.site_processes import WORKER

DOCUMENT = ROOT / "docs/api.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(DOCUMENT.read_text()) if found == language]


def test_five_commands_lead_from_a_key_to_a_saved_picture_and_programs_do_the_same(
    own_app: Flask, own_settings: Settings, tmp_path: Path
) -> None:
    with own_app.app_context():
        user = factories.person(db.session())
        secret = factories.api_key(db.session(), user).secret
    port = free_port()
    env = environment(own_settings, public_url=f"http://127.0.0.1:{port}")
    commands = blocks("sh")
    assert len(commands) == 5
    site = web(env, tmp_path / "web.log", port=port, application="wsgi:app")
    with site as url, process(WORKER, env, tmp_path / "worker.log"):
        script = "\n".join(commands).replace("http://127.0.0.1:5000", url).replace("ig_your_key", secret)
        run(["bash", "-euo", "pipefail", "-c", script], tmp_path)
        assert Image.open(tmp_path / "lighthouse.png").size == (1024, 1024)
        for program in blocks("python"):
            run([sys.executable, "-c", program], tmp_path, SITE=url, KEY=secret)
        assert Image.open(tmp_path / "heron.png").size == (1024, 1024)
        for program in blocks("js"):
            node = ["node", "--input-type=module", "-e", program]
            try:
                assert "succeeded 1" in run(node, tmp_path, SITE=url, KEY=secret)
            except FileNotFoundError:
                pytest.skip("there is no node on this machine")


def run(command: list[str], folder: Path, **env: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, **env}, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_lists_the_codes_that_the_code_has(app: Flask) -> None:
    rows = [f"| {one.status} | `{one.code}` | {one.words} |" for one in error_codes()]
    wanted = "\n".join(["| status | code | what it says |", "|---|---|---|", *rows])
    found = DOCUMENT.read_text().partition("<!-- codes -->\n")[2].partition("\n<!-- /codes -->")[0]
    assert found == wanted, wanted


def test_every_route_of_the_api_is_in_the_document(app: Flask) -> None:
    with app.app_context():
        paths = document()["paths"]
    described = {
        (method.upper(), re.sub("{[^}]+}", "{}", path))
        for path, operations in paths.items()
        for method in operations
        if method in ("get", "post", "put", "patch", "delete")
    }
    routes = {
        (method, re.sub("<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(("/api/", "/v1/")) and rule.endpoint != "api.openapi"
    }
    assert described == routes


def test_every_operation_has_an_example(app: Flask) -> None:
    with app.app_context():
        paths = document()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            if method in ("get", "post", "delete"):
                answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
                contents = [content for answer in answers for content in answer.get("content", {}).values()]
                is_binary = any(content.get("schema", {}).get("format") == "binary" for content in contents)
                assert not contents or is_binary or any("example" in content for content in contents), (method, path)
