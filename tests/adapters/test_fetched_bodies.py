"""What is fetched, over real HTTP: whole pictures within limits of size and time, from servers good and bad."""

import base64
import resource
import time
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from imagegarden.providers.base import Finished, PermanentError, ProviderError, TemporaryError
from imagegarden.providers.replicate import fetching
from imagegarden.providers.replicate.fetching import Fetcher
from tests import servers
from tests.fakes.output_host import PICTURE, Host
from tests.fakes.replicate.client import FakeReplicate, running
from tests.fakes.replicate_provider import make_provider, order
from tests.processes import wait_for


@pytest.fixture
def host() -> Iterator[Host]:
    started = Host()
    yield started
    started.close()


@pytest.fixture
def fetcher(host: Host) -> Fetcher:
    return Fetcher((host.url,))


def refusal(fetcher: Fetcher, address: str) -> ProviderError:
    with pytest.raises(ProviderError) as refused:
        fetcher.fetch(address)
    return refused.value


def test_nothing_about_us_is_sent(host: Host, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    address = host.serve("/out.png", PICTURE, {"Set-Cookie": "who=us; Path=/"})
    for _ in range(2):
        fetcher.fetch(address)
    for _, headers in host.asked:
        assert not {"cookie", "authorization", "referer", "proxy-authorization"} & set(headers)


@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><html>Just a moment...</html>", b"", b"\x89PNG", b"GIF89a" + b"x" * 99, b"<svg/>", b"{}"],
    ids=lambda body: body[:10].decode("latin-1"),
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(host: Host, fetcher: Fetcher, body: bytes) -> None:
    refused = refusal(fetcher, host.serve("/out.png", body, {"Content-Type": "image/png"}))
    assert refused.code == "bad_output"


@pytest.mark.parametrize("status", [204, 206, 401, 403, 404, 410, 429, 500, 503])
def test_an_output_that_is_not_there_may_come_back(host: Host, fetcher: Fetcher, status: int) -> None:
    refused = refusal(fetcher, host.serve("/out.png", PICTURE if status != 204 else b"", status=status))
    assert isinstance(refused, TemporaryError)
    assert refused.code == "output_gone"


def test_less_than_was_announced_is_fetched_again(host: Host, fetcher: Fetcher) -> None:
    address = host.serve("/out.png", PICTURE[:-10], {"Content-Length": str(len(PICTURE))})
    assert isinstance(refusal(fetcher, address), TemporaryError)


@pytest.mark.alone
def test_what_says_that_it_is_too_large_is_not_read(host: Host, fetcher: Fetcher) -> None:
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n" + PICTURE
    address = host.pour("/out.png", first, bytes(65536))
    started = time.monotonic()
    assert str(refusal(fetcher, address)) == "an output of 2147483648 bytes"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("length", ["", "-1", "many", "²", "9" * 30, "9" * 5000])
def test_a_length_that_is_none_is_survived(host: Host, fetcher: Fetcher, length: str) -> None:
    address = host.serve("/out.png", PICTURE, {"Content-Length": length})
    assert isinstance(refusal(fetcher, address), ProviderError)


def test_what_has_no_end_is_cut_at_the_limit_in_little_memory(host: Host, fetcher: Fetcher) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    address = host.pour("/out.png", b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE, bytes(1 << 20))
    refused = refusal(fetcher, address)
    assert (str(refused), type(refused)) == ("an output has no end", PermanentError)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


DRIPS = {
    "a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + PICTURE[:100], b"x"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" + PICTURE[:8] + b"\r\n", b"1\r\nx\r\n"),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a status line": (b"HTTP/1.1 200 O", b"K"),
}


@pytest.mark.alone
@pytest.mark.parametrize("drip", DRIPS)
def test_what_drips_is_ended_in_time(host: Host, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, drip: str) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    first, then = DRIPS[drip]
    started = time.monotonic()
    refused = refusal(fetcher, host.pour("/out.png", first, then, pause=0.05))
    assert (type(refused), refused.code) == (TemporaryError, "output_gone")
    assert 0.4 < time.monotonic() - started < 3


