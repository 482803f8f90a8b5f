"""Where outputs are fetched from, over real HTTP: from allowed hosts alone, whatever an address or a redirect says."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest

from imagegarden.providers.base import PermanentError, ProviderError, TemporaryError
from imagegarden.providers.replicate import fetching
from imagegarden.providers.replicate.fetching import Fetcher
from tests.fakes.output_host import PICTURE, Canary, Host
from tests.stack import certificates

OWN = "replicate.delivery"


@pytest.fixture
def host() -> Iterator[Host]:
    started = Host()
    yield started
    started.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    started = Canary()
    yield started
    assert started.is_silent()
    started.close()


@pytest.fixture
def fetcher(host: Host) -> Fetcher:
    return Fetcher((host.url,))


@pytest.fixture
def dialed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where connections were begun; none is made."""
    seen: list[str] = []

    def dial(_: object, address: str, *__: object, **___: object) -> Any:
        seen.append(address)
        raise httpcore.ConnectError("by the test")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", dial)
    return seen


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name stand for these addresses."""

    def look_up(_: str, port: int, *__: object, **___: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def refusal(fetcher: Fetcher, address: str) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        fetcher.fetch(address)
    return refused.value


def test_a_picture_is_fetched_as_it_is(host: Host, fetcher: Fetcher) -> None:
    assert fetcher.fetch(host.serve("/out.png", PICTURE)) == PICTURE


def test_a_redirect_to_an_allowed_place_is_followed(host: Host, fetcher: Fetcher) -> None:
    host.serve("/out.png", PICTURE)
    for target in ("/out.png", f"{host.url}/out.png", "out.png"):
        assert fetcher.fetch(host.redirect("/moved", target)) == PICTURE


FORBIDDEN = (
    "file:///etc/passwd",
    "ftp://replicate.delivery/out.png",
    "gopher://127.0.0.1:PORT/",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:PORT/out.png",
    "https://127.0.0.1:PORT/out.png",
    "http://localhost:PORT/out.png",
    "http://2130706433:PORT/out.png",
    "http://0177.0.0.1:PORT/out.png",
    "http://0x7f.0.0.1:PORT/out.png",
    "http://127.1:PORT/out.png",
    "http://0.0.0.0:PORT/out.png",
    "http://[::1]:PORT/out.png",
    "http://[::ffff:127.0.0.1]:PORT/out.png",
    "http://[::ffff:7f00:1]:PORT/out.png",
    "http://replicate.delivery@127.0.0.1:PORT/out.png",
    "https://replicate.delivery:secret@127.0.0.1:PORT/out.png",
    "https://somebody@replicate.delivery/out.png",
    "https://127.0.0.1:PORT#@replicate.delivery/out.png",
    "https://127.0.0.1:PORT?@replicate.delivery/out.png",
    "https://127.0.0.1:PORT\\@replicate.delivery/out.png",
    "https://replicate.delivery\\@127.0.0.1:PORT/out.png",
    "https://127.0.0.1\\.replicate.delivery/out.png",
    "https://127.0.0.1:PORT\\.replicate.delivery/out.png",
    "http://replicate.delivery/out.png",
    "https://replicate.delivery:PORT/out.png",
    "https://replicate.delivery:80/out.png",
    "https://replicate.delivery:99999/out.png",
    "https://replicate.delivery:x/out.png",
    "https://replicate.delivery.evil.example/out.png",
    "https://evilreplicate.delivery/out.png",
    "https://evil.example/replicate.delivery/out.png",
    "https://replicate。delivery/out.png",
    "https://a b.replicate.delivery/out.png",
    "https://\x00.replicate.delivery/out.png",
    "https://[::1/out.png",
    "https://.replicate.delivery/out.png",
    "//replicate.delivery/out.png",
    "https:///out.png",
    "https://",
    "out.png",
    "",
    "javascript:alert(1)",
    "DATA:image/png;base64,iVBORw0KGgo=",
    # More ways to spell this machine, its neighbors and what clouds tell their machines.
    "https://2130706433:PORT/out.png",
    "https://017700000001:PORT/out.png",
    "https://0x7f000001:PORT/out.png",
    "https://0x7f.1:PORT/out.png",
    "https://127.0.1:PORT/out.png",
    "https://127.000.000.001:PORT/out.png",
    "https://127.0.0.1.:PORT/out.png",
    "https://localhost.:PORT/out.png",
    "https://LOCALHOST:PORT/out.png",
    "https://localhost.localdomain:PORT/out.png",
    "https://[::]:PORT/out.png",
    "https://[0:0:0:0:0:0:0:1]:PORT/out.png",
    "https://[0:0:0:0:0:ffff:127.0.0.1]:PORT/out.png",
    "https://[64:ff9b::7f00:1]:PORT/out.png",
    "https://[fe80::1%25lo]:PORT/out.png",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0251.0376.0251.0376/",
    "https://2852039166/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://100.100.100.200/latest/meta-data/",
    "https://10.0.0.1/out.png",
    "https://172.16.0.1/out.png",
    "https://192.168.0.1/out.png",
    "https://127.0.0.1.nip.io:PORT/out.png",
    "https://①②⑦.⓪.⓪.①:PORT/out.png",
    "https://127。0。0。1:PORT/out.png",
    "https://localhost%00.replicate.delivery:PORT/out.png",
    "https://replicate.delivery%2f@127.0.0.1:PORT/out.png",
    "https://replicate.delivery%23@127.0.0.1:PORT/out.png",
    "https://replicate.delivery:443@127.0.0.1:PORT/out.png",
    "https://127.0.0.1:PORT%2f.replicate.delivery/out.png",
    "https://127.0.0.1%09.replicate.delivery/out.png",
    "https://replicate.delivery\t@127.0.0.1:PORT/out.png",
    "https://127.0.0.1:PORT;replicate.delivery/out.png",
    "https://-replicate.delivery./out.png",
    "https://replicate.delivery./out.png",
    "https:replicate.delivery/out.png",
    "https:/127.0.0.1:PORT/out.png",
    "https://replicate.delivery:443:PORT/out.png",
    "wss://replicate.delivery/out.png",
    "unix:///var/run/docker.sock",
    "dict://127.0.0.1:PORT/info",
    "ldap://127.0.0.1:PORT/",
    "jar:https://replicate.delivery!/out.png",
    "view-source:https://replicate.delivery/out.png",
)


def test_there_are_eighty_ways_to_ask_for_what_is_not_fetched() -> None:
    assert len(set(FORBIDDEN)) >= 80


@pytest.mark.parametrize("address", FORBIDDEN)
def test_where_we_do_not_fetch_from_nobody_is_called(
    canary: Canary, dialed: list[str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolve_to(monkeypatch, "93.184.215.14")
    refused = refusal(Fetcher(), address.replace("PORT", str(canary.port)))
    assert isinstance(refused, PermanentError)
    assert refused.code == "bad_output"
    assert dialed == []


@pytest.mark.parametrize(
    "address", [*FORBIDDEN[:16], "//127.0.0.1:PORT/x", "http://[", "https://\\.replicate.delivery/"]
)
def test_a_redirect_leads_nowhere_else(host: Host, fetcher: Fetcher, canary: Canary, address: str) -> None:
    moved = host.redirect("/moved", address.replace("PORT", str(canary.port)))
    refusal(fetcher, moved)
    assert len(host.asked) == 1


@pytest.mark.parametrize("to", ["/moved", ""])
def test_a_redirect_without_an_end_is_left(host: Host, fetcher: Fetcher, to: str) -> None:
    refused = refusal(fetcher, host.redirect("/moved", to))
    assert (str(refused), type(refused)) == ("too many redirects", PermanentError)
    assert len(host.asked) == fetching.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "private",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "192.0.2.1", "255.255.255.255"),
    ],
)
def test_a_name_that_stands_for_a_private_address_is_not_called(
    dialed: list[str], monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    resolve_to(monkeypatch, private)
    assert isinstance(refusal(Fetcher(), f"https://pictures.{OWN}/out.png"), TemporaryError)
    assert dialed == []


def test_a_name_is_called_at_the_very_address_that_was_checked(
    dialed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "10.0.0.1", "93.184.215.14")
    refusal(Fetcher(), f"https://pictures.{OWN}/out.png")
    assert dialed == ["93.184.215.14"]


@pytest.mark.parametrize("name", [OWN, f"pictures.{OWN}", f"a.b.{OWN}", f"PICTURES.{OWN.upper()}", "cdn.example.org"])
def test_allowed_names_are_called(dialed: list[str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    resolve_to(monkeypatch, "93.184.215.14")
    refusal(Fetcher(("CDN.example.org",)), f"https://{name}/out.png")
    assert dialed == ["93.184.215.14"]


def test_an_origin_that_the_operator_allows_is_that_origin_alone(host: Host, canary: Canary) -> None:
    fetcher = Fetcher((f"{host.url}/",))
    assert fetcher.fetch(host.serve("/out.png", PICTURE)) == PICTURE
    for other in (f"http://127.0.0.1:{canary.port}/out.png", host.url.replace("http:", "https:") + "/out.png"):
        assert isinstance(refusal(fetcher, other), PermanentError)


def test_a_name_that_cannot_be_found_may_be_found_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert isinstance(refusal(Fetcher(), f"https://{OWN}/out.png"), TemporaryError)


@pytest.mark.parametrize("is_vouched_for", [False, True])
def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_vouched_for: bool
) -> None:
    authority = certificates.write(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    server = Host(context)
    if is_vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    fetcher = Fetcher((server.url,))
    address = server.serve("/out.png", PICTURE)
    if is_vouched_for:
        assert fetcher.fetch(address) == PICTURE
    else:
        assert "ConnectError" in str(refusal(fetcher, address))
        assert server.asked == []
    server.close()
