"""The rules about prompts as the staff keeps them: in force, out of force, and tried before they count."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.domain import moderation
from imagegarden.domain.errors import PromptBlocked
from imagegarden.models import AuditEntry, ModerationDecision, ModerationRule, Role, RuleAction, RuleKind, User
from tests import factories

HOSTILE = "<script>window.ran=1</script>\"'><img src=x onerror=alert(1)>"
SOUND = {
    "action": "block",
    "kind": "word",
    "pattern": "zebra",
    "replacement": "",
    "told": "No zebras here.",
    "reason": "a complaint",
    "request_key": "one",
}


@pytest.fixture
def desk(signed_in: Callable[[User], FlaskClient], session: Session) -> FlaskClient:
    return signed_in(factories.person(session, role=Role.MODERATOR))


def rule(session: Session, action: str, pattern: str, **more: Any) -> ModerationRule:
    made = moderation.add_rule(
        session,
        action=RuleAction(action),
        kind=RuleKind(more.pop("kind", "word")),
        pattern=pattern,
        reason=more.pop("reason", "We would rather not."),
        now=present(),
        **more,
    )
    session.commit()
    return made


def test_rules_in_force_are_listed_with_how_often_they_spoke(session: Session, user: User, desk: FlaskClient) -> None:
    assert "No rule is in force" in desk.get("/admin/rules").text
    made = rule(session, "warn", HOSTILE)
    for _ in range(3):
        moderation.record_blocked(session, rule_id=made.id, user_id=user.id, now=present())
    session.commit()
    page = desk.get("/admin/rules").text
    assert "<script>window" not in page
    assert "&lt;script&gt;window" in page
    assert "We would rather not." in page
    assert '<td role="cell" data-label="Spoke" class="is-number">3</td>' in page


def test_the_list_takes_the_same_queries_for_one_rule_and_for_many(
    session: Session, desk: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    def queries() -> int:
        with count_queries() as seen:
            assert desk.get("/admin/rules").status_code == 200
        return len(seen)

    rule(session, "warn", "one")
    few = queries()
    for number in range(20):
        rule(session, "warn", f"word{number}")
    assert queries() == few


def test_a_rule_is_put_in_force_once_and_written_down(session: Session, desk: FlaskClient) -> None:
    for _ in range(2):
        assert desk.post("/admin/rules/new", data=SOUND).status_code == 303
    with pytest.raises(PromptBlocked):
        moderation.review(session, "a Zebra on a hill")
    assert len(moderation.list_rules(session)) == 1
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "rule.add")).all()
    assert [(entry.target, entry.reason) for entry in entries] == [("zebra", "a complaint")]
    answer = desk.post("/admin/rules/new", data=SOUND | {"pattern": "gnu"})
    assert answer.status_code == 422
    assert "This form was sent before" in answer.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pattern": ""}, "A pattern has 1 to 500 characters."),
        ({"kind": "regex", "pattern": "(a"}, "This is no regular expression that we can run"),
        ({"kind": "regex", "pattern": ".*"}, "This pattern matches everything."),
        ({"told": " "}, "Say what people should read."),
        ({"told": "x" * 301}, "At most 300 characters."),
        ({"action": "burn"}, "Choose what it does."),
        ({"kind": "smell"}, "Choose how it is read."),
        ({"reason": ""}, "Say why: it is written down."),
    ],
)
def test_what_is_wrong_with_a_rule_stands_beside_its_field(
    session: Session, desk: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    answer = desk.post("/admin/rules/new", data=SOUND | {"replacement": "typed before"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "typed before" in answer.text
    assert moderation.list_rules(session) == []


def test_a_rule_is_retired_for_a_reason_and_stays_listed_below(session: Session, desk: FlaskClient) -> None:
    made = rule(session, "block", "zebra")
    assert desk.post(f"/admin/rules/{made.id}/retire", data={"reason": ""}).status_code == 422
    assert desk.post(f"/admin/rules/{made.id}/retire", data={"reason": "too strict"}).status_code == 303
    assert moderation.list_rules(session) == []
    assert "1 rule out of force" in desk.get("/admin/rules").text
    assert desk.post(f"/admin/rules/{made.id}/retire", data={"reason": "again"}).status_code == 404
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "rule.retire")).all()
    assert (entry.target, entry.reason) == ("zebra", "too strict")


@pytest.mark.parametrize("rule_id", ["0", "999999999", "9223372036854775808"])
def test_a_rule_that_does_not_exist_is_not_found(desk: FlaskClient, rule_id: str) -> None:
    assert desk.post(f"/admin/rules/{rule_id}/retire", data={"reason": "x"}).status_code == 404


def test_a_prompt_is_tried_and_nothing_is_kept(session: Session, desk: FlaskClient) -> None:
    rule(session, "block", "zebra", reason="No zebras here.")
    rule(session, "warn", "heron", reason="Herons are shy.")
    rule(session, "replace", "swamp", replacement="pond")
    blocked = desk.get("/admin/rules?prompt=a+zebra+at+dawn").text
    assert "Blocked." in blocked
    assert "No zebras here." in blocked
    passed = desk.get("/admin/rules?prompt=a+heron+in+the+swamp").text
    assert "It passes, with a notice." in passed
    assert "Herons are shy." in passed
    assert "a heron in the pond" in passed
    assert "No rule speaks." in desk.get("/admin/rules?prompt=tulips").text
    assert "leave nothing of this prompt" in _emptied(session, desk)
    assert session.scalar(select(func.count(ModerationDecision.id))) == 0
    assert "<script>window" not in desk.get("/admin/rules", query_string={"prompt": HOSTILE}).text


def _emptied(session: Session, desk: FlaskClient) -> str:
    rule(session, "replace", "nothing", replacement="")
    return desk.get("/admin/rules?prompt=nothing").text


def test_a_draft_is_tried_before_it_is_in_force(session: Session, desk: FlaskClient) -> None:
    draft = {"prompt": "a zebra", "action": "replace", "kind": "word", "pattern": "zebra", "replacement": "horse"}
    page = desk.get("/admin/rules", query_string=draft).text
    assert "the draft" in page
    assert "a horse" in page
    assert moderation.list_rules(session) == []
    page = desk.get("/admin/rules", query_string=draft | {"kind": "regex", "pattern": "(z"}).text
    assert "This is no regular expression" in page
    page = desk.get("/admin/rules", query_string=draft | {"action": "block", "told": "Not zebras."}).text
    assert "People read: “Not zebras.”" in page


def test_a_prompt_that_is_too_long_is_not_tried(desk: FlaskClient) -> None:
    assert "at most 2,000 characters" in desk.get("/admin/rules", query_string={"prompt": "x" * 2001}).text


def test_the_token_is_in_no_address(app: Flask, desk: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    form = desk.get("/admin/rules").text.partition('id="try"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="csrf_token"' not in form
    assert form.count('name="csrf_token"') == 1
    assert desk.post("/admin/rules/new", data=SOUND).status_code == 400
    token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert desk.post("/admin/rules/new", data=SOUND | {"csrf_token": token}).status_code == 303


def test_support_may_not_change_rules(session: Session, signed_in: Callable[[User], FlaskClient]) -> None:
    client = signed_in(factories.person(session, role=Role.SUPPORT))
    assert client.get("/admin/rules").status_code == 403
    assert client.post("/admin/rules/new", data=SOUND).status_code == 403
