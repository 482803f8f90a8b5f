"""Who may call, and with what."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import accounts, api_keys
from imagegarden.models import Scope, User, UserStatus
from tests import factories, kinds
from tests.api.conftest import Program


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic aWdfOg==", "ig_abc", "Bearer ig_abc"])
def test_without_a_good_key_a_caller_is_told_how_to_send_one(client: FlaskClient, header: str | None) -> None:
    answer = client.get("/api/v1/models", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["code"] == "invalid_api_key"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(program: Program, session: Session, user: User) -> None:
    assert program.get("/models").status_code == 200
    key = api_keys.list_keys(session, user_id=user.id)[0]
    api_keys.revoke(session, user_id=user.id, uuid=key.uuid, actor_id=user.id, now=now())
    session.commit()
    assert program.get("/models").status_code == 401


def test_an_expired_key_is_refused(program_of: Callable[..., Program], user: User) -> None:
    old = now() - timedelta(days=2)
    late = program_of(user, at=old, expires_at=old + timedelta(days=1))
    assert late.get("/models").status_code == 401


def test_a_suspended_person_is_told_so(program: Program, session: Session, user: User) -> None:
    accounts.set_status(session, user_id=user.id, status=UserStatus.SUSPENDED, actor_id=None, reason="test", now=now())
    session.commit()
    answer = program.get("/models")
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == "account_unavailable"


NOBODY = "00000000-0000-4000-8000-000000000000"
ALLOWED = {
    ("GET", "/generations"): {Scope.READ},
    ("GET", f"/generations/{NOBODY}"): {Scope.READ, Scope.GENERATE},
    ("POST", "/generations"): {Scope.GENERATE},
    ("POST", f"/generations/{NOBODY}/cancel"): {Scope.GENERATE},
    ("POST", f"/generations/{NOBODY}/retry"): {Scope.GENERATE},
    ("GET", "/media"): {Scope.READ},
    ("GET", f"/media/{NOBODY}"): {Scope.READ, Scope.GENERATE},
    ("GET", f"/media/{NOBODY}/content"): {Scope.READ, Scope.GENERATE},
    ("DELETE", f"/media/{NOBODY}"): {Scope.GENERATE},
    ("POST", f"/media/{NOBODY}/restore"): {Scope.GENERATE},
    ("POST", "/uploads"): {Scope.GENERATE},
    ("GET", "/models"): set(Scope),
    ("GET", "/account"): {Scope.ACCOUNT},
    ("GET", "/usage"): {Scope.ACCOUNT},
}


def test_the_table_of_scopes_names_every_operation(app: Flask) -> None:
    rules = {
        (method, re.sub("<[^>]+>", NOBODY, rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("v1.")
    }
    assert rules == set(ALLOWED)


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_does_what_its_scope_says_and_nothing_else(
    program_of: Callable[..., Program], user: User, scope: Scope
) -> None:
    program = program_of(user, scope)
    for (method, path), scopes in ALLOWED.items():
        act = {"GET": program.get, "POST": program.post, "DELETE": program.delete}[method]
        answer = act(path)
        if scope in scopes:
            assert answer.status_code not in (401, 403), (method, path)
        else:
            assert answer.status_code == 403, (method, path)
            assert answer.json is not None
            assert answer.json["code"] == "scope_missing"


def test_a_session_counts_for_nothing_at_the_api(signed_in_client: FlaskClient) -> None:
    assert signed_in_client.get("/api/v1/account").status_code == 401


def test_every_answer_says_how_much_of_the_limit_is_left(program: Program) -> None:
    answer = program.get("/models")
    assert answer.headers["RateLimit-Policy"] == '"key";q=60;w=60'
    assert answer.headers["RateLimit"].startswith('"key";r=59;t=')


def test_over_the_limit_a_caller_is_told_when_to_come_again(program: Program) -> None:
    answers = [program.get("/models") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    last = answers[-1]
    assert last.json is not None
    assert last.json["code"] == "rate_limited"
    assert 1 <= int(last.headers["Retry-After"]) <= 61
    assert last.headers["RateLimit"].startswith('"key";r=0;t=')


def test_two_keys_of_one_person_have_a_limit_each(program_of: Callable[..., Program], user: User) -> None:
    first, second = program_of(user), program_of(user)
    for _ in range(61):
        answer = first.get("/models")
    assert answer.status_code == 429
    assert second.get("/models").status_code == 200


def test_who_guesses_keys_is_slowed_down_by_address(client: FlaskClient) -> None:
    headers = {"Authorization": "Bearer ig_wrong"}
    answers = {client.get("/api/v1/models", headers=headers).status_code for _ in range(61)}
    assert answers == {401, 429}


def test_an_unknown_method_is_refused_with_those_that_there_are(program: Program) -> None:
    answer = program.delete("/models")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.content_type == "application/problem+json"


def test_what_has_not_changed_is_not_sent_again(program: Program) -> None:
    first = program.get("/media")
    again = program.get("/media", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_no_answer_names_the_key(program: Program, session: Session, user: User) -> None:
    factories.generation(user)
    for path in ("/account", "/usage", "/generations", "/nothing"):
        assert program.secret not in program.get(path).text


def test_uploads_are_calls_too(program: Program) -> None:
    for _ in range(60):
        program.get("/models")
    assert program.post("/uploads", data={"file": (io.BytesIO(kinds.PHOTO), "pond.jpg")}).status_code == 429


def test_after_an_upload_a_caller_is_told_how_many_calls_are_left(program: Program) -> None:
    answer = program.post("/uploads", data={"file": (io.BytesIO(kinds.PHOTO), "pond.jpg")})
    assert answer.headers["RateLimit-Policy"] == '"key";q=60;w=60'
    assert answer.headers["RateLimit"].startswith('"key";r=59;t=')


@pytest.mark.parametrize("path", ["/api/v1/uploads", "/v1/images/edits"])
def test_who_guesses_keys_is_slowed_down_where_files_are_sent(client: FlaskClient, path: str) -> None:
    headers = {"Authorization": "Bearer ig_wrong"}
    assert {client.post(path, headers=headers).status_code for _ in range(61)} == {401, 429}


def test_a_fault_of_the_database_takes_no_limit_away(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    for _ in range(60):
        program.get("/models")
    with monkeypatch.context() as patched:
        patched.setattr(api_keys, "find_caller", away)
        assert program.get("/models").status_code == 503
    assert {program.get("/models").status_code for _ in range(5)} == {429}


def test_a_part_that_a_file_does_not_have_is_refused_as_everything_is(program: Program, user: User) -> None:
    answer = program.get(f"/media/{factories.upload(user).uuid}/content", headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.content_type) == (416, "application/problem+json")
    assert answer.headers["Content-Range"].startswith("bytes */")
