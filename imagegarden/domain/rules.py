"""Rules about prompts as the staff keeps them: how often they speak, putting them in force and out, trying them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.domain import audit, moderation
from imagegarden.domain.errors import InvalidRequest, PromptBlocked
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import ModerationDecision, ModerationRule, RuleAction, RuleKind

LATELY = timedelta(days=30)
LONGEST_TARGET = 80
LONGEST_TEXT = 300
MOST_RETIRED = 200
# Two forms that are sent at the same time are told apart one after the other.
RULES_LOCK = 0x1A6E_A71E
# A rule that is only tried has no number yet.
DRAFT = 0


@dataclass(frozen=True)
class Kept:
    """A rule, and how often it spoke in the last 30 days."""

    rule: ModerationRule
    spoken: int


@dataclass(frozen=True)
class Trial:
    """What rules make of a prompt. `blocked` is what people would read; `prompt` is what would go on."""

    blocked: str | None
    fault: str | None
    prompt: str
    notice: str | None
    rules: Sequence[ModerationRule]


def list_kept(session: Session, *, now: datetime) -> tuple[list[Kept], list[ModerationRule]]:
    """The rules in force, oldest first, and those that were retired, the last one first. Three queries."""
    query = (
        select(ModerationDecision.rule_id, func.count())
        .where(ModerationDecision.created_at > now - LATELY)
        .group_by(ModerationDecision.rule_id)
    )
    spoken = {row[0]: row[1] for row in session.execute(query)}
    retired = (
        select(ModerationRule)
        .where(ModerationRule.retired_at.is_not(None))
        .order_by(ModerationRule.retired_at.desc(), ModerationRule.id.desc())
        .limit(MOST_RETIRED)
    )
    in_force = [Kept(rule, spoken.get(rule.id, 0)) for rule in moderation.list_rules(session)]
    return in_force, list(session.scalars(retired))


def drafted(*, action: str, kind: str, pattern: str, told: str, replacement: str = "", now: datetime) -> ModerationRule:
    """A rule that is not in force; `told` is what people read.

    Raises InvalidRequest for the fields `action`, `kind`, `pattern`, `told` and `replacement`.
    """
    faults: dict[str, str] = {}
    if action not in set(RuleAction):
        faults["action"] = "Choose what it does."
    if kind not in set(RuleKind):
        faults["kind"] = "Choose how it is read."
    for name, text in (("told", told), ("replacement", replacement)):
        if len(text) > LONGEST_TEXT:
            faults[name] = f"At most {LONGEST_TEXT} characters."
    try:
        rule = moderation.drafted(
            action=RuleAction(action) if action in set(RuleAction) else RuleAction.WARN,
            kind=RuleKind(kind) if kind in set(RuleKind) else RuleKind.WORD,
            pattern=clean_text(pattern),
            reason=clean_text(told),
            replacement=clean_text(replacement) if action == RuleAction.REPLACE else "",
            now=now,
        )
    except InvalidRequest as error:
        faults |= {"told" if name == "reason" else name: words for name, words in error.fields.items()}
    if faults:
        raise InvalidRequest(faults)
    return rule


def add(
    session: Session,
    *,
    rule: ModerationRule,
    actor_id: int,
    reason: str,
    address: str | None,
    request_key: str,
    now: datetime,
) -> None:
    """Put a drafted rule in force. Under the same request key, once."""
    session.execute(select(func.pg_advisory_xact_lock(RULES_LOCK)))
    target = _named(rule.pattern)
    if audit.is_done(session, request_key, action="rule.add", subject_id=None, target=target):
        return
    session.add(rule)
    audit.record(
        session,
        actor_id=actor_id,
        action="rule.add",
        subject_id=None,
        target=target,
        reason=reason,
        address=address,
        request_key=request_key,
        now=now,
    )


def retire(
    session: Session, *, rule_id: int, actor_id: int, reason: str, address: str | None, now: datetime
) -> ModerationRule:
    """Take a rule out of force. Raises NotFound, also when it was retired before."""
    session.execute(select(func.pg_advisory_xact_lock(RULES_LOCK)))
    rule = moderation.retire_rule(session, rule_id=rule_id, now=now)
    audit.record(
        session,
        actor_id=actor_id,
        action="rule.retire",
        subject_id=None,
        target=_named(rule.pattern),
        reason=reason,
        address=address,
        now=now,
    )
    return rule


def try_out(session: Session, *, prompt: str, draft: ModerationRule | None = None) -> Trial:
    """What the rules in force, and a draft with them, make of a prompt. Nothing is written down."""
    rules = moderation.list_rules(session)
    if draft is not None:
        draft.id = DRAFT
        rules = [*rules, draft]
    try:
        verdict = moderation.judge(rules, prompt)
    except PromptBlocked as error:
        spoke = [rule for rule in rules if rule.id == error.rule_id]
        return Trial(spoke[0].reason, None, prompt, None, spoke)
    except InvalidRequest as error:
        return Trial(None, error.fields["prompt"], prompt, None, [])
    return Trial(None, None, verdict.prompt, verdict.notice, verdict.rules)


def _named(pattern: str) -> str:
    return pattern if len(pattern) <= LONGEST_TARGET else f"{pattern[: LONGEST_TARGET - 1]}…"
