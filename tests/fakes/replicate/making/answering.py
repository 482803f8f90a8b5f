"""What a language model answers: a better prompt when it is asked for one, and otherwise what it was told."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate.faults import MARKER, TAKES, Drawn

ASKS_FOR_A_PROMPT = re.compile(
    r"\b(improve|enhance|rewrite|rephrase|refine|enrich|expand|polish)\w*\b.*\b(prompt|description|idea)s?\b",
    re.IGNORECASE | re.DOTALL,
)
# Where the words that are to be improved may stand, the surest first.
PLACES = (
    re.compile(r"<(?:\w*prompt|idea|description|text|input)>\s*(.+?)\s*</", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?:\"\"\"|```)\s*(.+?)\s*(?:\"\"\"|```)", re.DOTALL),
    re.compile(
        r"^[ \t]*(?:[\w' -]{0,40}\s)?(?:prompt|idea|description|text|input|words)\s*:[ \t]*\n?(.+?)(?=\n\s*\n|<\||\Z)",
        re.IGNORECASE | re.MULTILINE | re.DOTALL,
    ),
    re.compile(r"[\"“](.+)[\"”]", re.DOTALL),
    re.compile(r":\s+(.+?)(?=\n\s*\n|<\||\Z)", re.DOTALL),
    re.compile(r"\n\s*\n\s*(.+?)\s*\Z", re.DOTALL),
)
QUOTES = " \t\n\"'“”‘’`"
TOKEN = re.compile(r"\s*\S+|\s+\Z")
DETAILS = (
    "soft golden light, fine detail, shallow depth of field",
    "dramatic side light, rich textures, balanced composition",
    "misty morning air, gentle colors, a calm wide view",
    "crisp focus, deep shadows, a warm and quiet mood",
)
LONG_SENTENCE = "Every leaf and every stone is drawn with care, and the light falls softly on all of it."
LONG_TIMES = 60
REFUSAL = "I cannot help with that request."


def tokens(prompt: str, given: Mapping[str, Any], faults: Mapping[str, Drawn]) -> list[str]:
    """The answer in the pieces in which it comes, `max_tokens` at most."""
    most = int(given.get("max_tokens") or 512)
    if "answer_exact" in faults:
        return TOKEN.findall(str(faults["answer_exact"].value))[:most]
    if "answer_empty" in faults:
        return ["", "\n"]
    if "answer_refusal" in faults:
        return TOKEN.findall(REFUSAL)
    template = str(given.get("prompt_template") or "")
    if not ASKS_FOR_A_PROMPT.search(f"{template}\n{prompt}") and not faults:
        return [f"{word} " for word in prompt.split()] or ["nothing "]
    asked = prompt if ASKS_FOR_A_PROMPT.search(template) else words_to_improve(prompt)
    said = _disguised(improved(asked), faults)
    # The one who asked for too much does not get it cut to size.
    return TOKEN.findall(said) if "answer_long" in faults else TOKEN.findall(said)[:most]


def words_to_improve(prompt: str) -> str:
    """What an instruction is about: the words after a label, in quotes, or in the last paragraph; or all of it."""
    found = (place.search(prompt) for place in PLACES)
    return next((one[1] for one in found if one), prompt).strip(QUOTES)


def improved(words: str) -> str:
    """The words, the same way each time, with some details; what they tell the fake is not repeated."""
    plain = " ".join(TAKES.sub("", MARKER.sub("", words)).split()).strip(QUOTES + ",.")
    return f"{plain}, {DETAILS[hashlib.sha256(plain.encode()).digest()[0] % len(DETAILS)]}"


def _disguised(said: str, faults: Mapping[str, Drawn]) -> str:
    if "answer_long" in faults:
        said = ". ".join([said, *[LONG_SENTENCE] * int(faults["answer_long"].number(LONG_TIMES))])
    if "answer_quotes" in faults:
        said = f'"{said}"'
    if "answer_markdown" in faults:
        said = f"## Improved prompt\n\n- **{said}**\n"
    if "answer_preamble" in faults:
        said = f'Sure! Here is an improved prompt:\n\n"{said}"\n\nLet me know if you would like any changes!'
    return said
