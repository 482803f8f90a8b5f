"""The list of people: found by the beginning of an address or a name, narrowed, sorted and paged."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.admin import people as pages
from imagegarden.domain import people
from imagegarden.domain.people import Group, Order
from imagegarden.models import Role, User, UserStatus
from tests import factories


def person(session: Session, name: str, **choices: Any) -> User:
    return factories.person(session, email=f"{name}@example.com", **choices)


def names(client: FlaskClient, query: str = "") -> list[str]:
    """Whom a page shows, in order."""
    answer = client.get(f"/admin/users{query}")
    assert answer.status_code == 200
    return re.findall(r'<a class="table-link" href="/admin/users/\d+">([^@<]+)@', answer.text)


def row(client: FlaskClient, name: str) -> str:
    rows = re.findall(r'<tr role="row">.*?</tr>', client.get("/admin/users").text, re.DOTALL)
    (found,) = [one for one in rows if f">{name}@" in one]
    return str(found)


def test_a_row_says_who_it_is_and_what_they_have(session: Session, admin_client: FlaskClient, now: datetime) -> None:
    ada = person(session, "ada")
    factories.give(session, ada, 1200)
    factories.make_premium(session, ada)
    for _ in range(3):
        factories.generation(ada)
    shown = re.sub(r"<[^>]+>|\s+", " ", row(admin_client, "ada"))
    assert " ".join(shown.split()).startswith(f"ada@example.com ada Premium {ada.id} 3 1,202")
    assert "Free" in row(admin_client, "admin")


def test_the_newest_come_first_unless_asked_otherwise(
    session: Session, admin: User, admin_client: FlaskClient, now: datetime
) -> None:
    for number, name in enumerate(("ann", "bob", "cleo")):
        person(session, name, at=now - timedelta(days=10 - number))
    assert names(admin_client) == ["admin", "cleo", "bob", "ann"]
    assert names(admin_client, "?order=oldest") == ["ann", "bob", "cleo", "admin"]
    assert names(admin_client, "?order=sideways") == ["admin", "cleo", "bob", "ann"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ada", ["adam", "ada"]),
        ("ADA@EX", ["ada"]),
        ("  ada@example.com ", ["ada"]),
        ("lovelace", ["ada"]),
        ("da", []),
        ("%", []),
        ("_da", []),
        ("a_a", []),
        ("\\", []),
        ("%00ada", ["adam", "ada"]),
        ("99999999999999999999999", []),
        ("x" * 3000, []),
    ],
)
def test_people_are_found_by_the_beginning_of_their_address_or_name(
    session: Session, admin_client: FlaskClient, now: datetime, typed: str, found: list[str]
) -> None:
    person(session, "ada", at=now - timedelta(days=2)).username = "Lovelace"
    person(session, "adam", at=now - timedelta(days=1))
    session.commit()
    query = typed if typed.startswith("%00") else typed.replace("%", "%25").replace(" ", "+").replace("\\", "%5C")
    assert names(admin_client, f"?q={query}") == found


def test_people_are_found_by_their_id(session: Session, admin_client: FlaskClient) -> None:
    assert names(admin_client, f"?q={person(session, 'ada').id}") == ["ada"]


def test_what_was_searched_for_stays_in_the_form_and_nobody_says_so(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/users?q=%3Cb%3E&show=staff&order=oldest").text
    assert 'name="q" value="&lt;b&gt;"' in page
    assert '<option value="staff" selected>' in page
    assert '<option value="oldest" selected>' in page
    assert "Nobody was found" in page


def test_people_are_narrowed_to_a_group(session: Session, admin_client: FlaskClient, now: datetime) -> None:
    factories.make_premium(session, person(session, "rich"))
    person(session, "poor")
    person(session, "helper", role=Role.SUPPORT)
    person(session, "rude").status = UserStatus.SUSPENDED
    person(session, "owing").flagged_at = now
    gone = person(session, "gone")
    gone.status, gone.deleted_at = UserStatus.DELETED, now
    session.commit()
    groups = {
        Group.ALL: {"admin", "rich", "poor", "helper", "rude", "owing"},
        Group.PREMIUM: {"rich"},
        Group.FREE: {"admin", "poor", "helper", "rude", "owing"},
        Group.STAFF: {"admin", "helper"},
        Group.SUSPENDED: {"rude"},
        Group.FLAGGED: {"owing"},
        Group.DELETED: {"gone"},
    }
    assert set(groups) == set(Group)
    for group, expected in groups.items():
        assert set(names(admin_client, f"?show={group}")) == expected, group


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gaps_or_repeats(
    session: Session,
    admin_client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    order: Order,
) -> None:
    monkeypatch.setattr(pages, "PAGE", 3)
    # Several of one moment: the id decides.
    for number in range(7):
        person(session, f"p{number}", at=now - timedelta(days=1 + number // 3))
    whole = names(admin_client, f"?order={order}&q=p")
    seen, query = list(whole), f"?order={order}&q=p"
    for _ in range(5):
        more = re.search(r'class="button load-more" href="([^"]+)"', admin_client.get(f"/admin/users{query}").text)
        if more is None:
            break
        query = more[1].replace("&amp;", "&").removeprefix("/admin/users")
        seen += names(admin_client, query)
    assert len(seen) == 7
    assert len(set(seen)) == 7


@pytest.mark.parametrize("after", ["nonsense", "%00", "MjAyNg", "é"])
def test_a_place_that_is_none_is_the_beginning(admin_client: FlaskClient, after: str) -> None:
    assert names(admin_client, f"?after={after}") == ["admin"]


def test_a_page_takes_two_queries_whatever_its_length(
    session: Session, now: datetime, count_queries: Callable[[], Any]
) -> None:
    for number in range(12):
        factories.generation(person(session, f"p{number}"))
    for limit in (1, 12):
        session.rollback()
        with count_queries() as seen:
            assert len(people.list_people(session, now=now, limit=limit)) == limit
        assert len(seen) == 2
