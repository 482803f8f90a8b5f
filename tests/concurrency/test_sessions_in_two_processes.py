"""What ends a session ends it in every web process, its remember-me cookie included, within a second."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from imagegarden.clock import now
from imagegarden.db import db, transaction
from imagegarden.domain import accounts, devices
from imagegarden.models import User, UserSession, UserStatus
from tests import factories
from tests.processes import Browser, environment, wait_for, web

SECONDS = 1.0

pytestmark = pytest.mark.alone
NEW = "violet otter kite harbor"
PAGE = "/profile/security"


@pytest.fixture
def sites(own_settings: Settings, own_app: Flask) -> Iterator[list[str]]:
    """Two web servers of one process each, which share everything behind them."""
    env, folder = environment(own_settings), own_settings.data_dir
    with web(env, folder / "web-1.log", workers=1) as one, web(env, folder / "web-2.log", workers=1) as two:
        yield [one, two]


class Watched:
    """A signed-in browser, and whoever has copied its cookies, at both servers."""

    def __init__(self, sites: list[str], person: User) -> None:
        self.sites = sites
        self.browser = Browser(sites[0])
        self.browser.read_token("/login")
        answer = self.browser.post("/login", email=person.email, password=factories.PASSWORD, remember="y")
        assert answer.status_code == 303
        self.browser.read_token("/gallery")
        cookies = {cookie.name: cookie.value or "" for cookie in self.browser.http.cookies.jar}
        self._session = {"image_garden": cookies["image_garden"]}
        self._remembered = {"image_garden_remember": cookies["image_garden_remember"]}

    def ways_in(self) -> list[bool]:
        """Whether the copied session and the copied cookie still open a page, at each server."""
        return [
            httpx.get(f"{site}/gallery", cookies=kept).status_code == 200
            for site in self.sites
            for kept in (self._session, self._remembered)
        ]

    def dies(self, act: Callable[[], object]) -> float:
        """How long after this act nothing opens any more."""
        # Both processes know the person by now, and would not ask again by themselves.
        assert all(self.ways_in() + self.ways_in())
        act()
        begun = time.monotonic()
        wait_for(lambda: not any(self.ways_in()), seconds=SECONDS, what="the end of every way in")
        return time.monotonic() - begun


def person_of(app: Flask) -> User:
    with app.app_context():
        return factories.person(db.session())


def newest_device(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()
        db.session.commit()
    assert found is not None
    return found


def test_log_out_ends_it(own_app: Flask, sites: list[str]) -> None:
    watched = Watched(sites, person_of(own_app))

    def log_out() -> None:
        assert watched.browser.post("/logout").status_code == 303

    print(f"dead everywhere after {watched.dies(log_out):.2f} s")


def test_a_device_that_is_ended_from_another_one_is_out_and_the_other_stays(own_app: Flask, sites: list[str]) -> None:
    person = person_of(own_app)
    lost = Watched(sites, person)
    device = newest_device(own_app)
    here = Watched(sites[::-1], person)
    lost.dies(lambda: here.browser.post(f"{PAGE}/devices/{device}/end"))
    assert all(here.ways_in())


def test_another_password_ends_it(own_app: Flask, sites: list[str]) -> None:
    person = person_of(own_app)
    other, here = Watched(sites, person), Watched(sites, person)

    def change() -> None:
        answer = here.browser.post(f"{PAGE}/password", old_password=factories.PASSWORD, password=NEW)
        assert answer.status_code == 303, answer.text[:500]

    other.dies(change)
    # The id and the cookie of before are dead on this device, too; the new ones are good at both servers.
    assert not any(here.ways_in())
    for site in sites:
        assert httpx.get(f"{site}/gallery", cookies=dict(here.browser.http.cookies)).status_code == 200


def test_suspension_ends_it(own_app: Flask, sites: list[str]) -> None:
    person = person_of(own_app)
    watched = Watched(sites, person)

    def suspend() -> None:
        with own_app.app_context(), transaction() as session:
            accounts.set_status(
                session, user_id=person.id, status=UserStatus.SUSPENDED, actor_id=None, reason="spam", now=now()
            )

    watched.dies(suspend)


def test_an_operators_own_statement_ends_it(own_app: Flask, sites: list[str]) -> None:
    person = person_of(own_app)
    watched = Watched(sites, person)
    device = newest_device(own_app)

    def end() -> None:
        with own_app.app_context(), transaction() as session:
            devices.end(session, device_id=device, user_id=person.id, now=now())

    watched.dies(end)
