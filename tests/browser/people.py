"""People in front of browsers: somebody new, somebody who logs in, and what a browser complains about."""

import re
import time

from playwright.sync_api import APIResponse, Browser, BrowserContext, ConsoleMessage, Page

from tests.processes import CSRF, wait_for

PASSWORD = "violet otter kite harbor"
# The administrator of the sites that all tests share (conftest.py).
OWNER = "owner@garden.example"
# The code stands in its letter as one word.
CODE = re.compile(r"<code>(\d{6})</code>")
TELL = """document.addEventListener("securitypolicyviolation", (found) =>
    console.error(`Content Security Policy: ${found.violatedDirective} ${found.blockedURI}`))"""


def context(chromium: Browser, faults: list[str], width: int = 1440, **more: object) -> BrowserContext:
    """A browser of somebody's own, with a window as wide as that."""
    made = chromium.new_context(
        viewport={"width": width, "height": 900 if width > 800 else 740},
        accept_downloads=True,
        **more,  # type: ignore[arg-type]
    )
    made.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    made.on(
        "console",
        lambda said: (
            faults.append(said.text) if said.type == "error" and "Content Security Policy" in said.text else None
        ),
    )
    return made


def someone(chromium: Browser, faults: list[str], url: str, width: int = 1440, **more: object) -> Page:
    """A new person's browser; what it reports of the policy or logs as an error is a fault."""

    def note(said: ConsoleMessage) -> None:
        # The browser and htmx log every answer of 400 and more, which is what some of this is about.
        if said.type == "error" and not said.text.startswith(("Failed to load resource", "htmx:", "Response Status")):
            faults.append(said.text)

    made = context(chromium, faults, width, **more)
    made.on("console", note)
    made.add_init_script(TELL)
    page = made.new_page()
    sign_up(page, url)
    return page


def sign_up(page: Page, url: str) -> str:
    """Make an account and log in here, without its pages, which test_story looks at; returns the address."""
    email = f"robin-{time.time_ns()}@garden.example"
    _send(page, f"{url}/signup", email=email, password=PASSWORD)
    _send(page, f"{url}/signup/verify", code=code_for(page, url, email))
    _send(page, f"{url}/login", email=email, password=PASSWORD)
    page.goto(f"{url}/create")
    return email


def _send(page: Page, address: str, **fields: str) -> APIResponse:
    """Send a form as this browser."""
    token = CSRF.search(page.request.get(address).text())
    assert token is not None, address
    answer = page.request.post(address, form={"csrf_token": token[1], **fields}, max_redirects=0)
    assert answer.status == 303, (address, answer.status, answer.text())
    return answer


def code_for(page: Page, url: str, email: str) -> str:
    """The newest code that was mailed to this address."""

    def found() -> str | None:
        letters = page.request.get(f"{url}/outbox").text().split('<article class="letter">')
        return next((code[1] for one in letters if email in one and (code := CODE.search(one))), None)

    return wait_for(found, what=f"a letter to {email}")


def log_in(page: Page, url: str, email: str) -> None:
    """Log in by the page; where one arrives depends on where one was going."""
    page.goto(f"{url}/login")
    page.get_by_label("E-mail").fill(email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
