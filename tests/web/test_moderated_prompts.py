"""Rules about prompts, as people meet them."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import credits, moderation
from imagegarden.models import Generation, ModerationDecision, RuleAction, RuleKind, User
from tests import factories, turns

HTMX = {"HX-Request": "true"}


def add(session: Session, action: RuleAction, replacement: str = "") -> int:
    rule = moderation.add_rule(
        session,
        action=action,
        kind=RuleKind.WORD,
        pattern="gun",
        reason="We make no <weapons> here.",
        replacement=replacement,
        now=factories.a_while_ago(),
    )
    session.commit()
    return rule.id


@pytest.mark.parametrize("headers", [None, HTMX])
def test_a_blocked_prompt_is_refused_beside_the_field_and_recorded(
    session: Session, signed_in_client: FlaskClient, user: User, headers: dict[str, str] | None
) -> None:
    rule_id = add(session, RuleAction.BLOCK)
    data = {"prompt": "a gun on a table", "seed": "4711", "request_key": uuid4().hex}
    answer = signed_in_client.post("/create", data=data, headers=headers)
    assert answer.status_code == 422
    assert "We make no &lt;weapons&gt; here. You were not charged." in answer.text
    if headers is None:
        assert "a gun on a table</textarea>" in answer.text
        assert 'value="4711"' in answer.text
    decision = session.scalars(select(ModerationDecision)).one()
    assert (decision.rule_id, decision.user_id, decision.generation_id) == (rule_id, user.id, None)
    assert session.scalar(select(func.count(Generation.id))) == 0
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_a_retry_that_a_new_rule_blocks_is_refused_and_recorded(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    failed = factories.generation(user, prompt="a gun on a table")
    turns.end(session, failed, factories.now())
    rule_id = add(session, RuleAction.BLOCK)
    answer = signed_in_client.post(f"/create/{failed.uuid}/retry")
    assert answer.status_code == 422
    assert "We make no &lt;weapons&gt; here. You were not charged." in answer.text
    decision = session.scalars(select(ModerationDecision)).one()
    assert (decision.rule_id, decision.user_id) == (rule_id, user.id)
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)


def test_a_replaced_prompt_is_shown_with_what_was_done(session: Session, signed_in_client: FlaskClient) -> None:
    add(session, RuleAction.REPLACE, "flower")
    data = {"prompt": "a gun on a table", "request_key": uuid4().hex}
    assert signed_in_client.post("/create", data=data).status_code == 303
    page = signed_in_client.get("/create").text
    assert "a flower on a table" in page
    assert moderation.REPLACED in page


def test_a_warning_is_shown_with_the_batch(session: Session, signed_in_client: FlaskClient) -> None:
    add(session, RuleAction.WARN)
    data = {"prompt": "a gun on a table", "request_key": uuid4().hex}
    assert signed_in_client.post("/create", data=data).status_code == 303
    assert "We make no &lt;weapons&gt; here." in signed_in_client.get("/create").text