@pytest.mark.alone
def test_redirects_share_one_time_limit(host: Host, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    host.redirect("/moved", "/out.png")
    address = host.pour("/out.png", *DRIPS["a body"], pause=0.05)
    started = time.monotonic()
    refusal(fetcher, address.replace("/out.png", "/moved"))
    assert time.monotonic() - started < 3
    # The next fetch has all of its time again.
    assert fetcher.fetch(host.serve("/good.png", PICTURE)) == PICTURE


@pytest.mark.alone
def test_silence_is_ended_sooner(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SILENCE_SECONDS", 0.2)
    fetcher = Fetcher((host.url,))
    started = time.monotonic()
    assert isinstance(refusal(fetcher, host.pour("/out.png", b"", b"", pause=5)), TemporaryError)
    assert time.monotonic() - started < 3


def inline(content: bytes, head: str = "data:image/png;base64") -> str:
    return f"{head},{base64.b64encode(content).decode()}"


def test_an_inline_picture_is_read() -> None:
    assert Fetcher().fetch(inline(PICTURE)) == PICTURE


@pytest.mark.parametrize(
    "address",
    [
        "data:",
        "data:,",
        "data:image/png,abc",
        "data:image/png;base64,",
        "data:image/png;base64,!!!!",
        "data:image/png;base64,é",
        "data:image/png;base64,iVBORw0KGg",
        inline(b"<html>no picture</html>"),
        inline(b"<html>no picture</html>", "data:text/html;base64"),
    ],
)
def test_an_inline_output_that_is_no_picture_is_refused(address: str) -> None:
    assert refusal(Fetcher(), address).code == "bad_output"


def test_an_inline_output_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", len(PICTURE) - 1)
    assert isinstance(refusal(Fetcher(), inline(PICTURE)), PermanentError)


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeReplicate]:
    log = tmp_path_factory.mktemp("fake") / "log"
    with running(log, starting=0.02, processing=0.05, output_scale=0.125) as fake:
        yield fake


def outputs(fake: FakeReplicate, running_servers: servers.Servers, fault: str) -> tuple[str, ...]:
    provider = make_provider(fake.url, running_servers.redis_url)
    wanted = order(prompt=f"fault:{fault} a pond", count=1)
    job_id = provider.start(wanted).job_id

    def look() -> Finished | None:
        answer = provider.check(job_id, wanted)
        return answer if isinstance(answer, Finished) else None

    return wait_for(look, what="the prediction").outputs


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("output_html", TemporaryError, "bad_output"),
        ("output_404", TemporaryError, "output_gone"),
        ("output_500", TemporaryError, "output_gone"),
        ("output_reset", TemporaryError, "output_gone"),
        ("output_truncated", TemporaryError, "output_gone"),
        ("output_stall", TemporaryError, "output_gone"),
        ("output_hang", TemporaryError, "output_gone"),
        ("output_slow=100", TemporaryError, "output_gone"),
        ("output_huge", PermanentError, "bad_output"),
        ("output_huge=chunked", PermanentError, "bad_output"),
        ("output_redirect", PermanentError, "bad_output"),
        ("output_redirect=http://127.0.0.1:1/", PermanentError, "bad_output"),
        ("output_foreign", PermanentError, "bad_output"),
    ],
)
def test_each_way_to_deliver_badly_has_its_own_end(
    fake: FakeReplicate,
    running_servers: servers.Servers,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    kind: type[ProviderError],
    code: str,
) -> None:
    monkeypatch.setattr(fetching, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(fetching, "MAX_SECONDS", 1.0 if "huge" not in fault else 30.0)
    [address] = outputs(fake, running_servers, fault)
    refused = refusal(Fetcher((fake.url,)), address)
    assert (type(refused), refused.code) == (kind, code), refused


@pytest.mark.parametrize("fault", ["output_wrong_type", "output_data", "output_slow=200000"])
def test_a_picture_is_a_picture_whatever_it_is_called(
    fake: FakeReplicate, running_servers: servers.Servers, fault: str
) -> None:
    [address] = outputs(fake, running_servers, fault)
    Image.open(BytesIO(Fetcher((fake.url,)).fetch(address))).load()


def test_half_a_file_that_says_it_is_whole_is_found_when_it_is_decoded(
    fake: FakeReplicate, running_servers: servers.Servers
) -> None:
    [address] = outputs(fake, running_servers, "output_cut")
    content = Fetcher((fake.url,)).fetch(address)
    with pytest.raises(OSError, match=r"truncat|decod|identify"):
        Image.open(BytesIO(content)).load()
