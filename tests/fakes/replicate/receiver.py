"""Somebody whom webhooks are sent to."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Takes webhooks, and answers them with `statuses`, the last one again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.statuses = [200]
        self.received: list[tuple[dict[str, str], str]] = []

    def bodies(self) -> list[dict[str, Any]]:
        """What was said, oldest first."""
        return [json.loads(body) for _, body in self.received]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.received.append((dict(self.headers), body))
            self.send_response(receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0])
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook?token=abc")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield receiver
        finally:
            server.shutdown()
