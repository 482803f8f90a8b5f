"""Keeps a set of parts running on one machine: starts them in order, restarts what dies, stops them in reverse.

A part is a server or a program. What the parts are is told by local.py.
"""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from imagegarden.embedded import processes

SHORTEST_DELAY = 0.1
LONGEST_DELAY = 10.0
# Who lived this long has not died of how it was started.
STABLE_SECONDS = 60.0
LOOK_SECONDS = 0.1
COLORS = {"web": 36, "worker": 33, "clock": 35, "migrate": 34, "garden": 32, "postgres": 34, "valkey": 31}
NAME_WIDTH = 8


class Terminal:
    """The lines that the person who started us sees, each with the name of who says it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._has_color = sys.stdout.isatty()

    def say(self, text: str, name: str = "garden") -> None:
        """Write one line."""
        label = f"{name:<{NAME_WIDTH}} |"
        if self._has_color:
            label = f"\033[{COLORS.get(name.partition('-')[0], 37)}m{label}\033[0m"
        # A terminal that was closed, or `| head`, must not stop anything.
        with self._lock, contextlib.suppress(OSError):
            print(label, text, flush=True)

    def show(self, block: str) -> None:
        """Write some lines without a name, with empty ones around."""
        with self._lock, contextlib.suppress(OSError):
            print(f"\n{block}\n", flush=True)


class Part(Protocol):
    """What the supervisor keeps running."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...

    def stop(self) -> None: ...


class Program:
    """A program whose lines appear on our terminal behind its name."""

    def __init__(self, name: str, command: Sequence[str], *, grace: float = 10) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._command = command
        self._grace = grace
        self._env: Mapping[str, str] | None = None
        self._terminal = Terminal()
        self._reader: threading.Thread | None = None

    def place(self, env: Mapping[str, str], terminal: Terminal) -> None:
        """Say in which environment to start, and where the lines go."""
        self._env = env
        self._terminal = terminal

    def start(self) -> None:
        """Start the program and return at once."""
        self.process = processes.spawn(
            self._command, env=self._env, output=subprocess.PIPE, signal_on_our_death=signal.SIGTERM
        )
        self._reader = threading.Thread(target=self._copy_lines, args=(self.process,), daemon=True)
        self._reader.start()

    def _copy_lines(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._terminal.say(line.decode(errors="replace").rstrip(), self.name)

    def stop(self) -> None:
        """Ask the program to stop, and end it with all that it started when it takes too long."""
        if self.process is None:
            return
        if not processes.end(self.process, signal.SIGTERM, self._grace):
            self._terminal.say(f"{self.name} did not stop in {self._grace:.0f} s and was killed.")
        if self._reader is not None:
            # Its last lines; somebody who left its group may hold the pipe open for longer.
            self._reader.join(1)
        self.process = None

    def kill(self) -> None:
        """End the program at once, without asking."""
        if self.process is not None and self.process.poll() is None:
            processes.send(self.process.pid, signal.SIGKILL)


class Kept:
    """A part with the memory of its restarts."""

    def __init__(self, part: Part, terminal: Terminal) -> None:
        self.part = part
        self._terminal = terminal
        self._delay = SHORTEST_DELAY
        self._started_at = 0.0
        self._next_start_at: float | None = None

    def start(self) -> None:
        """Start the part for the first time."""
        self._started_at = time.monotonic()
        self.part.start()

    def look(self) -> bool:
        """See whether the part lives, and start it again when it is time to; whether it was started now."""
        now = time.monotonic()
        if self._next_start_at is not None:
            if now < self._next_start_at:
                return False
            self._next_start_at = None
            try:
                self.start()
            except Exception as error:
                self._plan_restart(f"could not be started ({error})")
                return False
            return True
        process = self.part.process
        if process is not None and process.poll() is not None:
            # Reaps it and ends what it has left behind: workers of a killed gunicorn would hold the port.
            processes.end(process, signal.SIGKILL, 0)
            self.part.process = None
            self._plan_restart(describe_end(process.returncode))
        return False

    def _plan_restart(self, reason: str) -> None:
        now = time.monotonic()
        if now - self._started_at >= STABLE_SECONDS:
            self._delay = SHORTEST_DELAY
        self._terminal.say(f"{self.part.name} {reason}; it starts again in {self._delay:.1f} s.")
        self._next_start_at = now + self._delay
        self._delay = min(self._delay * 2, LONGEST_DELAY)


def describe_end(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


class Stopped(Exception):
    """Somebody asked us to stop."""


class Supervisor:
    """Starts parts, keeps them running and stops them, until a signal says so. For the main thread alone."""

    def __init__(self, register: processes.Register, terminal: Terminal) -> None:
        self._register = register
        self._terminal = terminal
        self._kept: list[Kept] = []
        self._signals = 0
        self._wake = threading.Event()

    @property
    def is_hurried(self) -> bool:
        """Whether somebody asked a second time."""
        return self._signals > 1

    def listen(self) -> None:
        """Take over the signals that ask a program to stop."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._take_signal)

    def _take_signal(self, *_: object) -> None:
        # No word here: the line that is being written may be our own.
        self._signals += 1
        self._wake.set()
        if self.is_hurried:
            for kept in self._kept:
                if isinstance(kept.part, Program):
                    kept.part.kill()

    def start(self, part: Part) -> None:
        """Start a part and keep it running from now on."""
        kept = Kept(part, self._terminal)
        self._kept.append(kept)
        kept.start()
        self._remember()

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until a condition holds, restarting nothing; whether it holds in time.

        Raises Stopped when a signal arrives.
        """

        def is_over() -> bool:
            if self._signals:
                raise Stopped
            return condition()

        return processes.wait_until(is_over, timeout)

    def run_once(self, program: Program) -> int:
        """Run a program to its end; its exit code.

        Raises Stopped when a signal arrives; the program is ended then.
        """
        program.start()
        process = program.process
        assert process is not None
        try:
            self.wait_for(lambda: process.poll() is not None, float("inf"))
            return process.returncode
        finally:
            program.stop()

    def keep_running(self, each_time: Callable[[], None]) -> None:
        """Restart what dies, and call a function about every 0.1 s, until a signal arrives."""
        while not self._signals:
            restarted = [kept for kept in self._kept if kept.look()]
            if restarted:
                self._remember()
            each_time()
            self._wake.wait(LOOK_SECONDS)

    def stop(self, parts: Sequence[Part]) -> None:
        """Stop these parts, one after the other, in this order."""
        for part in parts:
            part.stop()

    def _remember(self) -> None:
        parts = [kept.part for kept in self._kept]
        self._register.write({part.name: part.process.pid for part in parts if part.process})
