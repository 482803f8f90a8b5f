"""How gunicorn serves the site: `gunicorn --config python:imagegarden.gunicorn_settings wsgi:app`.

The application is loaded once and the processes forked from it: they share what it loads (docs/decisions/0016), and no
connection, since none is opened before the first request.
"""

import os
import shutil
import signal
from pathlib import Path
from types import FrameType

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from config import load_settings, tell_the_library_that_counts
from imagegarden.web.stopping import is_stopping

# A stopping worker answers what has begun; who waits for a picture is answered at once (web/stopping.py).
GRACEFUL_SECONDS = 10
# What lies there has a name that nobody can guess.
SHARED_MEMORY = Path("/dev/shm")  # nosec B108

_settings = load_settings()
# Our setting may stand in .env or in a file.
tell_the_library_that_counts(_settings)

from prometheus_client import multiprocess

_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host

bind = f"{_host}:{_settings.port}"
worker_class = "imagegarden.gunicorn_worker.LeavingWorker"
workers = _settings.web_workers
threads = _settings.web_threads
preload_app = True
graceful_timeout = GRACEFUL_SECONDS
# As long as any proxy lets pass: what is too long is then refused by us, and readably.
limit_request_line = 8190
# Longer than a proxy keeps its idle connections: who closes first must not be us, in the moment of a request.
keepalive = 75
# On a disk the heartbeat of a worker may block, and the worker be taken for dead.
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
control_socket_disable = True
loglevel = "warning"
logger_class = "imagegarden.gunicorn_logger.MaskedLogger"


def on_starting(server: Arbiter) -> None:
    """Begin to count anew: the files of processes that are gone are nobody's."""
    folder = _settings.prometheus_multiproc_dir
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)


def post_worker_init(worker: Worker) -> None:
    """Tell those who wait for a picture that the process is to end."""
    finish = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        is_stopping.set()
        if callable(finish):
            finish(number, frame)

    signal.signal(signal.SIGTERM, stop)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Forget the gauges of a process that is gone; what it counted stays counted."""
    if _settings.prometheus_multiproc_dir is not None:
        multiprocess.mark_process_dead(worker.pid)
