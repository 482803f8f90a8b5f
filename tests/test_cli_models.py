"""Commands about models, prompts' rules and Premium, as an operator types them."""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from imagegarden.app import create_app
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import accounts, model_health, periods
from imagegarden.models import AuditEntry, CreditLot, ModerationDecision
from imagegarden.providers import catalogue
from imagegarden.providers.replicate.schemas import compare
from tests import factories, servers
from tests.fakes.replicate.client import running
from tests.fakes.replicate.models import BY_SLUG
from tests.fakes.replicate.schema import openapi
from tests.fakes.replicate_provider import TOKEN

SCHNELL = catalogue.FLUX_SCHNELL
SDXL = catalogue.SDXL
Alter = Callable[[dict[str, Any]], None]


def run(app: Flask, *args: str) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(args))
    return result


def described(model: catalogue.Model, alter: Alter | None = None) -> dict[str, Any]:
    """A model as the provider describes it, with some of its schemas altered."""
    known = BY_SLUG[model.source.partition(":")[0]]
    schema = copy.deepcopy(openapi(known))
    if alter is not None:
        alter(schema["components"]["schemas"])
    return {"latest_version": {"id": known.version, "openapi_schema": schema}}


def texts(model: catalogue.Model, found: dict[str, Any], pinned: dict[str, Any] | None = None) -> list[str]:
    return [change.text for change in compare(model, found, pinned)]


def app_asking(running_servers: servers.Servers, url: str) -> Flask:
    return create_app(running_servers.settings("none", replicate_api_token=TOKEN, replicate_base_url=url))


