"""Why moderators decide as they do: which reasons there are for what, and how people read them."""

from collections.abc import Mapping
from dataclasses import dataclass

from imagegarden.domain import audit
from imagegarden.domain.errors import InvalidRequest
from imagegarden.domain.generation_spec import clean_text
from imagegarden.models import DecisionAction, DecisionReason

LONGEST_WORDS = 400
OTHER = "Another reason"
WRONG = {
    DecisionReason.ILLEGAL: "Against the law",
    DecisionReason.SEXUAL: "Sexual content",
    DecisionReason.VIOLENCE: "Violence or cruelty",
    DecisionReason.HATE: "Hate or harassment",
    DecisionReason.PRIVACY: "Somebody's privacy",
    DecisionReason.COPYRIGHT: "Somebody else's work",
    DecisionReason.OTHER: OTHER,
}
REASONS: Mapping[DecisionAction, Mapping[DecisionReason, str]] = {
    DecisionAction.APPROVE: {
        DecisionReason.HARMLESS: "Within the rules",
        DecisionReason.MISTAKE: "The safety check was mistaken",
        DecisionReason.OTHER: OTHER,
    },
    DecisionAction.REMOVE: WRONG,
    DecisionAction.BAN: WRONG,
    DecisionAction.RESTORE: {
        DecisionReason.MISTAKE: "Removed by mistake",
        DecisionReason.APPEAL: "After an appeal",
        DecisionReason.OTHER: OTHER,
    },
}


@dataclass(frozen=True)
class Why:
    """The reason of a decision."""

    reason: DecisionReason
    words: str
    # Both as people read it.
    text: str


def checked_why(action: DecisionAction, reason: str, words: str) -> Why:
    """A reason that fits a decision. Raises InvalidRequest for the fields `reason` and `words`."""
    faults: dict[str, str] = {}
    words = clean_text(words)
    known = REASONS[action]
    try:
        reason = audit.checked_reason(reason)
    except InvalidRequest as error:
        faults |= error.fields
    if not faults and reason not in set(known):
        faults["reason"] = "Choose a reason."
    if len(words) > LONGEST_WORDS:
        faults["words"] = f"Say it in at most {LONGEST_WORDS} characters."
    elif reason == DecisionReason.OTHER and not words:
        faults["words"] = "Say which: the owner reads it."
    if faults:
        raise InvalidRequest(faults)
    kind = DecisionReason(reason)
    return Why(kind, words, text_of(action, kind, words))


def text_of(action: DecisionAction, reason: DecisionReason, words: str) -> str:
    """A reason with its words, as people read it."""
    told = [words] if reason == DecisionReason.OTHER else [REASONS[action][reason], words]
    return ": ".join(filter(None, told))
