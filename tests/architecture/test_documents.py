"""Documents say what is so."""

import re
from pathlib import Path

import yaml

from config import Settings
from imagegarden import app, mail, redis_client, storage
from imagegarden.cli.settings import table
from imagegarden.domain import steps
from imagegarden.payments import razorpay
from imagegarden.providers.replicate import client, fetching
from imagegarden.web import metrics, traffic
from imagegarden.worker import app as worker
from tests import dependencies

DOCS = Path("docs")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def test_the_table_of_settings_is_that_of_the_code() -> None:
    assert table() in (DOCS / "operating.md").read_text(), "docs/operating.md: paste what `flask settings` prints"


def test_every_setting_is_explained_to_operators() -> None:
    named = set(re.findall(r"^\| `([A-Z0-9_]+)`", table(), re.MULTILINE))
    assert {name.upper() for name in Settings.model_fields} - named == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [*Path().glob("*.md"), *DOCS.rglob("*.md")]
    dead = [
        f"{page}: {link}"
        for page in pages
        for link in LINK.findall(page.read_text())
        if not (page.parent / link.strip()).exists()
    ]
    assert dead == []


def test_how_long_others_are_waited_for_is_what_the_code_says() -> None:
    told = (DOCS / "operating.md").read_text()
    rows = {row.split(" | ")[0].strip("| "): row for row in told.splitlines() if row.count("|") == 5}
    assert f"{app.POOL_TIMEOUT_SECONDS} s for a free connection" in rows["PostgreSQL"]
    assert f"{redis_client.TIMEOUT_SECONDS} s, then it rests for {redis_client.REST_SECONDS} s" in rows["Valkey"]
    assert f"{client.CONNECT_SECONDS} s to connect, {client.ANSWER_SECONDS} s for an answer" in rows["Replicate"]
    assert f"{fetching.SILENCE_SECONDS} s of silence, {fetching.MAX_SECONDS} s in all" in rows["pictures at Replicate"]
    assert f"{steps.MAX_TRIES} times" in rows["pictures at Replicate"]
    connect, answer = razorpay.TIMEOUTS
    assert f"{connect} s to connect, {answer} s for an answer" in rows["Razorpay"]
    assert f"{worker.REPORT_TRIES} times" in rows["Razorpay"]
    patience = f"{storage.CONNECT_SECONDS} s to connect, {storage.ANSWER_SECONDS} s for a part of a file"
    assert f"{patience} | {storage.RETRIES} times within {storage.RETRY_SECONDS} s" in rows["the object store"]
    assert f"{mail.TIMEOUT_SECONDS} s | {worker.MAIL_TRIES} times" in rows["the mail server"]


def test_alerts_watch_what_is_told() -> None:
    rules = yaml.safe_load((DOCS / "alerts.yml").read_text())
    asked = set(re.findall(r"image_garden_[a-z_]+", str([rule["expr"] for rule in rules["groups"][0]["rules"]])))
    source = Path(metrics.__file__).read_text() + Path(traffic.__file__).read_text()
    told = {f"image_garden_{name}" for name in re.findall(r'"([a-z_]+)",', source)}
    told |= set(re.findall(r'"(image_garden_[a-z_]+)"', source))
    assert {re.sub(r"_(total|bucket)$", "", name) for name in asked} - told == set()


def test_every_package_that_runs_is_listed_with_its_license() -> None:
    told = (DOCS / "dependencies.md").read_text().splitlines()
    missing = [row for row in dependencies.table().splitlines() if row not in told]
    assert missing == [], "docs/dependencies.md: paste what `python -m tests.dependencies` prints"
    assert "| unknown |" not in "".join(told)


REQUIREMENT = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# Of the standard's levels 1 and 2, those that bite in a product like this.
REQUIRED = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.10 1.3.6 1.3.7 1.3.11 2.2.1 2.2.2 2.3.1 2.3.2 2.3.3 2.3.4 2.4.1 3.3.1 3.3.2 3.3.4
3.4.1 3.4.3 3.4.4 3.4.6 3.5.1 3.5.3 3.5.8 3.7.2 4.1.1 4.1.3 4.1.4 5.2.1 5.2.2 5.2.4 5.2.6 5.3.2 5.4.1 6.2.1
6.2.4 6.3.1 6.3.2 6.3.8 6.4.1 6.5.1 6.5.2 6.5.3 6.5.5 6.6.2 6.6.3 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.5.1
8.2.1 8.2.2 8.2.3 8.3.2 11.4.2 11.5.1 12.2.1 12.3.2 13.1.2 13.1.3 13.2.4 13.3.1 13.4.1 13.4.2 13.4.5 14.2.1
14.3.2 15.1.3 15.2.2 15.3.2 15.3.3 15.4.2 16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.5.1 16.5.2 16.5.3
"""


def test_every_requirement_of_the_standard_names_tests_that_exist() -> None:
    told = {number: tests for number, _, _, tests in REQUIREMENT.findall((DOCS / "asvs.md").read_text())}
    assert sorted(told) == sorted(REQUIRED.split())
    for number, tests in told.items():
        named = NAMED_TEST.findall(tests)
        assert named, f"{number} names no test"
        for path, name in named:
            assert f"def {name}(" in Path(path).read_text(), f"{number}: {path}::{name}"
