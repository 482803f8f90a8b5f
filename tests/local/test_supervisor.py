"""`python -m imagegarden.local` as a person uses it, with a stand-in for the application behind wsgi.py."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagegarden.embedded import ValkeyServer, redis_url, servers
from imagegarden.embedded.processes import start_time, wait_until
from imagegarden.supervisor import Kept, Program, Terminal, describe_end

ROOT = Path(__file__).parents[2]
FAST_FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
READY_SECONDS = 40
STOP_SECONDS = 30

STAND_IN = """
import os, signal, subprocess, time
import psycopg, redis
from flask import Flask

app = Flask(__name__)

def connect():
    return psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), autocommit=True)

@app.get("/readyz")
def readyz():
    redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
    with connect() as connection:
        return str(connection.execute("SELECT count(*) FROM starts").fetchone()[0])

@app.cli.group("db")
def database():
    pass

@database.command()
def upgrade():
    with connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS starts (id int)")
        connection.execute("INSERT INTO starts VALUES (1)")
    print("is up to date")
    raise SystemExit(int(os.environ.get("MIGRATION_FAULT", 0)))

@app.cli.command()
def worker():
    # A child of its own, as a pool of processes is, that nothing but a kill ends.
    subprocess.Popen(["sleep", "300"], preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
    while True:
        time.sleep(1)

@app.cli.command()
def clock():
    while True:
        time.sleep(1)
"""


class Run:
    """One `python -m imagegarden.local`."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{port}"
        self.output = folder / f"output-{len(list(folder.glob('output-*')))}.txt"
        outside = ("DATABASE_URL", "REDIS_URL", "APP_ENV", "HOST", "DATA_DIR")
        inherited = {name: value for name, value in os.environ.items() if name not in outside}
        settings = {"PORT": str(port), "PYTHONPATH": str(ROOT), "WEB_WORKERS": "1", **environment}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "imagegarden.local"],
                cwd=folder,
                env={**inherited, **settings},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_for_line(self, words: str) -> None:
        found = wait_until(lambda: words in self.text or self.process.poll() is not None, READY_SECONDS)
        assert found, self.text
        assert words in self.text

    def pid(self, name: str) -> int:
        pids = json.loads((self.folder / "var" / "processes.json").read_text())
        return int(pids[name][0])

    def descendants(self) -> dict[int, str | None]:
        """Every process below this one, with its start time."""
        answer = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        parents = [(int(pid), int(parent)) for pid, parent in map(str.split, answer.stdout.splitlines())]
        found = {self.process.pid}
        while more := {pid for pid, parent in parents if parent in found} - found:
            found |= more
        return {pid: start_time(pid) for pid in found - {self.process.pid}}

    def answer(self) -> str:
        with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
            return str(answer.read().decode())

    def is_answering(self) -> bool:
        try:
            return bool(self.answer())
        except OSError:
            return False

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(sign)
        return self.process.wait(STOP_SECONDS)


