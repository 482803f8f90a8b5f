"""`Idempotency-Key`: sent again is answered again, and neither made nor charged again."""

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import media
from imagegarden.models import Generation, IdempotentRequest, User
from tests import factories, kinds
from tests.api.conftest import Program

NAMED = {"Idempotency-Key": "order-1"}
ASKED = {"prompt": "a pond"}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Generation)) or 0


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing(
    program: Program, session: Session, user: User
) -> None:
    first = program.post("/generations", ASKED, headers=NAMED)
    again = program.post("/generations", ASKED, headers=NAMED)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.location == first.location
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(session) == 1
    assert factories.balance(session, user.id).held == 1


def test_the_order_of_fields_makes_no_other_request(program: Program, session: Session) -> None:
    program.post("/generations", {"prompt": "a pond", "count": 1}, headers=NAMED)
    assert program.post("/generations", {"count": 1, "prompt": "a pond"}, headers=NAMED).status_code == 202
    assert count(session) == 1


def test_another_request_of_that_name_is_refused(program: Program, session: Session) -> None:
    program.post("/generations", ASKED, headers=NAMED)
    other = program.post("/generations", {"prompt": "a hill"}, headers=NAMED)
    assert other.status_code == 422
    assert other.json is not None
    assert other.json["code"] == "request_key_reused"
    assert count(session) == 1


def test_while_the_first_is_under_way_the_second_is_told_so(program: Program, session: Session) -> None:
    program.post("/generations", ASKED, headers=NAMED)
    under_way = session.scalars(select(IdempotentRequest)).one()
    under_way.status = under_way.body = None
    under_way.held_until = now() + timedelta(seconds=60)
    session.commit()
    answer = program.post("/generations", ASKED, headers=NAMED)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "request_in_progress"
    assert answer.headers["Retry-After"] == "1"


def test_after_a_crash_the_same_work_goes_on(program: Program, session: Session) -> None:
    first = program.post("/generations", ASKED, headers=NAMED)
    died = session.scalars(select(IdempotentRequest)).one()
    died.status = died.body = None
    died.held_until = now()
    session.commit()
    again = program.post("/generations", ASKED, headers=NAMED)
    assert again.status_code == 202
    assert (again.json or {})["id"] == (first.json or {})["id"]
    assert count(session) == 1


def test_what_was_refused_can_be_sent_again_corrected(program: Program, session: Session) -> None:
    assert program.post("/generations", {}, headers=NAMED).status_code == 422
    assert program.post("/generations", ASKED, headers=NAMED).status_code == 202
    assert count(session) == 1


@pytest.mark.parametrize("name", ["", "x" * 256, "two words", "ключ"])
def test_a_name_that_is_none_is_refused(program: Program, session: Session, name: Any) -> None:
    answer = program.post("/generations", ASKED, headers={"Idempotency-Key": name.encode("utf-8").decode("latin-1")})
    assert answer.status_code == 422
    assert list((answer.json or {})["errors"]) == ["Idempotency-Key"]
    assert count(session) == 0


def test_a_dry_run_needs_no_name_and_uses_none_up(program: Program, session: Session) -> None:
    assert program.post("/generations?dry_run=true", ASKED, headers=NAMED).status_code == 200
    assert program.post("/generations", {"prompt": "a hill"}, headers=NAMED).status_code == 202


@pytest.fixture
def broken_off(program: Program, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], None]:
    """Send a named request whose process breaks after it was submitted."""

    def fault(*_: object) -> None:
        raise RuntimeError("a fault after the submit")

    def send(sent: dict[str, Any]) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(sys.modules["imagegarden.api.v1.generations"], "generation_item", fault)
            assert program.post("/generations", sent, headers=NAMED).status_code == 500

    return send


def test_what_was_begun_goes_on_though_its_model_is_not_offered_for_a_moment(
    program: Program,
    session: Session,
    user: User,
    broken_off: Callable[[dict[str, Any]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken_off(ASKED)
    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["imagegarden.api.v1.generations"], "offered_models", lambda kind=None: ())
        assert program.post("/generations", ASKED, headers=NAMED).status_code == 202
    assert program.post("/generations", ASKED, headers=NAMED).status_code == 202
    assert count(session) == 1
    assert factories.balance(session, user.id).held == 1


def test_what_was_begun_goes_on_though_its_mask_is_gone_for_a_moment(
    program: Program, session: Session, user: User, broken_off: Callable[[dict[str, Any]], None]
) -> None:
    picture, mask = factories.upload(user), factories.upload(user, kinds.MASK, "mask.png")
    sent = {"kind": "inpaint", "prompt": "a boat", "image": str(picture.uuid), "mask": str(mask.uuid)}
    broken_off(sent)
    media.trash(session, user_id=user.id, uuid=mask.uuid, now=now())
    session.commit()
    assert program.post("/generations", sent, headers=NAMED).status_code == 202
    media.restore(session, user_id=user.id, uuid=mask.uuid, now=now())
    session.commit()
    assert program.post("/generations", sent, headers=NAMED).status_code == 202
    assert count(session) == 1
