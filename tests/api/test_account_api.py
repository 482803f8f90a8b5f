"""Models, account and usage, for programs."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from imagegarden.models import GenerationKind, User
from tests import factories
from tests.api.conftest import Program


def test_models_say_what_they_can_do_and_cost(program: Program) -> None:
    items = {one["id"]: one for one in (program.get("/models").json or {})["items"]}
    garden = items["garden"]
    assert (garden["kind"], garden["prompt"], garden["is_ai"]) == ("image", "must", False)
    assert garden["prices"] == {"1": 1, "2": 1, "3": 2, "4": 2}
    assert garden["aspect_ratios"] == ["1:1", "3:4", "4:3", "9:16", "16:9"]
    assert {one["kind"] for one in items.values()} == {kind.value for kind in GenerationKind}


def test_the_account_says_what_it_has_and_what_the_key_may(
    program_of: Callable[..., Program], session: Session, user: User
) -> None:
    capped = program_of(user, credit_cap=3)
    capped.post("/generations", {"prompt": "a pond"})
    found = capped.get("/account").json or {}
    assert (found["email"], found["plan"], found["credits"], found["held"]) == (user.email, "free", 4, 1)
    assert (found["credit_cap"], found["spent"], found["unfinished"]) == (3, 1, 1)
    factories.make_premium(session, user)
    found = capped.get("/account").json or {}
    assert (found["plan"], found["generations_per_hour"]) == ("premium", 120)


def test_calls_are_counted_by_how_they_ended(program: Program, app: Flask) -> None:
    program.get("/models")
    program.get("/media?limit=0")
    program.get("/media")
    program.post("/generations", {"prompt": "a pond"})
    app.extensions["usage_counter"].write()
    found = program.get("/usage?days=7").json or {}
    assert len(found["days"]) == 7
    assert (found["days"][-1]["calls"], found["days"][-1]["errors"]) == (4, 1)
    assert (found["total"]["ok"], found["total"]["refused"], found["total"]["generations"]) == (3, 1, 1)
    assert {one["endpoint"]: one["calls"] for one in found["endpoints"]} == {
        "v1.list_models": 1,
        "v1.list_media": 2,
        "v1.submit_generation": 1,
    }
    assert found["sources"] == [{"source": "api", "generations": 1, "credits": 1}]


def test_calls_over_the_limit_are_counted_as_such(program: Program, app: Flask) -> None:
    for _ in range(62):
        program.get("/models")
    app.extensions["usage_counter"].write()
    with app.test_request_context():
        rows = app.extensions["sqlalchemy"].session.execute(
            app.extensions["sqlalchemy"].text("SELECT outcome, count FROM api_usage ORDER BY outcome")
        )
        assert [tuple(row) for row in rows] == [("limited", 2), ("ok", 60)]
