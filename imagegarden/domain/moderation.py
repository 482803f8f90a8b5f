"""Rules about prompts: rows that block, warn or replace. Patterns run in linear time, whatever they say."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import re2
from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import InvalidRequest, NotFound, PromptBlocked
from imagegarden.models import ModerationDecision, ModerationRule, RuleAction, RuleKind

LONGEST_PATTERN = 500
PATTERN_MEMORY = 1 << 20
EDGE = r"[^\p{L}\p{M}\p{N}_]"
# What chooses between two looks of the same sign, as behind an emoji, and is no sign itself.
VARIATION_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# A rule that speaks about all of these speaks about everything.
HARMLESS = ("a quiet pond", "7", "池", "🌷")
REPLACED = "The rules of this house changed some words of this prompt."


@dataclass(frozen=True)
class Verdict:
    """What the rules make of a prompt: the words to go on with, what to tell the person, and which rules spoke."""

    prompt: str
    notice: str | None
    rules: Sequence[ModerationRule]


def review(session: Session, prompt: str) -> Verdict:
    """Judge a prompt by the rules in force. Raises PromptBlocked with the rule's reason.

    What a person wants to be left out of a picture is not judged: it is not asked for. Nor is there anything to judge
    where nothing was said.
    """
    return judge(list_rules(session), prompt) if prompt else Verdict(prompt, None, [])


def judge(rules: Sequence[ModerationRule], prompt: str) -> Verdict:
    """Judge a prompt by these rules. Raises PromptBlocked, and InvalidRequest when nothing of it is left."""
    spoken: list[ModerationRule] = []
    notices: list[str] = []
    text = _plain(prompt)
    _refuse_blocked(rules, text)
    for rule in rules:
        if rule.action == RuleAction.BLOCK or not _finder(rule.kind, rule.pattern)(text):
            continue
        spoken.append(rule)
        if rule.action == RuleAction.REPLACE:
            text = _replaced(rule, text)
            prompt = text
            notices.append(REPLACED)
        else:
            notices.append(rule.reason)
    if not prompt.strip():
        raise InvalidRequest({"prompt": "The rules of this house leave nothing of this prompt."})
    # What was replaced may have stood in the middle of something else.
    _refuse_blocked(rules, text)
    return Verdict(prompt, " ".join(dict.fromkeys(notices)) or None, spoken)


def _refuse_blocked(rules: Sequence[ModerationRule], text: str) -> None:
    for rule in rules:
        if rule.action == RuleAction.BLOCK and _finder(rule.kind, rule.pattern)(text):
            raise PromptBlocked(reason=rule.reason, rule_id=rule.id)


def record(
    session: Session, *, rules: Sequence[ModerationRule], user_id: int, generation_id: int, now: datetime
) -> None:
    """Write down which rules spoke about an accepted request."""
    session.add_all(
        ModerationDecision(
            rule_id=rule.id, user_id=user_id, generation_id=generation_id, action=rule.action, created_at=now
        )
        for rule in rules
    )


def record_blocked(session: Session, *, rule_id: int, user_id: int, now: datetime) -> None:
    """Write down that a rule blocked a request, which itself was rolled back."""
    session.add(ModerationDecision(rule_id=rule_id, user_id=user_id, action=RuleAction.BLOCK, created_at=now))


def list_rules(session: Session) -> list[ModerationRule]:
    """The rules in force, oldest first."""
    return list(
        session.scalars(select(ModerationRule).where(ModerationRule.retired_at.is_(None)).order_by(ModerationRule.id))
    )


def add_rule(
    session: Session,
    *,
    action: RuleAction,
    kind: RuleKind,
    pattern: str,
    reason: str,
    replacement: str = "",
    now: datetime,
) -> ModerationRule:
    """Put a rule in force. Raises InvalidRequest when its pattern cannot be read, or matches everything."""
    rule = drafted(action=action, kind=kind, pattern=pattern, reason=reason, replacement=replacement, now=now)
    session.add(rule)
    session.flush()
    return rule


def drafted(
    *, action: RuleAction, kind: RuleKind, pattern: str, reason: str, replacement: str = "", now: datetime
) -> ModerationRule:
    """A rule that is not in force. Raises InvalidRequest as `add_rule` does."""
    faults = {}
    if not 0 < len(pattern.strip()) <= LONGEST_PATTERN:
        faults["pattern"] = f"A pattern has 1 to {LONGEST_PATTERN} characters."
    elif (fault := _pattern_fault(kind, pattern)) is not None:
        faults["pattern"] = fault
    if not reason.strip():
        faults["reason"] = "Say what people should read."
    if faults:
        raise InvalidRequest(faults)
    return ModerationRule(
        action=action,
        kind=kind,
        pattern=pattern.strip(),
        replacement=replacement,
        reason=reason.strip(),
        created_at=now,
    )


def retire_rule(session: Session, *, rule_id: int, now: datetime) -> ModerationRule:
    """Take a rule out of force; what it decided stays written. Raises NotFound."""
    rule = session.get(ModerationRule, rule_id)
    if rule is None or rule.retired_at is not None:
        raise NotFound("There is no such rule in force.")
    rule.retired_at = now
    return rule


def _pattern_fault(kind: RuleKind, pattern: str) -> str | None:
    try:
        compiled = _compiled(kind, pattern.strip())
    except re2.error:
        return "This is no regular expression that we can run (RE2: no look-around, no back-references)."
    is_all = compiled.search("") or all(compiled.search(text) for text in HARMLESS)
    return "This pattern matches everything." if is_all else None


def _plain(text: str) -> str:
    """The text without disguises: no invisible characters, no letters dressed up as others."""
    visible = "".join(char for char in text if unicodedata.category(char) != "Cf" and char not in VARIATION_SELECTORS)
    return unicodedata.normalize("NFKC", visible)


def _finder(kind: RuleKind, pattern: str) -> Callable[[str], Any]:
    search: Callable[[str], Any] = _compiled(kind, pattern).search
    return search


def _replaced(rule: ModerationRule, text: str) -> str:
    compiled = _compiled(rule.kind, rule.pattern)
    if rule.kind == RuleKind.REGEX:
        return str(compiled.sub(lambda _: rule.replacement, text))
    parts, done, start = [], 0, 0
    while (found := compiled.search(text, start)) is not None:
        parts += [text[done : found.end(1)], rule.replacement]
        # The next word may begin behind the sign that ends this one.
        done = start = found.start(2)
    return "".join((*parts, text[done:]))


@lru_cache(maxsize=1024)
def _compiled(kind: RuleKind, pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = PATTERN_MEMORY
    options.log_errors = False
    if kind != RuleKind.REGEX:
        words = _plain(pattern).split()
        pattern = rf"(^|{EDGE})" + r"[\s\p{P}]+".join(map(re2.escape, words)) + rf"($|{EDGE})"
    return re2.compile(pattern, options)
