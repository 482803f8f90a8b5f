"""How gunicorn serves: loaded once, forked with nothing that must not be shared, and left without losing anybody."""

import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.processes import environment, free_port, process, wait_for
from tests.servers import Servers

GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "python:imagegarden.gunicorn_settings")
SLOW = """
import time
from wsgi import app

def slowly(environ, start_response):
    time.sleep(0.3)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

app.wsgi_app = slowly
"""


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_is_forked_holds_no_connection_and_no_thread(running_servers: Servers, tmp_path: Path) -> None:
    with running_servers.cloned_database() as database:
        port = free_port()
        env = {**environment(running_servers.settings(database)), "PORT": str(port), "WEB_WORKERS": "2"}
        with process((*GUNICORN, "wsgi:app"), env, tmp_path / "web.log") as started:
            wait_for(lambda: answers(port), what="web")
            wait_for(lambda: len(children(started.pid)) == 2, what="both processes")
            assert len(list(Path(f"/proc/{started.pid}/task").iterdir())) == 1
            targets = [os.readlink(one) for one in Path(f"/proc/{started.pid}/fd").iterdir() if one.is_symlink()]
            # The one that it listens at.
            assert len([name for name in targets if name.startswith("socket:")]) == 1


def test_nobody_who_knocked_is_sent_away_when_it_stops(running_servers: Servers, tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    port = free_port()
    env = {
        **environment(running_servers.settings("none")),
        **{"PORT": str(port), "WEB_WORKERS": "2", "WEB_THREADS": "2", "PYTHONPATH": str(tmp_path)},
    }
    with process((*GUNICORN, "slow:app"), env, tmp_path / "web.log") as started:
        wait_for(lambda: listens(port), what="web")
        outcomes: list[str] = []
        threads = [threading.Thread(target=knock, args=(port, outcomes)) for _ in range(12)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(outcomes) > 20, what="the first answers")
        started.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert started.wait(15) == 0
    # Heard and answered, or not heard at all: never heard and thrown out.
    assert set(outcomes) == {"answered", "refused"}


def knock(port: int, outcomes: list[str]) -> None:
    """Ask again and again, until the door is closed."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            httpx.post(f"http://127.0.0.1:{port}/", timeout=10, trust_env=False)
            outcomes.append("answered")
        except httpx.ConnectError:
            outcomes.append("refused")
            return
        except httpx.HTTPError as error:
            outcomes.append(repr(error))
            return


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
