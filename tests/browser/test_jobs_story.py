"""Jobs, the queue and models in a real browser: each act of the staff with its line in the audit log."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import queue_samples
from imagegarden.models import Generation, GenerationStatus, Role, User
from tests import factories, turns
from tests.browser.conftest import SMALL_AND_DARK, looks
from tests.browser.holding_up import hold_up, hold_up_as_it_is
from tests.browser.people import context
from tests.garden_site import garden_site
from tests.servers import Servers
from tests.site_processes import SiteProcesses

ADMIN, OWNER = "ada@garden.example", "bob@garden.example"


@pytest.fixture(scope="module")
def garden(running_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcesses]:
    """A site without workers, with an administrator and a person who asks for things."""
    with garden_site(running_servers, tmp_path_factory.mktemp("site"), login_limit="1000 per minute") as site:
        with site.app.app_context():
            factories.person(db.session(), email=ADMIN, role=Role.ADMIN)
            factories.person(db.session(), email=OWNER, sign_up_credits=500)
            queue_samples.take(db.session(), now=now() - timedelta(minutes=3))
            db.session.commit()
        yield site


@pytest.fixture(scope="module")
def url(garden: SiteProcesses) -> Iterator[str]:
    with garden.web() as address:
        yield address


def job(garden: SiteProcesses, status: GenerationStatus | None = None, prompt: str = "nobody's business") -> str:
    """The short id of a job in this state; waiting without one."""
    with garden.app.app_context():
        session = db.session()
        factories.use(session)
        owner = session.query(User).filter_by(email=OWNER).one()
        made: Generation = factories.generation(owner, prompt=prompt)
        if status is not None:
            turns.begin(session, made, now())
            if status == GenerationStatus.SUCCEEDED:
                factories.MediaFactory(generation_id=made.id, user_id=owner.id)
            turns.end(session, made, now(), status, error_code="timed_out" if status == "failed" else None)
        session.commit()
        return str(made.uuid)[:8]


def staff(chromium: Browser, faults: list[str], url: str, width: int = 1440, **more: object) -> Page:
    return someone(chromium, faults, url, ADMIN, width, **more)


def someone(chromium: Browser, faults: list[str], url: str, email: str, width: int = 1440, **more: object) -> Page:
    page = context(chromium, faults, width, **more).new_page()
    page.goto(f"{url}/login")
    page.fill("#email", email)
    page.fill("#password", factories.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/create")
    return page


def open_job(page: Page, url: str, short_id: str) -> None:
    page.goto(f"{url}/admin/jobs")
    page.get_by_label("Id", exact=True).fill(short_id)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=short_id).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Job {short_id}")
    assert "nobody's business" not in page.content()


def do(page: Page, place: str, button: str | re.Pattern[str]) -> None:
    """Send one of the forms, first without a reason."""
    page.locator(f"#{place} > summary").click()
    page.get_by_role("button", name=button).click()
    expect(page.locator(f"#{place}-reason-error")).to_contain_text("Say why")
    page.locator(f"#{place}").get_by_label("Reason").fill(f"a test of {place}")
    page.get_by_role("button", name=button).click()


def audited(page: Page, words: str, reason: str) -> None:
    row = page.locator("table.acts tbody tr").first
    for expected in (words, reason, ADMIN):
        expect(row).to_contain_text(expected)


def test_a_waiting_job_is_found_woken_and_canceled(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str]
) -> None:
    page = staff(chromium, faults, url)
    open_job(page, url, job(garden))
    do(page, "wake", "Wake it now")
    expect(page.get_by_text("It is woken: a worker looks at it now.")).to_be_visible()
    audited(page, "Woke a job", "a test of wake")
    do(page, "cancel", "Cancel the job")
    expect(page.get_by_text("It is canceled.")).to_be_visible()
    audited(page, "Canceled a job", "a test of cancel")
    expect(page.locator("details.act")).to_have_count(0)
    page.context.close()


def test_a_job_is_refunded_and_its_owner_reads_it(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str]
) -> None:
    page, theirs = staff(chromium, faults, url), someone(chromium, faults, url, OWNER)
    open_job(page, url, job(garden, GenerationStatus.SUCCEEDED, "a heron at dawn"))
    do(page, "refund", "Give back 1 credit")
    expect(page.get_by_text("1 credit given back.")).to_be_visible()
    audited(page, "Refunded a job", "a test of refund")
    theirs.goto(f"{url}/credits")
    line = theirs.locator("table.ledger tbody tr").first
    for words in ("Refunded", "a heron at dawn", "+1"):
        expect(line).to_contain_text(words)
    page.context.close()
    theirs.context.close()


def test_what_failed_runs_again_at_our_cost(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str]
) -> None:
    page, theirs = staff(chromium, faults, url), someone(chromium, faults, url, OWNER)
    before = theirs.locator("#credit-pill").inner_text()
    open_job(page, url, job(garden, GenerationStatus.FAILED))
    do(page, "again", "Run it again")
    expect(page.get_by_text("It runs again, as job")).to_be_visible()
    audited(page, "Ran a job again", "a test of again")
    page.locator(".person-data").get_by_role("link", name=re.compile("^Job ")).click()
    expect(page.locator(".person-head .badge").first).to_have_text("Queued")
    expect(page.get_by_text("at our cost")).to_be_visible()
    theirs.reload()
    assert theirs.locator("#credit-pill").inner_text() == before
    page.context.close()
    theirs.context.close()


def test_a_model_is_stopped_and_started_again(chromium: Browser, url: str, faults: list[str]) -> None:
    page, theirs = staff(chromium, faults, url), someone(chromium, faults, url, OWNER)
    page.goto(f"{url}/admin/jobs/models")
    do(page, "switch-garden-fill", "Stop Fill")
    expect(page.get_by_text("Fill is stopped: nothing begins on it.")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("Stopped")
    page.goto(f"{url}/admin/audit")
    expect(page.locator("table.acts tbody tr").first).to_contain_text("Stopped a model garden-fill")
    page.goto(f"{url}/admin/jobs/models")
    do(page, "switch-garden-fill", "Start Fill")
    expect(page.get_by_text("Fill is started again.")).to_be_visible()
    page.goto(f"{url}/admin/audit")
    expect(page.locator("table.acts tbody tr").first).to_contain_text("Started a model again garden-fill")
    page.context.close()
    theirs.context.close()


def test_the_queues_present_comes_by_itself(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str]
) -> None:
    page = staff(chromium, faults, url)
    page.goto(f"{url}/admin/jobs/queue")
    waiting = page.locator("#queue-now dd").first
    count = int(waiting.inner_text())
    job(garden)
    expect(waiting).to_have_text(str(count + 1), timeout=15_000)
    page.get_by_role("link", name="Week").click()
    expect(page.get_by_role("link", name="Week")).to_have_attribute("aria-current", "page")
    page.context.close()


def test_without_scripts_a_job_is_found_and_woken(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str]
) -> None:
    page = staff(chromium, faults, url, java_script_enabled=False)
    open_job(page, url, job(garden))
    do(page, "wake", "Wake it now")
    expect(page.get_by_text("It is woken: a worker looks at it now.")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(("width", "theme"), looks(1440, 768, 360, usual=SMALL_AND_DARK))
def test_every_page_about_jobs_is_accessible_and_never_scrolls_sideways(
    chromium: Browser, garden: SiteProcesses, url: str, faults: list[str], theme: str, width: int
) -> None:
    done, failed = job(garden, GenerationStatus.SUCCEEDED), job(garden, GenerationStatus.FAILED)
    page = staff(chromium, faults, url, width, color_scheme=theme, reduced_motion="reduce")
    for path in ("", "?state=stuck", "?q=nothing-like-it", "/queue", "/queue?span=week", "/models"):
        hold_up(page, f"{url}/admin/jobs{path}")
    page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
    hold_up_as_it_is(page)
    for short_id in (job(garden), done, failed):
        open_job(page, url, short_id)
        page.evaluate("document.querySelectorAll('details.act').forEach((act) => { act.open = true })")
        hold_up_as_it_is(page)
    page.context.close()
