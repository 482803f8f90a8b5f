"""Production as it is delivered: through https and nginx, with the commands of docker-compose.yml."""

import re
import time

import httpx
import pytest
import redis
from playwright.sync_api import Browser, Page, expect

from tests.processes import CSRF, wait_for
from tests.servers import Servers, enterable_folder
from tests.stack.whole_stack import SECRETS, Stack, running_stack

PASSWORD = "violet otter kite harbor"
TOO_LARGE = 25 * 1024 * 1024
STRANGER = "203.0.113"


def sign_up(page: Page, stack: Stack) -> None:
    email = f"robin-{time.time_ns()}@garden.example"
    page.goto(f"{stack.url}/signup")
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/signup/verify")
    page.get_by_label("Code").fill(stack.mailbox.code_for(email))
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/login")
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")


def make_a_picture_and_leave(chromium: Browser, stack: Stack) -> None:
    """The browser's story: sign up, make a picture, see it in the gallery, log out."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_up(page, stack)
    page.get_by_label("Prompt", exact=True).fill("a lotus pond at dawn")
    page.get_by_role("button", name=re.compile("^Create")).click()
    expect(page.locator("[data-batch]").first.locator("a[href^='/i/'] img")).to_have_count(2, timeout=60_000)
    page.goto(f"{stack.url}/gallery")
    pictures = page.locator("a[href^='/i/'] img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    answer = page.request.get(f"{stack.url}{pictures.first.get_attribute('src')}")
    assert answer.status == 200
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    page.goto(f"{stack.url}/create")
    page.evaluate("document.querySelector('form[action=\"/logout\"]').requestSubmit()")
    page.wait_for_url("**/login")
    assert page.request.get(f"{stack.url}/gallery", max_redirects=0).status in {302, 303}
    context.close()


def test_somebody_makes_a_picture_and_nginx_sends_it(chromium: Browser, stack: Stack) -> None:
    make_a_picture_and_leave(chromium, stack)
    assert any((stack.front / "media").rglob("*"))


@pytest.mark.full
def test_somebody_makes_a_picture_that_lies_in_a_store(chromium: Browser, running_servers: Servers) -> None:
    with enterable_folder() as folder, running_stack(running_servers, folder, in_store=True) as stack:
        make_a_picture_and_leave(chromium, stack)
        assert not any((stack.front / "media").rglob("*"))


def test_a_backup_is_made_at_the_start(stack: Stack) -> None:
    wait_for(lambda: list((stack.folder / "backups").glob("*")), what=f"a backup: {stack.said('backup')}")
    assert "failed" not in stack.said("backup")


def test_figures_are_for_those_inside(stack: Stack) -> None:
    token = {"Authorization": f"Bearer {SECRETS['metrics_token']}"}
    with stack.client(headers=token) as client:
        assert client.get("/metrics").status_code == 404
    site = stack.at(stack.webs[0])
    # What counts requests begins with the first one.
    assert httpx.get(f"{site}/login", trust_env=False).status_code == 200
    inside = httpx.get(f"{site}/metrics", headers=token, trust_env=False)
    assert inside.status_code == 200
    assert "image_garden_requests" in inside.text


def test_25_megabytes_are_refused_in_the_form_of_who_asked(stack: Stack) -> None:
    body = b"x" * TOO_LARGE
    with stack.client() as client:
        page = client.post("/uploads", files={"file": body}, headers={"Accept": "text/html"})
        assert page.status_code == 413
        assert "too large" in page.text
        problem = client.post("/api/v1/uploads", files={"file": body})
        assert problem.status_code == 413
        assert problem.json()["code"] == "request_entity_too_large"
        openai = client.post("/v1/images/variations", files={"image": body})
        assert openai.status_code == 413
        assert openai.json()["error"]["code"] == "request_entity_too_large"


def test_a_made_up_address_changes_no_key_of_a_limit(stack: Stack) -> None:
    def keys() -> set[str]:
        with redis.Redis.from_url(stack.given["REDIS_URL"], decode_responses=True) as server:
            return {key for key in server.scan_iter(count=1000) if "log" in key.lower()}

    with stack.client() as client:
        token = CSRF.search(client.get("/login").text)
        assert token
        form = {"csrf_token": token[1], "email": "nobody@garden.example", "password": "a wrong password"}
        referer = {"Referer": f"{stack.url}/login"}
        before = keys()
        seen = []
        for number in range(3):
            address = f"{STRANGER}.{number}"
            lies = {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}
            assert client.post("/login", data=form, headers={**referer, **lies}).status_code == 422
            seen.append(keys() - before)
    assert seen[0]
    assert seen[0] == seen[1] == seen[2]
    assert STRANGER not in stack.said("web")


def test_built_files_come_as_the_pages_name_them(stack: Stack) -> None:
    with stack.client() as client:
        address = re.search(r'href="(/static/dist/app-[^"]+\.css)"', client.get("/").text)
        assert address
        answer = client.get(address[1])
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        # Of a release that is no longer here, web is asked; it has none, either.
        assert client.get("/static/dist/app-OLD.css").status_code == 404


def test_with_web_away_people_read_that_it_will_be_back(stack: Stack) -> None:
    addresses, stack.names.addresses = stack.names.addresses, ["127.0.0.250"]
    with stack.client(headers={"Accept": "text/html"}) as client:
        try:
            wait_for(lambda: client.get("/").status_code == 503, what="nginx to miss web")
            page = client.get("/")
            assert page.headers["Retry-After"] == "30"
            assert "back" in page.text
        finally:
            stack.names.addresses = addresses
        wait_for(lambda: client.get("/").status_code == 200, what="nginx to find web again")
