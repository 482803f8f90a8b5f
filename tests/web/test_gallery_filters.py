"""What the address of the gallery says: tabs, filters, days, pages, and what is no answer to any of them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.generate.gallery import PAGE
from imagegarden.models import Media, MediaKind, MediaOrigin, User
from imagegarden.web.shapes import shape_class
from tests import factories

HTMX = {"HX-Request": "true"}


def picture(user: User, **more: Any) -> Media:
    made: Media = factories.MediaFactory(user_id=user.id, origin=MediaOrigin.UPLOAD, title="pond.jpg", **more)
    return made


@pytest.fixture
def made(session: Session, user: User) -> list[str]:
    """Two pictures and a film, with different words."""
    chosen = []
    for prompt, more in (("a heron", {}), ("a fox", {"width": 1600}), ("a wave", {"kind": MediaKind.VIDEO})):
        generation = factories.generation(user, prompt=prompt)
        chosen.append(factories.MediaFactory(user_id=user.id, generation_id=generation.id, **more).uuid)
    session.commit()
    return [str(uuid) for uuid in chosen]


def shown(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'data-tile="([^"]+)"', client.get(path).text)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [2, 1, 0]),
        ("?show=images", [1, 0]),
        ("?show=videos", [2]),
        ("?show=nonsense", [2, 1, 0]),
        ("?sort=oldest", [0, 1, 2]),
        ("?q=heron", [0]),
        ("?q=++", [2, 1, 0]),
        ("?ratio=16:9", [1]),
        ("?ratio=7:1&style=none&model=none&shared=maybe&from=x&to=2026-02-31", [2, 1, 0]),
        ("?model=garden&style=art&show=images", [1, 0]),
        ("?shared=no", [2, 1, 0]),
        ("?shared=yes", []),
        ("?from=1970-01-02&to=9000-01-01", [2, 1, 0]),
        ("?from=0001-01-01&to=9999-12-31", [2, 1, 0]),
        ("?to=2001-01-01", []),
        ("?q=%00", [2, 1, 0]),
        ("?after=nonsense&before=nonsense", [2, 1, 0]),
    ],
)
def test_the_address_says_what_is_shown(
    signed_in_client: FlaskClient, made: list[str], query: str, places: list[int]
) -> None:
    assert shown(signed_in_client, f"/gallery{query}") == [made[place] for place in places]


def test_filters_in_use_are_named_and_each_can_be_taken_away(signed_in_client: FlaskClient, made: list[str]) -> None:
    page = signed_in_client.get("/gallery?q=heron&ratio=1:1&from=2026-01-02&shared=no").text
    chips = dict(re.findall(r'class="chip" href="([^"]+)"><span>([^<]+)<', page))
    assert list(chips.values()) == ["“heron”", "1:1", "From 2 Jan 2026", "Only mine"]
    assert "/gallery?ratio=1:1&amp;from=2026-01-02&amp;shared=no" in chips
    assert ">Clear all<" in page


def test_tabs_keep_the_filters(signed_in_client: FlaskClient, made: list[str]) -> None:
    page = signed_in_client.get("/gallery?q=heron").text
    assert 'href="/gallery?show=starred&amp;q=heron"' in page


def test_a_search_that_finds_nothing_says_how_to_search(signed_in_client: FlaskClient, made: list[str]) -> None:
    page = signed_in_client.get("/gallery?q=zebra").text
    assert "Nothing was found" in page
    assert "Clear all filters" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/gallery", "Nothing planted yet"),
        ("/gallery?show=videos", "No films yet"),
        ("/gallery?show=uploads", "No pictures of your own yet"),
        ("/gallery?show=starred", "No stars yet"),
        ("/gallery?show=trash", "The trash is empty"),
    ],
)
def test_every_kind_of_nothing_says_what_to_do(signed_in_client: FlaskClient, path: str, words: str) -> None:
    assert words in signed_in_client.get(path).text


def test_a_piece_of_the_page_brings_its_tabs_and_its_plain_address(
    signed_in_client: FlaskClient, made: list[str]
) -> None:
    answer = signed_in_client.get("/gallery?q=heron&model=&style=&from=", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/gallery?q=heron"
    assert 'id="gallery-tabs"' in answer.text
    assert "<html" not in answer.text


def test_pages_lead_on_and_back(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    moment = datetime(2026, 3, 3, 12, tzinfo=UTC)
    made = [str(picture(user, created_at=moment + timedelta(minutes=n)).uuid) for n in range(3 * PAGE)][::-1]
    session.commit()
    first = signed_in_client.get("/gallery").text
    assert 'data-endless="newer"' not in first
    older = re.findall(r'<a [^>]*href="([^"]+)"[^>]*data-endless="older"', first)[0]
    second = signed_in_client.get(older, headers=HTMX).text
    assert re.findall(r'data-tile="([^"]+)"', second) == made[PAGE : 2 * PAGE]
    assert 'data-endless="newer"' not in second
    newer = re.findall(r'<a [^>]*href="([^"]+)"[^>]*data-endless="newer"', signed_in_client.get(older).text)[0]
    back = signed_in_client.get(newer, headers=HTMX).text
    assert re.findall(r'data-tile="([^"]+)"', back) == made[:PAGE]
    assert "data-endless" not in back


def test_after_the_last_there_is_nothing_further(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    picture(user)
    session.commit()
    past = signed_in_client.get("/gallery?after=MTk3MS0wMS0wMVQwMDowMDowMCswMDowMCAx").text
    assert "There is nothing further" in past


def days(client: FlaskClient) -> list[str]:
    return re.findall(r"data-heading>([^<]+)<", client.get("/gallery").text)


def test_days_are_called_today_yesterday_and_by_their_date(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    for ago in (timedelta(0), timedelta(days=1)):
        picture(user, created_at=factories.now() - ago)
    picture(user, created_at=datetime(2025, 11, 14, 12, tzinfo=UTC))
    session.commit()
    assert days(signed_in_client) == ["Today", "Yesterday", "14 November 2025"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Kolkata", "15 November 2025"),
        ("America/New_York", "14 November 2025"),
        ("Etc/GMT+5", "14 November 2025"),
        ("nowhere/at_all", "14 November 2025"),
        ("../../../etc/passwd", "14 November 2025"),
        ("x" * 3000, "14 November 2025"),
    ],
)
def test_days_are_those_of_the_readers_time_zone(
    session: Session, signed_in_client: FlaskClient, user: User, zone: str, day: str
) -> None:
    picture(user, created_at=datetime(2025, 11, 14, 20, tzinfo=UTC))
    session.commit()
    signed_in_client.set_cookie("zone", zone)
    assert days(signed_in_client) == [day]
    assert len(shown(signed_in_client, f"/gallery?from={'2025-11-15' if day.startswith('15') else '2025-11-14'}")) == 1
    assert shown(signed_in_client, "/gallery?from=2025-11-16") == []


def test_the_same_queries_whatever_is_asked_for(
    session: Session, signed_in_client: FlaskClient, made: list[str], count_queries: Callable[[], Any]
) -> None:
    counts = set()
    for query in ("", "?q=heron", "?show=trash", "?show=starred", "?model=garden&style=art&ratio=1:1&from=2026-01-01"):
        with count_queries() as seen:
            signed_in_client.get(f"/gallery{query}")
        counts.add(len(seen))
    assert len(counts) == 1


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (1024, 1024, "shape-p0"),
        (1024, 512, "shape-p35"),
        (512, 1024, "shape-m35"),
        (5000, 100, "shape-p70 is-extreme"),
        (1, 9000, "shape-m70 is-extreme"),
    ],
)
def test_a_box_has_the_shape_of_its_picture(width: int, height: int, name: str) -> None:
    assert shape_class(width, height) == name
