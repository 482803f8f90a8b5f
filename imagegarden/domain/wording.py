"""What a language model answers, made a prompt: without its courtesies, quotes and lists, and not too long."""

import re
import unicodedata

from imagegarden.domain.generation_spec import MAX_PROMPT_LENGTH

LONGEST_BETTER_PROMPT = 800
# "Sure! Here is an improved prompt:" and its kin: a courtesy, or a line that announces what comes.
COURTESY = re.compile(
    r"^(?:sure|certainly|of course|absolutely|okay|ok|great|yes)(?:[!:]|\n|,? (?=here\b)|\. (?=here\b))\s*",
    re.IGNORECASE,
)
ANNOUNCEMENT = re.compile(
    r"^[^\n:]{0,120}\b(?:prompt|description|version|rewrite|rewritten|improved|enhanced|here(?:'s| is| are))\b"
    r"[^\n:]{0,80}:\s*",
    re.IGNORECASE,
)
REFUSAL = re.compile(r"^(?:i(?:'m| am) sorry|sorry,|i can(?:'|no)t|i am unable|as an ai)\b", re.IGNORECASE)
MARKDOWN = re.compile(r"[*_`#]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|^\s*#+\s*", re.MULTILINE)
HEADING = re.compile(r"\A\s*(?:#{1,6}[^\n]*|\*\*[^\n*]*\*\*:?)\n")
BULLET = re.compile(r"^\s*(?:[-•*]|\d+[.)])\s+", re.MULTILINE)
QUOTES = {'"': '"', "“": "”", "'": "'", "«": "»", "‘": "’", "`": "`"}
SENTENCE_END = re.compile(r"[.!?…。।](?=\s|$)")


class NothingSaid(Exception):
    """Nothing is left of the answer that could be a prompt."""


def cleaned(answer: str, *, asked: str) -> str:
    """The better prompt that an answer holds, at most as long as is sensible for what was asked. Raises NothingSaid."""
    text = unicodedata.normalize("NFC", answer.replace("\r", "")).strip()
    if REFUSAL.match(text):
        raise NothingSaid
    if not COURTESY.match(asked):
        text = COURTESY.sub("", text).strip()
    if not ANNOUNCEMENT.match(asked):
        text = ANNOUNCEMENT.sub("", text).strip()
    text = _quoted(text) or _first_paragraph(HEADING.sub("", text).strip())
    text = BULLET.sub("", MARKDOWN.sub("", text))
    text = " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in text).split())
    text = _unquoted(text)
    if not any(char.isalnum() for char in text):
        raise NothingSaid
    return _shortened(text, min(MAX_PROMPT_LENGTH, max(LONGEST_BETTER_PROMPT, len(asked) + 400)))


def _quoted(text: str) -> str | None:
    """What stands in quotes, where they hold all of the answer, or all but talk that follows in a line of its own."""
    closing = QUOTES.get(text[:1])
    first = text.partition("\n")[0].rstrip()
    if closing is None or len(first) < 3 or not first.endswith(closing) or closing in first[1:-1]:
        return None
    return first[1:-1]


def _first_paragraph(text: str) -> str:
    """What comes after an empty line is talk about the prompt."""
    return re.split(r"\n\s*\n", text, maxsplit=1)[0]


def _unquoted(text: str) -> str:
    while len(text) > 1 and QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def _shortened(text: str, longest: int) -> str:
    """The text up to a whole sentence, or a whole word, that fits."""
    if len(text) <= longest:
        return text
    cut = text[:longest]
    ends = [found.end() for found in SENTENCE_END.finditer(cut)]
    if ends and ends[-1] > longest // 2:
        return cut[: ends[-1]]
    return cut.rpartition(" ")[0].rstrip(",;: ") or cut
