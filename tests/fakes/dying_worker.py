"""A worker that is killed at a given point of its work: `KILL_AT="after start:1" python -m tests.fakes.dying_worker`.

Points lie before and after each commit, each call of the provider, each fetched output and each file that is written;
the number says at which passing.
"""

import dataclasses
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from config import load_settings
from imagegarden.app import create_app
from imagegarden.current import Adapters
from imagegarden.worker.app import run_worker

CALLS = ("start", "find", "check", "cancel", "put")


class Points:
    """Knows the point that is the end, and at which passing."""

    def __init__(self, name: str, passing: int) -> None:
        self._name = name
        self._left = passing
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """An adapter with a point before and after each call."""

    def __init__(self, adapter: Any, passed: Points) -> None:
        self._adapter = adapter
        self._passed = passed

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._adapter, name)
        if name == "files":
            return self._files
        if name not in CALLS:
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            self._passed(f"before {name}")
            answer = value(*args, **kwargs)
            self._passed(f"after {name}")
            return answer

        return call

    def _files(self, *args: Any) -> Iterator[Any]:
        self._passed("before files")
        for output in self._adapter.files(*args):
            self._passed("after an output")
            yield output
        self._passed("after files")


def main() -> None:
    """Work until the point is reached."""
    name, passing = os.environ["KILL_AT"].split(":")
    passed = Points(name, int(passing))
    settings = load_settings()
    app = create_app(settings)
    real: Adapters = app.extensions["adapters"]
    app.extensions["adapters"] = dataclasses.replace(
        real,
        providers={name: Watched(provider, passed) for name, provider in real.providers.items() if name != "garden"},
        store=Watched(real.store, passed),
    )
    event.listen(Session, "before_commit", lambda _: passed("before a commit"))
    event.listen(Session, "after_commit", lambda _: passed("after a commit"))
    run_worker(app)


if __name__ == "__main__":
    main()
