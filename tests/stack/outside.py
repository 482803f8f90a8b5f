"""What stands outside of the stack: a provider and a store that are not real, a mailbox, and https in front of them."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.fakes.replicate.client import FakeReplicate, running
from tests.processes import free_port, process, wait_for
from tests.stack.front_door import image_nginx

BUCKET = "pictures"
CODE = re.compile(r"\b\d{6}\b")
FRONT = """
{user}
pid {folder}/front.pid;
error_log {folder}/front-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/front-body;
    proxy_temp_path {folder}/front-proxy;
    fastcgi_temp_path {folder}/front-fastcgi;
    uwsgi_temp_path {folder}/front-uwsgi;
    scgi_temp_path {folder}/front-scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {certificates}/fullchain.pem;
        ssl_certificate_key {certificates}/privkey.pem;
        location / {{
            proxy_pass {behind};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_read_timeout 120s;
        }}
    }}
}}
"""


class Mailbox:
    """Letters as an SMTP server takes them."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str]] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, envelope.content.decode(errors="replace")))
        return "250 OK"

    def code_for(self, email: str) -> str:
        """The code in the letter to this address, once it is there."""

        def found() -> str | None:
            texts = [text for to, text in self.letters if email in to]
            body = texts[-1].partition("\r\n\r\n")[2] if texts else ""
            code = CODE.search(body)
            return code[0] if code else None

        return wait_for(found, what=f"a code for {email}")


@contextlib.contextmanager
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox and the port at which it takes letters from whoever has any password."""
    box, port = Mailbox(), free_port()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        authenticator=lambda *_: AuthResult(success=True),
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


@contextlib.contextmanager
def provider(folder: Path, authority: Path) -> Iterator[tuple[FakeReplicate, str]]:
    """The fake Replicate, and its https address."""
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    # It reports by https, and has to trust whom it reports to.
    with (
        mock.patch.dict(os.environ, SSL_CERT_FILE=str(authority)),
        running(
            folder / "replicate.log", starting=0.05, processing=0.3, output_scale=0.25, output_base=url
        ) as replicate,
        _front(folder, port, replicate.url, authority.parent),
    ):
        yield replicate, url


@contextlib.contextmanager
def _front(folder: Path, port: int, behind: str, certificates: Path) -> Iterator[None]:
    main = folder / "front.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    main.write_text(FRONT.format(user=user, folder=folder, port=port, behind=behind, certificates=certificates))
    command = (str(image_nginx()), "-c", str(main), "-g", "daemon off;")
    with process(command, {}, folder / "front.log"):
        wait_for(lambda: (folder / "front.pid").exists(), what="https before the provider")
        yield


@contextlib.contextmanager
def store(folder: Path) -> Iterator[dict[str, str]]:
    """A store that speaks S3, with a bucket; the settings by which it is reached."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process((sys.executable, "-m", "moto.server", "-p", str(port)), os.environ, folder / "store.log"):

        def is_made() -> bool:
            try:
                return httpx.put(f"{url}/{BUCKET}", trust_env=False).status_code == 200
            except httpx.HTTPError:
                return False

        wait_for(is_made, what="the store")
        yield {
            "STORAGE_URL": f"s3://{BUCKET}/garden",
            "MEDIA_ACCEL_PREFIX": "",
            "AWS_ENDPOINT": url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "garden",
            "AWS_SECRET_ACCESS_KEY": "garden",
        }
