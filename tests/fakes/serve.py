"""The application with a scripted provider, as processes of its own: `python -m tests.fakes.serve worker|clock`.

For gunicorn: `tests.fakes.serve:make()`. Everything else is as the environment says.
"""

import sys

from flask import Flask

from config import Settings, load_settings
from imagegarden.app import create_app
from imagegarden.current import Adapters
from imagegarden.wiring import build_adapters
from imagegarden.worker.app import run_worker
from imagegarden.worker.schedule import run_clock
from tests.fakes.provider import ScriptedProvider

JOURNAL = "provider-calls.jsonl"


def make(settings: Settings | None = None) -> Flask:
    """The application."""
    settings = settings or load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    provider = ScriptedProvider(settings.data_dir / JOURNAL)
    real = build_adapters(settings)
    app = create_app(settings, Adapters(providers={provider.name: provider}, store=real.store, mailer=real.mailer))
    app.extensions["usage_counter"].write_by_itself()
    return app


if __name__ == "__main__":
    {"worker": run_worker, "clock": run_clock}[sys.argv[1]](make())
