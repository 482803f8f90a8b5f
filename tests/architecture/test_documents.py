"""Documents say what is so."""

import re
from pathlib import Path

import yaml

from config import Settings
from imagegarden.cli.settings import table
from imagegarden.web import metrics, traffic

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


def test_alerts_watch_what_is_told() -> None:
    rules = yaml.safe_load((DOCS / "alerts.yml").read_text())
    asked = set(re.findall(r"image_garden_[a-z_]+", str([rule["expr"] for rule in rules["groups"][0]["rules"]])))
    source = Path(metrics.__file__).read_text() + Path(traffic.__file__).read_text()
    told = {f"image_garden_{name}" for name in re.findall(r'"([a-z_]+)",', source)}
    told |= set(re.findall(r'"(image_garden_[a-z_]+)"', source))
    assert {re.sub(r"_(total|bucket)$", "", name) for name in asked} - told == set()
