"""`make run`: Image Garden on one machine, as one command.

Starts PostgreSQL and Valkey (unless DATABASE_URL or REDIS_URL name others), brings the database up to date, and keeps
web, worker and clock running until Ctrl-C. The children are those of production; only the starting of them lives here.
"""

import contextlib
import errno
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from config import Settings, load_settings
from imagegarden.embedded import PostgresServer, ServerFailed, ValkeyServer, database_url, redis_url
from imagegarden.embedded.joining import STOP_SIGNALS, ServersLock, register_of
from imagegarden.embedded.processes import Register, wait_until
from imagegarden.supervisor import Part, Program, Stopped, Supervisor, Terminal

PYTHON = sys.executable
FLASK = (PYTHON, "-m", "flask", "--app", "wsgi")
# A little longer than gunicorn gives its workers.
WEB_GRACE_SECONDS = 12
METRICS = "metrics"
COMMAND_SECONDS = 30
USERS_SECONDS = 10
READY_SECONDS = 120
FREED_PORT_SECONDS = 10
SLOW_START_SECONDS = 60.0


class CannotStart(Exception):
    """Why nothing was started, for the person at the terminal."""


def migration() -> Program:
    """The program that brings the database up to date."""
    return Program("migrate", [*FLASK, "db", "upgrade"])


def programs(settings: Settings) -> list[Program]:
    """Web, workers and clock, in the order in which they are started and stopped."""
    web = [PYTHON, "-m", "gunicorn", "--config", "python:imagegarden.gunicorn_settings", "wsgi:app"]
    others = [f"worker-{number}" for number in range(2, settings.worker_processes + 1)]
    return [
        Program("web", web, grace=WEB_GRACE_SECONDS),
        *(Program(name, [*FLASK, "worker"]) for name in ("worker", *others)),
        Program("clock", [*FLASK, "clock"], grace=5),
    ]


def in_address(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def run(settings: Settings, migrate: Program, parts: Sequence[Program]) -> int:
    """Run everything until a signal; the exit code."""
    terminal = Terminal()
    lock = ServersLock(settings.data_dir.resolve())
    try:
        take_lock(lock, settings.data_dir)
        try:
            return Installation(settings, terminal, lock).run(migrate, parts)
        finally:
            lock.release()
    except (CannotStart, ServerFailed) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"Image Garden cannot start: {error}", file=sys.stderr)
    return 1


def take_lock(lock: ServersLock, data_dir: Path) -> None:
    """Become the one who runs the servers of DATA_DIR.

    Raises CannotStart when another Image Garden runs there; a command that uses its data is waited for.
    """
    # Whoever only asks whether the lock is taken holds it for a moment, too: ask more than once.
    if wait_until(lambda: lock.take("supervisor"), 0.3):
        return
    kind, pid = lock.holder()
    if kind == "command":
        print(f"Waiting for a command that uses {data_dir} (process {pid}).", file=sys.stderr)
        if wait_until(lambda: lock.take("supervisor"), COMMAND_SECONDS):
            return
        raise CannotStart(f"A command uses {data_dir} (process {pid}). Please wait for it, or end it.")
    raise CannotStart(f"Image Garden already runs in {data_dir} (process {pid}).")


