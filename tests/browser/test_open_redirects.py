"""Where a browser goes that follows what this site answers: never anywhere else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from imagegarden.extensions import limiter
from imagegarden.models import User
from tests import factories
from tests.off_site import OFF_SITE

SITE = "https://garden.example"


def leaving(chromium: Browser, page_of: str, locations: list[str]) -> list[str]:
    """Those places of an answer to a page that a browser would look for off the site."""
    page = chromium.new_page()
    resolve = "([to, page]) => { try { return new URL(to, page).origin } catch { return 'nowhere' } }"
    found = [one for one in locations if page.evaluate(resolve, [one, f"{SITE}{page_of}"]) != SITE]
    page.close()
    return found


def test_there_are_sixty_spellings_and_a_browser_leaves_for_most_of_them(chromium: Browser) -> None:
    assert len(OFF_SITE) >= 60
    assert len(leaving(chromium, "/login", list(OFF_SITE))) > 40


def test_after_the_log_in_nobody_is_sent_off_this_site(
    app: Flask, chromium: Browser, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", False)
    data = {"email": user.email, "password": factories.PASSWORD}
    locations = []
    for target in OFF_SITE:
        answer = app.test_client().post("/login", query_string={"next": target}, data=data)
        assert (answer.status_code, len(answer.headers.getlist("Location"))) == (303, 1), target
        locations.append(answer.location)
    assert leaving(chromium, "/login", locations) == []


def test_after_an_act_on_many_pictures_nobody_is_sent_off_this_site(
    app: Flask, session: Session, user: User, signed_in_client: FlaskClient, chromium: Browser
) -> None:
    picture = factories.stored_picture(session, user, app.extensions["adapters"].store)
    locations = []
    for target in OFF_SITE:
        answer = signed_in_client.post("/gallery/star", data={"ids": str(picture.uuid), "back": target})
        assert (answer.status_code, len(answer.headers.getlist("Location"))) == (303, 1), target
        locations.append(answer.location)
    assert leaving(chromium, "/gallery/star", locations) == []


@pytest.mark.parametrize("referrer", OFF_SITE)
def test_whoever_was_signed_out_comes_back_to_a_page_of_this_site(
    client: FlaskClient, chromium: Browser, referrer: str
) -> None:
    answer = client.post(
        "/create", headers={"Referer": referrer.translate({10: "", 13: "", 0: ""}).encode().decode("latin-1")}
    )
    assert answer.status_code == 303
    assert leaving(chromium, "/create", [answer.location]) == []
