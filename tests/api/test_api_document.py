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
