"""Processes of the application, for tests of what happens when they race, hang and die."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx

from config import Settings
from tests import factories
from tests.canaries import CANARIES

Found = TypeVar("Found")
ROOT = Path(__file__).parent.parent
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
WORKER = (sys.executable, "-m", "tests.fakes.serve", "worker")
CLOCK = (sys.executable, "-m", "tests.fakes.serve", "clock")


def wait_for(condition: Callable[[], Found], seconds: float = 60, what: str = "it") -> Found:
    """The first true answer of `condition`; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Settings, **more: object) -> dict[str, str]:
    """The environment in which a process has these settings."""
    given = {
        "DATABASE_URL": settings.database_url or "",
        "REDIS_URL": settings.redis_url or "",
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "LOG_LEVEL": settings.log_level,
        "GENERATIONS_PER_HOUR": "100000",
        "PICTURES_PER_REQUEST": str(settings.pictures_per_request),
        "FILM_SECONDS": str(settings.film_seconds),
        "LOGIN_LIMIT": "100000 per minute",
        "LOGIN_ADDRESS_LIMIT": "100000 per minute",
        "LOGIN_ACCOUNT_LIMIT": "100000 per minute",
        "GENERATIONS_AT_ONCE": str(settings.generations_at_once),
        "PUBLIC_URL": settings.public_url,
        **_provider_environment(settings),
        **_gateway_environment(settings),
        **{name.upper(): str(value) for name, value in more.items()},
    }
    # Tests hand their own settings to their own processes; nothing else of the environment is read.
    return {**os.environ, **given}


def _provider_environment(settings: Settings) -> dict[str, str]:
    token, secret = settings.replicate_api_token, settings.replicate_webhook_secret
    if token is None:
        return {}
    return {
        "REPLICATE_API_TOKEN": token.get_secret_value(),
        "REPLICATE_BASE_URL": settings.replicate_base_url,
        "REPLICATE_WEBHOOK_SECRET": secret.get_secret_value() if secret else "",
        "REPLICATE_CREATES_PER_MINUTE": str(settings.replicate_creates_per_minute),
        "OUTPUT_HOSTS": ",".join(settings.output_hosts),
    }


def _gateway_environment(settings: Settings) -> dict[str, str]:
    secret, webhook_secret = settings.razorpay_key_secret, settings.razorpay_webhook_secret
    if secret is None or webhook_secret is None:
        return {}
    return {
        "RAZORPAY_KEY_ID": settings.razorpay_key_id or "",
        "RAZORPAY_KEY_SECRET": secret.get_secret_value(),
        "RAZORPAY_WEBHOOK_SECRET": webhook_secret.get_secret_value(),
        "RAZORPAY_PLAN_ID": settings.razorpay_plan_id or "",
        "RAZORPAY_BASE_URL": settings.razorpay_base_url,
        "RAZORPAY_CHECKOUT_URL": settings.razorpay_checkout_url,
    }


@contextlib.contextmanager
def process(
    command: tuple[str, ...], env: Mapping[str, str], log: Path, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, killed with the block."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        started = subprocess.Popen(command, env=env, cwd=cwd, stdout=out, stderr=out, start_new_session=True)
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, 9)
        started.wait()
        CANARIES.look_into_log(log)


@contextlib.contextmanager
def web(
    env: Mapping[str, str],
    log: Path,
    *,
    workers: int = 2,
    threads: int = 8,
    port: int | None = None,
    application: str = "tests.fakes.serve:make()",
    longest_line: int = 8190,
) -> Iterator[str]:
    """The pages under gunicorn; yields their address. With a `longest_line` of 0 any address reaches them."""
    port = port or free_port()
    command = (
        *(sys.executable, "-m", "gunicorn", "--config", "python:imagegarden.gunicorn_settings", application),
        *("--workers", str(workers), "--threads", str(threads), "--bind", f"127.0.0.1:{port}"),
        *("--backlog", "4096", "--limit-request-line", str(longest_line)),
    )
    url = f"http://127.0.0.1:{port}"
    with process(command, {**env, "PORT": str(port)}, log):

        def is_ready() -> bool:
            try:
                return httpx.get(f"{url}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        wait_for(is_ready, what=f"{url}: {log.read_text()[-2000:]}")
        yield url


class Browser:
    """A person's browser without the screen: cookies, CSRF tokens and forms over real HTTP."""

    def __init__(self, url: str) -> None:
        # The server closes idle connections after two seconds: one that is about to be closed is not used again.
        self.http = httpx.Client(base_url=url, timeout=60, limits=httpx.Limits(keepalive_expiry=1))
        self._token = ""

    def read_token(self, path: str) -> None:
        """Take the CSRF token of a page: it stays good for the whole session."""
        page = self.http.get(path).text
        found = CSRF.search(page)
        assert found, page[:2000]
        self._token = found[1]

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form."""
        return self.http.post(path, data={"csrf_token": self._token, **fields})

    def log_in(self, email: str) -> None:
        """Come in."""
        self.read_token("/login")
        answer = self.post("/login", email=email, password=factories.PASSWORD)
        assert answer.status_code == 303, answer.text[:2000]
        self.read_token("/create")


def at_once(count: int, act: Callable[[int], Found], threads: int = 12) -> list[Found]:
    """Do `act(n)` for each n, as simultaneously as threads can.

    Unless told, these are no more than an application has connections for: in a process, no more ever ask for one.
    """
    with ThreadPoolExecutor(min(count, threads)) as pool:
        return list(pool.map(act, range(count)))


def journal(settings: Settings) -> list[dict[str, str]]:
    """What the scripted provider was asked, by all processes."""
    path = settings.data_dir / "provider-calls.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
