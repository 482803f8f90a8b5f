"""Asking for something to be made, by a program."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.api.waiting import preferred_seconds
from imagegarden.clock import now
from imagegarden.domain import moderation, outcomes
from imagegarden.models import (
    Generation,
    GenerationStatus,
    Media,
    MediaOrigin,
    ModerationDecision,
    RuleAction,
    RuleKind,
    User,
    Via,
)
from tests import factories, kinds
from tests.api.conftest import Program

ASKED = {"prompt": "a pond"}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Generation)) or 0


def refused(answer: Any, status: int, code: str) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    fields: dict[str, str] = answer.json.get("errors", {})
    return fields


def test_a_request_is_taken_and_can_be_looked_at(program: Program, session: Session) -> None:
    answer = program.post("/generations", ASKED)
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["status"], answer.json["price"], answer.json["queue_position"]) == ("queued", 1, 1)
    assert answer.location.endswith(f"/api/v1/generations/{answer.json['id']}")
    again = program.get("/generations/" + answer.json["id"])
    assert again.status_code == 200
    assert again.json == answer.json
    kept = session.scalars(select(Generation)).one()
    assert kept.via == Via.API
    assert kept.api_key_id is not None


def test_a_dry_run_prices_and_makes_nothing(program: Program, session: Session) -> None:
    answer = program.post("/generations?dry_run=true", {**ASKED, "count": 4})
    assert (answer.status_code, answer.json) == (200, {"price": 2, "available": 5, "is_affordable": True})
    assert count(session) == 0


def test_a_dry_run_says_what_cannot_be_paid(program_of: Callable[..., Program], session: Session) -> None:
    poor = program_of(factories.person(session, sign_up_credits=1))
    answer = poor.post("/generations?dry_run=true", {**ASKED, "count": 4})
    assert answer.json == {"price": 2, "available": 1, "is_affordable": False}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({**ASKED, "count": "2"}, "count"),
        ({**ASKED, "count": 0}, "count"),
        ({**ASKED, "count": True}, "count"),
        ({**ASKED, "seed": -1}, "seed"),
        ({**ASKED, "seed": 2**31}, "seed"),
        ({**ASKED, "model": "no such"}, "model"),
        ({**ASKED, "model": ["garden"]}, "model"),
        ({**ASKED, "kind": []}, "kind"),
        ({**ASKED, "kind": "song"}, "kind"),
        ({**ASKED, "style": "Art"}, "style"),
        ({**ASKED, "aspect_ratio": "7:1"}, "aspect_ratio"),
        ({**ASKED, "image": "not an id"}, "image"),
        ({**ASKED, "image": "00000000-0000-4000-8000-000000000000"}, "image"),
        ({**ASKED, "user_id": 1}, "user_id"),
        ({**ASKED, "models": []}, "models"),
        ({**ASKED, "strict": False}, "strict"),
        ({**ASKED, "price": 0}, "price"),
        ({**ASKED, "": 0}, ""),
    ],
)
def test_what_is_wrong_is_said_by_field_and_costs_nothing(
    program: Program, session: Session, sent: dict[str, Any], field: str
) -> None:
    assert list(refused(program.post("/generations", sent), 422, "invalid_request")) == [field]
    assert count(session) == 0


@pytest.mark.parametrize("sent", ["[]", '"a pond"', "7", "null"])
def test_other_json_than_an_object_is_refused(program: Program, sent: str) -> None:
    answer = program.post("/generations", data=sent, content_type="application/json")
    assert list(refused(answer, 422, "invalid_request")) == ["body"]


@pytest.mark.parametrize("sent", ["", "{", '{"guidance": NaN}', b"\xff\xfe", "[" * 100_000])
def test_what_is_no_json_is_refused(program: Program, sent: str | bytes) -> None:
    refused(program.post("/generations", data=sent, content_type="application/json"), 400, "bad_request")


def test_another_content_type_is_refused(program: Program) -> None:
    refused(program.post("/generations", data={"prompt": "a pond"}), 415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(program: Program) -> None:
    refused(program.post("/generations", {"prompt": "x" * 300_000}), 413, "request_entity_too_large")


def test_a_lone_surrogate_is_no_fault_of_ours(program: Program) -> None:
    answer = program.post("/generations", data=r'{"prompt": "a \ud800 pond"}', content_type="application/json")
    assert answer.status_code in (202, 422)


def test_an_unknown_parameter_is_refused(program: Program) -> None:
    assert list(refused(program.post("/generations?dryrun=true", ASKED), 422, "invalid_request")) == ["dryrun"]


def test_without_the_credits_nothing_is_queued(program_of: Callable[..., Program], session: Session) -> None:
    poor = program_of(factories.person(session, sign_up_credits=0))
    refused(poor.post("/generations", ASKED), 402, "insufficient_credits")
    assert count(session) == 0


def test_a_key_with_a_cap_spends_no_more_than_that(
    program_of: Callable[..., Program], user: User, session: Session
) -> None:
    capped = program_of(user, credit_cap=1)
    assert capped.post("/generations", ASKED).status_code == 202
    refused(capped.post("/generations", ASKED), 402, "key_cap_reached")
    assert count(session) == 1


def test_a_blocked_prompt_is_refused_and_written_down(program: Program, session: Session) -> None:
    moderation.add_rule(
        session,
        kind=RuleKind.WORD,
        action=RuleAction.BLOCK,
        pattern="weapon",
        replacement=None,
        reason="No weapons here.",
        now=now(),
    )
    session.commit()
    refused(program.post("/generations", {"prompt": "a weapon"}), 422, "prompt_blocked")
    assert session.scalar(select(func.count()).select_from(ModerationDecision)) == 1
    assert count(session) == 0


def test_over_the_hourly_limit_of_the_plan_a_caller_is_told_when(
    program_of: Callable[..., Program], session: Session
) -> None:
    rich = program_of(factories.person(session, sign_up_credits=50))
    answers = [rich.post("/generations", ASKED) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    refused(answers[-1], 429, "rate_limited")
    assert int(answers[-1].headers["Retry-After"]) > 3000


def test_a_waiting_one_is_canceled_and_given_back(program: Program, session: Session, user: User) -> None:
    made = factories.generation(user)
    answer = program.post(f"/generations/{made.uuid}/cancel")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["charged"]) == ("canceled", 0)
    assert factories.balance(session, user.id).available == 5


def test_what_failed_says_why_and_is_asked_for_once_more(program: Program, session: Session, user: User) -> None:
    made = factories.generation(user)
    outcomes.end(session, made, GenerationStatus.FAILED, error_code="content_refused", now=now())
    session.commit()
    seen = program.get(f"/generations/{made.uuid}")
    assert seen.json is not None
    assert seen.json["error"] == {
        "code": "content_refused",
        "message": "The model refused this prompt. Say it in other words.",
    }
    first, second = (program.post(f"/generations/{made.uuid}/retry") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json is not None
    assert first.json["id"] == (second.json or {})["id"] != str(made.uuid)


def test_what_did_not_fail_cannot_be_asked_for_once_more(program: Program, user: User) -> None:
    made = factories.generation(user)
    refused(program.post(f"/generations/{made.uuid}/retry"), 409, "conflict")


def test_the_list_is_newest_first_and_goes_on_where_it_ended(program: Program, session: Session) -> None:
    rich = factories.person(session, sign_up_credits=10)
    made = [factories.generation(rich, count=1) for _ in range(5)]
    wanted = [str(one.uuid) for one in reversed(made)]
    lister = Program(program._client, factories.api_key(session, rich).secret)
    first = lister.get("/generations?limit=3").json
    assert first is not None
    rest = lister.get(f"/generations?limit=3&cursor={first['next']}").json
    assert rest is not None
    assert [one["id"] for one in (*first["items"], *rest["items"])] == wanted
    assert rest["next"] is None


def test_a_list_can_be_narrowed_to_a_kind(program: Program, user: User) -> None:
    factories.generation(user)
    assert len((program.get("/generations?kind=image").json or {})["items"]) == 1
    assert (program.get("/generations?kind=video").json or {})["items"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=", "kind=song", "page=2"])
def test_a_list_refuses_what_it_does_not_know(program: Program, query: str) -> None:
    field = query.partition("=")[0]
    assert list(refused(program.get(f"/generations?{query}"), 422, "invalid_request")) == [field]


def test_a_list_asks_the_database_as_often_for_many_as_for_one(
    program: Program, session: Session, count_queries: Callable[[], Any]
) -> None:
    rich = factories.person(session, sign_up_credits=50)
    lister = Program(program._client, factories.api_key(session, rich).secret)
    counts = []
    for _ in range(2):
        for _ in range(5):
            made = factories.generation(rich)
            factories.MediaFactory(user_id=rich.id, generation_id=made.id)
        session.commit()
        with count_queries() as seen:
            assert lister.get("/generations").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


def test_an_upload_serves_as_a_mask(program: Program, session: Session, user: User) -> None:
    picture, mask = factories.upload(user), factories.upload(user, kinds.MASK, "mask.png")
    sent = {"kind": "inpaint", "prompt": "a boat", "image": str(picture.uuid), "mask": str(mask.uuid)}
    answer = program.post("/generations?dry_run=true", sent)
    assert answer.status_code == 200, answer.text
    assert session.scalar(select(func.count()).where(Media.origin == MediaOrigin.MASK)) == 0, "a price changes nothing"
    assert program.post("/generations", sent).status_code == 202
    assert session.scalar(select(func.count()).where(Media.origin == MediaOrigin.MASK)) == 1


def test_a_mask_that_marks_nothing_is_refused_by_the_price_already(program: Program, user: User) -> None:
    black = io.BytesIO()
    Image.new("L", kinds.SIZE).save(black, "PNG")
    picture, mask = factories.upload(user), factories.upload(user, black.getvalue(), "mask.png")
    sent = {"kind": "inpaint", "prompt": "a boat", "image": str(picture.uuid), "mask": str(mask.uuid)}
    for query in ("?dry_run=true", ""):
        assert list(refused(program.post(f"/generations{query}", sent), 422, "invalid_request")) == ["mask"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=5", 5),
        ("respond-async, wait=7", 7),
        ("wait=100; foo", 60),
        ("wait=99999999999999999999", 60),
        ('foo="a, wait=9"', 0),
        ("wait=-1", 0),
        ("wait", 0),
        ("", 0),
    ],
)
def test_a_caller_waits_for_as_long_as_it_prefers_and_a_minute_at_most(app: Flask, header: str, seconds: int) -> None:
    with app.test_request_context(headers={"Prefer": header}):
        assert preferred_seconds() == seconds
