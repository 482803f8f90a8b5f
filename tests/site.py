"""The whole site as `make run` starts it, for tests and measurements."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.canaries import CANARIES
from tests.processes import ROOT, free_port, wait_for
from tests.servers import enterable_folder

OF_ONE_MACHINE = (
    *("SIGNUP_TRY_LIMIT", "SIGNUP_ADDRESS_LIMIT", "SIGNUP_NETWORK_LIMIT", "CODE_LIMIT", "REPORT_LIMIT"),
    *("LOGIN_LIMIT", "LOGIN_ADDRESS_LIMIT", "LOGIN_ACCOUNT_LIMIT"),
)


def start(data_dir: Path, port: int, log: Path, **settings: str) -> subprocess.Popen[bytes]:
    """The whole site."""
    env = {
        **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")},
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "PICTURES_PER_REQUEST": "4",
        "FILM_SECONDS": "10",
        # All people of all tests come from one machine, and the administrator logs in again and again.
        **dict.fromkeys(OF_ONE_MACHINE, "1000 per hour"),
        "WELCOMES_PER_NETWORK": "1000",
        **settings,
    }
    with log.open("ab") as out:
        command = [sys.executable, "-m", "imagegarden.local"]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)


def command(data_dir: Path, *words: str, stdin: str | None = None) -> None:
    """What an operator types beside the running site."""
    env = {**{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}, "DATA_DIR": str(data_dir)}
    subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=env, check=True, input=stdin, text=True
    )


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def processes_of(data_dir: Path, name: str = "") -> list[int]:
    """The processes that belong to this site: their environment or their command names its folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            env = (entry / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if (f"DATA_DIR={data_dir}\0" in env or str(data_dir) in command) and name in command.replace("\0", " "):
            found.append(int(entry.name))
    return found


@contextlib.contextmanager
def site(
    *, free_credits: int | None = None, administrator: tuple[str, str] | None = None, **settings: str
) -> Iterator[str]:
    """The site's address, once it is ready; stopped with the block.

    New people may have other credits than usual; there may be an administrator, by address and password.
    """
    with enterable_folder() as folder:
        port, log = free_port(), folder / "site.log"
        started = start(folder / "data", port, log, **settings)
        try:
            wait_for(lambda: is_ready(port), seconds=90, what="the site")
            if free_credits is not None:
                command(folder / "data", "plan", "set", "free", "--price-paise", "0", "--credits", str(free_credits))
            if administrator is not None:
                email, password = administrator
                command(folder / "data", "user", "create", email, "--admin", "--password-stdin", stdin=f"{password}\n")
            yield f"http://127.0.0.1:{port}"
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(timeout=60)
            CANARIES.look_into_log(log)
