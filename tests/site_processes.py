"""The processes of an application of the test's own, as an operator would run them."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from config import Settings
from tests.processes import process, web

WORKER = (sys.executable, "-m", "flask", "--app", "wsgi", "worker")
CLOCK = (sys.executable, "-m", "flask", "--app", "wsgi", "clock")


@dataclass
class SiteProcesses:
    """The application, and what its processes need to know."""

    app: Flask
    settings: Settings
    folder: Path
    env: dict[str, str]

    @contextlib.contextmanager
    def web(self, workers: int = 1) -> Iterator[str]:
        """The pages, and where reports arrive."""
        log = self.folder / "web.log"
        with web(self.env, log, workers=workers, port=self.settings.port, application="wsgi:app") as url:
            yield url

    @contextlib.contextmanager
    def worker(self, name: str = "worker") -> Iterator[int]:
        """A worker; yields its process id."""
        with process(WORKER, self.env, self.folder / f"{name}.log") as started:
            yield started.pid

    @contextlib.contextmanager
    def clock(self, name: str = "clock") -> Iterator[None]:
        """A clock."""
        with process(CLOCK, self.env, self.folder / f"{name}.log"):
            yield
