"""The fake as a process: `python -m tests.fakes.razorpay --port N`; it prints `ready URL` when it listens."""

import argparse
import asyncio
import json
import signal
import socket

from aiohttp import web

from tests.fakes.razorpay.app import make_app
from tests.fakes.razorpay.bank import Bank
from tests.fakes.razorpay.settings import Settings

HOST = "127.0.0.1"
BACKLOG = 4096
SHUTDOWN_SECONDS = 0.2


async def serve(port: int, settings: Settings) -> None:
    """Listen until told to end."""
    listening = socket.create_server((HOST, port), backlog=BACKLOG)
    url = f"http://{HOST}:{listening.getsockname()[1]}"
    # Who goes away ends what is being done for them: nothing hangs for nobody.
    runner = web.AppRunner(
        make_app(Bank(url, settings)),
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
    arguments = argparse.ArgumentParser(prog="python -m tests.fakes.razorpay", description=__doc__)
    arguments.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments.add_argument("--settings", type=json.loads, default={}, help="settings, as JSON")
    given = arguments.parse_args()
    asyncio.run(serve(given.port, Settings().updated(given.settings)))


if __name__ == "__main__":
    main()
