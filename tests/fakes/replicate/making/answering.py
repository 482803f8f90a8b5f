"""What a language model answers: a better prompt when it is asked for one, and otherwise what it was told."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate.faults import MARKER, TAKES, Drawn

ASKS_FOR_A_PROMPT = re.compile(
    r"(?=.*\b(improv|enhanc|rewrit|rephras|refin|enrich|expand|polish|better|richer))(?=.*\b(prompt|description|idea))",
    re.IGNORECASE | re.DOTALL,
)
# Where the words that are to be improved end: at an empty line, before a label that waits for the answer, at a token.
END = r"(?=\n\s*\n|\n[^\n:]{1,40}:\s*(?:<\||\Z)|<\||\Z)"
# Where they may stand, the surest first: in a tag, in a fence, after a label, in quotes, after a colon, at the end.
PLACES = (
    re.compile(r"<(\w*prompt|idea|description|text|input)>\s*(?P<words>.+?)\s*</\1>", re.IGNORECASE | re.DOTALL),
    re.compile(r"(\"{3}|`{3}|-{3,}|#{3,})\s*(?P<words>.+?)\s*\1", re.DOTALL),
    re.compile(
        rf"^[ \t]*(?:[\w' -]{{0,40}}\s)?(?:prompt|idea|description|text|input|words)\s*:\s*(?P<words>.+?){END}",
        re.IGNORECASE | re.MULTILINE | re.DOTALL,
    ),
    re.compile(r"[\"“](?P<words>.+)[\"”]", re.DOTALL),
    re.compile(rf":\s+(?P<words>.+?){END}", re.DOTALL),
    re.compile(r"\n\s*\n\s*(?P<words>.+?)\s*\Z", re.DOTALL),
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
    return next((one["words"] for one in found if one), prompt).strip(QUOTES)


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
