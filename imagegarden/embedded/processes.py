"""Child processes of our own: started in a session of their own, ended for sure, remembered across a crash.

Standard library only, and nothing about which programs run.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Account:
    """The user that a program runs as, where that is not ourselves."""

    name: str
    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    cwd: Path | None = None,
    signal_on_our_death: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C in the terminal does not reach it.

    `signal_on_our_death` works on Linux only, and only from the main thread: the kernel sends it when the
    *thread* that started the program ends, which would be too early for any other one.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=env,
        cwd=cwd,
        start_new_session=True,
        # A program that has to leave root must lose root's groups, too.
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        # Beside threads this may only make system calls, and that is what it does.
        preexec_fn=_die_with_us(signal_on_our_death) if signal_on_our_death else None,
    )


def _die_with_us(sign: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    # Loaded before the fork: the child may only make simple calls.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:
            # We died between the fork and the call above.
            os._exit(1)

    return ask_kernel


def end(process: subprocess.Popen[bytes], sign: signal.Signals, grace: float) -> bool:
    """Ask a child to stop and kill it after `grace` seconds, with all of its group; False if it had to be killed."""
    if process.poll() is None:
        send(process.pid, sign)
    try:
        process.wait(grace)
        obeyed = True
    except subprocess.TimeoutExpired:
        obeyed = False
    # What the child itself has started (a pool of processes) lives in its group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return obeyed


def send(pid: int, sign: signal.Signals) -> None:
    """Send a signal; a process that has gone meanwhile is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    """Poll a condition until it holds or the time is over; whether it holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def start_time(pid: int) -> str | None:
    """When a living process started, as an opaque word; None when there is none (or only its remains)."""
    if sys.platform == "linux":
        fields = _stat_fields(pid)
        # Field 22 of proc(5), in ticks since the boot: the same after any change of the clock.
        return f"{_boot_id()}-{fields[19]}" if fields and fields[0] not in "ZX" else None
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if state and not state.startswith("Z") else None


def command_line(pid: int) -> str:
    """The command line of a process, or nothing."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    answer = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout


def _stat_fields(pid: int | str) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on; the second, a name, may hold spaces and parentheses."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class Register:
    """A file with the processes that we started, so that after our sudden death the next one of us can end them.

    `mark` is an entry (NAME=value) in the environment of every one of them. It tells which members of a session
    are ours after its first process has gone (Linux only).
    """

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark.encode()

    def write(self, pids: Mapping[str, int]) -> None:
        """Replace the whole content by these processes."""
        entries = {name: [pid, start_time(pid)] for name, pid in pids.items()}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(entries))
        fresh.replace(self._path)

    def exists(self) -> bool:
        """Whether somebody wrote it and did not clear it."""
        return self._path.exists()

    def clear(self) -> None:
        """Forget everything: all of them have ended."""
        self._path.unlink(missing_ok=True)

    def end_leftovers(self, signs: Mapping[str, signal.Signals], grace: float = 10) -> list[str]:
        """End what a killed process of ours left running; the names of what was found.

        `signs` maps each name, in the order of ending, to the signal that asks it to stop. The caller holds the lock
        of the folder.
        """
        try:
            entries = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return []
        found = []
        # Of several of a kind, the others have a number behind: worker, worker-2.
        kinds = {name: name.partition("-")[0] for name in entries}
        for name in sorted(entries, key=lambda name: [*signs, kinds[name]].index(kinds[name])):
            pid, started = entries[name]
            if self._end_one(pid, started, signs.get(kinds[name], signal.SIGTERM), grace):
                found.append(name)
        self.clear()
        return found

    def _end_one(self, pid: int, started: str | None, sign: signal.Signals, grace: float) -> bool:
        is_same = started is not None and start_time(pid) == started
        members = self._members(pid)
        if is_same:
            send(pid, sign)
            if not wait_until(lambda: start_time(pid) != started, grace):
                send(pid, signal.SIGKILL)
        for member in members:
            if member != pid:
                wait_until(lambda member=member: start_time(member) is None, 1)  # type: ignore[misc]
                if member in self._members(pid):
                    send(member, signal.SIGKILL)
        wait_until(lambda: start_time(pid) != started and not self._members(pid), grace)
        return is_same or bool(members)

    def _members(self, session: int) -> list[int]:
        """The living processes of a session that carry our mark."""
        if sys.platform != "linux":
            return []
        members = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                fields = _stat_fields(folder.name)
                if fields and fields[3] == str(session) and fields[0] not in "ZX":
                    with contextlib.suppress(OSError):
                        if self._mark in (folder / "environ").read_bytes().split(b"\0"):
                            members.append(int(folder.name))
        return members
