"""Every route of the application, also one that is added next year."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from imagegarden.clock import now
from imagegarden.domain import boards, presets
from imagegarden.models import FileRole, User
from imagegarden.web import headers
from tests import factories

# Whoever makes a route public writes it down here.
PUBLIC = {
    "api.docs",
    "api.openapi",
    "api.show_linked",
    "auth.check_log_in",
    "auth.check_second_step",
    "auth.complete_reset",
    "auth.complete_sign_up",
    "auth.forgotten",
    "auth.log_in",
    "auth.outbox",
    "auth.request_reset",
    "auth.request_sign_up",
    "auth.resend_code",
    "auth.resend_reset",
    "auth.reset",
    "auth.second_step",
    "auth.sign_up",
    "auth.verify",
    "billing.come_back",
    "billing.report",
    "generate.landing",
    "generate.report",
    "metrics.metrics",
    "generate.report_shared",
    "generate.shared",
    "generate.shared_file",
    "generate.shared_report",
    "health.alive",
    "health.ready",
    "static",
}
# Who comes here brings a signature, and no session that somebody could ride on.
SIGNED = {"billing.come_back", "billing.report", "generate.report"}
# What has an answer that browsers keep or ask for again; every other is kept by nobody.
SHARED = {"generate.shared_file", "api.show_linked"}
KEPT_BY_BROWSERS = {"static", "api.openapi", "api.docs"}
SAFE = {"GET", "HEAD", "OPTIONS"}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every rule with each of its methods."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def is_keyed(app: Flask, rule: Rule) -> bool:
    """Whether the route asks for an API key, and for nothing that a browser holds."""
    return hasattr(app.view_functions[rule.endpoint], "scopes")


def path_of(rule: Rule, **values: str) -> str:
    """The rule's address with ids filled in."""
    defaults = {
        "role": "original",
        "filename": "img/logo.svg",
        "user_id": "1",
        "invitation_id": "1",
        "rule_id": "1",
        "block_id": "1",
        "device_id": "1",
    }
    return re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], defaults.get(found[1], str(uuid4()))), rule.rule
    )


def test_every_route_asks_for_a_signed_in_person_or_is_on_the_list_of_public_ones(
    app: Flask, client: FlaskClient
) -> None:
    public = {name for name, view in app.view_functions.items() if getattr(view, "is_public", False)}
    assert public | {"static"} == PUBLIC
    for rule, method in rules(app):
        if rule.endpoint not in PUBLIC and not is_keyed(app, rule):
            answer = client.open(path_of(rule), method=method)
            assert answer.status_code == 303, (rule, method)
            assert answer.location.startswith("/login"), (rule, method)


def test_every_route_of_the_api_asks_for_a_key_and_takes_no_session_for_one(
    app: Flask, client: FlaskClient, signed_in_client: FlaskClient
) -> None:
    walked = 0
    for rule, method in rules(app):
        if rule.rule.startswith(("/api/", "/v1/")) and rule.endpoint not in PUBLIC:
            assert is_keyed(app, rule), rule
            for who in (client, signed_in_client):
                answer = who.open(path_of(rule), method=method)
                assert answer.status_code == 401, (rule, method)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer"), rule
            walked += 1
        else:
            assert not is_keyed(app, rule), rule
    assert walked >= 14


def test_a_key_opens_no_page(app: Flask, session: Session, client: FlaskClient, user: User) -> None:
    made = factories.api_key(session, user)
    session.commit()
    headers = {"Authorization": f"Bearer {made.secret}"}
    for rule, method in rules(app):
        if rule.endpoint not in PUBLIC and not is_keyed(app, rule):
            answer = client.open(path_of(rule), method=method, headers=headers)
            assert answer.status_code == 303, (rule, method)


