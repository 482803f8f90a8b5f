"""What nginx does by itself: whom it believes, what it lets through, and what it says while the site is away."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.processes import free_port
from tests.stack.front_door import Echo, FrontDoor, echo_site, find_nginx, front_door

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="there is no nginx: make test-programs installs it")

at_each_door = pytest.mark.parametrize(
    ("path", "shape"), [("/create", "page"), ("/api/v1/generations", "problem"), ("/v1/images/generations", "openai")]
)


@pytest.fixture
def site() -> Iterator[Echo]:
    with echo_site() as echo:
        yield echo


@pytest.fixture
def door(site: Echo, tmp_path: Path) -> Iterator[FrontDoor]:
    with front_door(tmp_path / "nginx", [site.port]) as found:
        yield found


@pytest.fixture
def door_of_nobody(tmp_path: Path) -> Iterator[FrontDoor]:
    with front_door(tmp_path / "nginx", [free_port()]) as found:
        yield found


def shape_of(answer: httpx.Response) -> str:
    kind = answer.headers["Content-Type"].partition(";")[0]
    if kind == "text/html":
        assert "Image Garden" in answer.text
        return "page"
    content = answer.json()
    if kind == "application/problem+json":
        assert content["status"] == answer.status_code
        assert content["request_id"] == answer.headers["X-Request-Id"]
        return "problem"
    assert set(content["error"]) == {"message", "type", "param", "code"}
    return "openai"


def test_plain_http_is_sent_to_tls(door: FrontDoor) -> None:
    answer = httpx.get(f"{door.plain_url}/gallery?page=2")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{str(door.client.base_url).rstrip('/')}/gallery?page=2"


def handshake(door: FrontDoor, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    url = door.client.base_url
    with socket.create_connection((url.host, url.port or 443)) as line, context.wrap_socket(line) as tls:
        return tls.version(), tls.selected_alpn_protocol()


def test_browsers_get_http_2_by_tls_1_3_or_1_2(door: FrontDoor) -> None:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    assert handshake(door, context) == ("TLSv1.3", "h2")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert handshake(door, context) == ("TLSv1.2", "h2")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_older_tls_is_refused(door: FrontDoor) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        handshake(door, context)


def test_what_a_stranger_says_about_where_they_come_from_is_gone(door: FrontDoor) -> None:
    lies = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=9.9.9.9",
        "X-Real-IP": "9.9.9.9",
        "X-Request-Id": "chosen-by-a-stranger",
    }
    answer = door.client.get("/gallery", headers=lies)
    sent = {name.lower(): value for name, value in answer.json()["headers"].items()}
    assert sent["x-forwarded-for"] == "127.0.0.1"
    assert sent["x-forwarded-proto"] == "https"
    assert sent["x-forwarded-host"] == sent["host"] == door.client.base_url.netloc.decode()
    assert not {"forwarded", "x-real-ip", "x-forwarded-prefix"} & set(sent)
    assert sent["x-request-id"] == answer.headers["X-Request-Id"] != "chosen-by-a-stranger"


def test_built_files_are_sent_by_nginx_and_kept_for_ever(door: FrontDoor, site: Echo) -> None:
    built = next(Path("imagegarden/static/dist").glob("app-*.css"), None)
    if built is None:
        pytest.skip("the front end is not built")
    answer = door.client.get(f"/static/dist/{built.name}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert site.seen == []


def test_a_picture_is_sent_by_nginx_with_what_the_site_said_about_it(door: FrontDoor, site: Echo) -> None:
    (door.folder / "media/ab").mkdir()
    (door.folder / "media/ab/picture.webp").write_bytes(b"0123456789")
    site.headers = {
        "Content-Type": "image/webp",
        "X-Accel-Redirect": "/protected-media/ab/picture.webp",
        "ETag": '"of-the-content"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": 'attachment; filename="image-garden.webp"',
    }
    answer = door.client.get("/media/0/original")
    assert answer.content == b"0123456789"
    for name, value in site.headers.items():
        if name != "X-Accel-Redirect":
            assert answer.headers.get_list(name) == [value]
    assert "Last-Modified" not in answer.headers
    part = door.client.get("/media/0/original", headers={"Range": "bytes=2-4", "If-Range": '"of-the-content"'})
    assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    other = door.client.get("/media/0/original", headers={"Range": "bytes=2-4", "If-Range": '"of-another"'})
    assert (other.status_code, other.content) == (200, b"0123456789")


def test_stored_files_have_no_address_of_their_own(door: FrontDoor) -> None:
    (door.folder / "media/picture.webp").write_bytes(b"secret")
    assert door.client.get("/protected-media/picture.webp").status_code == 404


def test_the_figures_of_the_site_are_for_this_machine_alone(door: FrontDoor, site: Echo) -> None:
    assert door.client.get("/metrics", headers={"Authorization": "Bearer right"}).status_code == 404
    assert site.seen == []


@at_each_door
def test_what_is_too_large_is_refused_as_who_asked_reads_it(door: FrontDoor, site: Echo, path: str, shape: str) -> None:
    answer = door.client.post(path, content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code == 413
    assert shape_of(answer) == shape
    assert site.seen == []


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [
        ("/uploads", 20.06),
        ("/api/v1/uploads", 20.06),
        ("/edit/0/inpaint", 24),
        ("/v1/images/variations", 20.06),
        ("/v1/images/edits", 40.06),
        ("/webhooks/replicate/0/token", 8),
    ],
)
def test_pictures_that_the_site_takes_come_through(door: FrontDoor, path: str, megabytes: float) -> None:
    size = int(megabytes * 1024 * 1024)
    assert door.client.post(path, content=b"x" * size).json()["bytes"] == size
    assert door.client.post(path, content=b"x" * (size + 1024 * 1024)).status_code == 413


@at_each_door
def test_while_the_site_is_away_people_and_programs_are_told_to_come_again(
    door_of_nobody: FrontDoor, path: str, shape: str
) -> None:
    answer = door_of_nobody.client.get(path)
    assert answer.status_code == 503
    assert shape_of(answer) == shape
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Cache-Control"] == "no-store"


@at_each_door
def test_a_flag_keeps_everybody_out(door: FrontDoor, site: Echo, path: str, shape: str) -> None:
    door.close_with_a_flag()
    answer = door.client.post(path)
    assert (answer.status_code, shape_of(answer)) == (503, shape)
    assert answer.headers["Retry-After"] == "30"
    assert "x-should-retry" not in answer.headers
    assert site.seen == []


def test_openais_clients_do_not_ask_again_for_what_may_be_under_way(door: FrontDoor, site: Echo) -> None:
    site.hangs_up = True
    answer = door.client.post("/v1/images/generations", content=b"{}")
    assert (answer.status_code, answer.headers["x-should-retry"]) == (503, "false")
    named = door.client.post("/v1/images/generations", content=b"{}", headers={"Idempotency-Key": "mine"})
    assert "x-should-retry" not in named.headers


def test_what_changes_something_is_never_sent_twice(tmp_path: Path) -> None:
    with echo_site() as one, echo_site() as other:
        one.hangs_up = other.hangs_up = True
        with front_door(tmp_path / "nginx", [one.port, other.port]) as door:
            assert door.client.post("/create", content=b"prompt=fox").status_code == 503
            assert len(one.seen) + len(other.seen) == 1


def test_what_only_reads_is_asked_of_the_next(tmp_path: Path) -> None:
    with echo_site() as one, echo_site() as other:
        one.hangs_up = True
        with front_door(tmp_path / "nginx", [one.port, other.port]) as door:
            assert [door.client.get("/gallery").status_code for _ in range(4)] == [200] * 4
        assert one.seen


def test_a_process_that_is_not_there_costs_no_request(site: Echo, tmp_path: Path) -> None:
    with front_door(tmp_path / "nginx", [free_port(), site.port]) as door:
        assert [door.client.post("/create").status_code for _ in range(4)] == [200] * 4


def test_a_page_with_thirty_pictures_opened_again_and_again_meets_no_limit(door: FrontDoor) -> None:
    for _ in range(5):
        paths = ["/gallery", "/create/updates", *(f"/media/{number}/thumbnail" for number in range(30))]
        assert {door.client.get(path).status_code for path in paths} == {200}


def test_a_flood_meets_a_limit_that_it_can_read(door: FrontDoor) -> None:
    refused = [answer for _ in range(250) if (answer := door.client.get("/api/v1/models")).status_code != 200]
    assert refused
    assert refused[0].status_code == 429
    assert shape_of(refused[0]) == "problem"
    assert refused[0].json()["code"] == "rate_limited"
    assert refused[0].headers["Retry-After"] == "5"


def test_the_log_tells_no_query_and_no_secret_link(door: FrontDoor) -> None:
    for path in (
        "/gallery?q=a+red+fox",
        "/s/secret-token/preview",
        "/webhooks/replicate/0/secret-token",
        "/shown/secret",
    ):
        door.client.get(path, headers={"Referer": "https://garden.example.com/gallery?q=a+red+fox"})
    lines = door.log_lines(4)
    assert [line["path"] for line in lines] == ["/gallery", "/s/...", "/webhooks/replicate/...", "/shown/..."]
    assert [line["status"] for line in lines] == [200] * 4
    written = (door.folder / "run/access.log").read_text() + (door.folder / "errors.log").read_text()
    assert "fox" not in written
    assert "secret" not in written


def test_what_goes_wrong_is_written_down_without_the_query(door_of_nobody: FrontDoor) -> None:
    door_of_nobody.client.get("/gallery?q=a+red+fox")
    assert door_of_nobody.log_lines(1)[0]["upstream_status"] == "502"
    assert "fox" not in (door_of_nobody.folder / "errors.log").read_text()


def test_no_answer_tells_the_version_of_nginx(door: FrontDoor) -> None:
    answer = door.client.get("/metrics")
    assert answer.headers["Server"] == "nginx"
    assert "nginx/" not in answer.text
