"""How large a request may be follows from the plan, begins and ends with it, and is seen before the click."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import generations, periods, specs
from imagegarden.domain.errors import PremiumRequired
from imagegarden.domain.plans import Allowance, Tier
from imagegarden.models import Generation, User, Via
from imagegarden.providers import catalogue
from tests import factories

PLANS = {
    Tier.FREE: Allowance(per_hour=1000, at_once=100, outputs=2, film_seconds=6),
    Tier.PREMIUM: Allowance(per_hour=1000, at_once=100, outputs=4, film_seconds=10),
}


@pytest.fixture
def as_usual(app: Flask) -> Iterator[None]:
    """The limits that the site has when nobody sets any."""
    before = app.extensions["settings"]
    usual = {"pictures_per_request": 2, "film_seconds": 6}
    app.extensions["settings"] = before.model_copy(update=usual)
    yield
    app.extensions["settings"] = before


def counts(page: str) -> list[str]:
    """The numbers of pictures that can be chosen."""
    return re.findall(r'id="count-\d" name="count" value="(\d)"(?: checked)?>', page)


def submit(session: Session, user: User, **asked: Any) -> Generation:
    spec = specs.parse(models=tuple(catalogue.MODELS.values()), **{"prompt": "a pond", **asked})
    return generations.submit(
        session,
        user_id=user.id,
        spec=spec,
        request_key=f"{asked}",
        via=Via.WEB,
        allowances=PLANS,
        now=factories.now(),
    )


def test_free_has_two_pictures_at_once_and_premium_four(session: Session, user: User) -> None:
    with pytest.raises(PremiumRequired) as refusal:
        submit(session, user, count=3)
    assert refusal.value.message == "You can have 2 pictures at once; with Premium, 4. You were not charged."
    factories.make_premium(session, user)
    assert submit(session, user, count=4).count == 4
    periods.end_all(session, user_id=user.id, reason="over", now=factories.now())
    with pytest.raises(PremiumRequired):
        submit(session, user, count=3)


@pytest.mark.usefixtures("as_usual")
def test_only_what_the_plan_has_can_be_chosen(session: Session, user: User, signed_in_client: FlaskClient) -> None:
    assert counts(signed_in_client.get("/create").text) == ["1", "2"]
    factories.make_premium(session, user)
    assert counts(signed_in_client.get("/create").text) == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("as_usual")
def test_more_than_the_plan_has_is_refused_in_words(session: Session, signed_in_client: FlaskClient) -> None:
    answer = signed_in_client.post("/create", data={"prompt": "a pond", "count": "4", "request_key": "key-of-four"})
    assert answer.status_code == 403
    assert "You can have 2 pictures at once" in answer.text
    assert "a pond" in answer.text
    assert session.scalar(select(func.count(Generation.id))) == 0


def test_a_model_is_narrowed_to_what_a_plan_has_and_keeps_its_shortest_film() -> None:
    film = dataclasses.replace(
        catalogue.MODELS["hailuo-02"], durations=(6,), durations_of={"768p": (6, 10)}, max_count=4
    )
    narrow = film.within(count=2, seconds=6)
    assert (narrow.max_count, narrow.durations_at("768p"), narrow.durations_at("1080p")) == (2, (6,), (6,))
    assert film.within(count=4, seconds=10).durations_at("768p") == (6, 10)
    assert film.within(count=1, seconds=1).durations_at("768p") == (6,)


def test_free_films_are_shorter(session: Session, user: User) -> None:
    film: dict[str, Any] = {"kind": "video", "model": "wan-2.2", "resolution": "480p", "count": 1}
    factories.give(session, user, 50)
    with pytest.raises(PremiumRequired) as refusal:
        submit(session, user, duration=7, **film)
    assert refusal.value.message == "Your films can be 6 s long; with Premium, 10 s. You were not charged."
    assert submit(session, user, duration=5, **film).params["duration"] == 5
    factories.make_premium(session, user)
    assert submit(session, user, duration=7, **film).params["duration"] == 7
