"""Rules about prompts: what they find, what they do, and what they never do."""

import time
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from imagegarden.domain import credits, generations, moderation, specs
from imagegarden.domain.errors import InvalidRequest, NotFound, PromptBlocked
from imagegarden.models import (
    Generation,
    ModerationDecision,
    ModerationRule,
    RuleAction,
    RuleKind,
    User,
    Via,
)
from tests import factories

REASON = "We do not make this."
BLOCK, WARN, REPLACE = RuleAction.BLOCK, RuleAction.WARN, RuleAction.REPLACE
WORD, PHRASE, REGEX = RuleKind.WORD, RuleKind.PHRASE, RuleKind.REGEX


def rule(
    session: Session,
    pattern: str,
    *,
    action: RuleAction = BLOCK,
    kind: RuleKind = WORD,
    reason: str = REASON,
    replacement: str = "",
) -> ModerationRule:
    return moderation.add_rule(
        session,
        action=action,
        kind=kind,
        pattern=pattern,
        reason=reason,
        replacement=replacement,
        now=factories.a_while_ago(),
    )


def is_blocked(session: Session, prompt: str) -> bool:
    try:
        moderation.review(session, prompt)
    except PromptBlocked:
        return True
    return False


def rewritten(session: Session, prompt: str) -> str:
    return moderation.review(session, prompt).prompt


@pytest.mark.parametrize(
    ("kind", "pattern", "hit", "passed"),
    [
        (WORD, "gun", "a gun on a table", "a gunner and begun things"),
        (PHRASE, "dead body", "the dead, body of a fly", "a dead fly and a body of water"),
        (REGEX, r"weap[o0]ns?", "many weap0ns", "a wisp of smoke"),
    ],
)
@pytest.mark.parametrize("action", list(RuleAction))
def test_each_kind_of_rule_with_each_action_speaks_where_it_should_and_nowhere_else(
    session: Session, action: RuleAction, kind: RuleKind, pattern: str, hit: str, passed: str
) -> None:
    rule(session, pattern, action=action, kind=kind, replacement="flower")
    assert moderation.review(session, passed) == moderation.Verdict(passed, None, [])
    if action == BLOCK:
        with pytest.raises(PromptBlocked, match=REASON):
            moderation.review(session, hit)
        return
    verdict = moderation.review(session, hit)
    assert len(verdict.rules) == 1
    assert verdict.notice == (REASON if action == WARN else moderation.REPLACED)
    assert (verdict.prompt == hit) == (action == WARN)
    assert ("flower" in verdict.prompt) == (action == REPLACE)


@pytest.mark.parametrize(
    ("pattern", "hit", "passed"),
    [
        ("mörder", "ein Mörder im Park", "eine Mördergrube"),
        ("straße", "die STRAßE brennt", "die Straßenbahn"),
        ("قنبلة", "رسم قنبلة كبيرة", "رسم قنبلةكبيرة"),
        ("🔫", "a cat with a 🔫 in its paw", "a cat with a 🔪 in its paw"),
        ("❤️", "a ❤ of roses", "a 💔 of roses"),
        ("кровь", "КРОВЬ на снегу", "кровью и снегом"),
        ("कम", "कम रोशनी", "कमी और रोशनी"),
        ("爆弾", "爆弾", "爆竹"),
    ],
)
def test_words_of_any_script_are_whole_words(session: Session, pattern: str, hit: str, passed: str) -> None:
    rule(session, pattern)
    assert is_blocked(session, hit)
    assert not is_blocked(session, passed)


@pytest.mark.parametrize(
    "prompt",
    [
        *("GUN", "Gun", "gun!", "(gun)", "«gun»", "a\ngun\nb", "gun, gun", "a-gun-b", "𝐠𝐮𝐧", "ⓖⓤⓝ", "ＧＵＮ"),
        *("g\u200bu\u200bn", "g\u00adun", "\u202egun", "gu\u2060n", "\ufeffgun", "g\ufe0fu\ufe0fn"),
    ],
)
def test_no_case_sign_or_disguise_hides_a_word(session: Session, prompt: str) -> None:
    rule(session, "gun")
    assert is_blocked(session, prompt)


