"""Hosts of outputs for tests: one that answers as it is told to, and one where nobody may come."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from PIL import Image


def png() -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").save(written, "PNG")
    return written.getvalue()


PICTURE = png()
Answer = Callable[[BaseHTTPRequestHandler], None]


class Host:
    """A server whose paths answer as a test says, with what it was asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                host.answers.get(self.path, lambda handler: handler.send_error(404))(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that has had enough is expected here."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self, path: str, body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> str:
        """Answer this at a path; its address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = answer
        return f"{self.url}{path}"

    def redirect(self, path: str, to: str) -> str:
        """Send on from a path; its address."""
        return self.serve(path, b"", {"Location": to}, status=302)

    def pour(self, path: str, first: bytes, then: bytes, pause: float = 0.0, headers: bytes = b"") -> str:
        """Answer without an end, as fast as it is taken or in drops; its address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(first)
            while True:
                handler.wfile.write(then)
                time.sleep(pause)

        self.answers[path] = answer
        return f"{self.url}{path}"


class Canary:
    """Listens where nobody may come."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def is_silent(self) -> bool:
        """Whether nobody has come."""
        try:
            self._socket.accept()
        except BlockingIOError:
            return True
        return False

    def close(self) -> None:
        self._socket.close()
