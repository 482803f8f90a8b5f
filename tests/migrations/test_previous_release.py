"""The release before runs on today's schema: people sign in, make a picture and buy, with its code on our tables."""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from imagegarden.db import db
from imagegarden.domain import ledger
from imagegarden.models import Generation, GenerationStatus, Media, Payment, Period
from tests import factories
from tests.garden_site import garden_site
from tests.processes import ROOT, Browser, process, wait_for
from tests.servers import Servers
from tests.site_processes import CLOCK, WORKER, SiteProcesses

# The release before is the last tag. Until there is one: the last state before 0010.
BEFORE_THE_FIRST_TAG = "d187b7e47842380cb80276d2748699eab9aa02f9"


def git(*words: str) -> str | None:
    """What git says; None when it refuses."""
    done = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


@pytest.fixture
def code_of_before(tmp_path: Path) -> Iterator[Path]:
    """The files of the release before, in a folder of their own."""
    commit = git("describe", "--tags", "--abbrev=0", "HEAD^") or BEFORE_THE_FIRST_TAG
    if git("cat-file", "-e", f"{commit}^{{commit}}") is None:
        pytest.skip(f"This clone is shallow: {commit} is not in it (git fetch --unshallow --tags).")
    folder = tmp_path / "release of before"
    folder.mkdir()
    archive = subprocess.run(("git", "archive", commit), cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(("tar", "-x", "-C", str(folder)), input=archive, check=True)
    built = ROOT / "imagegarden" / "static" / "dist"
    if built.exists():
        shutil.copytree(built, folder / "imagegarden" / "static" / "dist")
    newest = max(path.name[:4] for path in (folder / "migrations" / "versions").glob("0*.py"))
    ours = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("0*.py"))
    print(f"code of {commit[:12]} (schema {newest}) on schema {ours}")
    yield folder


@pytest.mark.full
def test_the_release_before_runs_on_todays_schema(
    running_servers: Servers, tmp_path: Path, code_of_before: Path
) -> None:
    with garden_site(running_servers, tmp_path / "site", login_limit="1000 per minute") as site:
        with site.app.app_context():
            user = factories.person(db.session(), sign_up_credits=10)
            # What today's code has made is read by that of before.
            factories.generation(user, prompt="of today")
            email, user_id = user.email or "", user.id
            db.session.remove()
        with running(site, code_of_before) as url:
            use(site, url, email)
        with site.app.app_context():
            session = db.session()
            assert set(session.scalars(select(Generation.status))) == {GenerationStatus.SUCCEEDED}
            assert session.scalar(select(func.count(Media.id))) == 3
            assert session.scalar(select(func.count(Payment.id)).where(Payment.user_id == user_id)) == 1
            assert session.scalar(select(func.count(Period.id)).where(Period.user_id == user_id)) == 1
            assert ledger.check(session) == []
            session.rollback()
            db.session.remove()


@contextlib.contextmanager
def running(site: SiteProcesses, code: Path) -> Iterator[str]:
    """Web, worker and clock of another release on this site's database and files; its address."""
    env = {**site.env, "PORT": str(site.settings.port)}
    bind = f"127.0.0.1:{site.settings.port}"
    web = (*(sys.executable, "-m", "gunicorn", "wsgi:app", "--worker-class", "gthread", "--threads", "8"),)
    with contextlib.ExitStack() as stack:
        for name, command in {"web": (*web, "--no-control-socket", "--bind", bind), "worker": WORKER, "clock": CLOCK}.items():
            stack.enter_context(process(command, env, site.folder / f"before-{name}.log", cwd=code))

        def is_there() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"http://{bind}/healthz", timeout=2).status_code == 200
            return False

        wait_for(is_there, what="the release before")
        try:
            yield f"http://{bind}"
        finally:
            for log in site.folder.glob("before-*.log"):
                print(f"--- {log.name}\n{log.read_text()[-2000:]}")


def use(site: SiteProcesses, url: str, email: str) -> None:
    """Sign in, make a picture, buy a pass with pretend money."""
    browser = Browser(url)
    browser.log_in(email)
    answer = browser.post("/create", prompt="of before", count="1", request_key="of-before-0001")
    assert answer.status_code == 303, answer.text[:500]

    def ended() -> bool:
        with site.app.app_context():
            left = db.session.scalar(select(func.count()).where(Generation.finished_at.is_(None)))
            db.session.remove()
            return left == 0

    wait_for(ended, seconds=60, what="the pictures")
    assert "of before" in browser.http.get("/gallery").text
    bought = browser.post("/premium/buy", plan="pass")
    assert bought.status_code == 303, bought.text[:500]
    place = re.search(r"/premium/checkout/([0-9a-f-]{36})", bought.headers["Location"])
    assert place
    paying = {"purchase": place[1], "outcome": "paid"}
    wait_for(lambda: browser.post("/test-gateway/pay", **paying).status_code == 200, what="the purchase to be paid")

    def has_premium() -> bool:
        with site.app.app_context():
            found = db.session.scalar(select(func.count(Period.id)))
            db.session.remove()
            return bool(found)

    wait_for(has_premium, seconds=60, what="the days that were paid")
    for page in ("/gallery", "/billing", "/credits", "/premium", "/create"):
        assert browser.http.get(page).status_code == 200, page
    browser.http.close()