def test_a_rule_that_was_written_in_disguise_finds_the_plain_word(session: Session) -> None:
    rule(session, "ｇｕ\u200bｎ")
    assert is_blocked(session, "a gun")


@pytest.mark.parametrize("prompt", ["begun", "gunner", "gun_metal", "gun2", "a gún"])
def test_a_word_inside_another_word_is_not_hit(session: Session, prompt: str) -> None:
    rule(session, "gun")
    assert not is_blocked(session, prompt)


@pytest.mark.parametrize("pattern", ["a.c", "a+b", "(x", "[y", "$5", "c++", "\\d"])
def test_signs_in_a_word_mean_themselves(session: Session, pattern: str) -> None:
    rule(session, pattern)
    assert is_blocked(session, f"draw {pattern} here")
    assert not is_blocked(session, "draw abc aab 5 here")


@pytest.mark.alone
@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}$", "([a-z]+)*9", "(a?){50}a{50}$"])
def test_a_pattern_that_would_take_ages_elsewhere_takes_milliseconds(session: Session, pattern: str) -> None:
    rule(session, pattern, kind=REGEX)
    started = time.process_time()
    is_blocked(session, "a" * 1999 + "!")
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?!a)b", "(?<=a)b", r"(a)\1", "(", "[z-a]", "a{2000}", "*"])
def test_a_pattern_that_cannot_run_in_linear_time_is_refused_with_a_message(session: Session, pattern: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        rule(session, pattern, kind=REGEX)
    assert refusal.value.fields == {
        "pattern": "This is no regular expression that we can run (RE2: no look-around, no back-references)."
    }


@pytest.mark.parametrize("pattern", ["", "   ", "x" * 501])
def test_a_pattern_has_a_sensible_length(session: Session, pattern: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        rule(session, pattern)
    assert refusal.value.fields == {"pattern": "A pattern has 1 to 500 characters."}


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [(REGEX, ".*"), (REGEX, "a?"), (REGEX, "."), (REGEX, r"\S+"), (REGEX, "^"), (REGEX, "a|"), (WORD, "\u200b")],
)
def test_a_pattern_that_matches_everything_is_refused(session: Session, kind: RuleKind, pattern: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        rule(session, pattern, kind=kind)
    assert refusal.value.fields == {"pattern": "This pattern matches everything."}


def test_a_rule_without_a_reason_is_refused(session: Session) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        rule(session, "gun", reason=" ")
    assert refusal.value.fields == {"reason": "Say what people should read."}


def test_a_retired_rule_has_no_effect(session: Session, now: datetime) -> None:
    retired = rule(session, "gun")
    moderation.retire_rule(session, rule_id=retired.id, now=now)
    assert not is_blocked(session, "a gun")
    assert moderation.list_rules(session) == []


def test_a_rule_is_retired_once(session: Session, now: datetime) -> None:
    retired = rule(session, "gun")
    moderation.retire_rule(session, rule_id=retired.id, now=now)
    with pytest.raises(NotFound):
        moderation.retire_rule(session, rule_id=retired.id, now=now)


@pytest.mark.parametrize(
    ("prompt", "after"),
    [
        ("gun", "water gun"),
        ("gun gun gun", "water gun water gun water gun"),
        ("a gun, a Gun", "a water gun, a water gun"),
        ("gunner gun", "gunner water gun"),
    ],
)
def test_every_word_is_replaced_once_also_by_words_that_contain_it(session: Session, prompt: str, after: str) -> None:
    rule(session, "gun", action=REPLACE, replacement="water gun")
    assert rewritten(session, prompt) == after


@pytest.mark.parametrize("replacement", [r"\1", r"\g<0>", "$1", "\\"])
def test_what_is_written_instead_means_itself(session: Session, replacement: str) -> None:
    rule(session, "gun", action=REPLACE, replacement=replacement)
    rule(session, "k(nife)", action=REPLACE, kind=REGEX, replacement=replacement)
    assert rewritten(session, "a gun, a knife") == f"a {replacement}, a {replacement}"


def test_a_word_that_replacing_lays_bare_is_blocked(session: Session) -> None:
    rule(session, "bomb")
    rule(session, "zz", action=REPLACE, kind=REGEX)
    assert is_blocked(session, "a bozzmb")


def test_blocking_goes_before_replacing(session: Session) -> None:
    rule(session, "gun", action=REPLACE, replacement="flower")
    rule(session, "gun")
    assert is_blocked(session, "a gun")


def test_the_same_notice_is_said_once(session: Session) -> None:
    for word in ("gun", "knife"):
        rule(session, word, action=REPLACE, replacement="flower")
        rule(session, word, action=WARN, kind=REGEX)
    verdict = moderation.review(session, "a gun and a knife")
    assert verdict.notice == moderation.REPLACED


def test_a_prompt_of_which_nothing_is_left_is_refused(session: Session) -> None:
    rule(session, "gun", action=REPLACE)
    with pytest.raises(InvalidRequest) as refusal:
        moderation.review(session, "gun gun")
    assert refusal.value.fields == {"prompt": "The rules of this house leave nothing of this prompt."}


def submit(session: Session, user: User, prompt: str, now: datetime) -> Generation:
    return generations.submit(
        session,
        user_id=user.id,
        spec=specs.parse(models=factories.MODELS, prompt=prompt),
        request_key=uuid4().hex,
        via=Via.WEB,
        allowances=factories.ALLOWANCES,
        now=now,
    )


def test_a_replaced_prompt_is_stored_with_a_notice_and_a_decision(session: Session, user: User, now: datetime) -> None:
    replacing = rule(session, "gun", action=REPLACE, replacement="flower")
    generation = submit(session, user, "a gun", now)
    session.flush()
    assert (generation.prompt, generation.notice) == ("a flower", moderation.REPLACED)
    decision = session.scalars(select(ModerationDecision)).one()
    assert (decision.rule_id, decision.user_id, decision.generation_id, decision.action) == (
        replacing.id,
        user.id,
        generation.id,
        REPLACE,
    )


def test_a_warning_is_stored_with_the_prompt_as_it_was_typed(session: Session, user: User, now: datetime) -> None:
    rule(session, "knife", action=WARN, reason="Knives often come out badly.")
    generation = submit(session, user, "ａ knife", now)
    session.flush()
    assert (generation.prompt, generation.notice) == ("ａ knife", "Knives often come out badly.")
    assert session.scalars(select(ModerationDecision.action)).all() == [WARN]


def test_a_harmless_prompt_leaves_no_trace(session: Session, user: User, now: datetime) -> None:
    rule(session, "gun")
    assert submit(session, user, "a quiet pond", now).notice is None
    assert session.scalars(select(ModerationDecision)).all() == []


def test_a_blocked_request_costs_holds_and_queues_nothing(session: Session, user: User, now: datetime) -> None:
    rule(session, "gun")
    with pytest.raises(PromptBlocked) as refusal:
        submit(session, user, "a gun", now)
    assert str(refusal.value) == "We do not make this. You were not charged."
    assert factories.balance(session, user.id) == credits.Balance(available=5, held=0)
    assert session.scalar(select(func.count(Generation.id))) == 0
    assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_what_was_sent_before_stays_when_a_rule_comes_later(session: Session, user: User, now: datetime) -> None:
    generation = submit(session, user, "a gun", now)
    rule(session, "gun")
    again = generations.submit(
        session,
        user_id=user.id,
        spec=specs.parse(models=factories.MODELS, prompt="a gun"),
        request_key=generation.request_key,
        via=Via.WEB,
        allowances=factories.ALLOWANCES,
        now=now,
    )
    assert again is generation