def test_every_unsafe_route_refuses_a_request_without_a_token(
    app: Flask, signed_in_client: FlaskClient, client: FlaskClient
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    walked = 0
    for rule, method in rules(app):
        if method in SAFE or rule.endpoint in SIGNED or is_keyed(app, rule):
            continue
        assert signed_in_client.open(path_of(rule), method=method, data={}).status_code == 400, (rule, method)
        # Whoever is not signed in is asked to, where that is what is missing.
        expected = 400 if rule.endpoint in PUBLIC else 303
        assert client.open(path_of(rule), method=method, data={}).status_code == expected, (rule, method)
        walked += 1
    assert walked >= 7


def test_no_route_answers_both_to_looking_and_to_acting(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert len(methods) == 1, rule


def test_another_persons_ids_are_not_found(app: Flask, session: Session, user: User) -> None:
    generation = factories.generation(user)
    media = factories.MediaFactory(user_id=user.id, generation_id=generation.id)
    for role in FileRole:
        factories.MediaFileFactory(media_id=media.id, role=role)
    stranger = factories.person(session)
    theirs = app.test_client()
    assert theirs.post("/login", data={"email": stranger.email, "password": factories.PASSWORD}).status_code == 303
    payment = factories.payment(session, user)
    key = {"Authorization": f"Bearer {factories.api_key(session, stranger).secret}"}
    ids = {
        "generation_uuid": str(generation.uuid),
        "media_uuid": str(media.uuid),
        "purchase_uuid": str(payment.purchase.uuid),
        "payment_uuid": str(payment.uuid),
        "key_uuid": str(factories.api_key(session, user).key.uuid),
        "preset_uuid": str(presets.save(session, user_id=user.id, name="ponds", values={}, now=now()).uuid),
        "board_uuid": str(boards.make(session, user_id=user.id, name="ponds", now=now()).uuid),
        "first": str(media.uuid),
        "second": str(media.uuid),
        "device_id": str(factories.device(session, user).id),
    }
    session.commit()
    walked = 0
    for rule, method in rules(app):
        if not (rule.arguments & set(ids)) or rule.endpoint in SIGNED:
            continue
        if rule.endpoint.startswith("admin."):
            # Who belongs to the staff sees everybody; tests/web/test_admin_gate.py says who does.
            continue
        for role in FileRole:
            answer = theirs.open(path_of(rule, **ids, role=role), method=method, headers=key)
            assert answer.status_code == 404, (rule, method, role)
        walked += 1
    assert walked >= 8
    assert theirs.get(f"/create?reuse={generation.uuid}").status_code == 404


def test_every_answer_has_the_security_headers(app: Flask, client: FlaskClient, signed_in_client: FlaskClient) -> None:
    for rule, method in rules(app):
        for who in (client, signed_in_client):
            answer = who.open(path_of(rule), method=method)
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy or "sandbox" in policy, rule
            assert "default-src 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["X-Request-Id"]
            assert answer.headers["X-Frame-Options"] == "DENY", rule
            # What is shared by a link alone may stand on other sites.
            policies = {"same-origin"} | ({"cross-origin"} if rule.endpoint in SHARED else set())
            assert answer.headers["Cross-Origin-Resource-Policy"] in policies, rule
            if answer.mimetype.startswith("text/"):
                assert answer.mimetype_params.get("charset") == "utf-8", rule
            if rule.endpoint not in KEPT_BY_BROWSERS:
                assert answer.headers["Cache-Control"] == "no-store", rule


def test_no_route_knows_other_methods(app: Flask, client: FlaskClient, signed_in_client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        for method in {"TRACE", "NONSENSE", "PUT"} - (rule.methods or set()):
            for who in (client, signed_in_client):
                assert who.open(path_of(rule), method=method).status_code == 405, (rule, method)


def test_by_https_a_browser_is_told_to_come_by_nothing_else_for_a_year(app: Flask) -> None:
    secured = Flask("secured")
    headers.install(secured, is_https=True)
    told = secured.test_client().get("/").headers["Strict-Transport-Security"]
    assert int(told.partition("max-age=")[2].partition(";")[0]) >= 31_536_000
    assert "includeSubDomains" in told
    # On one machine, without a certificate, nobody is locked out.
    assert "Strict-Transport-Security" not in app.test_client().get("/").headers


NOWHERE = ("/nothing", "/i/not-an-id", "/media/x/y", "/create/none/cancel", "/%ff", "/\x00", "/.git/config", "/.env")


@pytest.mark.parametrize("path", NOWHERE)
def test_an_address_that_does_not_exist_is_our_own_404(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Nothing grows here" in answer.text


def test_a_program_gets_a_problem_document(client: FlaskClient) -> None:
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert (answer.json["status"], answer.json["code"]) == (404, "not_found")
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
