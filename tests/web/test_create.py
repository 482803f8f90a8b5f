"""The Create page: asking for pictures, watching them, stopping them."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.models import Generation, GenerationStatus, User
from tests import factories

HTMX = {"HX-Request": "true"}


def create(client: FlaskClient, headers: dict[str, str] | None = None, **fields: str) -> Any:
    data = {"prompt": "a quiet pond", "request_key": uuid4().hex, **fields}
    return client.post("/create", data=data, headers=headers)


def generations(session: Session) -> int:
    return session.scalar(select(func.count(Generation.id))) or 0


def test_a_prompt_becomes_a_generation_and_the_page_shows_it(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    answer = create(signed_in_client)
    assert (answer.status_code, answer.location) == (303, "/create")
    page = signed_in_client.get("/create").text
    assert "a quiet pond" in page
    assert "#1 in the queue" in page
    assert factories.balance(session, user.id).held == 1


def test_the_price_is_on_the_page_before_the_click(signed_in_client: FlaskClient) -> None:
    page = signed_in_client.get("/create").text
    assert "1 credit" in page
    assert "2 credits" in page


def test_with_htmx_only_pieces_come_back(signed_in_client: FlaskClient) -> None:
    answer = create(signed_in_client, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "a quiet pond" in answer.text
    assert "hx-swap-oob" in answer.text


def test_a_request_sent_twice_is_one_generation(session: Session, signed_in_client: FlaskClient) -> None:
    for _ in range(2):
        assert create(signed_in_client, request_key="once").status_code == 303
    assert generations(session) == 1


@pytest.mark.parametrize("headers", [None, HTMX])
def test_an_empty_prompt_is_refused_beside_the_field(
    session: Session, signed_in_client: FlaskClient, headers: dict[str, str] | None
) -> None:
    answer = create(signed_in_client, prompt="  ", headers=headers)
    assert answer.status_code == 422
    assert "Describe what you want to see." in answer.text
    assert generations(session) == 0


def test_what_was_typed_is_kept_when_something_is_wrong(signed_in_client: FlaskClient) -> None:
    answer = create(signed_in_client, prompt="x" * 2001, seed="nonsense", style="ink")
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text
    assert 'value="nonsense"' in answer.text
    assert "A prompt has at most 2,000 characters." in answer.text
    assert "A seed is a whole number." in answer.text


@pytest.mark.parametrize(
    "fields", [{"count": "9"}, {"style": "cubism"}, {"color": "x"}, {"aspect_ratio": "1:9"}, {"seed": "-4"}]
)
def test_a_choice_that_is_not_offered_is_refused(
    session: Session, signed_in_client: FlaskClient, fields: dict[str, str]
) -> None:
    assert create(signed_in_client, **fields).status_code == 422
    assert generations(session) == 0


@pytest.mark.parametrize("headers", [None, HTMX])
def test_without_enough_credits_price_and_balance_are_said(
    signed_in: Callable[[User], FlaskClient], session: Session, headers: dict[str, str] | None
) -> None:
    client = signed_in(factories.person(session, sign_up_credits=1))
    answer = create(client, prompt="a tall tower of roses", count="4", headers=headers)
    assert answer.status_code == 402
    assert "This costs 2 credits and you have 1." in answer.text
    assert generations(session) == 0


def test_over_the_hourly_limit_the_page_says_when_the_next_is_free(
    session: Session, signed_in: Callable[[User], FlaskClient]
) -> None:
    client = signed_in(factories.person(session, sign_up_credits=20))
    statuses = [create(client).status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]
    assert "You can start 10 generations an hour." in create(client).text


def test_hostile_prompts_are_shown_and_never_run(signed_in_client: FlaskClient) -> None:
    hostile = "<script>alert(1)</script>\" onload='x' {{7*7}} ${7*7}"
    create(signed_in_client, prompt=hostile)
    page = signed_in_client.get("/create").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page


def test_canceling_says_that_nothing_was_charged(session: Session, signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    answer = signed_in_client.post(f"/create/{generation.uuid}/cancel")
    assert answer.status_code == 303
    assert "You were not charged" in signed_in_client.get("/create").text
    assert factories.balance(session, user.id).available == 5


def test_canceling_with_htmx_gives_the_batch_back(signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user)
    answer = signed_in_client.post(f"/create/{generation.uuid}/cancel", headers=HTMX)
    assert answer.status_code == 200
    assert "You were not charged" in answer.text


@pytest.mark.parametrize(
    ("code", "words"),
    [("content_refused", "refused"), ("timed_out", "too long"), ("internal_error", ""), ("something_new", "")],
)
def test_a_failed_one_says_why_and_that_nothing_was_charged(
    session: Session, signed_in_client: FlaskClient, user: User, code: str, words: str
) -> None:
    generation = session.merge(factories.generation(user))
    generation.status, generation.error_code, generation.charged = GenerationStatus.FAILED, code, 0
    generation.finished_at, generation.next_step_at = factories.now(), None
    session.commit()
    page = signed_in_client.get("/create").text
    assert "You were not charged" in page
    assert words in page


def test_updates_are_sent_only_when_something_changed(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    generation = factories.generation(user)
    first = signed_in_client.get("/create/updates", headers=HTMX)
    etag = first.headers["ETag"]
    assert first.status_code == 200
    again = signed_in_client.get("/create/updates", headers={**HTMX, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    kept = session.merge(generation)
    kept.progress = 50
    session.commit()
    changed = signed_in_client.get("/create/updates", headers={**HTMX, "If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_an_earlier_request_can_be_reused(signed_in_client: FlaskClient, user: User) -> None:
    generation = factories.generation(user, prompt="a fern in the rain", style="ink", seed=77, count=4)
    page = signed_in_client.get(f"/create?reuse={generation.uuid}").text
    assert "a fern in the rain</textarea>" in page
    assert 'value="77"' not in page
    assert 'value="77"' in signed_in_client.get(f"/create?reuse={generation.uuid}&seed").text


def test_a_stranger_is_asked_to_log_in(client: FlaskClient) -> None:
    assert client.get("/create").location.startswith("/login")
    answer = client.get("/create/updates", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/login")


def test_the_feed_takes_the_same_queries_for_one_and_for_many(
    signed_in_client: FlaskClient, session: Session, user: User, count_queries: Callable[[], Any]
) -> None:
    factories.give(session, user, 50)

    def queries() -> int:
        with count_queries() as seen:
            assert signed_in_client.get("/create").status_code == 200
        return len(seen)

    factories.generation(user)
    few = queries()
    for _ in range(10):
        generation = factories.generation(user)
        factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    session.commit()
    assert queries() == few


def test_the_feed_goes_on_where_it_ended(signed_in_client: FlaskClient, session: Session, user: User) -> None:
    factories.give(session, user, 50)
    for n in range(15):
        factories.generation(user, prompt=f"pond number {n}.")
    page = signed_in_client.get("/create").text
    assert "pond number 14." in page
    assert "pond number 2." not in page
    older = page.partition("/create/feed?after=")[2].partition('"')[0]
    rest = signed_in_client.get(f"/create/feed?after={older}").text
    assert "pond number 2." in rest
    assert "pond number 14." not in rest


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "====",
        "MjAyNiAx",
        "%00",
        "9" * 500,
        "MjAyNC0wMS0wMVQwMDowMDowMCsyMzo1OSAx",
        "MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OSAx",
    ],
)
def test_a_place_that_is_none_is_the_start(signed_in_client: FlaskClient, after: str) -> None:
    for path in ("/create/feed", "/gallery"):
        assert signed_in_client.get(path, query_string={"after": after}).status_code == 200


def test_a_body_that_is_too_large_is_refused(app: Flask, signed_in_client: FlaskClient) -> None:
    assert create(signed_in_client, prompt="x" * 300_000).status_code == 413


@pytest.mark.parametrize("key", ["\x00", "x" * 65, "spaces are none", ""])
def test_a_request_key_that_we_did_not_make_is_replaced(
    session: Session, signed_in_client: FlaskClient, key: str
) -> None:
    assert create(signed_in_client, request_key=key).status_code == 303
    assert generations(session) == 1


def test_updates_show_what_has_changed_and_nothing_else(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    empty = signed_in_client.get("/create/updates", headers=HTMX)
    old = factories.generation(user)
    first = signed_in_client.get("/create/updates", headers={**HTMX, "If-None-Match": empty.headers["ETag"]})
    assert f"batch-{old.uuid}" in first.text
    new = factories.generation(user)
    second = signed_in_client.get("/create/updates", headers={**HTMX, "If-None-Match": first.headers["ETag"]})
    assert f"batch-{new.uuid}" in second.text
    assert f"batch-{old.uuid}" not in second.text


@pytest.mark.parametrize("tag", ["*", '""', '"feed"', 'W/"feed.0123456789"', "nonsense", '"a", "b.c"'])
def test_any_tag_of_before_is_answered(signed_in_client: FlaskClient, user: User, tag: str) -> None:
    factories.generation(user)
    answer = signed_in_client.get("/create/updates", headers={**HTMX, "If-None-Match": tag})
    assert answer.status_code in (200, 304)


def test_the_badge_says_how_much_is_under_way_of_mine_and_of_everybodys(
    session: Session, user: User, signed_in_client: FlaskClient
) -> None:
    factories.generation(user)
    for _ in range(2):
        factories.generation(factories.person(session))
    session.commit()
    badge = re.search(r'id="queue-badge".*?</p>', signed_in_client.get("/create").text, re.DOTALL)
    assert badge
    words = " ".join(re.sub(r"<[^>]+>", "", badge[0].partition(">")[2]).split())
    assert words == "1 of 3 under way"
