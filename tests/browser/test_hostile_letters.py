"""Words that mean harm, in every letter that has room for words: shown, and never run where mail is read."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template
from jinja2 import meta
from playwright.sync_api import Browser

from imagegarden.clock import now
from tests.hostile import HOSTILE

LETTERS = sorted(path.name for path in Path("imagegarden/templates/mail").glob("*.html") if path.name != "frame.html")


def contents(words: str) -> dict[str, object]:
    """What letters are made of, with the same words wherever there is room for words."""
    moment = now()
    return {
        "told": SimpleNamespace(why=words, prompt=words, at=moment),
        "keeps": timedelta(days=30),
        "standing": SimpleNamespace(paid_until=moment, grace_until=moment),
        "plan": SimpleNamespace(price_paise=50_000, currency="INR", days=30, credits=1600),
        "export": SimpleNamespace(expires_at=moment, bytes=1000),
        "facts": {words: words},
        "is_banned": True,
        "leaves_at": moment,
        "minutes": 10,
        "at": moment,
        "site_url": "https://garden.example",
    }


@pytest.mark.parametrize("name", LETTERS)
def test_no_letter_runs_what_somebody_wrote(app: Flask, chromium: Browser, name: str) -> None:
    source = Path("imagegarden/templates/mail", name).read_text()
    page = chromium.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    with app.test_request_context():
        asked = meta.find_undeclared_variables(app.jinja_env.parse(source)) - set(app.jinja_env.globals)
        # One after the other on one page: what breaks out of its letter runs there as well.
        letters = [
            render_template(f"mail/{name}", **{one: contents(words).get(one, words) for one in asked | {"subject"}})
            for words in HOSTILE
        ]
    page.set_content("".join(letters))
    assert page.evaluate("window.ran") is None
    assert page.locator("body script, body iframe, body svg, body img, body form").count() == 0
    assert len(letters) == len(HOSTILE) >= 200
    assert dialogs == []
    page.close()
