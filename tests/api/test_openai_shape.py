"""What OpenAI's clients read when something is refused, or breaks: by status, type, code and field."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from imagegarden.api.openai import making
from imagegarden.clock import now
from imagegarden.domain import generations, media, moderation
from imagegarden.models import Generation, GenerationStatus, RuleAction, RuleKind, Scope, User
from tests import factories, kinds
from tests.api.openai_program import PROMPT, OpenAIProgram


@pytest.fixture(autouse=True)
def _nobody_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "DEADLINE_SECONDS", 0.0)


def told(answer: TestResponse) -> tuple[int, str, str | None, str]:
    """Status, type, field and code of a refusal."""
    assert answer.content_type == "application/json"
    assert answer.json is not None
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return answer.status_code, error["type"], error["param"], error["code"]


def wrong(code: str, param: str | None, status: int = 400) -> tuple[int, str, str | None, str]:
    return status, "invalid_request_error", param, code


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"prompt": ""}, wrong("invalid_value", "prompt")),
        ({"prompt": None}, wrong("invalid_value", "prompt")),
        ({"prompt": "   "}, wrong("invalid_value", "prompt")),
        ({"prompt": "x" * 2001}, wrong("invalid_value", "prompt")),
        ({"n": 0}, wrong("invalid_value", "n")),
        ({"n": 5}, wrong("invalid_value", "n")),
        ({"n": "2"}, wrong("invalid_value", "n")),
        ({"n": True}, wrong("invalid_value", "n")),
        ({"size": "large"}, wrong("invalid_value", "size")),
        ({"size": "0x10"}, wrong("invalid_value", "size")),
        ({"size": "1024x1024\n"}, wrong("invalid_value", "size")),
        ({"quality": "best"}, wrong("invalid_value", "quality")),
        ({"style": "dull"}, wrong("invalid_value", "style")),
        ({"response_format": "file"}, wrong("invalid_value", "response_format")),
        ({"output_format": "bmp"}, wrong("invalid_value", "output_format")),
        ({"output_compression": 101}, wrong("invalid_value", "output_compression")),
        ({"output_format": "gif"}, wrong("unsupported_parameter", "output_format")),
        ({"output_format": "svg"}, wrong("unsupported_parameter", "output_format")),
        ({"background": "transparent"}, wrong("unsupported_parameter", "background")),
        ({"stream": True}, wrong("unsupported_parameter", "stream")),
        ({"partial_images": 2}, wrong("unsupported_parameter", "partial_images")),
        ({"frame_count": 4}, wrong("unsupported_parameter", "frame_count")),
        ({"svg": {"model": "x"}}, wrong("unsupported_parameter", "svg")),
        ({"seed": 1}, wrong("unknown_parameter", "seed")),
        ({"model": "imaginary"}, wrong("model_not_found", "model", 404)),
        ({"model": "garden-fill"}, wrong("invalid_value", "model")),
        ({"model": 3}, wrong("invalid_value", "model")),
    ],
)
def test_a_wrong_field_is_named_as_openai_names_it(
    speaker: OpenAIProgram, session: Session, user: User, fields: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert told(speaker.generate(**fields)) == expected
    assert generations.list_recent(session, user_id=user.id, limit=1) == []


def test_a_missing_prompt_is_said_to_be_missing(speaker: OpenAIProgram) -> None:
    answer = speaker.open("POST", "/images/generations", json={"n": 1})
    assert told(answer) == wrong("missing_required_parameter", "prompt")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": "{", "content_type": "application/json"}, 400),
        ({"data": "[]", "content_type": "application/json"}, 400),
        ({"data": '{"prompt": NaN}', "content_type": "application/json"}, 400),
        ({"data": "prompt=pond", "content_type": "application/x-www-form-urlencoded"}, 415),
        ({"data": "x" * 300_000, "content_type": "application/json"}, 413),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_same_shape(
    speaker: OpenAIProgram, sent: dict[str, str], status: int
) -> None:
    assert told(speaker.open("POST", "/images/generations", **sent))[0] == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/chat/completions", 404),
        ("GET", "/images/generations", 405),
        ("GET", "/models/imaginary", 404),
    ],
)
def test_an_address_that_is_not_there_is_refused_in_the_same_shape(
    speaker: OpenAIProgram, method: str, path: str, status: int
) -> None:
    answer = speaker.open(method, path)
    assert told(answer)[:2] == (status, "invalid_request_error")
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer ig_wrong"}, {"Authorization": "Basic x"}])
def test_a_wrong_key_is_told_as_openai_tells_it(client: FlaskClient, header: dict[str, str]) -> None:
    answer = client.post("/v1/images/generations", json=PROMPT, headers=header)
    assert told(answer) == wrong("invalid_api_key", None, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_of_another_scope_may_look_at_models_and_nothing_else(
    speaking: Callable[..., OpenAIProgram], user: User
) -> None:
    reader = speaking(user, Scope.READ)
    assert told(reader.generate()) == (403, "permission_error", None, "scope_missing")
    assert reader.open("GET", "/models").status_code == 200


def test_too_few_credits_are_a_quota_and_not_to_be_tried_again(
    speaking: Callable[..., OpenAIProgram], session: Session
) -> None:
    poor = speaking(factories.person(session, sign_up_credits=0))
    answer = poor.generate()
    assert told(answer) == (429, "insufficient_quota", None, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"


def test_the_cap_of_a_key_is_a_quota_too(speaking: Callable[..., OpenAIProgram], user: User) -> None:
    answer = speaking(user, credit_cap=0).generate()
    assert told(answer) == (429, "insufficient_quota", None, "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"


def test_a_blocked_prompt_is_a_matter_of_policy(speaker: OpenAIProgram, session: Session) -> None:
    moderation.add_rule(
        session, action=RuleAction.BLOCK, kind=RuleKind.PHRASE, pattern="swamp", reason="No swamps.", now=now()
    )
    session.commit()
    answer = speaker.generate(prompt="a swamp")
    assert told(answer) == wrong("content_policy_violation", None)
    assert answer.json is not None
    assert "No swamps." in answer.json["error"]["message"]


def test_every_answer_tells_the_limit_as_openai_tells_it(speaker: OpenAIProgram) -> None:
    headers = speaker.open("GET", "/models").headers
    assert headers["x-ratelimit-limit-requests"] == "60"
    assert headers["x-ratelimit-remaining-requests"] == "59"
    assert headers["x-ratelimit-reset-requests"].removesuffix("s").isdecimal()
    assert headers["RateLimit"].startswith('"key";r=59;t=')


def test_too_many_calls_say_when_to_come_again(speaker: OpenAIProgram) -> None:
    answer = next(answer for answer in _models_again_and_again(speaker) if answer.status_code != 200)
    assert told(answer) == (429, "requests", None, "rate_limit_exceeded")
    assert 1 <= int(answer.headers["Retry-After"]) <= 65
    assert "x-should-retry" not in answer.headers
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"


def _models_again_and_again(speaker: OpenAIProgram) -> Iterator[TestResponse]:
    for _ in range(61):
        yield speaker.open("GET", "/models")


def test_variations_are_not_made_and_what_is_is_said(speaker: OpenAIProgram) -> None:
    answer = speaker.open("POST", "/images/variations", data={"n": "1"})
    assert told(answer) == wrong("unsupported", None, 404)
    assert answer.json is not None
    assert "/v1/images/edits" in answer.json["error"]["message"]


def test_where_every_place_is_taken_nothing_is_asked_for(
    app: Flask, speaker: OpenAIProgram, session: Session, user: User
) -> None:
    places = app.extensions["waiting_places"]
    taken = 0
    while places.take():
        taken += 1
    try:
        answer = speaker.generate()
    finally:
        for _ in range(taken):
            places.leave()
    assert told(answer) == (503, "server_error", None, "overloaded")
    assert answer.headers["Retry-After"] == "5"
    assert "x-should-retry" not in answer.headers
    assert factories.balance(session, user.id).available == 5
    assert speaker.generate().json["error"]["code"] == "still_being_made"  # type: ignore[index]


def test_what_takes_too_long_goes_on_and_is_named(speaker: OpenAIProgram, session: Session, user: User) -> None:
    answer = speaker.generate()
    assert told(answer) == (503, "server_error", None, "still_being_made")
    [made] = generations.list_recent(session, user_id=user.id, limit=2)
    assert made.status == GenerationStatus.QUEUED
    assert answer.json is not None
    assert str(made.uuid) in answer.json["error"]["message"]
    # Asking again would make it twice.
    assert answer.headers["x-should-retry"] == "false"


def test_a_named_request_is_one_however_often_it_is_sent(speaker: OpenAIProgram, session: Session, user: User) -> None:
    named = {"Idempotency-Key": "picture-1"}
    first, second = speaker.generate(named), speaker.generate(named)
    assert first.json == second.json
    # The client may come again by itself: it waits for the same work.
    assert "x-should-retry" not in first.headers
    assert len(generations.list_recent(session, user_id=user.id, limit=3)) == 1
    other = speaker.generate(named, prompt="a hill")
    assert told(other) == wrong("request_key_reused", None, 409)
    assert other.headers["x-should-retry"] == "false"


def _ended(session: Session, user: User, status: GenerationStatus, error_code: str | None) -> None:
    [made] = generations.list_recent(session, user_id=user.id, limit=2)
    generation = session.get_one(Generation, made.id)
    generation.status, generation.error_code = status, error_code
    generation.finished_at, generation.charged, generation.next_step_at = now(), 0, None
    session.commit()


@pytest.mark.parametrize(
    ("status", "error_code", "expected"),
    [
        (GenerationStatus.FAILED, "content_refused", wrong("content_policy_violation", "prompt")),
        (GenerationStatus.FAILED, "model_failed", (500, "server_error", None, "model_failed")),
        (GenerationStatus.FAILED, "provider_unpaid", (503, "server_error", None, "provider_unpaid")),
        (GenerationStatus.CANCELED, None, wrong("canceled", None, 409)),
        (GenerationStatus.SUCCEEDED, None, wrong("not_found", None, 404)),
    ],
)
def test_where_nothing_came_of_it_the_client_is_told_why_and_does_not_try_again(
    speaker: OpenAIProgram,
    session: Session,
    user: User,
    status: GenerationStatus,
    error_code: str | None,
    expected: tuple[Any, ...],
) -> None:
    named = {"Idempotency-Key": "picture-1"}
    speaker.generate(named)
    _ended(session, user, status, error_code)
    answer = speaker.generate(named)
    assert told(answer) == expected
    assert answer.headers.get("x-should-retry") == (None if expected[0] in (400, 404) else "false")


def test_whoever_died_before_writing_it_down_is_followed_by_one_who_goes_on(
    speaker: OpenAIProgram, session: Session, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"Idempotency-Key": "picture-1"}

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(making, "keep", dies)
        assert speaker.generate(named).status_code == 500
    assert speaker.generate(named).status_code == 503
    assert len(generations.list_recent(session, user_id=user.id, limit=3)) == 1


def test_a_fault_of_ours_after_the_request_was_taken_is_not_tried_again(
    speaker: OpenAIProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Generation:
        raise RuntimeError

    monkeypatch.setattr(making, "wait_in_place", broken)
    answer = speaker.generate()
    assert told(answer) == (500, "server_error", None, "internal_error")
    assert answer.headers["x-should-retry"] == "false"
    # Under its name it is the same work.
    assert "x-should-retry" not in speaker.generate({"Idempotency-Key": "picture-1"}).headers


def test_the_document_describes_every_refusal_of_this_door(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document is not None
    paths = {path: operations for path, operations in document["paths"].items() if path.startswith("/v1/")}
    assert len(paths) == 5
    operations = [one for path in paths.values() for method, one in path.items() if method in ("get", "post")]
    named = [answer["$ref"] for one in operations for answer in one["responses"].values() if "$ref" in answer]
    assert len(named) >= 4 * len(operations)
    for name in (reference.rpartition("/")[2] for reference in named):
        assert name.startswith("OpenAI")
        assert name in document["components"]["responses"]


def test_a_field_whose_name_is_no_text_is_unknown(speaker: OpenAIProgram) -> None:
    sent = r'{"\ud800": 1, "prompt": "x"}'
    answer = speaker.open("POST", "/images/generations", data=sent, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"]["code"] == "unknown_parameter"


@pytest.mark.parametrize("mask_size", [kinds.SIZE, (3, 3)])
def test_a_refused_edit_leaves_nothing_in_the_gallery(
    speaking: Callable[..., OpenAIProgram], session: Session, mask_size: tuple[int, int]
) -> None:
    poor = factories.person(session, sign_up_credits=0)
    hole = io.BytesIO()
    Image.new("RGBA", mask_size).save(hole, "PNG")
    files = {"image": (io.BytesIO(kinds.PHOTO), "a.jpg"), "mask": (hole, "m.png")}
    hole.seek(0)
    answer = speaking(poor).open("POST", "/images/edits", data={"prompt": "a boat", **files})
    assert answer.status_code in (400, 429)
    assert media.list_newest(session, user_id=poor.id, limit=10) == []