def living(processes: dict[int, str | None]) -> list[int]:
    return [pid for pid, started in processes.items() if started and start_time(pid) == started]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A working folder with the stand-in, which the user of PostgreSQL may pass through."""
    path = Path(tempfile.mkdtemp(prefix="ig-", dir=FAST_FOLDER)).resolve()
    path.chmod(0o711)
    (path / "wsgi.py").write_text(STAND_IN)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_everything_starts_stops_and_starts_again_with_its_data(folder: Path, port: int) -> None:
    for starts, sign in (("1", signal.SIGTERM), ("2", signal.SIGINT)):
        run = Run(folder, port)
        run.wait_for_line(f"Image Garden is ready: {run.address}")
        run.wait_for_line("Ctrl-C stops it.")
        assert "migrate  | is up to date" in run.text
        assert f"{run.address}/outbox" in run.text
        assert run.answer() == starts
        below = run.descendants()
        # Servers with their own, gunicorn's master and worker, worker with its child, clock.
        assert len(below) > 8
        assert run.stop(sign) == 0
        assert living(below) == []
        assert not (folder / "var" / "processes.json").exists()
        assert not (folder / "var" / "postgres" / "postmaster.pid").exists()


def test_what_is_killed_starts_again(folder: Path, port: int) -> None:
    run = Run(folder, port)
    run.wait_for_line("is ready")
    below = run.descendants()
    for name in ("web", "worker", "worker-2", "valkey", "postgres"):
        before = run.pid(name)
        os.kill(before, signal.SIGKILL)
        run.wait_for_line(f"{name} was ended by SIGKILL; it starts again in 0.1 s.")
        assert wait_until(lambda name=name, before=before: run.pid(name) != before, 10)  # type: ignore[misc]
        assert wait_until(run.is_answering, 20), run.text
    assert living({run.pid("clock"): below[run.pid("clock")]})
    below |= run.descendants()
    assert run.stop() == 0
    assert living(below) == []


def test_a_second_one_and_a_command_find_the_first(folder: Path, port: int) -> None:
    run = Run(folder, port)
    run.wait_for_line("is ready")
    second = Run(folder, port)
    assert second.process.wait(10) == 1
    assert second.text == f"Image Garden already runs in {folder / 'var'} (process {run.process.pid}).\n"
    with servers(folder / "var") as found:
        assert not found.started
        run.process.send_signal(signal.SIGTERM)
        run.wait_for_line("Waiting up to 10 s for a command that uses the database.")
        assert run.process.poll() is None
    assert run.process.wait(STOP_SECONDS) == 0


def test_after_a_kill_nothing_runs_on_and_the_next_start_is_clean(folder: Path, port: int) -> None:
    run = Run(folder, port)
    run.wait_for_line("is ready")
    below = run.descendants()
    assert run.stop(signal.SIGKILL) == -signal.SIGKILL
    # Without waiting: the next one has to cope with what is just ending, and with the child of the worker.
    following = Run(folder, port)
    following.wait_for_line("is ready")
    assert living(below) == []
    assert following.answer() == "2"
    below = following.descendants()
    assert following.stop() == 0
    assert living(below) == []


def test_a_taken_port_is_said_before_anything_starts(folder: Path, port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        run = Run(folder, port)
        assert run.process.wait(10) == 1
    assert run.text.startswith(f"127.0.0.1:{port} is taken by another program.")
    assert run.text.count("\n") == 1
    assert not (folder / "var" / "postgres").exists()


def test_a_failed_migration_starts_nothing_else(folder: Path, port: int) -> None:
    run = Run(folder, port, MIGRATION_FAULT="3")
    assert run.process.wait(READY_SECONDS) == 1
    assert "The database could not be brought up to date" in run.text
    assert "Traceback" not in run.text
    assert not (folder / "var" / "processes.json").exists()
    assert not (folder / "var" / "postgres" / "postmaster.pid").exists()


def test_a_stop_during_the_start_is_clean(folder: Path, port: int) -> None:
    run = Run(folder, port)
    assert wait_until((folder / "var" / "processes.json").exists, READY_SECONDS)
    below = run.descendants()
    assert run.stop(signal.SIGINT) == 0
    assert living(below) == []
    assert "Traceback" not in run.text


def test_a_server_that_a_setting_names_is_used(folder: Path, port: int) -> None:
    (folder / "other").mkdir()
    other = ValkeyServer(folder / "other")
    other.start()
    try:
        other.wait_until_ready()
        run = Run(folder, port, REDIS_URL=redis_url(folder / "other"))
        run.wait_for_line("is ready")
        assert not (folder / "var" / "valkey").exists()
        assert run.stop() == 0
        assert other.process is not None
        assert other.process.poll() is None
    finally:
        other.stop()


def test_restarts_come_ever_later(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = 1000.0
    monkeypatch.setattr("imagegarden.supervisor.time.monotonic", lambda: now)
    program = Program("worker", [sys.executable, "-c", "raise SystemExit(3)"])
    kept = Kept(program, Terminal())
    kept.start()
    delays = []
    for _ in range(9):
        process = program.process
        assert process is not None
        process.wait()
        assert not kept.look()
        delays.append(capsys.readouterr().out.split(" in ")[1].strip())
        now += 10
        assert kept.look()
    assert delays == ["0.1 s.", "0.2 s.", "0.4 s.", "0.8 s.", "1.6 s.", "3.2 s.", "6.4 s.", "10.0 s.", "10.0 s."]
    # A life of a minute makes up for all of that.
    now += 60
    assert program.process is not None
    program.process.wait()
    kept.look()
    assert "starts again in 0.1 s." in capsys.readouterr().out


def test_ends_are_described() -> None:
    assert describe_end(3) == "ended with code 3"
    assert describe_end(-9) == "was ended by SIGKILL"
