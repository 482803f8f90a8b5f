"""Words that would be commands to a database are words: on every page, in every field of its address."""

import re
import time
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.extensions import limiter
from imagegarden.generate.films import FILM_LINKABLE
from imagegarden.generate.forms import LINKABLE
from imagegarden.models import Generation, Media, User
from tests import factories
from tests.architecture.test_routes import path_of, rules

BREAKS = ("'", '"', "')", "'))", "';", "\\'", "$$", "1")
COMMANDS = (
    *(
        " OR 1=1--",
        " OR 'a'='a",
        " AND 1=0--",
        " UNION SELECT NULL--",
        " UNION SELECT email, password_hash FROM users--",
    ),
    *(
        "; DROP TABLE users;--",
        "; SELECT pg_sleep(5);--",
        "||(SELECT pg_sleep(5))||",
        " AND 1=CAST(version() AS int)--",
    ),
    *(" ORDER BY 99--", "; COPY users TO '/tmp/x';--", "/**/OR/**/1=1#", " LIMIT 0 OFFSET 99999--"),
)
# Nearly what those that sleep ask for.
SLEEP_SECONDS = 4
PAYLOADS = [f"{breaks}{command}" for breaks, command in product(BREAKS, COMMANDS)]
SOURCES = Path("imagegarden")
ASKED = re.compile(
    r"""(?:request\.args|asked)(?:\.get\(|\[)"(\w+)"|asked\("(\w+)"\)|chosen\(\w+, "(\w+)"|^    (\w+) = \w+Field\(""",
    re.MULTILINE,
)
# What is named by its id: what is none is not found, and nothing else is looked at then.
IDS = {"reuse", "preset", "image"}
# What takes part in lists that search: a word that nobody wrote finds nothing.
SEARCHES = ("/gallery", "/prompts", "/admin/users", "/admin/jobs", "/admin/payments", "/admin/audit")
FOUND = re.compile(
    r'data-tile=|class="prompt-words|<tr[^>]* role="row"|href="/admin/(?:users|jobs|payments)/[\w-]{1,36}"'
)


def names() -> set[str]:
    """Every name that a page reads from its address."""
    found = {name for path in SOURCES.rglob("*.py") for one in ASKED.findall(path.read_text()) for name in one}
    return (found | set(LINKABLE) | set(FILM_LINKABLE)) - {""}


@pytest.fixture
def looked_at(app: Flask, session: Session, user: User, monkeypatch: pytest.MonkeyPatch) -> Media:
    """A picture of somebody's, which the pages show; and nobody is slowed down."""
    monkeypatch.setattr(limiter, "enabled", False)
    return factories.stored_picture(session, user, app.extensions["adapters"].store)


def ask(client: FlaskClient, path: str, query: dict[str, str]) -> tuple[int, float]:
    """The status of an answer, and how many seconds it took."""
    began = time.perf_counter()
    with client.get(path, query_string=query) as answer:
        return answer.status_code, time.perf_counter() - began


def walk(
    app: Flask, session: Session, clients: list[FlaskClient], picture: Media, payloads: list[str]
) -> tuple[int, list[str]]:
    """How many pages were asked for, and what is wrong with the answers."""
    faults, walked = [], 0
    asked = names()
    before = session.scalar(select(func.count()).select_from(Generation))
    for rule, method in rules(app):
        if method != "GET" or rule.endpoint in ("static", "generate.download_zip"):
            continue
        path = path_of(rule, media_uuid=str(picture.uuid), first=str(picture.uuid), user_id=str(picture.user_id))
        for client in clients:
            for payload, fields in product(payloads, (asked - IDS, asked & IDS)):
                query = dict.fromkeys(sorted(fields), payload)
                walked += 1
                status, seconds = ask(client, path, query)
                # A busy machine is late once; a command that sleeps is late each time.
                if status >= 500 or (seconds > SLEEP_SECONDS and ask(client, path, query)[1] > SLEEP_SECONDS):
                    faults.append(f"{path} with {payload!r}: {status} in {seconds:.1f} s")
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Generation)) == before
    return walked, faults


def test_there_are_a_hundred_of_them_and_the_pages_read_names() -> None:
    assert len(PAYLOADS) >= 100
    assert {"q", "before", "after", "days", "sort", "reuse", "who", "order"} <= names()


def test_no_page_takes_words_for_commands(
    app: Flask, session: Session, signed_in_client: FlaskClient, admin_client: FlaskClient, looked_at: Media
) -> None:
    walked, faults = walk(app, session, [signed_in_client, admin_client], looked_at, PAYLOADS[::35])
    assert faults == []
    assert walked > 400


@pytest.mark.full
@pytest.mark.timeout(900)
def test_no_page_takes_any_of_a_hundred_for_commands(
    app: Flask, session: Session, signed_in_client: FlaskClient, admin_client: FlaskClient, looked_at: Media
) -> None:
    _, faults = walk(app, session, [signed_in_client, admin_client], looked_at, PAYLOADS)
    assert faults == []


@pytest.mark.parametrize("path", SEARCHES)
def test_a_search_for_them_finds_what_a_search_for_nonsense_finds(
    signed_in_client: FlaskClient, admin_client: FlaskClient, looked_at: Media, path: str
) -> None:
    client = admin_client if path.startswith("/admin") else signed_in_client
    field = "who" if path == "/admin/audit" else "q"
    of_nonsense = len(FOUND.findall(client.get(path, query_string={field: "xyzzyx"}).text))
    for payload in PAYLOADS:
        found = FOUND.findall(client.get(path, query_string={field: payload}).text)
        assert len(found) == of_nonsense, payload