def test_the_catalogue_matches_what_the_provider_says(
    running_servers: servers.Servers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(tmp_path_factory.mktemp("fake") / "log") as fake:
        result = run(app_asking(running_servers, fake.url), "models", "compare")
        tokens = {asked["has_authorization"] for asked in fake.requests("/v1/models")}
    assert (result.exit_code, result.output) == (0, "17 models match.\n")
    assert tokens == {True}


@pytest.fixture
def altered() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server that describes models as it is told to, and knows no others."""
    answers: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers.get(self.path)
            body = json.dumps(found or {"detail": "not found"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_catalogue_that_does_not_match_fails_with_what_has_changed(
    running_servers: servers.Servers, altered: tuple[str, dict[str, Any]]
) -> None:
    url, answers = altered
    for model in catalogue.MODELS.values():
        if model.is_ai and model is not catalogue.FLUX_DEV:
            name, _, version = model.source.partition(":")
            answers[f"/v1/models/{name}"] = described(model)
            answers[f"/v1/models/{name}/versions/{version}"] = described(model)["latest_version"]
    answers[f"/v1/models/{SCHNELL.source}"] = described(SCHNELL, lambda s: s["Input"]["properties"].pop("seed"))
    result = run(app_asking(running_servers, url), "models", "compare")
    assert result.exit_code == 1
    assert result.output == (
        "flux-schnell: seed: the field is gone\n"
        "flux-dev: it is gone: 404  not found\n"
        "Error: The catalogue does not match: 2 faults.\n"
    )


def test_comparing_without_a_token_says_what_is_missing(own_app: Flask) -> None:
    result = run(own_app, "models", "compare")
    assert (result.exit_code, "REPLICATE_API_TOKEN is missing" in result.output) == (1, True)


def test_a_provider_that_does_not_answer_is_one_line(running_servers: servers.Servers) -> None:
    result = run(app_asking(running_servers, "http://127.0.0.1:9"), "models", "compare")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The provider could not be asked: ")


@pytest.mark.parametrize(
    ("alter", "text"),
    [
        (lambda s: s["Input"]["properties"].pop("num_outputs"), "num_outputs: the field is gone"),
        (lambda s: s["aspect_ratio"]["enum"].remove("3:4"), "aspect_ratio: '3:4' is no choice any more"),
        (lambda s: s["output_format"]["enum"].remove("webp"), "output_format: 'webp' is no choice any more"),
        (
            lambda s: s["Input"]["properties"]["num_outputs"].update(maximum=2),
            "num_outputs: 2 is the most now, and we offer 4",
        ),
        (
            lambda s: s["Input"]["properties"]["num_inference_steps"].update(minimum=2),
            "num_inference_steps: 2 is the least now, and we offer 1",
        ),
        (
            lambda s: s["Input"]["properties"]["output_quality"].update(maximum=90),
            "output_quality: 90 is the most now, and we offer 92",
        ),
        (
            lambda s: s["Input"]["properties"]["seed"].update(type="string"),
            "seed: it wants a value of the type string now",
        ),
        (lambda s: s["Input"]["required"].append("license"), "license: a new field that it cannot do without"),
        (lambda s: s.pop("Input"), "it does not say any more what it takes"),
    ],
)
def test_each_change_that_breaks_an_order_is_said(alter: Alter, text: str) -> None:
    [change] = compare(SCHNELL, described(SCHNELL, alter), None)
    assert (change.text, change.is_fault) == (text, True)


@pytest.mark.parametrize(
    "alter",
    [
        lambda s: s["aspect_ratio"]["enum"].append("32:9"),
        lambda s: s["Input"]["properties"].update(style={"type": "string"}),
        lambda s: s["Input"]["properties"]["num_outputs"].update(maximum=8),
    ],
)
def test_what_only_grows_is_no_change(alter: Alter) -> None:
    assert texts(SCHNELL, described(SCHNELL, alter)) == []


def test_a_pinned_version_is_what_counts_and_a_newer_one_is_news() -> None:
    found = described(SDXL, lambda schemas: schemas["Input"]["properties"].pop("seed"))
    found["latest_version"]["id"] = "f" * 64
    [news] = compare(SDXL, found, described(SDXL)["latest_version"])
    assert (news.text, news.is_fault) == (f"there is a newer version than ours: {'f' * 64}", False)


@pytest.mark.parametrize("found", [{}, {"latest_version": None}, {"latest_version": {"openapi_schema": []}}])
def test_a_description_that_says_nothing_is_a_fault(found: dict[str, Any]) -> None:
    assert texts(SCHNELL, found) == ["it does not say any more what it takes"]


def test_models_are_listed_with_price_plan_and_state(own_app: Flask) -> None:
    moment = now()
    with own_app.app_context():
        model_health.record_failure(
            db.session(), model="sdxl", error_code="provider_unpaid", begun_at=moment, now=moment, is_certain=True
        )
        db.session.commit()
    listed = run(own_app, "models", "list")
    assert listed.exit_code == 0, listed.exception
    lines = {line.split()[0]: line for line in listed.output.splitlines()}
    assert list(lines) == list(catalogue.MODELS)
    assert "1 credit for 2" in lines["garden"]
    assert "Premium" in lines["flux-2-pro"]
    assert lines["garden"].endswith("everybody  offered")
    assert lines["flux-dev"].endswith("not offered")
    assert "resting until" in lines["sdxl"]


def test_a_model_is_stopped_and_started_by_hand(own_app: Flask) -> None:
    assert run(own_app, "models", "stop", "garden", "--reason", "it paints in gray").output == "garden is stopped.\n"
    lines = {line.split()[0]: line for line in run(own_app, "models", "list").output.splitlines()}
    assert lines["garden"].endswith("stopped")
    assert run(own_app, "models", "stop", "garden", "--reason", "x").output == "Error: It is stopped already.\n"
    assert run(own_app, "models", "start", "garden", "--reason", "colors again").output == "garden is started again.\n"
    assert run(own_app, "models", "start", "nobody", "--reason", "x").exit_code == 1
    assert run(own_app, "models", "stop", "garden").exit_code == 2
    with own_app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(one.action, one.target, one.reason, one.actor_id) for one in entries] == [
        ("model.stop", "garden", "it paints in gray", None),
        ("model.start", "garden", "colors again", None),
    ]


def test_a_rule_is_put_in_force_shown_tried_and_retired(own_app: Flask) -> None:
    added = run(own_app, "rule", "add", "--action", "block", "--kind", "word", "--reason", "No weapons here.", "gun")
    assert added.output == "In force: 1: block the word 'gun' (No weapons here.)\n"
    assert run(own_app, "rule", "list").output == "1: block the word 'gun' (No weapons here.)\n"
    assert run(own_app, "rule", "test", "a Gun!").output.startswith("Blocked by rule 1: No weapons here.")
    assert run(own_app, "rule", "test", "a pond").output == "Goes on as: a pond\n"
    assert run(own_app, "rule", "retire", "1").exit_code == 0
    assert run(own_app, "rule", "list").output == "No rule is in force.\n"
    assert run(own_app, "rule", "test", "a gun").output == "Goes on as: a gun\n"
    with own_app.app_context():
        assert db.session.scalars(select(ModerationDecision)).all() == []


def test_trying_shows_the_words_that_a_prompt_goes_on_with(own_app: Flask) -> None:
    more = ("--replacement", "water pistol", "gun")
    run(own_app, "rule", "add", "--action", "replace", "--kind", "word", "--reason", "Toys only.", *more)
    result = run(own_app, "rule", "test", "a gun")
    assert result.output == (
        "Spoke: 1: replace the word 'gun' by 'water pistol' (Toys only.)\nGoes on as: a water pistol\n"
    )


def test_a_pattern_that_cannot_be_run_is_one_line(own_app: Flask) -> None:
    result = run(own_app, "rule", "add", "--action", "block", "--kind", "regex", "--reason", "x", "(?=a)b")
    assert result.exit_code == 1
    assert result.output.startswith("Error: pattern: This is no regular expression that we can run")


def test_a_rule_that_is_not_in_force_cannot_be_retired(own_app: Flask) -> None:
    result = run(own_app, "rule", "retire", "7")
    assert (result.exit_code, result.output) == (1, "Error: There is no such rule in force.\n")


def premium_until(app: Flask) -> datetime | None:
    with app.app_context():
        user = accounts.get_by_email(db.session(), "ada@example.com")
        return periods.paid_until(db.session(), user_id=user.id, now=now())


@pytest.fixture
def ada(own_app: Flask) -> None:
    with own_app.app_context():
        factories.person(db.session(), email="ada@example.com")


def test_days_of_premium_are_added_to_those_that_are_left(own_app: Flask, ada: None) -> None:
    started = now()
    assert run(own_app, "user", "premium", "ada@example.com", "--days", "30").exit_code == 0
    result = run(own_app, "user", "premium", "ada@example.com", "--days", "10")
    until = premium_until(own_app)
    assert until is not None
    assert timedelta(0) <= until - started - timedelta(days=40) < timedelta(minutes=1)
    assert result.output == f"ada@example.com is Premium until {until:%Y-%m-%d %H:%M} UTC.\n"


def test_days_that_are_over_do_not_count_against_new_ones(own_app: Flask, ada: None) -> None:
    with own_app.app_context():
        user = accounts.get_by_email(db.session(), "ada@example.com")
        factories.make_premium(db.session(), user, days=10, at=now() - timedelta(days=100))
    started = now()
    run(own_app, "user", "premium", "ada@example.com", "--days", "1")
    until = premium_until(own_app)
    assert until is not None
    assert until >= started + timedelta(days=1)


def test_given_days_bring_the_credits_of_a_pass_or_as_many_as_are_said(own_app: Flask, ada: None) -> None:
    run(own_app, "user", "premium", "ada@example.com", "--days", "30")
    run(own_app, "user", "premium", "ada@example.com", "--days", "0")
    run(own_app, "user", "premium", "ada@example.com", "--days", "30", "--credits", "7")
    with own_app.app_context():
        user = accounts.get_by_email(db.session(), "ada@example.com")
        given = [lot.granted for lot in db.session.scalars(select(CreditLot).order_by(CreditLot.id))]
        assert given == [5, 1600, 7]
        assert factories.balance(db.session(), user.id).available == 12


def test_no_days_end_premium_at_once(own_app: Flask, ada: None) -> None:
    run(own_app, "user", "premium", "ada@example.com", "--days", "30")
    result = run(own_app, "user", "premium", "ada@example.com", "--days", "0")
    assert premium_until(own_app) is None
    assert result.output == "ada@example.com is not Premium any more.\n"


def test_giving_premium_is_audited(own_app: Flask, ada: None) -> None:
    run(own_app, "user", "premium", "ada@example.com", "--days", "30")
    with own_app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.fields, entry.target) == ("user.extend_premium", ["premium"], "30 days, 1600 credits")


@pytest.mark.parametrize("days", ["-1", "4000", "x"])
def test_days_of_premium_are_a_sensible_number(own_app: Flask, ada: None, days: str) -> None:
    assert run(own_app, "user", "premium", "ada@example.com", f"--days={days}").exit_code == 2


def test_premium_for_an_unknown_address_is_one_line(own_app: Flask) -> None:
    result = run(own_app, "user", "premium", "nobody@example.com", "--days", "3")
    assert (result.exit_code, result.output) == (1, "Error: There is no account for nobody@example.com.\n")
