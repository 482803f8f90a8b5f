"""The fake as a process: `python -m tests.fakes.replicate --port N`; it prints `ready URL` when it listens."""

import argparse
import asyncio
import json
import signal
import socket

from aiohttp import web

from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate.app import make_app
from tests.fakes.replicate.cloud import Cloud
from tests.fakes.replicate.settings import Settings

HOST = "127.0.0.1"
BACKLOG = 4096
SHUTDOWN_SECONDS = 0.2


async def serve(port: int, settings: Settings) -> None:
    """Listen until told to end."""
    listening = socket.create_server((HOST, port), backlog=BACKLOG)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    # Who goes away ends what is being done for them: nothing hangs for nobody.
    runner = web.AppRunner(
        make_app(Cloud(url, settings)),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=75,
    )
    await runner.setup()
    await web.SockSite(runner, listening, backlog=BACKLOG).start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    print(f"ready {url}", flush=True)
    await told.wait()
    await runner.cleanup()


def main() -> None:
    """Read the arguments, and serve."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fakes.replicate", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments.add_argument("--webhook-secret", default=WEBHOOK_SECRET)
    arguments.add_argument("--token", help="the one token that is taken; any r8_... without it")
    arguments.add_argument("--settings", type=json.loads, default={}, help="more settings, as JSON")
    given = arguments.parse_args()
    settings = Settings(webhook_secret=given.webhook_secret, token=given.token).updated(given.settings)
    asyncio.run(serve(given.port, settings))


if __name__ == "__main__":
    main()
