"""Fetching outputs: from allowed hosts alone, without our token, within limits of size and time.

An address comes from outside. So its host is checked by name and then by the address that the name stands for, the
connection goes to the very address that was checked, and a redirect is checked like the first address.
"""

import base64
import ipaddress
import math
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
import httpx

from imagegarden.providers.base import PermanentError, TemporaryError

OWN_HOSTS = ("replicate.delivery", "*.replicate.delivery")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
MAX_BYTES = 50 * 1024 * 1024
# What was enlarged comes as PNG, which forty megapixels make long.
MAX_ENLARGED_BYTES = 130 * 1024 * 1024
MAX_SECONDS = 60
MAX_REDIRECTS = 3
CONNECT_SECONDS = 5
SILENCE_SECONDS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
# Of an MP4, behind the length of its first box.
FILM_MAGIC = b"ftyp"
FILM_MAGIC_PLACE = 4
LONGEST_MAGIC = max(FILM_MAGIC_PLACE + len(FILM_MAGIC), *map(len, MAGIC))


class Fetcher:
    """Fetches from the provider's own hosts and from those that the operator allows.

    An allowed host is a name, also with `*.` in front: by https, and never at a private address. Written out as
    `http://127.0.0.1:9000` it is that very origin, wherever it is.
    """

    def __init__(self, extra_hosts: Collection[str] = ()) -> None:
        self._names = [*OWN_HOSTS, *(host.lower() for host in extra_hosts if "://" not in host)]
        self._origins = {host.lower().rstrip("/") for host in extra_hosts if "://" in host}
        private = {split.hostname for split in map(urlsplit, self._origins) if split.hostname}
        self._limit = _Limit()
        self._client = httpx.Client(
            transport=_CheckedTransport(private, self._limit),
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers={"Accept-Encoding": "identity", "User-Agent": "image-garden"},
        )

    def fetch(self, address: str, *, max_bytes: int = MAX_BYTES) -> bytes:
        """The picture or film at this address.

        Raises PermanentError when it may not be fetched, TemporaryError when it failed.
        """
        if address.startswith("data:"):
            return _inline(address)
        self._limit.end = time.monotonic() + MAX_SECONDS
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(address)
            try:
                with self._client.stream("GET", address) as response:
                    if response.status_code in REDIRECTS:
                        address = urljoin(address, response.headers.get("Location", ""))
                        continue
                    if response.status_code != 200:
                        raise TemporaryError(f"an output answers {response.status_code}", code="output_gone")
                    return _body(response, max_bytes)
            except httpx.HTTPError as error:
                raise TemporaryError(f"an output: {type(error).__name__}", code="output_gone") from error
            except (httpx.InvalidURL, ValueError) as error:
                raise PermanentError("an output's address cannot be read", code="bad_output") from error
        raise PermanentError("too many redirects", code="bad_output")

    def _require_allowed(self, address: str) -> None:
        try:
            split = urlsplit(address)
            is_allowed = self._is_allowed(split)
        except ValueError:
            is_allowed = False
        if not is_allowed:
            raise PermanentError("an output lies where we do not fetch from", code="bad_output")

    def _is_allowed(self, split: SplitResult) -> bool:
        if split.username is not None or split.password is not None or not split.hostname:
            return False
        if f"{split.scheme}://{split.netloc}".lower() in self._origins:
            return True
        host = split.hostname.lower()
        is_named = any(host == name or (name[:2] == "*." and host.endswith(name[1:])) for name in self._names)
        return is_named and HOST.fullmatch(host) is not None and split.scheme == "https" and split.port in (None, 443)


def _body(response: httpx.Response, max_bytes: int) -> bytes:
    """The whole body, while it looks like a picture and is not too long."""
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise PermanentError(f"an output of {declared} bytes", code="bad_output")
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > max_bytes:
            raise PermanentError("an output has no end", code="bad_output")
        if len(content) >= LONGEST_MAGIC:
            _require_picture(content)
    _require_picture(content)
    return bytes(content)


def _require_picture(content: bytes | bytearray) -> None:
    if (
        not content.startswith(MAGIC)
        and bytes(content[FILM_MAGIC_PLACE : FILM_MAGIC_PLACE + len(FILM_MAGIC)]) != FILM_MAGIC
    ):
        raise TemporaryError("an output is not a picture", code="bad_output")


def _inline(address: str) -> bytes:
    head, _, data = address.partition(",")
    if not head.endswith(";base64") or len(data) > MAX_BYTES * 4 // 3:
        raise PermanentError("an inline output that we do not read", code="bad_output")
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        raise PermanentError("an inline output is broken", code="bad_output") from None
    _require_picture(content)
    return content


class _Limit(threading.local):
    """When the fetch of this thread has taken too long."""

    end = math.inf

    def left(self, timeout: float | None) -> float:
        """The time-out of the next act, within what is left."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("it comes too slowly")
        return left if timeout is None else min(timeout, left)


class _LimitedStream(httpcore.NetworkStream):
    """A connection whose acts end with the fetch's time: a server that drips is never silent for long."""

    def __init__(self, inner: httpcore.NetworkStream, limit: _Limit) -> None:
        self._inner = inner
        self._limit = limit

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._limit.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._limit.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _LimitedStream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._limit)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _CheckedTransport(httpx.HTTPTransport):
    """HTTP over connections whose address was checked."""

    def __init__(self, private_hosts: Collection[str], limit: _Limit) -> None:
        super().__init__()
        self._pool = httpcore.ConnectionPool(
            # Of the environment, only an operator's own authority (SSL_CERT_FILE), as for the calls; no proxy.
            ssl_context=httpx.create_ssl_context(),
            max_connections=64,
            max_keepalive_connections=16,
            keepalive_expiry=30,
            network_backend=_CheckedBackend(private_hosts, limit),
        )


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to public addresses, and to private ones of the hosts that are named."""

    def __init__(self, private_hosts: Collection[str], limit: _Limit) -> None:
        self._private_hosts = private_hosts
        self._limit = limit
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(entry[4][0]) for entry in found]
        if host not in self._private_hosts:
            addresses = [address for address in addresses if ipaddress.ip_address(address).is_global]
        if not addresses:
            raise httpcore.ConnectError("the host is at a private address")
        stream = self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)
        return _LimitedStream(stream, self._limit)