class Installation:
    """One run of the supervisor over one DATA_DIR, whose lock the caller holds."""

    def __init__(self, settings: Settings, terminal: Terminal, lock: ServersLock) -> None:
        self._settings = settings
        self._terminal = terminal
        self._lock = lock
        self._data_dir = settings.data_dir.resolve()
        self._register = register_of(self._data_dir)
        self._supervisor = Supervisor(self._register, terminal)
        # The environment is not read here, only handed on.
        self._env = dict(os.environ, DATA_DIR=str(self._data_dir), PYTHONUNBUFFERED="1")
        self._env.setdefault("PROMETHEUS_MULTIPROC_DIR", str(self._data_dir / METRICS))
        self._begun_at = time.monotonic()
        self._is_announced = False
        self._has_warned = False

    def run(self, migrate: Program, parts: Sequence[Program]) -> int:
        """Start, keep running, stop; the exit code.

        Raises CannotStart and ServerFailed before anything of ours is left running.
        """
        self._supervisor.listen()
        end_leftovers(self._register, self._settings, self._terminal)
        try:
            with self._servers_running():
                return self._run_programs(migrate, parts)
        except Stopped:
            return 0

    def _run_programs(self, migrate: Program, parts: Sequence[Program]) -> int:
        for program in (migrate, *parts):
            program.place(self._env, self._terminal)
        if self._supervisor.run_once(migrate):
            raise CannotStart("The database could not be brought up to date: see the lines above.")
        try:
            for program in parts:
                self._supervisor.start(program)
            self._supervisor.keep_running(self._announce_when_ready)
        finally:
            self._terminal.say("Stopping.")
            self._supervisor.stop(parts)
        return 0

    @contextlib.contextmanager
    def _servers_running(self) -> Iterator[None]:
        """Run the servers that no setting replaces, and name all of them to the children."""
        settings = self._settings
        servers: list[PostgresServer | ValkeyServer] = []
        if settings.database_url is None:
            servers.append(PostgresServer(self._data_dir))
        if settings.redis_url is None:
            servers.append(ValkeyServer(self._data_dir))
        # The settings may stand in .env: named here, the children need not find the same file.
        self._env["DATABASE_URL"] = settings.database_url or database_url(self._data_dir)
        self._env["REDIS_URL"] = settings.redis_url or redis_url(self._data_dir)
        try:
            for server in servers:
                self._supervisor.start(server)
            for server in servers:
                if not self._supervisor.wait_for(server.is_ready, READY_SECONDS):
                    raise CannotStart(f"{server.name} is not ready after {READY_SECONDS} s: see {server.log}.")
            yield
        finally:
            self._stop_servers(servers)

    def _stop_servers(self, servers: Sequence[Part]) -> None:
        """Stop the servers when nobody uses them any more, or after a while."""
        gate = self._lock.keep_users_out(wait=False)
        if gate is None:
            self._terminal.say(f"Waiting up to {USERS_SECONDS} s for a command that uses the database.")
            deadline = time.monotonic() + USERS_SECONDS
            while gate is None and time.monotonic() < deadline and not self._supervisor.is_hurried:
                wait_until(lambda: False, 0.1)
                gate = self._lock.keep_users_out(wait=False)
        try:
            self._supervisor.stop(list(reversed(servers)))
            self._register.clear()
            self._lock.release()
        finally:
            if gate is not None:
                os.close(gate)

    def _announce_when_ready(self) -> None:
        if self._is_announced:
            return
        settings = self._settings
        address = f"http://{in_address(settings.host)}:{settings.port}"
        if answers(settings):
            seconds = time.monotonic() - self._begun_at
            lines = [
                f"  Image Garden is ready: {address}    ({seconds:.1f} s)",
                f"  Its data is in {self._data_dir}; the servers' logs are in {self._data_dir / 'logs'}.",
            ]
            if settings.has_local_conveniences and not settings.smtp_server:
                lines.append(f"  Mail is not sent but shown: {address}/outbox")
            self._terminal.show("\n".join([*lines, "  Ctrl-C stops it."]))
            self._is_announced = True
        elif not self._has_warned and time.monotonic() - self._begun_at > SLOW_START_SECONDS:
            self._terminal.say(f"Not ready yet; {address}/readyz says why.")
            self._has_warned = True


def end_leftovers(register: Register, settings: Settings, terminal: Terminal) -> None:
    """End what an Image Garden that was killed has left behind, and see that the port is free.

    Raises CannotStart when it is not.
    """
    was_killed = register.exists()
    found = register.end_leftovers(STOP_SIGNALS)
    if found:
        terminal.say(f"Ended what the last run left behind: {', '.join(found)}.")
    if was_killed:
        wait_until(lambda: port_fault(settings) is None, FREED_PORT_SECONDS)
    fault = port_fault(settings)
    if fault:
        raise CannotStart(fault)


def port_fault(settings: Settings) -> str | None:
    """Why nothing can listen on HOST:PORT, if so."""
    place = f"{in_address(settings.host)}:{settings.port}"
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as listener:
            # As gunicorn does: connections that were closed lately do not count.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"{place} is taken by another program. Stop that one, or choose another port: PORT=5001 make run"
        return f"Cannot listen on {place}: {error.strerror}. Please correct HOST or PORT."
    return None


def answers(settings: Settings) -> bool:
    """Whether the web part says that everything it needs is there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """Run Image Garden with the settings of this machine."""
    settings = load_settings()
    # Before the supervisor listens, Ctrl-C has nothing to stop.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run(settings, migration(), programs(settings)))


if __name__ == "__main__":
    main()
