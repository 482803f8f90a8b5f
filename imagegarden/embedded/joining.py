"""Who runs the servers of a DATA_DIR, and who only uses them: two file locks decide.

`servers.lock` belongs to the one process that starts and stops the servers. Everybody else holds `users.lock`,
shared, while using them, and the starter takes that one alone before it stops them. The kernel frees both locks
however a process ends.
"""

import atexit
import contextlib
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imagegarden.embedded import places, postgres, processes, valkey
from imagegarden.embedded.places import ServerFailed
from imagegarden.embedded.postgres import PostgresServer
from imagegarden.embedded.processes import Register
from imagegarden.embedded.valkey import ValkeyServer

if TYPE_CHECKING:
    from sqlalchemy import Engine

JOIN_SECONDS = 60
# The servers go last, and the database after everything else.
STOP_SIGNALS = {
    "web": signal.SIGTERM,
    "worker": signal.SIGTERM,
    "clock": signal.SIGTERM,
    ValkeyServer.name: ValkeyServer.stop_signal,
    PostgresServer.name: PostgresServer.stop_signal,
}


@dataclass(frozen=True)
class Servers:
    """The servers that a process uses, and whether it was this process that started them."""

    database_url: str
    redis_url: str
    started: bool


class ServersLock:
    """The right to start and stop the servers of a DATA_DIR."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "servers.lock"
        self._users = data_dir / "users.lock"
        self._file: int | None = None

    def take(self, kind: str) -> bool:
        """Take the lock, leaving our kind and pid for others to read; False when somebody has it."""
        file = _lock(self._path, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if file is None:
            return False
        os.ftruncate(file, 0)
        os.pwrite(file, f"{kind} {os.getpid()}\n".encode(), 0)
        self._file = file
        return True

    def holder(self) -> tuple[str, str]:
        """Kind and pid of the process that has the lock, as it wrote them itself."""
        kind, _, pid = self._path.read_text().strip().partition(" ")
        return kind or "process", pid or "unknown"

    def is_taken(self) -> bool:
        """Whether any process has the lock."""
        file = _lock(self._path, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if file is None:
            return True
        os.close(file)
        return False

    def keep_users_out(self, *, wait: bool) -> int | None:
        """Keep everybody from joining (to be closed); None when somebody uses the servers and we do not wait."""
        return _lock(self._users, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))

    def join(self) -> int:
        """Be one of those who use the servers until the answer is closed; waits while they are being stopped."""
        file = _lock(self._users, fcntl.LOCK_SH)
        assert file is not None
        return file

    def release(self) -> None:
        """Let somebody else start the servers."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lock(path: Path, how: int) -> int | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        raise ServerFailed(f"{path.parent} belongs to somebody else. Please choose another DATA_DIR.") from None
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def register_of(data_dir: Path) -> Register:
    """The file that remembers the children of whoever runs the servers of this folder."""
    return Register(data_dir / "processes.json", mark=f"DATA_DIR={data_dir}")


@contextlib.contextmanager
def servers(data_dir: Path, *, with_postgres: bool = True, with_valkey: bool = True) -> Iterator[Servers]:
    """Join the servers that run in DATA_DIR, or start them for our own duration; stops them when the last has left.

    Who has a server of its own for one of the two leaves that one out.

    Raises ServerFailed with a message for the person at the terminal.
    """
    data_dir = data_dir.resolve()
    lock = ServersLock(data_dir)
    kinds = [*([PostgresServer] if with_postgres else []), *([ValkeyServer] if with_valkey else [])]
    while True:
        if lock.take("command"):
            try:
                with _started(data_dir, lock, [kind(data_dir) for kind in kinds]):
                    yield _servers_of(data_dir, started=True)
            finally:
                lock.release()
            return
        place = lock.join()
        try:
            if _become_ready(data_dir, lock, with_postgres, with_valkey):
                yield _servers_of(data_dir, started=False)
                return
        finally:
            os.close(place)


def _servers_of(data_dir: Path, *, started: bool) -> Servers:
    return Servers(places.database_url(data_dir), places.redis_url(data_dir), started)


def _become_ready(data_dir: Path, lock: ServersLock, with_postgres: bool, with_valkey: bool) -> bool:
    """Wait until the servers that somebody runs are ready; False when nobody runs them any more."""

    def is_decided() -> bool:
        has_postgres = not with_postgres or postgres.is_ready(data_dir)
        has_valkey = not with_valkey or valkey.is_ready(data_dir)
        return (has_postgres and has_valkey) or not lock.is_taken()

    if not processes.wait_until(is_decided, JOIN_SECONDS):
        kind, pid = lock.holder()
        raise ServerFailed(f"The servers in {data_dir}, run by a {kind} (process {pid}), do not become ready.")
    return lock.is_taken()


@contextlib.contextmanager
def _started(data_dir: Path, lock: ServersLock, running: list[PostgresServer | ValkeyServer]) -> Iterator[None]:
    register = register_of(data_dir)
    register.end_leftovers(STOP_SIGNALS)
    try:
        for server in running:
            server.start()
        register.write({server.name: server.process.pid for server in running if server.process})
        for server in running:
            server.wait_until_ready()
        yield
    finally:
        gate = lock.keep_users_out(wait=False)
        if gate is None:
            print("Waiting for another command that uses these servers.", file=sys.stderr)
            gate = lock.keep_users_out(wait=True)
        try:
            for server in reversed(running):
                server.stop()
            register.clear()
            lock.release()
        finally:
            if gate is not None:
                os.close(gate)


class Usage:
    """One process's use of the servers: begun at most once, ended when the process exits."""

    def __init__(self, data_dir: Path, *, with_valkey: bool = True) -> None:
        self._data_dir = data_dir
        self._with_valkey = with_valkey
        self._lock = threading.Lock()
        self._stack = contextlib.ExitStack()
        self._servers: Servers | None = None
        self._pid = 0

    def begin(self) -> Servers:
        """Join or start the servers, unless that was done before.

        Raises ServerFailed with a message for the person at the terminal.
        """
        with self._lock:
            if self._servers is None:
                self._servers = self._stack.enter_context(servers(self._data_dir, with_valkey=self._with_valkey))
                self._pid = os.getpid()
                atexit.register(self._end)
            return self._servers

    def _end(self) -> None:
        # A forked copy of us (a pool of processes) runs this, too: the servers are not its own.
        if self._pid == os.getpid():
            self._stack.close()


def attach(engine: "Engine", data_dir: Path, *, with_valkey: bool = True) -> Usage:
    """Join or start the servers at this engine's first connection, or when the answer is begun.

    So a command just works with nothing running, while one that needs no database starts nothing.
    """
    # Not at the top: the supervisor needs the rest of this module, but no SQLAlchemy.
    from sqlalchemy import event

    usage = Usage(data_dir, with_valkey=with_valkey)

    @event.listens_for(engine, "do_connect")
    def begin(*_: object) -> None:
        # Nothing is returned, so that SQLAlchemy goes on to connect.
        usage.begin()

    return usage
